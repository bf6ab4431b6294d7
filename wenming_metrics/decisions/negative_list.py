"""负面清单: what must not have happened, looked through month by month and unit by unit by a person.

Which things stand on it the office says itself: no list is shipped. What was said stays; of a unit and a
thing the last word of a month holds. No score rests on it: points are taken by a 加减分表 with its document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.periods import Window, today
from wenming_metrics.domain.privacy import mask
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.score_windows import board_units
from wenming_metrics.store.database import reading, stamp
from wenming_metrics.store.notes import change_note, read_note, write_note
from wenming_metrics.store.registers import read_register

CLEAR, HAPPENED, UNCHECKED = "未发生", "已发生", "未核查"
CHECKS = ("unit_name", "result", "item", "evidence", "checker", "who", "at")
"""Columns of `negative_checks`."""
_ITEMS = "negative-items"


@permitted("拟稿", "负面清单的事项")
def set_negative_items(office: Office, items: Sequence[str], who: str) -> None:
    """Say which things stand on the list from now on. Raises IntakeError without any, or without a name."""
    distinct = list(dict.fromkeys(item.strip() for item in items if item.strip()))
    if not distinct or not who.strip():
        raise IntakeError("请写明负面清单的事项（一行一项）和经办人。")
    write_note(office.store, _ITEMS, {"items": distinct, "who": who.strip(), "at": stamp()})


def negative_items(office: Office) -> list[str]:
    """List the things that must not happen, [] before the office said which."""
    with reading(office.store) as connection:
        return list((read_note(connection, _ITEMS) or {}).get("items", ()))


@permitted("拟稿", "{month.title} 的负面清单")
def note_negative_check(
    office: Office,
    month: Window,
    units: Sequence[str],
    item: str,
    result: str,
    evidence: str,
    checker: str,
    who: str,
) -> None:
    """Keep what a look through the list of a month found of some units.

    Takes:  item - one of the list, "": all of it, which only CLEAR can be said of; evidence - on what it
            rests; checker - who looked
    Raises IntakeError where anything is missing, of no unit, thing or month, and for CLEAR of all where
    something is registered as having happened.
    """
    evidence, checker, who = mask(evidence.strip()), checker.strip(), who.strip()
    items, board_names = negative_items(office), _board_names(office, month)
    strange = [name for name in units if name not in board_names]
    if strange or not units:
        raise IntakeError(f"名单里没有单位“{'、'.join(strange)}”。" if strange else "请选单位。")
    if not (evidence and checker and who):
        raise IntakeError("请写明核查的依据、核查人和经办人。")
    if month.start > today():
        raise IntakeError(f"{month.title}还没有到，不能登记核查结果。")
    if result not in (CLEAR, HAPPENED) or (item not in items if item else result != CLEAR):
        raise IntakeError("请先写明负面清单的事项，再选其中一项；全部事项只能登记“未发生”。")
    lines = [
        {"unit_name": name, "result": result, "item": item, "evidence": evidence}
        | {"checker": checker, "who": who, "at": stamp(), "items": [item] if item else items}
        for name in units
    ]

    def add(stored: Mapping[str, Sequence]) -> dict[str, list]:
        former = list(stored.get("lines", ()))
        standing = [line["unit_name"] for line in _last(former).values() if _happened(line)]
        against = [name for name in units if not item and name in standing]
        if not items or against:
            names = "、".join(against)
            raise IntakeError(
                f"{names}{month.title}登记了已发生的事项，要改的请逐项登记。"
                if against
                else "还没有写明负面清单的事项。"
            )
        return {"lines": [*former, *lines]}

    change_note(office.store, _note_of(month), add)


def negative_checks(office: Office, month: Window) -> pd.DataFrame:
    """List what a month's look through the list found: what happened first, then who was not looked at.

    A unit is CLEAR only where each thing that stands on the list now was looked through.

    Returns: CHECKS, all texts: a line per thing that happened, else one per unit of the boards; item ""
             where it is about all, of UNCHECKED how many things nobody looked at, where some were
    """
    items = negative_items(office)
    with reading(office.store) as connection:
        last = _last((read_note(connection, _note_of(month)) or {}).get("lines", ()))
    lines = [line for line in last.values() if _happened(line)]
    named = {line["unit_name"] for line in lines}
    for name in _board_names(office, month):
        unit_checks = [line for (unit, _), line in last.items() if unit == name]
        covered = {item for line in unit_checks for item in line["items"]}
        missing = [item for item in items if item not in covered]
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


def _last(lines: Sequence[Mapping]) -> dict[tuple[str, str], Mapping]:
    """Give the last word on each unit and thing, in the order in which they were first met."""
    return {(line["unit_name"], line["item"]): line for line in lines}


def _happened(line: Mapping) -> bool:
    return line["result"] == HAPPENED


def _board_names(office: Office, month: Window) -> list[str]:
    """List the units of all boards on the last day of a month."""
    with reading(office.store) as connection:
        register = read_register(connection)
    names = [board_units(register, board, month.end)["name"] for board in office.rules.boards]
    return list(dict.fromkeys(name for frame in names for name in frame))


def _note_of(month: Window) -> str:
    return f"negative-{month.start}"
