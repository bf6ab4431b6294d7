"""Days as keys: clauses on them, and the months and years they are summed by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Column, ColumnElement


def among(column: Column, days: Iterable[int]) -> ColumnElement[bool]:
    """Ask for some days: by their ends where they are a run, else one by one."""
    wanted = sorted({int(day) for day in days})
    if wanted and wanted[-1] - wanted[0] + 1 == len(wanted):
        return column.between(wanted[0], wanted[-1])
    return column.in_(wanted)


def month_of(day: int) -> int:
    """Give the month of a day as yyyymm."""
    on = date.fromordinal(day)
    return on.year * 100 + on.month


def month_start(day: int) -> int:
    """Give the first day of a day's month."""
    return date.fromordinal(day).replace(day=1).toordinal()


def month_end(day: int) -> int:
    """Give the last day of a day's month."""
    on = date.fromordinal(day)
    after = date(on.year + on.month // 12, on.month % 12 + 1, 1)
    return after.toordinal() - 1


def by_month(days: Iterable[int]) -> list[list[int]]:
    """Split days by the month they lie in, in order; each once."""
    months: dict[int, list[int]] = {}
    for day in sorted(set(days)):
        months.setdefault(month_end(day), []).append(day)
    return list(months.values())


def year_start(day: int) -> int:
    """Give the first day of a day's year."""
    return date(date.fromordinal(day).year, 1, 1).toordinal()


def year_end(day: int) -> int:
    """Give the last day of a day's year."""
    return date(date.fromordinal(day).year, 12, 31).toordinal()
