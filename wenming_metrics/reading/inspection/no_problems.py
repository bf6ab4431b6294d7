"""Rows in a list of problems that tell of none: what passed must not become a loss.

Lists are made from checklists in which only some rows have a problem; 「无」 or a blank beside no
deduction is no problem, and a column 「是否…」 that nobody knows may say which rows passed.
"""

from __future__ import annotations

import re

import numpy as np

from wenming_metrics.reading.model.grid import GridColumn
from wenming_metrics.reading.tables.table import Table, column, report, report_sheet
from wenming_metrics.reading.tables.values import word
from wenming_metrics.vocabulary import normalise

_NONE = re.compile(
    r"[无否/√-]+|(?:无|没有|没|未发现|未见)(?:明显)?(?:问题|异常|情况)?|正常|符合(?:要求|标准)?|达标|合格|良好|通过"
)
_ASKS = re.compile("^(?:是否|有无|有没有|能否)")
_OTHERWISE = re.compile(
    "整改|改正|重复|反弹|反复|交办|转办|移交|属实|上报|报告|处理|处置|反馈|回复|督办|通报|曝光|超期|逾期|办结|销号"
    "|完成|解决|立行|及时|首次|新增|重点|挂账|照片|拍照|签字|公示|涉及|共性|典型"
)
"""What a list of problems asks besides: it does not part problems from what passed."""
_YES, _NO = (
    {"是", "有", "能", "y", "yes", "true", "√"},
    {"否", "无", "没有", "不能", "n", "no", "false", "×"},
)


def report_no_problems(table: Table, deduction: np.ndarray) -> None:
    """Hold the rows of a list of problems that tell of no problem; ask what a 「是否…」 column means.

    Takes: deduction - per row in 1e-4 points, below 0 where none is written
    """
    if "description" in table.header.columns:
        described = column(table, "description")
        words = [word(value) for value in described.values]
        none = np.array([bool(_NONE.fullmatch(text)) for text in words], bool)[described.codes]
        blank = np.array([not text for text in words], bool)[described.codes]
        report(table, none, "问题-04", "description")
        report(table, blank & (deduction <= 0), "问题-05", "description")
    titled_positions = {position for ats in table.header.columns.values() for position in ats}
    for position, text in enumerate(table.header.texts):
        title = normalise(text)
        asks = _ASKS.search(title) and not _OTHERWISE.search(title)
        if asks and position not in titled_positions and title not in table.header.ignored:
            if _parts_rows(table, position):
                report_sheet(table, "表头-11", column=text)


def _parts_rows(table: Table, position: int) -> bool:
    """Say whether a column says 是 of some rows, 否 of others, and nothing else."""
    below: GridColumn = table.sheet.columns[position]
    codes = np.unique(below.codes[table.excel - table.sheet.first_row]).tolist()
    words = {word(below.values[code]) for code in codes} - {""}
    return bool(words & _YES and words & _NO) and words <= _YES | _NO
