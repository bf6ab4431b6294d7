"""What a person says of unknown names, all at once: on the page, or in a workbook that was filled in."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from wenming_metrics.access.viewer import permitted
from wenming_metrics.intake.mistakes import IntakeError
from wenming_metrics.queries.files.unknown_names import KINDS, titles_offered
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.grid import SheetGrid
from wenming_metrics.reading.recognise.sheets import refusal_problem
from wenming_metrics.reading.sandbox.process import decode
from wenming_metrics.reading.tables.values import spell
from wenming_metrics.store import choices
from wenming_metrics.store.database import writing
from wenming_metrics.vocabulary import normalise

_log = logging.getLogger(__name__)
_KIND, _WRITTEN, _MEANS = "名称种类", "写法", "就是"


@permitted("入库", "名称对照")
def remember_names(office: Office, answers: Iterable[tuple[str, str, int]], who: str) -> int:
    """Remember what names stand for, in one go. Takes: answers - kind, as written, its number"""
    answers = list(answers)
    with writing(office.store) as connection:
        for kind, name, number in answers:
            choices.add_name(connection, kind, normalise(name), number, who)
    _log.info("记住 %d 个名称 经办 %r", len(answers), who)
    return len(answers)


def read_names_book(office: Office, content: bytes) -> list[tuple[str, str, int]]:
    """Read a workbook of `names_file` that was filled in; rows that say nothing are left out.

    Returns: kind, as written, number of what it stands for
    Raises IntakeError for a file that is none, and for a name that is not offered, with its row
    """
    decoded = decode(content)
    if decoded.refusal:
        raise IntakeError(refusal_problem(decoded.refusal).text)
    for sheet in decoded.sheets:
        lines = _lines(sheet)
        heading_row = next(
            (row for row, line in enumerate(lines) if {_WRITTEN, _MEANS} <= set(line)), None
        )
        if heading_row is not None:
            return _answers(office, sheet, lines, heading_row)
    raise IntakeError("这不是填好的名称表：没有“写法”“就是”两列。")


def _lines(sheet: SheetGrid) -> list[list[str]]:
    return [
        [spell(column.values[column.codes[row]]).strip() for column in sheet.columns]
        for row in range(sheet.n_rows)
    ]


def _answers(
    office: Office, sheet: SheetGrid, lines: list[list[str]], heading_row: int
) -> list[tuple[str, str, int]]:
    headings = lines[heading_row]
    heading_at = {
        title: headings.index(title) for title in (_KIND, _WRITTEN, _MEANS) if title in headings
    }
    kinds = {title: kind for kind, title in KINDS.items()}
    offered = titles_offered(office)
    answers, faults = [], []
    for number, line in enumerate(lines[heading_row + 1 :], sheet.first_row + heading_row + 1):
        name, meaning = line[heading_at[_WRITTEN]], line[heading_at[_MEANS]]
        kind = kinds.get(line[heading_at[_KIND]] if _KIND in heading_at else "", "")
        if not (name and meaning):
            continue
        number_meant = _target(offered.get(kind, {}), meaning)
        if number_meant is None:
            faults.append(f"第{number}行“{meaning}”不在可选的名称里")
        else:
            answers.append((kind, name, number_meant))
    if faults:
        raise IntakeError(f"{'；'.join(faults[:5])}。一个也没有记，请改好再传。")
    return answers


def _target(offered: dict[str, int], meaning: str) -> int | None:
    """Find a name as it is chosen, or without what stands in brackets where that is one name's."""
    word = normalise(meaning)
    matches = [number for title, number in offered.items() if normalise(title) == word]
    matches = matches or [
        number for title, number in offered.items() if normalise(title).split("(")[0] == word
    ]
    return matches[0] if len(matches) == 1 else None
