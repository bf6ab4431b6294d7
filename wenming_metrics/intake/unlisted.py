"""Uploaded looks through the 负面清单, held against the list of their month and the units of the boards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd

from wenming_metrics.domain.periods import Window, window
from wenming_metrics.intake.problem_moves import hold_records
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.orders import Complaint
from wenming_metrics.queries.progress.negative_list import (
    KIND,
    listed_units,
    negative_items,
    standing_matters,
)
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.reading.records.negative_list import ALL_MATTERS, CLEAR, HAPPENED
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.vocabulary import normalise

NO_ITEM, NO_UNIT, CONTRADICTED, HAPPENED_BEFORE = "负面-04", "负面-05", "负面-07", "负面-08"


def hold_unlisted(office: Office, file_reading: Reading) -> Reading:
    """Hold the lines of a thing that is not on the list of the month, or of a unit that is on no board.

    Held as well: lines that contradict each other, and that nothing happened where something is
    registered that the file does not take back by name. Things are named from then on as the list names
    them, and each line says what it looked through.
    """
    lines = file_reading.records[file_reading.records["kind"] == KIND]
    if lines.empty:
        return file_reading
    with reading(office.store) as connection:
        names = read_register(connection).units["name"]
    faults: dict[int, tuple[Complaint, ...]] = {}
    for day, month_lines in lines.groupby("day"):
        month = window("month", date.fromordinal(int(day)))
        unit_names = month_lines["unit"].map(names)
        for index, complaint in _faults_of_month(office, month, month_lines["told"], unit_names):
            faults[index] = (complaint,)
    return hold_records(
        file_reading, faults | _contradictions(file_reading, lines.drop(list(faults)))
    )


def _faults_of_month(
    office: Office, month: Window, contents: pd.Series, unit_names: pd.Series
) -> Iterator[tuple[int, Complaint]]:
    """Give what is wrong with lines of a month by their index; what they speak of is noted in place."""
    items, board_names = negative_items(office, month), listed_units(office, month)
    standing = standing_matters(office, month)
    cleared = {
        (name, normalise(facts["barred_item"]))
        for name, facts in zip(unit_names, contents, strict=True)
        if facts["barred_result"] == CLEAR
    }
    for index, facts in contents.items():
        name, matter = unit_names[index], normalise(facts["barred_item"])
        happened = standing.get(name, [])
        # What was taken off the list may be corrected, and the form that names it comes back.
        by_name = {normalise(text): text for text in (*happened, *items)}
        against = [text for text in happened if (name, normalise(text)) not in cleared]
        if name not in board_names:
            yield index, (NO_UNIT, {"found": name})
        elif not items or (matter and matter not in by_name):
            yield index, (NO_ITEM, {"found": matter or ALL_MATTERS, "period": month.title})
        elif not matter and against:
            words = {"unit": name, "period": month.title, "found": "、".join(against)}
            yield index, (HAPPENED_BEFORE, words)
        facts["barred_item"] = by_name.get(matter, facts["barred_item"])
        facts["items"] = [facts["barred_item"]] if matter else items


def _contradictions(file_reading: Reading, lines: pd.DataFrame) -> dict[int, tuple[Complaint, ...]]:
    """Find lines of one unit and month of which one says that it happened and one that it did not."""
    sheet_names = {sheet.index: sheet.name for sheet in file_reading.sheets}
    faults: dict[int, tuple[Complaint, ...]] = {}
    for _, group in lines.groupby(["unit", "day"]):
        for index, line in group.iterrows():
            facts = line["told"]
            against = [
                f"“{sheet_names.get(rival.sheet, '')}”第 {rival.source_row} 行"
                for rival in group.itertuples()
                if {facts["barred_result"], rival.told["barred_result"]} == {CLEAR, HAPPENED}
                and (
                    facts["barred_item"] == rival.told["barred_item"]
                    or not (facts["barred_item"] and rival.told["barred_item"])
                )
            ]
            if against:
                words = {"found": facts["barred_item"] or ALL_MATTERS, "where": "、".join(against)}
                faults[index] = ((CONTRADICTED, words),)
    return faults
