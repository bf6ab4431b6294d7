"""The registry of all columns, which stands in columns.toml, and how tables take theirs from it."""

from __future__ import annotations

import tomllib
from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from wenming_metrics.vocabulary.spelling import normalise


@dataclass(frozen=True)
class Column:
    """One column, wherever it stands: `name` in code, `title` as people read it.

    aliases - as senders write the title; type - 文字 and the like, which says how it is drawn
    width, form, align, explain - on a page: pixels (0: as wide as it needs), how figures are
    spelled (%.2f; "": whole, with a comma at thousands), the side of texts, whether the title explains
    itself by the meaning
    sheet_width, sheet_form, sheet_align - in a workbook: characters, Excel's format of numbers ("":
    the column is text), the side of texts
    """

    name: str
    title: str
    type: str = "文字"
    unit: str = ""
    meaning: str = ""
    aliases: tuple[str, ...] = ()
    width: int = 0
    form: str = ""
    align: str = ""
    explain: bool = False
    sheet_width: int = 14
    sheet_form: str = ""
    sheet_align: str = "general"


def _load() -> dict[str, dict[str, Column]]:
    text = Path(__file__).with_name("columns.toml").read_text(encoding="utf-8")
    return {
        section: {
            name: Column(name, **entry | {"aliases": tuple(entry.get("aliases", ()))})
            for name, entry in entries.items()
        }
        for section, entries in tomllib.loads(text).items()
    }


_REGISTRY = _load()
INPUT = _REGISTRY["input"]
"""Columns of the workbooks that people send."""
FIGURES = _REGISTRY["shown"]
"""Columns of what the software shows: on pages, in workbooks, on the terminal."""


def columns(*names: str, **titles: str) -> tuple[Column, ...]:
    """Give the columns of a table that is shown, from left to right.

    Takes: names - of the frame's columns, which the registry calls the same; "n=answers": what the
           frame calls n is the registry's answers; titles - by the frame's name, where this table
           calls a column otherwise
    """
    return _choose(names, titles, ChainMap(FIGURES, INPUT))


def input_columns(*names: str) -> tuple[Column, ...]:
    """Give columns as `columns` does, those of what was sent before those of what is shown."""
    return _choose(names, {}, ChainMap(INPUT, FIGURES))


def _choose(
    names: Iterable[str], titles: Mapping[str, str], registry: Mapping[str, Column]
) -> tuple[Column, ...]:
    table_columns = []
    for pair in names:
        name, _, registered = pair.rpartition("=")
        name, column = name or registered, registry[registered]
        table_columns.append(replace(column, name=name, title=titles.get(name, column.title)))
    return tuple(table_columns)


def titles(*names: str, **renamed: str) -> dict[str, str]:
    """Give the Chinese titles of a table's columns by name; takes what `columns` takes."""
    return {column.name: column.title for column in columns(*names, **renamed)}


def headers(names: tuple[str, ...]) -> dict[str, str]:
    """Map every accepted header (normalised title or alias) to its column, for these columns."""
    columns_by_header: dict[str, str] = {}
    for name in names:
        column = INPUT[name]
        for word in (column.title, *column.aliases):
            columns_by_header.setdefault(normalise(word), name)
    return columns_by_header


def column_frame() -> pd.DataFrame:
    """List the columns of workbooks for the manual: name, title, type, unit, meaning, aliases."""
    rows = [
        (c.name, c.title, c.type, c.unit, c.meaning, "、".join(c.aliases)) for c in INPUT.values()
    ]
    return pd.DataFrame(rows, columns=["name", "title", "type", "unit", "meaning", "aliases"])
