"""整改时限 that were counted by other working days than those in force: what they would be now.

A stored deadline stays what it was on the day its file came. It is another day when its file came
before the year was announced, or before the software knew the announced years.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.domain.periods import today
from wenming_metrics.domain.working_days import WorkingDays, arranged_days, changed_days
from wenming_metrics.queries.files.choices import read_choices
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.model.sender_answers import SenderAnswers
from wenming_metrics.reading.read import read
from wenming_metrics.reading.resolve.periods_and_units import iso
from wenming_metrics.store import schema
from wenming_metrics.store.batches import batch_facts, original_bytes
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.rows import read_due_spans, read_failed

UNANNOUNCED = "期限-04"
"""The note at a deadline that was counted through a year that is not announced."""
_ANSWERS = SenderAnswers(confirm_visits=True)
"""No deadline hangs on what the sender said; without visits the rows would not be read at all."""
_ROW = ["sheet", "source_row"]
_COLUMNS = ["batch", "file", "sheet", "source_row", "due", "due_now", "seq", "day"]


def recounted_deadlines(office: Office) -> pd.DataFrame:
    """List the stored deadlines that would be another day if their files were read today.

    Only files are read again in which a problem's time runs over a holiday or a weekend that is worked.

    Returns: batch, file, sheet (its name), source_row, due and due_now (2026-10-10; "": no deadline,
             or the file is not kept any more), seq, day (ordinal on which it was found)
    """
    with reading(office.store) as connection:
        register = read_register(connection)
        # Some were counted by the fixed holidays alone, those before by Monday to Friday.
        changed = changed_days(WorkingDays(), register.calendar)
        crossing = sorted({*changed, *arranged_days(register.calendar)})
        spans = read_due_spans(connection, crossing)
        context = Context(register, office.catalogue, today(), _ANSWERS, read_choices(connection))
        frames = [
            _of_batch(connection, int(batch), batch_spans, context)
            for batch, batch_spans in spans.groupby("batch")
        ]
    lines = pd.concat([pd.DataFrame(columns=_COLUMNS), *frames], ignore_index=True)
    return lines[_COLUMNS].reset_index(drop=True)


def years_not_announced(connection: Connection, rows: pd.DataFrame) -> list[str]:
    """Say through which years a deadline was counted that were not announced when its file came.

    Takes:   rows - of problems: batch, sheet (its number), source_row
    Returns: per row 「2027」, 「2027、2028」 or ""
    """
    table, sheet = schema.batch_problem, schema.sheet
    query = (
        select(table.c.batch, sheet.c.sheet, table.c.row.label("source_row"), table.c.details)
        .join(sheet, (sheet.c.batch == table.c.batch) & (sheet.c.name == table.c.sheet))
        .where(table.c.batch.in_(rows["batch"].unique().tolist()), table.c.code == UNANNOUNCED)
    )
    years = {
        tuple(key): json.loads(details)["years"] for *key, details in connection.execute(query)
    }
    return [years.get(key, "") for key in rows[["batch", *_ROW]].itertuples(index=False, name=None)]


def _of_batch(
    connection: Connection, batch: int, spans: pd.DataFrame, context: Context
) -> pd.DataFrame:
    """Read a file again, and compare the deadlines of the rows whose time runs over such a day."""
    rows = read_failed(connection, spans["day"].unique().tolist(), np.array([batch]))
    stored = spans.merge(rows[["seq", *_ROW]], on="seq").drop_duplicates([*_ROW, "seq"])
    compared = stored.merge(_dues_now(connection, batch, context), on=_ROW, how="left")
    changed = compared[compared["due"] != compared["due_now"]]
    sheets = read_sheets(connection, [batch]).set_index("sheet")["name"]
    columns = {
        name: [iso(int(day)) for day in changed[name].fillna(0)] for name in ("due", "due_now")
    }
    name = batch_facts(connection, batch)["name"]
    return changed.assign(batch=batch, file=name, sheet=changed["sheet"].map(sheets), **columns)


def _dues_now(connection: Connection, batch: int, context: Context) -> pd.DataFrame:
    """Give the deadline that each row of a file has when it is read now: sheet, source_row, due_now."""
    content, _ = original_bytes(connection, batch)
    if content is None:
        return pd.DataFrame(columns=[*_ROW, "due_now"]).astype("int64")
    file_reading = read(content, batch_facts(connection, batch)["name"], context)
    rows = file_reading.checks[["seq", *_ROW]].merge(file_reading.findings, on="seq")
    return rows.drop_duplicates(_ROW).rename(columns={"due": "due_now"})[[*_ROW, "due_now"]]
