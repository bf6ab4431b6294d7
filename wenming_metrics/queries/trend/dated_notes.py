"""Remarks on days (「11月3日起施工」): what stands beside a course of scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.trend.campaign_phases import axis_place
from wenming_metrics.store.database import reading
from wenming_metrics.store.notes import REMARKS, read_note


@dataclass(frozen=True)
class DayRemark:
    """A remark on a day: its number among all, the day, its text, who wrote it, its place on an axis."""

    number: int
    day: date
    text: str
    who: str
    axis_position: float


def remarks_within(office: Office, axis: Sequence[Window]) -> list[DayRemark]:
    """List the remarks on days within some axis, in order of time; those taken back are left out.

    Takes: axis - in order of time, at least one
    """
    with reading(office.store) as connection:
        lines = (read_note(connection, REMARKS) or {}).get("lines", ())
    remarks = []
    for number, line in enumerate(lines):
        day = date.fromisoformat(line["day"])
        if axis[0].start <= day <= axis[-1].end and not line.get("gone_by"):
            # A remark tells of what begins on its day: the line stands before it.
            position = axis_place(axis, day, at_start=True)
            remarks.append(DayRemark(number, day, line["text"], line["who"], position))
    return sorted(remarks, key=lambda remark: (remark.day, remark.number))
