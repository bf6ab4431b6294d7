"""负面清单 as it was looked through: what happened in a month, and whom nobody looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.score_windows import board_units
from wenming_metrics.reading.records.negative_list import ALL_MATTERS, CLEAR, HAPPENED
from wenming_metrics.store.batches import list_batches
from wenming_metrics.store.database import reading
from wenming_metrics.store.notes import read_note
from wenming_metrics.store.records import read_records
from wenming_metrics.store.registers import read_register

KIND = "negative"
UNCHECKED = "未核查"
CHECKS = ("unit_name", "result", "item", "evidence", "checker", "who", "at")
"""Columns of `negative_checks`."""
ITEMS_NOTE = "negative-items"
"""Name of the note that holds what stands on the list."""


def negative_items(office: Office, month: Window) -> list[str]:
    """List what must not happen in a month: as was last said by its end, for months before as was first said.

    [] before the office said which.
    """
    with reading(office.store) as connection:
        versions = (read_note(connection, ITEMS_NOTE) or {}).get("versions", [])
    by_then = [said for said in versions if said["at"][:10] <= month.end.isoformat()]
    return list((by_then[-1:] or versions[:1] or [{"items": ()}])[0]["items"])


def negative_checks(office: Office, month: Window) -> pd.DataFrame:
    """List what a month's look through the list found: what happened first, then who was not looked at.

    A unit is CLEAR only where each thing that stands on the list of the month was looked through.

    Returns: CHECKS, all texts: a line per thing that happened, else one per unit of the boards; item ""
             where it is about all, of UNCHECKED how many things nobody looked at, where some were
    """
    items = negative_items(office, month)
    with reading(office.store) as connection:
        last = last_words(read_lines(connection, month))
    lines = [line for line in last.values() if has_happened(line)]
    named = {line["unit_name"] for line in lines}
    for name in listed_units(office, month):
        unit_checks = [line for (unit, _), line in last.items() if unit == name]
        covered = {matter for line in unit_checks for matter in line["items"]}
        missing = [matter for matter in items if matter not in covered]
        if missing or not unit_checks:
            text = f"还有{len(missing)}项没有核查" if unit_checks else ""
            lines.append({"unit_name": name, "result": UNCHECKED, "item": text})
        elif name not in named:
            lines.append(max(unit_checks, key=lambda line: line["at"]) | {"item": ""})
    frame = pd.DataFrame(lines, columns=list(CHECKS), dtype=object).fillna("")
    order = {HAPPENED: 0, UNCHECKED: 1, CLEAR: 2}
    return frame.sort_values(
        "result", key=lambda result: result.map(order), kind="stable", ignore_index=True
    )


def happened_within(office: Office, months: Sequence[Window]) -> dict[str, list[str]]:
    """Give by unit what happened of the list in some months, each with its month."""
    happened: dict[str, list[str]] = {}
    for month in months:
        for name, matters in standing_matters(office, month).items():
            happened.setdefault(name, []).extend(f"{text}（{month.title}）" for text in matters)
    return happened


def negative_form(month: Window, month_checks: pd.DataFrame) -> pd.DataFrame:
    """Lay a month's look through the list out as the form that is filled in and comes back."""
    happened = month_checks["result"] == HAPPENED
    return pd.DataFrame(
        {
            **{"subject": month_checks["unit_name"], "period": month.title},
            "barred_item": month_checks["item"].where(happened, ALL_MATTERS),
            "barred_result": month_checks["result"].replace(UNCHECKED, ""),
            "barred_evidence": month_checks["evidence"],
            "barred_checker": month_checks["checker"],
        }
    )


def standing_matters(office: Office, month: Window) -> dict[str, list[str]]:
    """Give by unit the things that are registered as having happened in a month."""
    with reading(office.store) as connection:
        last = last_words(read_lines(connection, month))
    happened: dict[str, list[str]] = {}
    for (name, matter), line in last.items():
        if has_happened(line):
            happened.setdefault(name, []).append(matter)
    return happened


def read_lines(connection: Connection, month: Window) -> list[Mapping]:
    """Give what was said of a month, typed in or uploaded, in the order in which it was said.

    Each with the items it speaks of, as they stood when it was said.
    """
    lines = list((read_note(connection, note_of_month(month)) or {}).get("lines", ()))
    uploaded = read_records(connection, KIND)
    if uploaded.empty:
        return lines
    names = read_register(connection).units["name"]
    batches = list_batches(connection).set_index("batch")
    for row in uploaded.itertuples():
        facts, matter = row.told, row.told["barred_item"]
        if facts["first"] == month.start.isoformat():
            line = {"unit_name": names[row.unit], "result": facts["barred_result"], "item": matter}
            line |= {name: facts[f"barred_{name}"] for name in ("evidence", "checker")}
            line |= {"who": batches.at[row.batch, "who"], "at": batches.at[row.batch, "at"]}
            # What was stored before it said what it looked through has looked through what it names.
            lines.append(line | {"items": facts.get("items", [matter] if matter else [])})
    return sorted(lines, key=lambda line: line["at"])


def last_words(lines: Sequence[Mapping]) -> dict[tuple[str, str], Mapping]:
    """Give the last word on each unit and thing, in the order in which they were first met."""
    return {(line["unit_name"], line["item"]): line for line in lines}


def has_happened(line: Mapping) -> bool:
    """Say whether a line says that something happened."""
    return line["result"] == HAPPENED


def listed_units(office: Office, month: Window) -> list[str]:
    """List the units of all boards on the last day of a month."""
    with reading(office.store) as connection:
        register = read_register(connection)
    names = [board_units(register, board, month.end)["name"] for board in office.rules.boards]
    return list(dict.fromkeys(name for frame in names for name in frame))


def note_of_month(month: Window) -> str:
    """Name the note of a month."""
    return f"negative-{month.start}"
