"""负面清单: what must not have happened, looked through month by month and unit by unit by a person.

Which things stand on it the office says itself: no list is shipped. What was said stays; of a unit and a
thing the last word of a month holds. No score rests on it: points are taken by a 加减分表 with its document.
"""

from __future__ import annotations

from collections.abc import Sequence

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.periods import Window, today
from wenming_metrics.domain.privacy import mask
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.negative_list import (
    CLEAR,
    HAPPENED,
    ITEMS_NOTE,
    listed_units,
    negative_checks,
    negative_items,
    note_of_month,
    standing_matters,
)
from wenming_metrics.store.database import stamp
from wenming_metrics.store.notes import change_note


@permitted("拟稿", "负面清单的事项")
def set_negative_items(office: Office, items: Sequence[str], who: str) -> None:
    """Say which things stand on the list from this month on: earlier months keep theirs.

    Raises IntakeError without any, or without a name.
    """
    distinct = list(dict.fromkeys(item.strip() for item in items if item.strip()))
    if not distinct or not who.strip():
        raise IntakeError("请写明负面清单的事项（一行一项）和经办人。")
    wording = {"items": distinct, "who": who.strip(), "at": stamp()}
    change_note(
        office.store,
        ITEMS_NOTE,
        lambda stored: {"versions": [*stored.get("versions", ()), wording]},
    )


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
    items, board_names = negative_items(office, month), listed_units(office, month)
    month_checks = negative_checks(office, month)
    # What was taken off the list may be corrected.
    known = {*items, *month_checks.loc[month_checks["result"] == HAPPENED, "item"]}
    strange = [name for name in units if name not in board_names]
    if strange or not units:
        raise IntakeError(f"名单里没有单位“{'、'.join(strange)}”。" if strange else "请选单位。")
    if not (evidence and checker and who):
        raise IntakeError("请写明核查的依据、核查人和经办人。")
    if month.start > today():
        raise IntakeError(f"{month.title}还没有到，不能登记核查结果。")
    if result not in (CLEAR, HAPPENED) or (item not in known if item else result != CLEAR):
        raise IntakeError("请先写明负面清单的事项，再选其中一项；全部事项只能登记“未发生”。")
    standing = standing_matters(office, month)
    if against := "、".join(name for name in units if not item and name in standing):
        raise IntakeError(f"{against}{month.title}登记了已发生的事项，要改的请逐项登记。")
    if not items:
        raise IntakeError("还没有写明负面清单的事项。")
    lines = [
        {"unit_name": name, "result": result, "item": item, "evidence": evidence}
        | {"checker": checker, "who": who, "at": stamp(), "items": [item] if item else items}
        for name in units
    ]
    change_note(
        office.store,
        note_of_month(month),
        lambda stored: {"lines": [*stored.get("lines", ()), *lines]},
    )
