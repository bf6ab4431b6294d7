"""The looks of an official document after GB/T 9704-2012 (党政机关公文格式), as styles of Word.

The standard asks for classes of type (仿宋, 黑体, 楷体, 小标宋); the names of fonts are those that
offices have. Sizes in points: 3号 16, 2号 22, 4号 14, 五号 10.5. A page holds 22 lines of 28 signs.
"""

from __future__ import annotations

from dataclasses import dataclass

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.styles.style import ParagraphStyle

from wenming_metrics.export.word import blocks

LATIN = "Times New Roman"
CLOSER = -5
"""Twentieths of a point between signs: 28 of 16 points would be 2 mm wider than the text block."""
SONG, HEI, KAI, FANG, TITLE_SONG = "宋体", "黑体", "楷体_GB2312", "仿宋_GB2312", "方正小标宋简体"
PITCH = 28.95
"""Points from line to line: 225 mm over 22 lines."""
RED_HEAD, SIGNED = "通报红头", "通报落款"


@dataclass(frozen=True)
class Look:
    """How a style looks: font, size (pt), indent (signs), alignment, pitch (pt, 0 = single).

    together - stays on the page of what follows; level - in the outline, 0 = body text;
    ruled - a line above it
    """

    font: str
    size: float
    indent: int = 0
    align: str = "JUSTIFY"
    pitch: float = PITCH
    together: bool = False
    level: int = 0
    ruled: bool = False


_LOOKS = {
    RED_HEAD: Look(TITLE_SONG, 44, align="CENTER", pitch=0),
    blocks.TITLE: Look(TITLE_SONG, 22, align="CENTER", pitch=34),
    blocks.HEADING: Look(HEI, 16, 2, together=True, level=1),
    blocks.SUBHEADING: Look(KAI, 16, 2, together=True, level=2),
    blocks.BODY: Look(FANG, 16, 2),
    SIGNED: Look(FANG, 16, align="RIGHT"),
    blocks.ADDRESSEE: Look(FANG, 16),
    blocks.MARK: Look(HEI, 16, align="LEFT"),
    blocks.IMPRINT: Look(FANG, 14, ruled=True),
    blocks.CAPTION: Look(HEI, 12, align="CENTER", pitch=0, together=True),
    blocks.NOTE: Look(FANG, 10.5, pitch=0),
    blocks.ANNEX: Look(HEI, 16, align="LEFT", together=True, level=1),
    blocks.CELL: Look(FANG, 10.5, align="CENTER", pitch=0),
    blocks.CELL_HEAD: Look(HEI, 10.5, align="CENTER", pitch=0),
}


def add_styles(document: Document) -> None:
    """Add the styles that a document does not have yet; those that it has stay as they are."""
    present = {style.name for style in document.styles}
    for name, look in _LOOKS.items():
        if name not in present:
            _shape(document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH), look)


def _shape(style: ParagraphStyle, look: Look) -> None:
    style.base_style, style.font.size = None, Pt(look.size)
    set_fonts(style.element.get_or_add_rPr(), look.font)
    shape = style.paragraph_format
    shape.alignment = WD_ALIGN_PARAGRAPH[look.align]
    shape.space_before = shape.space_after = Pt(0)
    shape.keep_with_next = look.together or None
    shape.widow_control = True
    if look.pitch:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.pitch)
    properties = style.element.get_or_add_pPr()
    if look.pitch == PITCH:
        closer = OxmlElement("w:spacing")
        closer.set(qn("w:val"), str(CLOSER))
        style.element.rPr.insert_element_before(
            closer, *("w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang")
        )
    if look.ruled:
        border = parse_xml(
            f"<w:pBdr {nsdecls('w')}>"
            '<w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
        )
        properties.insert_element_before(
            border, *("w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr")
        )
    if look.indent:
        indent = properties.get_or_add_ind()
        indent.set(qn("w:firstLineChars"), str(100 * look.indent))
        indent.set(qn("w:firstLine"), str(round(20 * look.indent * look.size)))
    if look.pitch != PITCH:
        # The grid of the page would spread other lines to its own pitch.
        free = OxmlElement("w:snapToGrid")
        free.set(qn("w:val"), "0")
        properties.insert_element_before(
            free, *("w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr")
        )
    if look.level:
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(look.level - 1))
        properties.append(outline)


def set_fonts(properties: object, font: str) -> None:
    """Name the fonts of a run or a style: Latin letters and digits, and Chinese signs.

    Without w:eastAsia Word takes whatever its theme says for Chinese.
    """
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for name, family in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", font), ("cs", LATIN)):
        fonts.set(qn(f"w:{name}"), family)
