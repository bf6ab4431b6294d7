"""A file as it is given back to its sender: what was found in it, put on its own cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath

from wenming_metrics.domain.problems import SEVERITIES, Problem
from wenming_metrics.reading.feedback.marking import mark
from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.model.marks import RESULT_HEADINGS, Mark
from wenming_metrics.vocabulary import file_name

ENDING = "_核对"
"""What the name of a file that is given back has more than its original's."""
NOTHING = "这个文件没有要标注的地方。"
_LONGEST = 220
MOST_PROBLEMS = 200_000
"""Problems beyond which a file is not marked: nobody goes through them cell by cell."""
TOO_MANY = "要标注的地方太多，不能逐格标注，请下载全部提示，先改共同的原因。"
_WHOLE = "整个文件"
_HEADER = "表头-"
_HINT = (
    "改的时候请不要增删行，改好后把这个文件整份再上传：已入库的行不会重复计分，改好的行自动补上。"
)
_WHY_NOT = {
    "too_big": "文件太大，不能直接在原表上标注，请下载全部提示，对照着改。",
    "too_slow": "文件太大，不能直接在原表上标注，请下载全部提示，对照着改。",
}
_UNMARKED = "这个文件的内部格式比较特殊，不能直接在原表上标注，请下载全部提示，对照着改。"


def marked_workbook(
    content: bytes,
    filename: str,
    sha256: str,
    problems: Sequence[Problem],
    outcome: str,
    header_rows: Mapping[str, int | None],
) -> tuple[str, bytes] | str:
    """Put the problems of a file on its cells.

    Takes:   content, filename, sha256 - the file as it was sent; problems - everything found in it;
             outcome - the sentence that is said first; header_rows - Excel's row by sheet
    Returns: name and bytes of an .xlsx, or a sentence that says why there is none
    """
    if not problems:
        return NOTHING
    if len(problems) > MOST_PROBLEMS:
        return TOO_MANY
    ordered = sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity))
    marks = [
        Mark(problem.sheet, problem.row, problem.column, problem.severity, _said(problem))
        for problem in ordered
        if problem.sheet and problem.row is not None
    ]
    rows = {**_guessed(problems), **{name: row for name, row in header_rows.items() if row}}
    marked = mark(content, marks, _summary(ordered, outcome), sha256, header_rows=rows)
    if isinstance(marked, Refusal):
        return _WHY_NOT.get(marked.code, _UNMARKED)
    return marked_name(filename), marked


def marked_name(filename: str) -> str:
    """Name the workbook that is given back: 原名_核对.xlsx."""
    stem = PurePath(file_name(filename)).stem.removesuffix(ENDING)
    # A name of a file may have 255 bytes; that of a file in an archive is the names of both.
    return f"{stem.encode()[:_LONGEST].decode(errors='ignore')}{ENDING}.xlsx"


def _guessed(problems: Iterable[Problem]) -> dict[str, int]:
    """Give the rows that a returned file has its headings in, so far as a problem tells."""
    return {
        problem.sheet: problem.row
        for problem in problems
        if problem.code.startswith(_HEADER) and problem.row is not None
    }


def _said(problem: Problem) -> str:
    """Word a problem without its place; only the heading is told, for the column of reasons."""
    return f"“{problem.header}”{problem.sentence}" if problem.header else problem.sentence


def _summary(problems: Sequence[Problem], outcome: str) -> list[list[str]]:
    lines = [
        [problem.severity, problem.location or _WHOLE, problem.sentence] for problem in problems
    ]
    return [[outcome], [_HINT], list(RESULT_HEADINGS), *lines]
