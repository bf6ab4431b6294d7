"""A 通报 that comes back as document, slides, PDF or workbook: each of its figures against what was signed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import KINDS, Window
from wenming_metrics.export.typeset import BULLETIN, LEADER
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.compare import SAME, TokenCheck, compare
from wenming_metrics.publishing.bulletin.document import (
    DIGEST,
    LAYOUT,
    PERIOD,
    UNIT,
    Bulletin,
    build,
    build_slides,
)
from wenming_metrics.publishing.bulletin.layout import (
    Layout,
    current_layout,
    layout_by,
    read_document,
)
from wenming_metrics.publishing.bulletin.material import (
    Material,
    issue_of_span,
    issue_of_window,
    material_of_issue,
)
from wenming_metrics.publishing.bulletin.printed import FORM, build_pdf
from wenming_metrics.publishing.bulletin.sections import names_in
from wenming_metrics.publishing.bulletin.tokens import NameFinder
from wenming_metrics.publishing.issues import SPAN_NAMES, Issue, find_issue, list_issues
from wenming_metrics.publishing.signed_workbook import period_file
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.grid import Workbook, column_letter
from wenming_metrics.reading.sandbox.documents import (
    PDF,
    PICTURES,
    ROW,
    DocumentText,
    TextLine,
    read_text,
)
from wenming_metrics.reading.sandbox.process import decode
from wenming_metrics.store.database import reading

_MOST_DAYS = 732
_CODE = re.compile(r"校验码[:：]\s*([0-9a-f]{6,64})")
_PROPOSED = "建议名单（"
"""What signed documents of earlier versions say before the names that nobody confirmed."""
COLUMNS = ["state", "expected", "actual", "line", "context", "note"]


@dataclass(frozen=True, eq=False)
class Recheck:
    """What became of a document.

    subject - the issue whose figures it is of; is_signed - whether they were signed; marks - of every number
    and name; remarks - what hinders the comparison, in words
    """

    subject: Issue
    is_signed: bool
    marks: tuple[TokenCheck, ...]
    remarks: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Say 一致 (True) or 不一致: every number and name stands as it was handed out."""
        return not self.remarks and all(token_check.state == SAME for token_check in self.marks)

    @property
    def counts(self) -> Counter:
        """Count the numbers of each state; names are told only where they differ."""
        return Counter(token_check.state for token_check in self.marks if token_check.is_number)

    @property
    def differences(self) -> pd.DataFrame:
        """List what differs, numbers and names, in the order of the document: COLUMNS."""
        lines = [token_check for token_check in self.marks if token_check.state != SAME]
        return pd.DataFrame(
            [[getattr(token_check, name) for name in COLUMNS] for token_check in lines],
            columns=COLUMNS,
        )


def recheck(office: Office, content: bytes, name: str) -> Recheck:
    """Compare a file with what it was made of.

    Takes: name - of the file: by its end it is a workbook (.xlsx), slides (.pptx) or a document; a PDF
           is known by its bytes
    Raises IntakeError for one that is no 通报 of this store.
    """
    if name.lower().endswith(".xlsx"):
        return _recheck_workbook(office, content)
    text = read_document(content, "这个文件")
    digest, period = (text.properties.get(name, "") for name in (DIGEST, PERIOD))
    if not digest or not period:
        raise IntakeError(
            "这个文件没有本软件的校验码：不是从这里导出的通报，或者校验码已被去掉，不能核对。"
        )
    with reading(office.store) as connection:
        material, remarks = _material(connection, office, digest, period)
        layout, unknown = _layout(connection, text.properties.get(LAYOUT, ""))
        build_again = _build_slides if name.lower().endswith(".pptx") else _build
        build_again = _build_pdf if content.startswith(PDF) else build_again
        expected = read_text(build_again(connection, material, layout, text).content)
    remarks += [*unknown, *(_beside_text(expected, text) if content.startswith(PDF) else ())]
    remarks += [] if remarks else _unconfirmed(expected, text)
    marks = compare(expected.lines, text.lines, NameFinder(*names_in(material)))
    return Recheck(material.issue, material.is_signed, tuple(marks), tuple(remarks))


def _material(
    connection: Connection, office: Office, digest: str, period: str
) -> tuple[Material, list[str]]:
    """Find what a document was made of: what was signed under its digest, else its days as they are now."""
    for signed_issue in list_issues(connection):
        if signed_issue.hash == digest:
            return material_of_issue(connection, office, signed_issue), []
    window, kind = _window(period)
    issue = (
        issue_of_span(connection, office, window.start, window.end, kind)
        if kind
        else issue_of_window(connection, office, window)
    )
    material = material_of_issue(connection, office, issue)
    if material.digest == digest:
        return material, []
    if material.is_signed:
        return material, ["这是签发以前的征求意见稿，现在按签发的数核对。"]
    return material, ["出稿以后数据有变动，现在按变动后的数核对；请重新出稿。"]


def _build(
    connection: Connection, material: Material, layout: Layout, text: DocumentText
) -> Bulletin:
    try:
        return build(connection, material, layout, text.properties.get(UNIT, ""))
    except KeyError:
        raise IntakeError("这个文件的单位属性被改过，找不到是哪个单位。") from None


def _build_slides(
    connection: Connection, material: Material, layout: Layout, text: DocumentText
) -> Bulletin:
    return build_slides(material, layout)


def _build_pdf(
    connection: Connection, material: Material, layout: Layout, text: DocumentText
) -> Bulletin:
    form = text.properties.get(FORM, BULLETIN)
    return build_pdf(material, layout, LEADER if form == LEADER else BULLETIN)


def _beside_text(expected: DocumentText, actual: DocumentText) -> Iterator[str]:
    """Say what of a PDF no comparison of words sees: what was put over its pages."""
    if actual.outside:
        yield "页面上另加了批注、文本框或图章，里面的字没有核对，请打开看。"
    counts = [text.properties.get(PICTURES, "0") for text in (expected, actual)]
    if len(set(counts)) > 1:
        yield f"图片应为{counts[0]}张，现为{counts[1]}张，图片里的字没有核对，请打开看。"


def _unconfirmed(expected: DocumentText, actual: DocumentText) -> list[str]:
    """Say that a signed document of an earlier version holds names that nobody confirmed."""
    told = [
        any(_PROPOSED in cell for line in text.lines for cell in line.cells)
        for text in (expected, actual)
    ]
    return (
        ["这份是以前的版本出的，列有没有确认的建议名单，请重新下载。"]
        if told == [False, True]
        else []
    )


def _recheck_workbook(office: Office, content: bytes) -> Recheck:
    """Compare the workbook of a signed issue with its lists; the code stands below each of them."""
    workbook = _open_workbook(content)
    lines = _lines(workbook)
    codes = {match[1] for line in lines for cell in line.cells if (match := _CODE.search(cell))}
    if not codes:
        raise IntakeError("这个工作簿没有校验码：不是从这里导出的签发名单，不能核对。")
    if len(codes) > 1:
        raise IntakeError(f"这个工作簿里有{len(codes)}个不同的校验码，不能核对。")
    issue = find_issue(office, codes.pop())
    if not issue.was_signed:
        raise IntakeError("这个工作簿的校验码不是签发的期次，不能核对。")
    with reading(office.store) as connection:
        material = material_of_issue(connection, office, issue)
    expected = sheet_lines(period_file(office, issue)[1])
    marks = compare(expected, lines, NameFinder(*names_in(material)))
    return Recheck(issue, True, tuple(marks), tuple(_hidden_parts(workbook)))


def sheet_lines(content: bytes) -> list[TextLine]:
    """Give the rows of all sheets of a workbook as lines. Raises IntakeError."""
    return _lines(_open_workbook(content))


def _open_workbook(content: bytes) -> Workbook:
    workbook = decode(content)
    if workbook.refusal is not None:
        raise IntakeError("这个文件不是 Excel 工作簿（.xlsx），或者加了密码、不完整，读不了。")
    return workbook


def _hidden_parts(workbook: Workbook) -> Iterator[str]:
    """Say what of a workbook nobody sees who opens it: sheets, rows and columns that are hidden."""
    for sheet in workbook.sheets:
        if sheet.hidden:
            yield f"工作表“{sheet.name}”被隐藏，打开时看不到。"
        last_row = sheet.first_row + sheet.n_rows - 1
        hidden = [
            f"第{first}行" if first == last else f"第{first}—{last}行"
            for first, last in sheet.facts.hidden_rows
            if first <= last_row
        ]
        hidden += [
            f"{column_letter(index)}列"
            for first, last in sheet.facts.hidden_columns
            for index in range(first, min(last + 1, len(sheet.columns)))
        ]
        if hidden:
            yield f"工作表“{sheet.name}”隐藏了{'、'.join(hidden)}，打开时看不到。"


def _lines(workbook: Workbook) -> list[TextLine]:
    lines = []
    for sheet in workbook.sheets:
        columns = [[_cell_text(cell) for cell in column.values] for column in sheet.columns]
        for row in range(sheet.n_rows):
            cells = (
                texts[column.codes[row]]
                for texts, column in zip(columns, sheet.columns, strict=True)
            )
            line = TextLine(ROW, tuple(cells))
            lines += [line] if any(line.cells) else []
    return lines


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)


def _window(period: str) -> tuple[Window, str]:
    """Read `document.period_key`: the days, and the kind of SPAN_NAMES, "" for a period."""
    kinds = {name: kind for kind, name in SPAN_NAMES.items()} | {"": ""}
    try:
        kind, first, last, *names = period.split()
        special = kinds[names[0] if names else ""]
        window = Window(kind, date.fromisoformat(first), date.fromisoformat(last))
    except (ValueError, KeyError):
        window = None
    if window is None or window.kind not in KINDS or not 0 < len(window.days) <= _MOST_DAYS:
        raise IntakeError("这个文件的期次属性被改过，找不到是哪一期。")
    return window, special


def _layout(connection: Connection, digest: str) -> tuple[Layout, list[str]]:
    layout = layout_by(connection, digest)
    if layout is not None:
        return layout, []
    return current_layout(connection), ["出稿时的版式没有留存，按现在的版式核对。"]
