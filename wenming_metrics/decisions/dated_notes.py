"""Remarks on a day (「11月3日起施工」) that stand beside every course of scores and explain no figure away.

They stay: one that is taken back keeps who wrote it and who took it back.
"""

from __future__ import annotations

from datetime import date

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.periods import now
from wenming_metrics.domain.privacy import mask
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.store.notes import REMARKS, change_note

LONGEST = 40
"""Characters of a remark: it stands on a printed line."""


@permitted("拟稿", "{day} 的说明")
def add_remark_on(office: Office, day: date, text: str, who: str) -> date:
    """Write a remark on a day. Raises IntakeError where text or name is missing. Returns: the day"""
    text, who = mask(text.strip()), who.strip()
    if not text or not who:
        raise IntakeError("请先填写说明和经办人。")
    if len(text) > LONGEST:
        raise IntakeError(f"说明最多{LONGEST}个字，现在有{len(text)}个字。")
    line = {"day": day.isoformat(), "text": text, "who": who, "at": now().isoformat()}
    change_note(office.store, REMARKS, lambda facts: {"lines": [*facts.get("lines", ()), line]})
    return day


@permitted("拟稿", "说明")
def take_back_remark(office: Office, number: int, who: str) -> int:
    """Take a remark back. Takes: number - its place among all that were ever written. Returns: it

    Raises IntakeError where there is none, or it was taken back already.
    """
    if not who.strip():
        raise IntakeError("请先填写经办人。")

    def take_back(facts: dict) -> dict:
        lines = [dict(line) for line in facts.get("lines", ())]
        if not 0 <= number < len(lines) or lines[number].get("gone_by"):
            raise IntakeError("这条说明已经删去，请刷新再看。")
        lines[number] |= {"gone_by": who.strip(), "gone_at": now().isoformat()}
        return {"lines": lines}

    change_note(office.store, REMARKS, take_back)
    return number
