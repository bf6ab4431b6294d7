"""提示, 催办, 督办单, 提级督办: each a document with a number of its own, written down with the problems."""

from __future__ import annotations

import re

import pandas as pd
from sqlalchemy import select

from wenming_metrics.decisions.problem_moves import make_several, order_now
from wenming_metrics.domain.periods import today
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.reminders import UNSIGNED, by_days
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading


def send_reminders(office: Office, lines: pd.DataFrame, who: str) -> list[str]:
    """Write reminders down, a numbered document for each unit and level; all or none.

    What was sent at its level already is not sent again.

    Takes:   lines - of `queries.problems.reminders.reminders`
    Returns: the numbers of the documents, such as 催办〔2026〕3号
    Raises IntakeError where there is nothing to send, or a problem was moved meanwhile.
    """
    if not who.strip():
        raise IntakeError("请写明经办人。")
    due_lines = lines[lines["sent"] == ""]
    if due_lines.empty:
        raise IntakeError("没有要发的：这些都已经发过。")
    serials = {act: _last_serial(office, act) for act in by_days(office.rules.loop)}
    documents, moves = [], []
    for line in due_lines.itertuples():
        act = by_days(office.rules.loop)[0] if line.level == UNSIGNED else line.level
        serials[act] += 1
        documents.append(f"{act}〔{today().year}〕{serials[act]}号")
        details = {"level": line.level, "text": line.text}
        order = order_now(act, who, unit=line.unit, document_no=documents[-1], details=details)
        moves.append((line.keys, order))
    make_several(office, moves)
    return documents


def _last_serial(office: Office, act: str) -> int:
    """Give the last number of the year of a kind of reminder, 0 before the first."""
    table = schema.problem_event
    beginning = f"{act}〔{today().year}〕"
    query = select(table.c.document_no).distinct().where(table.c.act == act)
    with reading(office.store) as connection:
        documents = connection.scalars(query.where(table.c.document_no.startswith(beginning))).all()
    serials = [re.fullmatch(r"(\d+)号", text.removeprefix(beginning)) for text in documents]
    return max((int(serial[1]) for serial in serials if serial), default=0)
