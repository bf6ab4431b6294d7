"""Held rows and files given back: what a person does about what could not be counted."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from wenming_metrics.access.viewer import permitted
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.intake.mistakes import MistakeError, one_file
from wenming_metrics.intake.transaction import Preview
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.feedback.marked_workbook import marked_workbook
from wenming_metrics.store import held
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import writing

_UNMASKED = "文件里的个人信息没能清空，不能在原表上标注，请下载全部提示，对照着改。"
_log = logging.getLogger(__name__)


@permitted("处理待核", "第 {batch} 批待核的行")
def discard_held(
    office: Office, batch: int, rows: Sequence[tuple[str, int]], who: str, reason: str
) -> None:
    """Say of held rows that nobody will correct them: they wait no longer, and never count.

    Takes: rows - (name of the sheet, Excel's row number)
    Raises IntakeError for a row that does not wait, and without a reason.
    """
    if not reason.strip():
        raise IntakeError("请写明不再处理的原因。")
    with writing(office.store) as connection:
        names = read_sheets(connection, [batch]).set_index("sheet")["name"]
        waiting = held.waiting(connection)
        waiting = waiting[waiting["batch"] == batch]
        waiting_keys = list(zip(waiting["sheet"].map(names), waiting["source_row"], strict=True))
        for sheet, row in rows:
            if (sheet, row) not in waiting_keys:
                raise IntakeError(f"批次 {batch} 的“{sheet}”第 {row} 行不在待处理的行里。")
        wanted = [key in set(rows) for key in waiting_keys]
        held.discard(connection, waiting[wanted], who, reason.strip())
    _log.info("不再处理 批次 %s %s 行 经办 %r 原因 %r", batch, len(rows), who, reason)


def marked_file(preview: Preview) -> tuple[str, bytes] | str:
    """Mark a file that is not stored yet.

    Returns: name and bytes of an .xlsx, or a sentence that says why there is none
    """
    file_reading = preview.reading
    if any(problem.code == "隐私-02" for problem in preview.problems):
        return _UNMASKED
    rows = {sheet.name: sheet.header_row for sheet in file_reading.sheets}
    facts = (preview.content, preview.filename, file_reading.sha256, preview.problems)
    try:
        with one_file(preview.filename):
            return marked_workbook(*facts, file_reading.outcome, rows)
    except MistakeError as mistake:
        return str(mistake)
