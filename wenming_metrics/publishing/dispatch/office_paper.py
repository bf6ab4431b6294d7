"""A paper of the office on its shell: 交办单, 催办, 整改报告, 点位档案."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from wenming_metrics.export.word.blocks import Block
from wenming_metrics.export.word.document import fill
from wenming_metrics.export.word.shell import (
    DATE_MARK,
    NUMBER_MARK,
    RED_HEAD_TEXT,
    SIGNER_MARK,
    TITLE_MARK,
)
from wenming_metrics.publishing.bulletin.layout import current_layout, shell_of
from wenming_metrics.publishing.bulletin.phrases import long_day


class OfficePaper:
    """The shell in force, and who signs."""

    def __init__(self, connection: Connection) -> None:
        layout = current_layout(connection)
        self._shell, self._signer = shell_of(connection, layout), layout.signer

    def fill(
        self,
        heading: str,
        title: str,
        document_no: str,
        day: date,
        paragraphs: Sequence[Block],
        annexes: Sequence[Block] = (),
    ) -> bytes:
        """Make a .docx; the same bytes for the same input. Takes: heading - in the place of the red head"""
        texts = {
            RED_HEAD_TEXT: heading,
            TITLE_MARK: title,
            NUMBER_MARK: document_no,
            SIGNER_MARK: self._signer,
            DATE_MARK: long_day(day),
        }
        return fill(self._shell, texts, paragraphs, annexes, {})
