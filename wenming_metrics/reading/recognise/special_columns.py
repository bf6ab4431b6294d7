"""Columns that some kinds have beside their roles: items, questions, options; and those nobody reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wenming_metrics.reading.model import reading
from wenming_metrics.reading.recognise.column_evidence import ColumnEvidence
from wenming_metrics.reading.recognise.families import wanted
from wenming_metrics.reading.survey.questions import MARK, counted_columns, survey_columns
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.values import bare_item
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.vocabulary import normalise

ITEM_COLUMN = "item"
"""Role of a column that bears an item, in a sheet with one column per item."""
ACCEPTED, STRONG = 4.0, 6.0
"""Points from which a role is given to a column; from which it speaks for a kind in full."""
_QUESTION = re.compile(
    r"您|[??]|吗$|\[(单选|多选|填空|矩阵|量表|打分)|^q\d|^\d+[、.]\D|满意|是否|哪些|如何|程度|了解|知道|评价"
)
_OPTION = re.compile(
    r"满意|知晓|知道|了解|不清楚|参与|参加|同意|支持|经常|偶尔|从不|没有|一般|很好|较好|很差|较差|好|差|人数|票|选|是$|否$|率|^[a-e]$"
)
_MARKED = re.compile(r"\(\d+(\.\d+)?分\)$")
_IDLE = re.compile(
    r"^(序号|序|编号|no\.?|行号|#|id)$|照片|图片|签字|签名|盖章|天气|检查人|督查人|记录人|制表|审核人|填表|人员|附件|星期|时段|经度|纬度|坐标|组长|核对|积分|头像|^(来自)?ip"
)


@dataclass(frozen=True)
class TableFacts:
    """A table as every kind is held against it: its columns, its header, names of items (normalised),
    what questionnaires ask, and its titles with the names of sheet and file (normalised)."""

    columns: Sequence[ColumnEvidence]
    header: Header
    item_names: frozenset[str]
    survey: Survey | None
    titles: str


def fixed_roles(kind: str, table: TableFacts) -> dict[int, str]:
    """Give the columns that a kind has beside its roles: items, questions, options."""
    if kind == reading.WIDE:
        return {
            index: ITEM_COLUMN
            for index, column in enumerate(table.columns)
            if _is_item_column(column, table.item_names)
        }
    texts, groups = table.header.texts, table.header.groups
    if kind == reading.SURVEY:
        by_name = survey_columns(texts, groups, table.survey, {}, is_chosen=True)
        roles = {p: name for name, ps in by_name.items() for p in ps}
        return {
            index: roles.get(column.position, MARK if _is_question(column) else "")
            for index, column in enumerate(table.columns)
            if column.position in roles or _is_question(column)
        }
    if kind == reading.COUNTED:
        by_name = counted_columns(texts, groups, table.survey, {})
        roles = {p: name for name, ps in by_name.items() for p in ps}
        return {
            index: roles.get(column.position, MARK)
            for index, column in enumerate(table.columns)
            if column.position in roles or _is_option(column)
        }
    return {}


def _is_item_column(column: ColumnEvidence, item_names: frozenset[str]) -> bool:
    word = normalise(column.text)
    marked = bool(_MARKED.search(word)) and max(column.worded.values()) < STRONG
    if marked or word in item_names or bare_item(word) in item_names:
        return True
    is_graded = (
        column.has("result", "points", "minus") >= 0.6 and column.has("date", "serial") < 0.5
    )
    is_titled = max(column.worded[name] for name in wanted(reading.WIDE)) >= 3
    return is_graded and not is_titled and bool(word) and not _IDLE.search(word)


def _is_question(column: ColumnEvidence) -> bool:
    other = column.has("date", "phone", "street", "community", "district")
    return bool(_QUESTION.search(normalise(column.text))) and other < 0.5


def _is_option(column: ColumnEvidence) -> bool:
    number = column.has("count", "percent", "number")
    is_sum = column.worded["returned"] >= ACCEPTED
    return bool(_OPTION.search(normalise(column.text))) and number >= 0.6 and not is_sum


def is_idle(text: str) -> bool:
    """Say whether a header is that of a column which nobody reads: serial numbers, signatures."""
    return bool(_IDLE.search(normalise(text)))
