"""The shell of a 通报 that the software makes: page, styles, red head, a few markers, page numbers.

An office downloads it, changes it in Word as it likes and hands it in; of the markers it must keep
BODY_MARK and TITLE_MARK, each in a paragraph of its own.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO

from docx import Document as new_document
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section, _Footer
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from wenming_metrics.export.package import settle
from wenming_metrics.export.word import blocks
from wenming_metrics.export.word.styles import FANG, RED_HEAD, SIGNED, SONG, add_styles, set_fonts

BODY_MARK, TITLE_MARK = "{{正文}}", "{{标题}}"
NUMBER_MARK, SIGNER_MARK, DATE_MARK, ANNEX_MARK = "{{文号}}", "{{落款}}", "{{日期}}", "{{附件}}"
REQUIRED = (TITLE_MARK, BODY_MARK)
MARKS = (NUMBER_MARK, TITLE_MARK, BODY_MARK, SIGNER_MARK, DATE_MARK, ANNEX_MARK)
"""What a shell may hold, each once; without ANNEX_MARK annexes stand at the end."""
_RED = RGBColor(0xE0, 0x1B, 0x1B)
RED_HEAD_TEXT = "文明城市创建工作通报"
"""What the red head of the software's own shell says."""


@cache
def default_shell() -> bytes:
    """Make the shell after GB/T 9704-2012; the same bytes every time, so they are made once."""
    document = new_document()
    _drop_effects(document)
    _set_ground(document)
    add_styles(document)
    _set_page(document)
    head = document.add_paragraph(style=RED_HEAD)
    head.add_run(RED_HEAD_TEXT).font.color.rgb = _RED
    _underline(_add(document, NUMBER_MARK, blocks.BODY, WD_ALIGN_PARAGRAPH.CENTER))
    for text, style in (("", blocks.BODY), (TITLE_MARK, blocks.TITLE), ("", blocks.BODY)):
        _add(document, text, style)
    _add(document, BODY_MARK, blocks.BODY)
    _add(document, "", blocks.BODY).paragraph_format.keep_with_next = True
    for text in (SIGNER_MARK, DATE_MARK):
        # The signature stands four signs from the edge.
        _add(document, text, SIGNED).paragraph_format.right_indent = Pt(64)
    _add(document, ANNEX_MARK, blocks.BODY)
    buffer = BytesIO()
    document.save(buffer)
    return settle(buffer.getvalue())


def _drop_effects(document: Document) -> None:
    """Drop the second set of styles that the template has: Word would find ours missing in it."""
    relations = document.part.rels
    for key in [
        key for key, relation in relations.items() if relation.reltype.endswith("stylesWithEffects")
    ]:
        del relations[key]


def _add(
    document: Document, text: str, style: str, align: WD_ALIGN_PARAGRAPH | None = None
) -> Paragraph:
    paragraph = document.add_paragraph(text, style=style)
    if align is not None:
        paragraph.alignment = align
        paragraph.paragraph_format.first_line_indent = Pt(0)
        paragraph._p.pPr.get_or_add_ind().set(qn("w:firstLineChars"), "0")
    return paragraph


def _set_ground(document: Document) -> None:
    """Set what holds where no style does: fonts, language, the file's own data."""
    defaults = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    set_fonts(defaults, FANG)
    language = defaults.find(qn("w:lang"))
    language.set(qn("w:eastAsia"), "zh-CN")
    normal = document.styles["Normal"]
    normal.font.size = Pt(16)
    set_fonts(normal.element.get_or_add_rPr(), FANG)
    facts = document.core_properties
    facts.author = facts.comments = facts.title = facts.keywords = facts.last_modified_by = ""


def _set_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(24)
    old_grid = section._sectPr.find(qn("w:docGrid"))
    if old_grid is not None:
        section._sectPr.remove(old_grid)
    section._sectPr.append(
        parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="579"/>')
    )
    _number_pages(document, section)


def _number_pages(document: Document, section: Section) -> None:
    """Number pages 「— 1 —」: on odd ones at the right, on even ones at the left, a sign inside."""
    document.settings.odd_and_even_pages_header_footer = True
    sides = ((section.footer, "RIGHT"), (section.even_page_footer, "LEFT"))
    for footer, side in sides:
        _number(footer, WD_ALIGN_PARAGRAPH[side])


def _number(footer: _Footer, side: WD_ALIGN_PARAGRAPH) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = side
    if side == WD_ALIGN_PARAGRAPH.RIGHT:
        paragraph.paragraph_format.right_indent = Pt(14)
    else:
        paragraph.paragraph_format.left_indent = Pt(14)
    for text in ("— ", None, " —"):
        run = paragraph.add_run(text or "")
        run.font.size = Pt(14)
        set_fonts(run._r.get_or_add_rPr(), SONG)
        if text is None:
            for step in ("begin", "PAGE", "end"):
                run._r.append(_field(step))


def _field(step: str) -> OxmlElement:
    if step == "PAGE":
        code = OxmlElement("w:instrText")
        code.text = " PAGE "
        return code
    sign = OxmlElement("w:fldChar")
    sign.set(qn("w:fldCharType"), step)
    return sign


def _underline(paragraph: Paragraph) -> None:
    """Draw the red line of the head below a paragraph."""
    border = f'<w:bottom w:val="single" w:sz="18" w:space="6" w:color="{_RED}"/>'
    paragraph._p.get_or_add_pPr().insert_element_before(
        parse_xml(f"<w:pBdr {nsdecls('w')}>{border}</w:pBdr>"),
        *("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr"),
    )
