"""A shell filled in: texts in the place of its markers, a body and annexes of native text and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from docx import Document as open_document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.parts.document import DocumentPart
from docx.shared import Emu

from wenming_metrics.export.package import settle
from wenming_metrics.export.word.blocks import (
    ANNEX,
    CAPTION,
    CELL,
    CELL_HEAD,
    Block,
    Grid,
    Paragraph,
    Pictures,
    plain_text,
)
from wenming_metrics.export.word.shell import ANNEX_MARK, BODY_MARK
from wenming_metrics.export.word.styles import add_styles

_SIDE_BY_SIDE = 2
_PICTURE_WIDTH, _PICTURE_HEIGHT = 2_700_000, 2_100_000
"""Room of one of two pictures on a line, in EMU: 75 and 58 mm."""
_WIDE = 8845
"""Width of the text block in twentieths of a point: 156 mm."""


def fill(
    shell: bytes,
    texts: Mapping[str, str],
    body: Sequence[Block],
    annexes: Sequence[Block],
    properties: Mapping[str, str],
    marks: Sequence[Block] = (),
) -> bytes:
    """Make a document of a shell.

    Takes:   shell - one that was checked: it holds BODY_MARK once; texts - marker -> what stands in
             its anchor; body, annexes - what stands in the place of BODY_MARK and of ANNEX_MARK, or
             at the end; properties - the document's own, by name; marks - stand above all else
    Returns: bytes of a .docx, the same for the same input
    """
    document = open_document(BytesIO(shell))
    add_styles(document)
    styles = {style.name: style.style_id for style in document.styles}
    anchors = {}
    for paragraph in list(document.element.body.iter(qn("w:p"))):
        text = _text_of(paragraph)
        for mark in (BODY_MARK, ANNEX_MARK):
            if mark in text:
                anchors[mark] = paragraph
        for mark, replacement in texts.items():
            if mark in text:
                _replace(paragraph, mark, "\n".join(map(plain_text, replacement.split("\n"))))
    _put(anchors[BODY_MARK], body, styles, document.part, held_to_next=2)
    for block in reversed(marks):
        for element in reversed(list(_elements(block, styles, document.part))):
            document.element.body.insert(0, element)
    if annexes and ANNEX_MARK not in anchors:
        anchors[ANNEX_MARK] = document.add_paragraph()._p
    if ANNEX_MARK in anchors:
        _put(anchors[ANNEX_MARK], annexes, styles, document.part)
    buffer = BytesIO()
    document.save(buffer)
    return settle(buffer.getvalue(), properties)


def _text_of(paragraph: BaseOxmlElement) -> str:
    return "".join(text.text or "" for text in paragraph.iter(qn("w:t")))


def _replace(paragraph: BaseOxmlElement, mark: str, replacement: str) -> None:
    """Put a text in the place of a marker, which Word may have split over several runs."""
    start = _text_of(paragraph).index(mark)
    end, position = start + len(mark), 0
    for element in list(paragraph.iter(qn("w:t"))):
        text = element.text or ""
        first, last = start - position, end - position
        position += len(text)
        if last <= 0 or first >= len(text):
            continue
        inserted = replacement if first >= 0 else ""
        _write(element, text[: max(first, 0)] + inserted + text[max(last, 0) :])


def _write(element: BaseOxmlElement, text: str) -> None:
    """Write a text into a run; where it says so, a line is broken."""
    first, *further = text.split("\n")
    element.text = first
    element.set(qn("xml:space"), "preserve")
    for line in further:
        broken, words = OxmlElement("w:br"), OxmlElement("w:t")
        element.addnext(broken)
        broken.addnext(words)
        element = words
        element.text = line
        element.set(qn("xml:space"), "preserve")


def _put(
    anchor: BaseOxmlElement,
    blocks: Sequence[Block],
    styles: Mapping[str, str],
    host: DocumentPart,
    held_to_next: int = 0,
) -> None:
    """Put blocks in the place of a paragraph. Takes: held_to_next - so many of the last paragraphs
    stay on the page of what follows: a signature must not stand on a page without text"""
    elements = [element for block in blocks for element in _elements(block, styles, host)]
    for element in elements:
        anchor.addprevious(element)
    for element in elements[len(elements) - held_to_next :]:
        if element.tag == qn("w:p"):
            element.pPr.get_or_add_pStyle().addnext(OxmlElement("w:keepNext"))
    if anchor.getparent().tag == qn("w:body") and elements:
        anchor.getparent().remove(anchor)
    else:
        for text in anchor.iter(qn("w:t")):
            text.text = ""


def _elements(
    block: Block, styles: Mapping[str, str], host: DocumentPart
) -> Iterator[BaseOxmlElement]:
    if isinstance(block, Pictures):
        yield from _picture_rows(block, styles[CELL], host)
        return
    if isinstance(block, Paragraph):
        element = _paragraph(block.text, styles[block.kind])
        if block.kind == ANNEX:
            element.pPr.append(OxmlElement("w:pageBreakBefore"))
        yield element
        return
    if block.title:
        yield _paragraph(block.title, styles[CAPTION])
    yield _table(block, styles)
    yield _paragraph("", styles[CELL])


def _picture_rows(block: Pictures, style: str, host: DocumentPart) -> Iterator[BaseOxmlElement]:
    """Draw pictures two on a line, what they show below them."""
    for start in range(0, len(block.pictures), _SIDE_BY_SIDE):
        drawn = block.pictures[start : start + _SIDE_BY_SIDE]
        line = _paragraph("", style)
        line.get_or_add_pPr().append(OxmlElement("w:keepNext"))
        for content, width, height, _ in drawn:
            scale = min(_PICTURE_WIDTH / width, _PICTURE_HEIGHT / height)
            inline = host.new_pic_inline(
                BytesIO(content), Emu(round(width * scale)), Emu(round(height * scale))
            )
            run, drawing = OxmlElement("w:r"), OxmlElement("w:drawing")
            drawing.append(inline)
            run.append(drawing)
            line.append(run)
        yield line
        yield _paragraph(" / ".join(text for *_, text in drawn), style)


def _paragraph(text: str, style: str) -> BaseOxmlElement:
    return parse_xml(_paragraph_xml(text, style, nsdecls("w")))


def _paragraph_xml(text: str, style: str, attributes: str = "", shape: str = "") -> str:
    """Write a paragraph as XML. Takes: shape - further properties of it"""
    clean = escape(plain_text(text))
    run = f'<w:r><w:t xml:space="preserve">{clean}</w:t></w:r>' if clean else ""
    return f'<w:p {attributes}><w:pPr><w:pStyle w:val="{style}"/>{shape}</w:pPr>{run}</w:p>'


def _table(grid: Grid, styles: Mapping[str, str]) -> BaseOxmlElement:
    widths = [round(_WIDE * width / sum(grid.widths)) for width in grid.widths]
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    rows = [_row(grid.heads, widths, styles[CELL_HEAD], frozenset(), repeats=True)]
    rows += [_row(cells, widths, styles[CELL], grid.wordy) for cells in grid.rows]
    # One text, parsed once: to build each cell element by element was over half of a document's time.
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(
    cells: Sequence[str],
    widths: Sequence[int],
    style: str,
    wordy: frozenset[int],
    *,
    repeats: bool = False,
) -> str:
    """Write a row that no page break splits; `repeats`: it stands on top of each page."""
    flags = "<w:cantSplit/>" + ("<w:tblHeader/>" if repeats else "")
    texts = [
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        + _paragraph_xml(text, style, shape='<w:jc w:val="left"/>' if number in wordy else "")
        + "</w:tc>"
        for number, (text, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"<w:tr><w:trPr>{flags}</w:trPr>{''.join(texts)}</w:tr>"
