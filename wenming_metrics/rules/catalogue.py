"""Read the catalogue: `point_types.csv` and `items.csv` of one folder, and the office's own entries.

The catalogue is append-only: an entry's number stands in every stored row, so it is never changed or
reused; a new meaning is a new entry. Files without a column `number` count their lines from 0.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.rules.entries import CODE_STEMS, EVERYWHERE, FIRST_OWN, ITEM, POINT_TYPE, Entry
from wenming_metrics.rules.faults import Fault, RuleSetError
from wenming_metrics.rules.model import Catalogue

_POINT_TYPES = ("code", "name", "aliases")
_ITEMS = ("code", "name", "category", "full_mark", "point_types", "aliases")


@dataclass(frozen=True)
class Contents:
    """A folder's files, equal to those of another folder with the same bytes."""

    digest: str
    folder: Path = field(compare=False)


def load_catalogue(
    folder: Path, local_entries: tuple[Entry, ...] = (), published: frozenset[str] = frozenset()
) -> Catalogue:
    """Read the catalogue of a folder; equal files and entries give the same record.

    Takes: local_entries - the office's own entries, as `rules.entries.own_entries` orders them; published - ids
           of the rules that were published from their store
    Raises RuleSetError naming file and line of everything that is wrong.
    """
    names = ("point_types.csv", "items.csv")
    files = {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    shipped = _read_shipped(Contents(digest_files(files, names), folder))
    return _lay_out(shipped, local_entries, published)


def digest_files(files: Mapping[str, bytes], names: Sequence[str]) -> str:
    """Give the SHA-256 over names and bytes of those files that are there, in the order of names."""
    total = hashlib.sha256()
    for name in names:
        if name in files:
            total.update(name.encode() + b"\0" + files[name] + b"\0")
    return total.hexdigest()


@lru_cache(maxsize=8)
def _read_shipped(contents: Contents) -> tuple[Entry, ...]:
    folder = contents.folder
    faults: list[Fault] = []
    types = read_csv(folder / "point_types.csv", _POINT_TYPES, faults, ("number",))
    items = read_csv(folder / "items.csv", _ITEMS, faults, ("number",))
    entries: list[Entry] = []
    for file, frame, kind in (("point_types.csv", types, POINT_TYPE), ("items.csv", items, ITEM)):
        faults += repeated(file, frame, "code") + repeated(file, frame, "name")
        numbers = _numbers(file, frame, kind, faults)
        for row, number in zip(frame.itertuples(), numbers, strict=True):
            facts = {"aliases": tuple(split(row.aliases)), "own": False}
            if kind == ITEM:
                facts |= {"category": row.category, "full_mark": _mark(row, faults)}
                facts |= {"point_types": tuple(split(row.point_types))}
            entries.append(Entry(kind, number, row.code, row.name, **facts))
            if row.code.startswith(tuple(CODE_STEMS.values())):
                message = f"编号“{row.code}”留给各单位自己的测评项和点位类型用，请换一个。"
                faults.append(Fault(file, row.line, message, "code"))
    known_types = {EVERYWHERE, *types["code"]}
    for row in items.itertuples():
        faults += [
            Fault("items.csv", row.line, f"点位类型编号“{code}”不存在。")
            for code in split(row.point_types)
            if code not in known_types
        ]
    if faults:
        raise RuleSetError(faults)
    return tuple(entries)


def _numbers(file: str, frame: pd.DataFrame, kind: str, faults: list[Fault]) -> list[int]:
    """Give the numbers of a file's entries: as written in all lines, else their places."""
    if not any(frame["number"]):
        return list(range(len(frame)))
    numbers: list[int] = []
    for row in frame.itertuples():
        number = int(row.number) if row.number.isdecimal() else -1
        if not 0 <= number < FIRST_OWN[kind] or number in numbers:
            message = f"序号“{row.number}”应为 0 到 {FIRST_OWN[kind] - 1} 的整数，各行不重复。"
            faults.append(Fault(file, row.line, message, "number"))
        numbers.append(number)
    return numbers


@lru_cache(maxsize=8)
def _lay_out(
    shipped: tuple[Entry, ...], local_entries: tuple[Entry, ...], published: frozenset[str]
) -> Catalogue:
    """Lay entries out by their numbers."""
    items, types = (
        sorted(
            (e for e in (*shipped, *local_entries) if e.kind == kind),
            key=lambda entry: entry.number,
        )
        for kind in (ITEM, POINT_TYPE)
    )
    number_of = {entry.code: entry.number for entry in types}
    shape = [max((entry.number for entry in entries), default=-1) + 1 for entries in (items, types)]
    applies = np.zeros(shape, bool)
    everywhere = list(number_of.values())
    for entry in items:
        for code in entry.point_types:
            applies[entry.number, everywhere if code == EVERYWHERE else number_of[code]] = True
    for entry in types:
        for code in entry.point_types:
            applies[:, entry.number] |= applies[:, number_of[code]]
    return Catalogue(
        items=_frame(items, ("code", "name", "category", "full_mark", "aliases"), "item"),
        point_types=_frame(types, ("code", "name", "aliases"), "point_type"),
        applies=applies,
        shipped=shipped,
        own=local_entries,
        published=published,
    )


def _frame(entries: Sequence[Entry], columns: tuple[str, ...], index: str) -> pd.DataFrame:
    texts = {name: [getattr(entry, name) for entry in entries] for name in columns}
    texts["aliases"] = [list(entry.aliases) for entry in entries]
    numbers = pd.Index([entry.number for entry in entries], dtype="int64", name=index)
    return pd.DataFrame(texts, index=numbers)


def read_csv(
    path: Path, columns: tuple[str, ...], faults: list[Fault], further: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Read a rule file as text, with the line number of each row.

    Takes:   path, columns - those that must be there; faults - a list that faults are added to;
             further - columns that may be left out, and are blank then
    Returns: the columns as stripped text, plus `line`; empty when the file is missing or wrong
    """
    wanted = (*columns, *further)
    empty = pd.DataFrame(columns=[*wanted, "line"])
    if not path.is_file():
        faults.append(Fault(path.name, None, "缺少这个文件。"))
        return empty
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in columns if name not in (reader.fieldnames or [])]
        if missing:
            faults.append(Fault(path.name, 1, f"缺少列：{'、'.join(missing)}。"))
            return empty
        rows = [
            {**{name: (row.get(name) or "").strip() for name in wanted}, "line": reader.line_num}
            for row in reader
        ]
    return pd.DataFrame(rows, columns=[*wanted, "line"])


def repeated(file: str, frame: pd.DataFrame, column: str) -> list[Fault]:
    """List the rows whose value in a column stands earlier in the file, or is blank."""
    faults = []
    for row in frame[frame[column].duplicated() | (frame[column] == "")].itertuples():
        value = getattr(row, column)
        message = f"{column}“{value}”重复。" if value else f"{column} 没有填写。"
        faults.append(Fault(file, row.line, message, column))
    return faults


def split(text: str) -> list[str]:
    """Split a cell that holds several values separated by `|`."""
    return [entry.strip() for entry in text.split("|") if entry.strip()]


def _mark(row: object, faults: list[Fault]) -> int:
    mark = to_points(row.full_mark)
    if mark is None or mark <= 0:
        faults.append(Fault("items.csv", row.line, f"分值“{row.full_mark}”应为大于 0 的数。"))
        return 1
    return mark
