"""Columns with personal data of callers and respondents: never stored, and told.

Contacts of units (联络员, 责任人) are for work and stay; a column counts as personal when its header
speaks of a person's number, address or name and not of a unit's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wenming_metrics.reading import model
from wenming_metrics.reading.grid import Sheet, blank_columns
from wenming_metrics.reading.header import Header
from wenming_metrics.vocabulary import normalise

_PERSONAL = re.compile(
    r"手机|电话|联系方式|身份证|昵称|openid|unionid|^(来自)?ip(地址)?$|微信号|qq号?$"
    r"|^(来电|投诉|举报|诉求|反映|报料|爆料|受访)(人|者)|^(市民|群众|答题人)?姓名$|家庭(住)?址"
)
_AT_WORK = re.compile("责任|联络|单位|领导|负责|填报|检查|督查|整改|部门")
_KINDS = {model.CHECKLIST, model.WIDE, model.FINDINGS, model.VISITS, ""}


@dataclass(frozen=True)
class PersonalColumn:
    """A column of a sheet: name and number of the sheet, position, header, Excel's first row."""

    sheet: str
    index: int
    position: int
    header: str
    first_row: int


def find_personal(headers: Sequence[tuple[Sheet, Header]]) -> list[PersonalColumn]:
    """Find the columns with personal data among those that no title is known for."""
    found = []
    for sheet, header in headers:
        known = {at for ats in header.columns.values() for at in ats}
        for at, text in enumerate(header.texts):
            word = normalise(text)
            if header.kind in _KINDS and at not in known and is_personal(word):
                first = sheet.first_row + header.first
                found.append(PersonalColumn(sheet.name, sheet.index, at, text, first))
    return found


def is_personal(word: str) -> bool:
    """Say whether a (normalised) header speaks of a caller's or respondent's own data."""
    return bool(_PERSONAL.search(word)) and not _AT_WORK.search(word)


def without_personal(sheet: Sheet, columns: Sequence[PersonalColumn]) -> Sheet:
    """Empty columns in the cells of a sheet as they are kept for drill-through."""
    positions = {one.position for one in columns if one.index == sheet.index}
    if not positions:
        return sheet
    return replace(sheet, blocks=tuple(blank_columns(block, positions) for block in sheet.blocks))
