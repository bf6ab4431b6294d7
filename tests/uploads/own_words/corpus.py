"""Tables in the words of real offices, and the register of the made-up city they are held against.

A folder holds `*.toml` files, each one table (where its header words come from, its cells, and what it
is) or many `[[table]]` whose values are made up, see `made_up`. They are written into one workbook,
decoded once, and read one by one as files of their own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from random import Random

import pandas as pd
from openpyxl import Workbook

from tests.builders import empty_register
from tests.uploads.own_words.made_up import values_of
from wenming_metrics.demo.city import build_city, demo_catalogue
from wenming_metrics.domain.registers import FOREVER, Register, build_sites, build_units
from wenming_metrics.reading.model import grid
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.sandbox.process import decode
from wenming_metrics.vocabulary import UNIT_KINDS

FOLDER = Path(__file__).parent
TODAY = date(2026, 11, 30)


@dataclass(frozen=True)
class OwnTable:
    """One table: its name, what it is by a person's word, and its sheet alone in a workbook."""

    name: str
    file: str
    kind: str
    roles: tuple[tuple[str, ...], ...]
    header: tuple[str, ...]
    workbook: grid.Workbook


@lru_cache(maxsize=2)
def tables(folder: str | Path) -> tuple[OwnTable, ...]:
    """Read the tables of a folder; a name without a path is one of the corpus."""
    entries = dict(_entries(FOLDER / folder))
    book = Workbook()
    book.remove(book.active)
    for number, entry in enumerate(entries.values()):
        sheet = book.create_sheet(f"s{number}")
        header = [[word or None for word in row] for row in entry["header"]]
        for row in (*([text] for text in entry["title"]), *header, *entry["rows"]):
            sheet.append([None if cell == "" else cell for cell in row] or [None])
        for area in entry.get("merges", ()):
            sheet.merge_cells(area)
    decoded = decode(_saved(book))
    sheets = {sheet.name: sheet for sheet in decoded.sheets}
    return tuple(
        _table(name, entry, sheets[f"s{number}"])
        for number, (name, entry) in enumerate(entries.items())
    )


def _entries(folder: Path) -> Iterator[tuple[str, dict]]:
    for path in sorted(folder.glob("*.toml")):
        entry = tomllib.loads(path.read_text("utf-8"))
        if "table" not in entry:
            yield path.stem, entry
        for number, gathered in enumerate(entry.get("table", ()), 1):
            yield f"{path.stem}-{number}", _written_out(gathered)


def _written_out(gathered: dict) -> dict:
    """Give a gathered table its cells: title, header, values that are made up."""
    columns = [_column(text.strip()) for text in gathered["columns"].split(" | ")]
    random = Random(gathered["columns"])
    values = [values_of(roles, sort, random) for _, roles, sort in columns]
    title = gathered.get("title", "")
    return {
        "file": gathered.get("file") or f"{title or gathered['sheet']}.xlsx",
        "sheet": gathered.get("sheet", "Sheet1"),
        "title": [title] if title else [],
        "kind": gathered["kind"],
        "header": [[word for word, _, _ in columns]],
        "roles": [roles.replace("/", "|") for _, roles, _ in columns],
        "rows": [list(row) for row in zip(*values, strict=True)],
    }


def _column(text: str) -> tuple[str, str, str]:
    """Read 「表头=role/role:sort」."""
    word, told = text.rsplit("=", 1)
    roles, _, sort = told.partition(":")
    return word, roles, sort


def _saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _table(name: str, entry: dict, sheet: grid.SheetGrid) -> OwnTable:
    alone = replace(sheet, name=entry["sheet"], index=0)
    roles = tuple(tuple(role.split("|")) for role in entry["roles"])
    header = tuple(map(str, entry["header"][-1]))
    return OwnTable(name, entry["file"], entry["kind"], roles, header, grid.Workbook((alone,)))


@lru_cache(maxsize=1)
def context() -> Context:
    """Give what the tables are held against: registers and catalogue of the made-up city."""
    return Context(_register(), demo_catalogue(), TODAY)


def _register() -> Register:
    city, catalogue = build_city(), demo_catalogue()
    kinds = {title: kind for kind, title in UNIT_KINDS.items()}
    units = city.units.rename(
        columns={"unit_name": "name", "unit_kind": "kind", "parent": "parent_name"}
    )
    units = units.assign(
        kind=units["kind"].map(kinds),
        aliases=[text.split("|") if text else [] for text in units["aliases"]],
        successor_name="",
        valid_from=0,
        valid_to=FOREVER,
    )
    register = build_units(empty_register(), units)
    numbers = dict(zip(register.units["name"], register.units["unit"], strict=True))
    types = {name: number for number, name in enumerate(catalogue.point_types["name"])}
    sites = city.sites
    frame = pd.DataFrame(
        {
            "name": sites["site_name"],
            "point_type": sites["point_type"].map(types),
            "street": sites["street"].map(numbers),
            "unit": sites["street"].map(numbers),
            "aliases": [text.split("|") if text else [] for text in sites["aliases"]],
        }
    )
    return build_sites(register, frame)
