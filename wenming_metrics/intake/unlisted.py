"""Uploaded looks through the 负面清单, held against the list of their month and the units of the boards."""

from __future__ import annotations

from datetime import date

from wenming_metrics.domain.periods import window
from wenming_metrics.intake.problem_moves import hold_records
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.orders import Complaint
from wenming_metrics.queries.progress.negative_list import KIND, listed_units, negative_items
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.reading.records.negative_list import ALL_MATTERS
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.vocabulary import normalise

NO_ITEM, NO_UNIT = "负面-04", "负面-05"


def hold_unlisted(office: Office, file_reading: Reading) -> Reading:
    """Hold the lines of a thing that is not on the list of the month, or of a unit that is on no board.

    Things are named from then on as the list names them.
    """
    lines = file_reading.records[file_reading.records["kind"] == KIND]
    if lines.empty:
        return file_reading
    with reading(office.store) as connection:
        names = read_register(connection).units["name"]
    faults: dict[int, tuple[Complaint, ...]] = {}
    for index, line in lines.iterrows():
        facts, month = line["told"], window("month", date.fromordinal(int(line["day"])))
        items = {normalise(text): text for text in negative_items(office, month)}
        name, matter = names[line["unit"]], normalise(facts["barred_item"])
        if name not in listed_units(office, month):
            faults[index] = ((NO_UNIT, {"found": name}),)
        elif not items or (matter and matter not in items):
            faults[index] = ((NO_ITEM, {"found": matter or ALL_MATTERS, "period": month.title}),)
        else:
            facts["barred_item"] = items.get(matter, "")
    return hold_records(file_reading, faults)
