"""Version 8: problems followed until 销号; the answers that are stored already become events."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date

from alembic import op
from sqlalchemy import Integer, SmallInteger, Text, text

from wenming_metrics.store.schema.columns import CLUSTERED, key, required, words

revision, down_revision = "0008", "0007"
_AT_ONCE = 5_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ACTS = {"反馈已整改": "反馈", "反映不属实": "申请不属实", "申请挂账": "挂账申请"}


def upgrade() -> None:
    """Add tables, and fill that of the events from the records of 整改反馈."""
    _add_problems()
    _add_events()
    _add_hand_outs()
    _fill_events()
    op.execute("UPDATE store SET version = 8")


def _add_problems() -> None:
    op.create_table(
        "problem",
        *(key("number", Text), required("day"), required("batch"), required("seq")),
        *(words("source"), words("content"), words("who"), words("at")),
        **CLUSTERED,
    )
    op.create_index("problem_by_row", "problem", ["batch", "seq"], unique=True)
    op.create_index("problem_by_day", "problem", ["day"])


def _add_events() -> None:
    op.create_table(
        "problem_event",
        *(key("event"), words("number"), words("act"), required("unit", Integer, "-1")),
        *(required("day"), required("minute", SmallInteger, "1440")),
        *(required("due", Integer, "0"), required("due_minute", SmallInteger, "1440")),
        *(words("time_unit"), required("until", Integer, "0"), words("who")),
        *(words("approver"), words("way"), words("outcome"), words("reason")),
        *(words("document_no"), words("details"), required("batch", Integer, "0")),
        *(required("sheet", SmallInteger, "0"), required("source_row", Integer, "0")),
        words("at"),
    )
    op.create_index("problem_event_by_number", "problem_event", ["number", "event"])
    op.create_index("problem_event_by_batch", "problem_event", ["batch"])


def _add_hand_outs() -> None:
    op.create_table(
        "hand_out",
        *(key("number", Text), key("round", SmallInteger), key("unit")),
        *(words("role"), words("dispatch"), required("event"), words("at")),
        **CLUSTERED,
    )
    op.create_index("hand_out_by_unit", "hand_out", ["unit", "number"])


def _fill_events() -> None:
    connection = op.get_bind()
    records = connection.execute(
        text(
            "SELECT r.batch, r.day, r.unit, r.sheet, r.source_row, r.told, b.at FROM record r"
            " JOIN batch b ON b.batch = r.batch WHERE r.kind = 'rectification'"
            " ORDER BY r.batch, r.seq"
        )
    )
    insert = text(
        "INSERT INTO problem_event (event, number, act, unit, day, who, reason, details, batch,"
        " sheet, source_row, at) VALUES (:event, :number, :act, :unit, :day, '', '', :details,"
        " :batch, :sheet, :source_row, :at)"
    )
    lines = list(_lines(records))
    for first in range(0, len(lines), _AT_ONCE):
        connection.execute(insert, lines[first : first + _AT_ONCE])


def _lines(records: object) -> Iterator[dict]:
    event = 0
    for record in records:
        answer = json.loads(record.told)
        if not answer.get("problem_no"):
            continue
        event += 1
        names = ("state", "measure", "description", "finished")
        details = {name: answer.get(name, "") for name in names} | {
            "not_ours": answer.get("not_ours", 0)
        }
        yield {
            **{"event": event, "number": answer["problem_no"]},
            **{"act": _ACTS.get(answer["state"], "进展"), "unit": record.unit},
            **{"day": _happened(answer, record.day, record.at)},
            **{"details": json.dumps(details, ensure_ascii=False), "batch": record.batch},
            **{"sheet": record.sheet, "source_row": record.source_row, "at": record.at},
        }


def _happened(answer: dict, day: int, at: str) -> int:
    """Give the day of an answer; 0: the day of the problem itself (当日)."""
    if answer.get("finished") == "当日":
        return 0
    for day_text in (answer.get("finished", ""), answer.get("filed", "")):
        if _DAY.fullmatch(day_text):
            return date.fromisoformat(day_text).toordinal()
    return day or date.fromisoformat(at[:10]).toordinal()
