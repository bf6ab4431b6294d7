"""What a person decides of questionnaires that look doubtful: whether they count, and why."""

from __future__ import annotations

import logging

from wenming_metrics.access.viewer import permitted
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.rows import is_doubtful
from wenming_metrics.store import surveys
from wenming_metrics.store.database import stamp, writing

_log = logging.getLogger(__name__)


@permitted("认定问题", "第 {batch} 批第 {seq} 份问卷")
def decide_answer(
    office: Office, batch: int, seq: int, counts: bool, reason: str, who: str
) -> None:
    """Say of a questionnaire that it counts, or does not; it stays stored, and all is logged.

    Takes:  batch, seq - as `queries.survey.rows.flagged` lists them
    Raises: IntakeError - without a name or a reason; for a questionnaire that nothing speaks
            against: nobody takes out answers because they are not liked
    """
    if not who.strip():
        raise IntakeError("请写明是谁认定的。")
    if not reason.strip():
        raise IntakeError("请写明认定的理由。")
    with writing(office.store) as connection:
        if not is_doubtful(connection, batch, seq):
            raise IntakeError(f"批次 {batch} 的第 {seq} 份不在疑似代填的问卷里，不能去掉。")
        surveys.decide(connection, batch, seq, counts, reason.strip(), who.strip(), stamp())
    act = "计入" if counts else "不计"
    _log.info("认定问卷 批次 %s 第 %s 份 %s 经办 %r 原因 %r", batch, seq, act, who, reason)
