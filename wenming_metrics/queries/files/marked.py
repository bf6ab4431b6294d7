"""A stored file given back with what was found in it."""

from __future__ import annotations

from wenming_metrics.queries.files.batches import problems_of
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.feedback.marked_workbook import marked_workbook
from wenming_metrics.reading.model.reading import Counts, Reading
from wenming_metrics.store.batches import batch_facts, original_bytes
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading

UNKNOWN = "没有这个批次。"
DROPPED = "原文件已按保留期限清除,不能标注。"


def marked_original(office: Office, batch: int) -> tuple[str, bytes] | str:
    """Mark the file that a batch came from.

    Returns: name and bytes of an .xlsx, or a sentence that says why there is none
    """
    with reading(office.store) as connection:
        facts = batch_facts(connection, batch)
        if facts is None:
            return UNKNOWN
        content, _ = original_bytes(connection, batch)
        problems = problems_of(connection, batch)
        sheets = read_sheets(connection, [batch])
    if content is None:
        return DROPPED
    good, held, skipped = (int(facts[name]) for name in ("good", "held", "skipped"))
    counts = Counts(good + held, good, held, skipped)
    outcome = Reading(str(facts["name"]), str(facts["sha256"]), counts=counts).outcome
    rows = dict(zip(sheets["name"], sheets["header_row"].tolist(), strict=True))
    return marked_workbook(
        content, str(facts["name"]), str(facts["sha256"]), problems, outcome, rows
    )
