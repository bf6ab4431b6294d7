"""Documents altered by program: digits, units, directions, rows and names; and edits of pure wording.

A document is a list of texts that can be read and written, some of them in rows; what is done to
them is the same for Word, slides, workbooks and PDF.
"""

import io
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from docx import Document
from openpyxl import load_workbook
from pptx import Presentation

from wenming_metrics.export.typeset import Print, print_pdf
from wenming_metrics.export.word.blocks import Grid, Paragraph

NAMES = ("甲街道", "乙街道", "丙街道", "丁镇", "戊镇")
_UNITS = {"分": "处", "处": "条", "条": "处", "项次": "处", "个": "条", "%": "分", "名": "分"}
_WAYS = {"上升": "下降", "下降": "上升", "+": "-", "-": "+"}
SAYINGS = ("各单位高度重视。", "下一步要持续用力。", "请认真对照整改。", "以上情况望周知。")
WORDS = {"共检查": "合计查看", "参加测评": "参与测评", "主要集中在": "多在", "首末相差": "首尾相距"}
WORDS |= {"逾期未整改": "过期没有整改", "检查点位": "查看点位", "发现问题": "查出问题", "，": "、"}


@dataclass(frozen=True)
class Text:
    """One text of a document: how it is read and written; row - it stands in this one, -1: in none."""

    get: Callable[[], str]
    put: Callable[[str], None]
    row: int = -1


@dataclass(frozen=True)
class Editable:
    """A document that is open: its texts, and how it is saved."""

    texts: list[Text]
    save: Callable[[], bytes]


def _saved(document) -> Callable[[], bytes]:
    def save() -> bytes:
        buffer = io.BytesIO()
        document.save(buffer)
        return buffer.getvalue()

    return save


def _runs(paragraphs, row: int = -1) -> Iterator[Text]:
    """Give each paragraph as one text: what is written goes into its first run."""
    for paragraph in paragraphs:
        runs = list(paragraph.runs)
        if runs:
            yield Text(
                lambda runs=runs: "".join(run.text for run in runs),
                lambda text, runs=runs: [
                    setattr(run, "text", text if place == 0 else "")
                    for place, run in enumerate(runs)
                ],
                row,
            )


def open_word(content: bytes) -> Editable:
    """Open a .docx."""
    document = Document(io.BytesIO(content))
    texts, row = list(_runs(document.paragraphs)), 0
    for table in document.tables:
        for line in table.rows[1:]:
            row += 1
            for cell in line.cells:
                texts += _runs(cell.paragraphs[:1], row)
        row += 1
    return Editable(texts, _saved(document))


def open_slides(content: bytes) -> Editable:
    """Open a .pptx."""
    deck = Presentation(io.BytesIO(content))
    texts, row = [], 0
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                texts += _runs(shape.text_frame.paragraphs)
            if shape.has_table:
                for line in list(shape.table.rows)[1:]:
                    row += 1
                    for cell in line.cells:
                        texts += _runs(cell.text_frame.paragraphs[:1], row)
                row += 1
    return Editable(texts, _saved(deck))


def open_workbook(content: bytes) -> Editable:
    """Open an .xlsx; figures stay figures."""
    book = load_workbook(io.BytesIO(content))
    texts, row = [], 0
    for sheet in book:
        for line in sheet.iter_rows():
            row += 1
            for cell in line:
                if cell.value is not None:
                    texts.append(Text(lambda c=cell: _spelled(c.value), _writer(cell), row))
        row += 1
    return Editable(texts, _saved(book))


def _spelled(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _writer(cell) -> Callable[[str], None]:
    def write(text: str) -> None:
        try:
            cell.value = float(text)
        except ValueError:
            cell.value = text

    return write


def open_print(content: Print) -> Editable:
    """Open what a PDF is laid out of, as an editor of PDF files writes into one."""
    blocks = {name: list(getattr(content, name)) for name in ("marks", "body", "annexes")}
    texts, row = [], 0
    for listed in blocks.values():
        for place, block in enumerate(listed):
            if isinstance(block, Paragraph):
                texts.append(_block_text(listed, place))
            elif isinstance(block, Grid):
                for line in range(len(block.rows)):
                    row += 1
                    texts += [
                        _grid_text(listed, place, line, n, row)
                        for n in range(len(block.rows[line]))
                    ]
                row += 1
    return Editable(texts, lambda: print_pdf(replace(content, **blocks)))


def _block_text(listed: list, place: int) -> Text:
    def put(text: str) -> None:
        listed[place] = replace(listed[place], text=text)

    return Text(lambda: listed[place].text, put)


def _grid_text(listed: list, place: int, line: int, column: int, row: int) -> Text:
    def put(text: str) -> None:
        rows = [list(cells) for cells in listed[place].rows]
        rows[line][column] = text
        listed[place] = replace(listed[place], rows=tuple(map(tuple, rows)))

    return Text(lambda: listed[place].rows[line][column], put, row)


def alter(document: Editable, kind: str, dice: random.Random) -> str:
    """Alter one thing; gives what it was and is, "" where the document has nothing of the kind."""
    if kind in _OF_TABLES:
        return _OF_TABLES[kind](document, dice)
    texts = [text for text in document.texts if _altered(text, kind, dice)]
    if not texts:
        return ""
    text = dice.choice(texts)
    before = text.get()
    text.put(_altered(text, kind, dice))
    return f"{before} -> {text.get()}"


def _altered(text: Text, kind: str, dice: random.Random) -> str:
    return _ALTERED[kind](text.get(), dice)


def _digit(text: str, dice: random.Random) -> str:
    # The number of a paragraph moves with what stands before it; it is no figure.
    start = match.end() if (match := re.match(r"\s*\d{1,3}[.、](?!\d)", text)) else 0
    places = [match.start() for match in re.finditer(r"\d", text) if match.start() >= start]
    if not places:
        return ""
    place = dice.choice(places)
    digit = str((int(text[place]) + dice.randrange(1, 10)) % 10)
    return text[:place] + digit + text[place + 1 :]


def _unit(text: str, dice: random.Random) -> str:
    found = list(re.finditer(r"(?<=\d)(项次|[分处条个%])", text))
    if not found:
        return ""
    match = dice.choice(found)
    return text[: match.start()] + _UNITS[match[0]] + text[match.end() :]


def _direction(text: str, dice: random.Random) -> str:
    found = list(re.finditer(r"(?:上升|下降)(?=\d)|^[+-](?=\d)", text))
    if not found:
        return ""
    match = dice.choice(found)
    return text[: match.start()] + _WAYS[match[0]] + text[match.end() :]


def _name(text: str, dice: random.Random) -> str:
    found = [name for name in NAMES if name in text]
    if not found:
        return ""
    name = dice.choice(found)
    return text.replace(name, dice.choice([other for other in NAMES if other != name]), 1)


_ALTERED = {"digit": _digit, "unit": _unit, "direction": _direction, "name": _name}
KINDS = (*_ALTERED, "row", "heading")


def _swap_rows(document: Editable, dice: random.Random) -> str:
    """Let two neighbouring rows of a table change places, both with figures: no headings."""
    rows = _rows(document)
    pairs = [
        (row, row + 1)
        for row, cells in rows.items()
        if len(cells) > 1
        and len(rows.get(row + 1, ())) == len(cells)
        and all(any(re.search(r"\d", text.get()) for text in of) for of in (cells, rows[row + 1]))
        and [text.get() for text in cells] != [text.get() for text in rows[row + 1]]
    ]
    if not pairs:
        return ""
    first, second = (rows[row] for row in dice.choice(pairs))
    told = [text.get() for text in first], [text.get() for text in second]
    for text, value in zip((*first, *second), (*told[1], *told[0]), strict=True):
        text.put(value)
    return f"{told[0]} <-> {told[1]}"


def _swap_heading(document: Editable, dice: random.Random) -> str:
    """Let the text of a heading and the cell below it, a figure or a name, change places."""
    rows = _rows(document)
    cells = [
        pair
        for row, heads in rows.items()
        if len(heads) > 1
        and len(rows.get(row + 1, ())) == len(heads)
        and not any(_is_checked(text.get()) for text in heads)
        for pair in zip(heads, rows[row + 1], strict=True)
        if _is_checked(pair[1].get())
    ]
    if not cells:
        return ""
    head, cell = dice.choice(cells)
    texts = head.get(), cell.get()
    head.put(texts[1])
    cell.put(texts[0])
    return f"{texts[0]} <-> {texts[1]}"


def _rows(document: Editable) -> dict[int, list[Text]]:
    rows: dict[int, list[Text]] = {}
    for text in document.texts:
        if text.row >= 0:
            rows.setdefault(text.row, []).append(text)
    return rows


def _is_checked(text: str) -> bool:
    return bool(re.search(r"\d", text)) or text in NAMES


_OF_TABLES = {"row": _swap_rows, "heading": _swap_heading}


def reword(document: Editable, dice: random.Random) -> str:
    """Edit wording alone: another word for one of WORDS, or a sentence more; gives what was done."""
    known = [text for text in document.texts if any(word in text.get() for word in WORDS)]
    if known and dice.random() < 0.6:
        text = dice.choice(known)
        word = dice.choice([word for word in WORDS if word in text.get()])
        before = text.get()
        text.put(before.replace(word, WORDS[word]))
    else:
        written = [text for text in document.texts if text.get().endswith("。")]
        text = dice.choice(written)
        before = text.get()
        text.put(before + dice.choice(SAYINGS))
    return f"{before} -> {text.get()}"
