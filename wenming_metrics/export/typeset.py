"""A 通报 as pages that nobody edits: PDF, and pictures of its pages, by typst (an optional extra).

The same blocks as those of a Word document, laid out by `typeset.typ` after GB/T 9704-2012.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from wenming_metrics.export.word import blocks
from wenming_metrics.export.word.blocks import Block, Grid, Paragraph, Pictures, plain_text

PDF, PNG = "application/pdf", "image/png"
"""What a browser must be told about these files."""
BULLETIN, LEADER, PHONE = "bulletin", "leader", "phone"
"""Forms: an official document; one page in black and white; one long picture for a phone."""
_PROGRAM = Path(__file__).with_name("typeset.typ")
_KINDS = {
    blocks.TITLE: "title",
    blocks.HEADING: "heading",
    blocks.SUBHEADING: "subheading",
    blocks.BODY: "body",
    blocks.ADDRESSEE: "addressee",
    blocks.MARK: "mark",
    blocks.CAPTION: "caption",
    blocks.NOTE: "note",
    blocks.IMPRINT: "imprint",
    blocks.ANNEX: "annex",
}
_FALLBACK = ("Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "Songti SC")
_SANS = ("Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC")
_FACES = {
    "fang": ("FangSong_GB2312", "FangSong", "STFangsong", *_FALLBACK),
    "hei": ("SimHei", "STHeiti", *_SANS, *_FALLBACK),
    "kai": ("KaiTi_GB2312", "KaiTi", "STKaiti", *_FALLBACK),
    "song": ("SimSun", "STSong", *_FALLBACK),
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "STZhongsong", *_FALLBACK),
}
_WANTED = {
    "仿宋": _FACES["fang"][:3],
    "黑体": _FACES["hei"][:2],
    "楷体": _FACES["kai"][:3],
    "宋体": _FACES["song"][:2],
    "小标宋": _FACES["title"][:2],
}
"""Classes of type that the standard asks for, with the fonts that are of them."""
_BREAKING = 300
"""Signs of a row of a table from which on it may run over a page."""


@dataclass(frozen=True)
class Print:
    """What is laid out: form; red_head, number, title as they stand on top; body; signature, line
    by line; what follows it; marks - what stands above the head; properties - what a PDF carries
    unseen, by which it is checked when it comes back
    """

    form: str
    title: str
    body: Sequence[Block]
    red_head: str = ""
    number: str = ""
    signature: tuple[str, ...] = ()
    annexes: Sequence[Block] = ()
    marks: Sequence[Block] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


MISSING = (
    '没有安装排版组件，不能出 PDF 和图片。请管理员在软件目录运行 pip install "typst>=0.15,<0.16"。'
)
"""What is said where typst is not installed."""


def is_installed() -> bool:
    """Say whether typst is here."""
    return find_spec("typst") is not None


def missing_fonts() -> list[str]:
    """Name the classes of type that no font of this machine is of; others are printed in their place."""
    families = set(_fonts().families())
    return [name for name, fonts in _WANTED.items() if families.isdisjoint(fonts)]


def print_pdf(content: Print) -> bytes:
    """Lay out a PDF; the same bytes for the same input on the same machine."""
    return _compile(content, format="pdf", timestamp=0)


def print_pictures(content: Print, ppi: float) -> list[bytes]:
    """Draw each page as a PNG. Takes: ppi - dots per inch"""
    pages = _compile(content, format="png", ppi=ppi)
    return [pages] if isinstance(pages, bytes) else pages


def _compile(content: Print, **options: object) -> bytes | list[bytes]:
    from typst import Compiler

    files: dict[str, bytes] = {}
    facts = {
        "form": content.form,
        "title": "\n".join(map(plain_text, content.title.split("\n"))),
        "head": content.red_head,
        "number": plain_text(content.number),
        "keywords": json.dumps(dict(content.properties), ensure_ascii=False),
        "signature": [plain_text(text) for text in content.signature],
        **{
            name: list(_spell(getattr(content, name), files))
            for name in ("marks", "body", "annexes")
        },
        "fonts": _FACES
        if content.form == BULLETIN
        else dict.fromkeys(_FACES, [*_SANS, *_FALLBACK]),
    }
    # Pictures can only be handed over as files.
    with TemporaryDirectory() as folder:
        for name, file_bytes in (files | {"data.json": json.dumps(facts).encode()}).items():
            Path(folder, name).write_bytes(file_bytes)
        program = Path(folder, _PROGRAM.name)
        program.write_bytes(_PROGRAM.read_bytes())
        compiler = Compiler(
            str(program), root=folder, font_paths=_fonts(), ignore_system_fonts=True
        )
        return compiler.compile(**options)


@cache
def _fonts() -> object:
    """Read the fonts of the machine, once: it takes half a second."""
    from typst import Fonts

    return Fonts(include_embedded_fonts=False)


def _spell(content: Sequence[Block], files: dict[str, bytes]) -> Iterator[dict[str, object]]:
    """Turn blocks into what typst reads. Takes: files - gets the pictures, by name"""
    for block in content:
        if isinstance(block, Paragraph):
            yield {"type": "text", "kind": _KINDS[block.kind], "text": plain_text(block.text)}
        elif isinstance(block, Grid):
            yield _spell_grid(block)
        elif isinstance(block, Pictures):
            yield {"type": "pictures", "pictures": list(_spell_pictures(block, files))}


def _spell_grid(grid: Grid) -> dict[str, object]:
    rows = [
        {
            "cells": [plain_text(cell) for cell in cells],
            "breaks": sum(map(len, cells)) > _BREAKING,
        }
        for cells in grid.rows
    ]
    return {
        "type": "grid",
        "title": plain_text(grid.title),
        "heads": list(grid.heads),
        "rows": rows,
        "widths": list(grid.widths),
        "wordy": sorted(grid.wordy),
    }


def _spell_pictures(block: Pictures, files: dict[str, bytes]) -> Iterator[dict[str, str]]:
    for content, _, _, text in block.pictures:
        name = f"{len(files)}.jpg"
        files[name] = content
        yield {"file": name, "text": plain_text(text)}
