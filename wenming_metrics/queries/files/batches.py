"""What came in: batches, their history, their problems and held rows; a file given back with its faults marked."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date

import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.domain.problems import Problem, many, problem_frame
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.feedback.marked_workbook import marked_workbook
from wenming_metrics.reading.model.reading import Counts, Reading
from wenming_metrics.reading.records.kinds import RECORD_KINDS
from wenming_metrics.store import schema
from wenming_metrics.store.batches import WITHDRAW, batch_facts, list_batches, original_bytes
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading
from wenming_metrics.store.replaced import replaced_batches

KINDS = {
    "inspection": "实地督查",
    "plan": "督查计划",
    "units": "单位名册",
    "sites": "点位名册",
    "registers": "名册",
    "survey": "问卷",
    **{kind.name: kind.title for kind in RECORD_KINDS},
    "records": "几种表",
}
"""Kinds of files, as users know them."""
UNKNOWN = "没有这个批次。"
DROPPED = "原文件已按保留期限清除，不能标注。"
RESTRICTED = "上测-05"
"""The note that a file must not be published."""
_PROBLEM_FIELDS = [field.name for field in fields(Problem)]


@dataclass(frozen=True)
class Original:
    """A file as it was sent; content is None once it was kept as long as the office wanted."""

    name: str
    content: bytes | None
    dropped_at: str


def batches(office: Office) -> pd.DataFrame:
    """List all batches, newest first.

    Returns: batch, name, kind (Chinese), who, at, good, held, skipped, state (已入库 or 已撤回),
             act_at, act_who, first_day, last_day (dates or None), replaced (by which batches,
             wholly or in part, "" = it is not), restricted (its file must not be published)
    """
    with reading(office.store) as connection:
        lines, replaced = list_batches(connection), replaced_batches(connection)
        restricted = _restricted(connection)
    for name in ("first_day", "last_day"):
        lines[name] = [None if pd.isna(d) else date.fromordinal(int(d)) for d in lines[name]]
    state = lines["act"].map(lambda act: "已撤回" if act == WITHDRAW else "已入库")
    replacements = {
        row.batch: _replaced(row.by, entirely=row.whole) for row in replaced.itertuples()
    }
    by = [replacements.get(batch, "") for batch in lines["batch"]]
    lines = lines.assign(kind=lines["kind"].map(KINDS), state=state, replaced=by)
    return lines.drop(columns="act").assign(restricted=lines["batch"].isin(restricted))


def _restricted(connection: Connection) -> set[int]:
    """List the batches whose file says that it must not be published."""
    table, record = schema.batch_problem, schema.record
    # Only these can say so; a large inspection has a problem for every other row.
    tests = select(record.c.batch).where(record.c.kind == "external")
    query = select(table.c.batch).where(table.c.batch.in_(tests), table.c.code == RESTRICTED)
    return set(connection.execute(query).scalars())


def _replaced(by: tuple[int, ...], *, entirely: bool) -> str:
    numbers = "、".join(map(str, by))
    return f"已由第 {numbers} 批替换" if entirely else f"部分已由第 {numbers} 批替换"


def batch_problems(office: Office, batch: int) -> pd.DataFrame:
    """List the problems a batch was committed with; columns of `problems.problem_frame`."""
    with reading(office.store) as connection:
        return problem_frame(problems_of(connection, batch))


def problems_of(connection: Connection, batch: int) -> list[Problem]:
    """Give the problems a batch was committed with, in the order in which they were found."""
    table = schema.batch_problem
    query = select(*(table.c[name] for name in _PROBLEM_FIELDS)).where(table.c.batch == batch)
    lines = connection.execute(query.order_by(table.c.n)).fetchall()
    *plain, details = zip(*lines, strict=True) if lines else [()] * len(_PROBLEM_FIELDS)
    decoded = {text: json.loads(text) for text in set(details)}
    return many(len(lines), *plain, map(decoded.__getitem__, details))


def original_file(office: Office, batch: int) -> Original | None:
    """Give the file a batch came from as it was sent, or None for an unknown batch."""
    with reading(office.store) as connection:
        facts = batch_facts(connection, batch)
        if facts is None:
            return None
        content, dropped_at = original_bytes(connection, batch)
        return Original(str(facts["name"]), content, dropped_at)


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
