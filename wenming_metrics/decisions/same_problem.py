"""What a person says of two findings of one site: that they are one problem, or that they are not."""

from __future__ import annotations

import logging

from sqlalchemy import Connection, select

from wenming_metrics.access.viewer import permitted
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.scoring.tally.tally import FAILED
from wenming_metrics.store import schema
from wenming_metrics.store.database import writing
from wenming_metrics.store.same_problems import add_same

_log = logging.getLogger(__name__)
Finding = tuple[int, int]
"""Batch and seq of a stored row."""


@permitted("认定问题", "同一问题")
def say_same(office: Office, first: Finding, second: Finding, who: str, *, same: bool) -> None:
    """Remember of two findings whether they are one problem; what was said before is kept, and ends.

    No score changes by it: only the figures of 反复问题 count such findings together.

    Raises IntakeError without a name, for rows that are no problems, of two sites or of one day.
    """
    if not who.strip():
        raise IntakeError("请写明经办人。")
    with writing(office.store) as connection:
        rows = sorted((_row(connection, *finding) for finding in (first, second)), key=_order)
        if rows[0]["site"] != rows[1]["site"]:
            raise IntakeError("两条问题不在同一个点位，不能算同一问题。")
        if rows[0]["day"] == rows[1]["day"]:
            raise IntakeError("两条问题是同一天查出的，不存在反复。")
        names = ("day", "batch", "seq")
        facts = {name: int(rows[0][name]) for name in names}
        facts |= {f"other_{name}": int(rows[1][name]) for name in names}
        add_same(connection, facts, who.strip(), same=same)
    _log.info("%s同一问题 %s %s 经办 %r", "是" if same else "不是", first, second, who)


def _order(row: dict) -> tuple[int, int, int]:
    return row["day"], row["batch"], row["seq"]


def _row(connection: Connection, batch: int, seq: int) -> dict:
    table = schema.row
    query = select(table.c.day, table.c.batch, table.c.seq, table.c.site, table.c.result)
    # The days of the batch lead the key: a seek in place of a scan.
    days = select(schema.batch_day.c.day).where(schema.batch_day.c.batch == batch)
    query = query.where(table.c.day.in_(days), table.c.batch == batch, table.c.seq == seq)
    row = connection.execute(query).mappings().first()
    if row is None or row["result"] != FAILED:
        raise IntakeError("没有这样一条问题，可能已经撤回。请刷新再看。")
    return dict(row)
