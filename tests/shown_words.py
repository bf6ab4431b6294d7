"""The words that tests bring up anywhere: on pages, on the terminal, in files that are handed out.

What senders wrote is shown as they wrote it, so it is left out here: what stands in quotation marks, the
cells of tables of data, names of files. The rest must be written as `tests.test_wording` says.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import openpyxl

from tests.test_wording import BANNED, HALF

_OURS = ("wenming_metrics.export", "wenming_metrics.publishing")
_QUOTED = re.compile(r"“[^”]*”|`[^`]*`|\S+\.(?:xlsx?|csv|zip|toml|docx|pptx|db|md)\S*|https?://\S+")
_DEMO = re.compile(r"\(2026年\)|\(虚构文号\)")
"""In the titles of the demonstration's rules, which are published and so not edited."""
_MARKS = re.compile(r"\\([^\w\s])|:\w+\[|\*\*|<[^>]*>")
_ELEMENTS = ("markdown", "caption", "subheader", "error", "warning", "info", "success", "title")
_WIDGETS = (
    *("selectbox", "multiselect", "text_input", "text_area", "date_input", "number_input", "radio"),
    *("checkbox", "toggle", "button", "button_group", "tabs", "expander", "metric"),
    *("download_button", "page_link", "file_uploader", "popover"),
)
_HEADS = '"(?:label|help)": ?("(?:[^"\\\\]|\\\\.)*")'
"""In what Streamlit is told of the columns of a table."""
_LAID_OUT = ("text", "ticktext")
"""Names of a chart's layout that hold texts; what its marks say holds names as they were sent."""


def faults(text: str) -> list[str]:
    """List what is not written as an office writes, with the signs around it."""
    bare = _DEMO.sub("", _QUOTED.sub("“”", _MARKS.sub(r"\1", text)))
    return [
        bare[max(0, match.start() - 12) : match.end() + 12]
        for pattern in (HALF, BANNED)
        for match in pattern.finditer(bare)
    ]


@contextmanager
def watched() -> Iterator[dict[str, str]]:
    """Gather all words that are shown meanwhile: text -> where it was."""
    texts: dict[str, str] = {}
    with ExitStack() as stack:
        for owner, name, gather in _places():
            stack.enter_context(_also(owner, name, gather, texts))
        yield texts


def _places() -> Iterator[tuple[object, str, Callable]]:
    """Give the functions by which words are shown, of what is imported by now."""
    modules = sys.modules
    if "streamlit.testing.v1.app_test" in modules:
        yield modules["streamlit.testing.v1.app_test"].AppTest, "_run", _of_page
    if "wenming_metrics.commands.printing" in modules:
        yield modules["wenming_metrics.commands.printing"]._Terminal, "print", _of_terminal
    for module, name, gather in (
        ("openpyxl.workbook.workbook", "Workbook", _of_workbook),
        ("docx.document", "Document", _of_document),
        ("pptx.presentation", "Presentation", _of_slides),
    ):
        if module in modules:
            yield getattr(modules[module], name), "save", gather


@contextmanager
def _also(owner: object, name: str, gather: Callable, texts: dict[str, str]) -> Iterator[None]:
    plain = getattr(owner, name)

    def call(self, *arguments: object, **options: object) -> object:
        answer = plain(self, *arguments, **options)
        caller = sys._getframe(1).f_globals.get("__name__", "")
        for where, text in gather(self, arguments, caller):
            texts.setdefault(text, where)
        return answer

    with patch.object(owner, name, call):
        yield


def _of_page(app: object, _arguments: tuple, _caller: str) -> Iterator[tuple[str, str]]:
    for kind in _ELEMENTS:
        for element in app.get(kind):
            yield f"page {kind}", str(getattr(element, "value", ""))
    for kind in _WIDGETS:
        for element in app.get(kind):
            proto = getattr(element, "proto", None)
            for field in ("label", "help", "placeholder"):
                yield f"page {kind} {field}", str(getattr(proto, field, "") or "")
    for element in app.get("dataframe"):
        for quoted in re.findall(_HEADS, element.proto.columns):
            yield "page heading", json.loads(quoted)
    for element in app.get("plotly_chart"):
        layout = json.loads(element.proto.spec or "{}").get("layout", {})
        yield from (("page chart", text) for text in _texts_in(layout))
    for element in app.get("html"):
        body = str(element.proto.body)
        if not any(sign in body for sign in ("<script", "<style", "cells")):  # not cells as sent
            yield "page html", body


def _texts_in(laid_out: object) -> Iterator[str]:
    """Give the texts of a chart's layout: titles, axes, what stands beside marks."""
    for name, value in laid_out.items() if isinstance(laid_out, dict) else ():
        if name in _LAID_OUT and name != "template":
            yield from [value] if isinstance(value, str) else map(str, value or ())
        for inner in value if isinstance(value, list) else [value]:
            if name != "template":
                yield from _texts_in(inner)


def _of_terminal(_console: object, arguments: tuple, _caller: str) -> Iterator[tuple[str, str]]:
    for shown in arguments:
        if isinstance(shown, str):
            yield "terminal", shown
        elif hasattr(shown, "columns"):
            yield "terminal", str(shown.title or "")
            yield from (("terminal heading", str(column.header)) for column in shown.columns)


def _of_workbook(_book: object, arguments: tuple, caller: str) -> Iterator[tuple[str, str]]:
    """Give the titles and notes of a workbook that the product hands out: lines of one text; and the
    headings of its tables: the first line of several texts."""
    if caller.startswith(_OURS) and isinstance(arguments[0], io.BytesIO):
        content = io.BytesIO(arguments[0].getvalue())
        for sheet in openpyxl.load_workbook(content, read_only=True):
            headed = False
            for row in sheet.iter_rows(max_row=12, values_only=True):
                texts = [cell for cell in row if isinstance(cell, str)]
                is_head = not headed and len(texts) > 1
                headed = headed or is_head
                if is_head or len(texts) == 1:
                    yield from ((f"sheet {sheet.title}", text) for text in texts)


def _of_document(document: object, _arguments: tuple, caller: str) -> Iterator[tuple[str, str]]:
    if caller.startswith(_OURS):
        yield from (("document", paragraph.text) for paragraph in document.paragraphs)
        for table in document.tables:
            yield from (("document heading", cell.text) for cell in table.rows[0].cells)
        for section in document.sections:
            for part in (section.header, section.footer, section.first_page_header):
                yield from (("document margin", paragraph.text) for paragraph in part.paragraphs)


def _of_slides(deck: object, _arguments: tuple, caller: str) -> Iterator[tuple[str, str]]:
    if caller.startswith(_OURS):
        for slide in deck.slides:
            frames = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
            yield from (("slide", text) for text in frames)
            for shape in slide.shapes:
                if shape.has_table:
                    yield from (("slide heading", cell.text) for cell in shape.table.rows[0].cells)
