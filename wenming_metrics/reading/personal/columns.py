"""Columns with personal data of callers and respondents: never stored, and told.

Contacts of units (联络员, 责任人) are for work and stay; a column counts as personal when its header
speaks of a person's number, address or name and not of a unit's. In tables about units (plans,
registers, records, lists of contacts) a bare 电话 is a unit's: there only what is nobody's at work
counts. Sheets that are not read are looked through as well, for the file is kept whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import SheetGrid, blank_columns, rows_head
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.values import spell
from wenming_metrics.vocabulary import normalise

_PERSONAL = re.compile(
    r"手机|电话|联系方式|身份证|昵称|openid|unionid|^(来自)?ip(地址)?$|微信号|qq号?$"
    r"|^(来电|投诉|举报|诉求|反映|报料|爆料|受访)(人|者)|^(市民|群众|答题人)?姓名$|家庭(住)?址"
)
_AT_WORK = re.compile("责任|联络|单位|领导|负责|填报|检查|督查|整改|部门")
_ONLY_PRIVATE = re.compile(
    r"身份证|昵称|openid|unionid|^(来自)?ip(地址)?$|家庭(住)?址"
    r"|^(来电|投诉|举报|诉求|反映|报料|爆料|受访)(人|者)"
)
_CONTACTS = re.compile("联络|责任|职务|负责|科室|部门|单位")
"""Headers beside a telephone number that make it one of an office."""
_OF_PEOPLE = re.compile(
    r"来源详情|邮箱|email|^姓名$|用户名|username|微信|geolocation|^_?gps|经纬度|详细地址"
)
"""Headers of questionnaires besides, that speak of who answered."""
_OPTION = re.compile(r"[\[(【:/_-]([^\[\]()【】]+)[\])】]?$")
_MARKS = frozenset("y n yes no 是 否 √ × ✓ 0 1 true false n/a 选中 未选中 (跳过) (空)".split())
"""A header of one option of a question, and what is written below such a header."""
_SEARCHED, _LONGEST = 30, 20
"""Rows of a sheet that is not read in which headers are looked for; letters of a header."""
_KINDS = {reading.CHECKLIST, reading.WIDE, reading.FINDINGS, reading.VISITS, reading.SURVEY, ""}


@dataclass(frozen=True)
class PersonalColumn:
    """A column of a sheet: name and number of the sheet, position, header, Excel's first row."""

    sheet: str
    index: int
    position: int
    header: str
    first_row: int


def find_personal(headers: Sequence[tuple[SheetGrid, Header]]) -> list[PersonalColumn]:
    """Find the columns with personal data among those that no title is known for."""
    personal = []
    for sheet, header in headers:
        known_positions = {position for ats in header.columns.values() for position in ats}
        for position, text in enumerate(header.texts):
            word = normalise(text)
            subjects = {
                "of_units": header.kind not in _KINDS,
                "of_people": header.kind == reading.SURVEY,
            }
            below = sheet.columns[position].values if position < len(sheet.columns) else ()
            if position not in known_positions and is_personal(word, below, **subjects):
                first = sheet.first_row + header.first
                personal.append(PersonalColumn(sheet.name, sheet.index, position, text, first))
    return personal


def find_unread(sheets: Iterable[SheetGrid]) -> Iterator[PersonalColumn]:
    """Find the columns with personal data in sheets that are not read: below the first such header."""
    for sheet in sheets:
        positions: set[int] = set()
        for row, values in enumerate(rows_head(sheet, _SEARCHED)):
            words = [normalise(value) if isinstance(value, str) else "" for value in values]
            if sum(map(bool, words)) < 2:
                continue  # a sentence or a title, no row of headers
            of_units = any(_CONTACTS.search(word) for word in words)
            for position, word in enumerate(words):
                if (
                    len(word) > _LONGEST
                    or position in positions
                    or not is_personal(word, of_units=of_units)
                ):
                    continue
                positions.add(position)
                first = sheet.first_row + row + 1
                yield PersonalColumn(
                    sheet.name, sheet.index, position, str(values[position]), first
                )


def is_personal(
    word: str, values: Iterable[object] = (), *, of_units: bool = False, of_people: bool = False
) -> bool:
    """Say whether a (normalised) header speaks of a caller's or respondent's own data.

    Takes: values - of the column, the header among them: where all are marks of an option, as of
           「从哪些渠道了解?[微信公众号]」, they tell nothing of a person; of_units - the table is about units, whose telephone numbers are for work; of_people -
           it holds questionnaires
    """
    if _OPTION.search(word) and _only_marks(word, values):
        return False
    if of_people and _OF_PEOPLE.search(word):
        return True
    pattern = _ONLY_PRIVATE if of_units else _PERSONAL
    return bool(pattern.search(word)) and not _AT_WORK.search(word)


def _only_marks(word: str, values: Iterable[object]) -> bool:
    texts = {normalise(spell(value)) for value in values} - {word, ""}
    return bool(texts) and texts <= _MARKS | {_OPTION.search(word)[1]}


def without_personal(sheet: SheetGrid, columns: Sequence[PersonalColumn]) -> SheetGrid:
    """Empty columns in the cells of a sheet as they are kept for drill-through."""
    positions = {column.position for column in columns if column.index == sheet.index}
    if not positions:
        return sheet
    return replace(sheet, blocks=tuple(blank_columns(block, positions) for block in sheet.blocks))
