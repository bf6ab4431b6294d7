"""Documents, slides and PDF files that people hand in: their text, read in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.sandbox.process import DEFAULT_LIMITS, SandboxLimits, run

PARAGRAPH, HEAD, ROW = "p", "h", "r"
"""Kinds of lines: a paragraph, the first row of a table, any other row of one."""
PDF, PICTURES = b"%PDF-", "pictures"
"""What a PDF begins with; the property that counts its pictures."""


@dataclass(frozen=True)
class TextLine:
    """One line of a document: a paragraph (one cell) or a row of a table.

    beside - whether it stands in a header, footer or note, not in the body. A category of a chart
    is a row of its name and its figure
    """

    kind: str
    cells: tuple[str, ...]
    beside: bool = False


@dataclass(frozen=True)
class DocumentText:
    """What a document, or the slides of one, say.

    properties - its own ones (自定义) by name, of a PDF also pictures, how many are drawn; macros -
    whether it carries programs; outside - kinds of things that it would fetch from elsewhere when it
    is opened, of a PDF those of notes and stamps that stand over its text
    """

    lines: tuple[TextLine, ...]
    properties: Mapping[str, str]
    macros: bool
    outside: tuple[str, ...]


def read_text(content: bytes, *, bounds: SandboxLimits = DEFAULT_LIMITS) -> DocumentText | Refusal:
    """Read a document in a child process.

    Returns: its text, or why it is not read: word_password (or an old .doc), not_word, too_big, or
             what may happen to any child
    """
    program = "pdf_child" if content.startswith(PDF) else "document_child"
    return run(program, content, _gather, limits=bounds)


def _gather(messages: Iterator[tuple[dict, bytes]], bounds: SandboxLimits) -> DocumentText:
    lines = []
    for header, _ in messages:
        if header["type"] == "facts":
            properties = {str(name): str(text) for name, text in header["properties"].items()}
            outside = tuple(map(str, header["outside"]))
            return DocumentText(tuple(lines), properties, bool(header["macros"]), outside)
        kind, cells = header["kind"], tuple(map(str, header["cells"]))
        if header["type"] != "line" or kind not in (PARAGRAPH, HEAD, ROW) or not cells:
            raise ValueError(header["type"])
        if len(lines) == bounds.cells:
            raise ValueError("more lines than cells")
        lines.append(TextLine(kind, cells, header["where"] != "body"))
    raise EOFError
