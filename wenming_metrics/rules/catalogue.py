"""Read the catalogue: `point_types.csv` and `items.csv` of one folder.

The catalogue is append-only: a line's position is its number in every stored row, so lines are
never moved or reused; a new meaning is a new line.
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
from wenming_metrics.rules.faults import Fault, RuleSetError
from wenming_metrics.rules.model import Catalogue

EVERYWHERE = "*"
_POINT_TYPES = ("code", "name", "aliases")
_ITEMS = ("code", "name", "category", "full_mark", "point_types", "aliases")


@dataclass(frozen=True)
class Contents:
    """A folder's files, equal to those of another folder with the same bytes."""

    digest: str
    folder: Path = field(compare=False)


def load_catalogue(folder: Path) -> Catalogue:
    """Read the catalogue of a folder; equal files give the same record.

    Raises RuleSetError naming file and line of everything that is wrong.
    """
    names = ("point_types.csv", "items.csv")
    files = {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    return _read_catalogue(Contents(digest_files(files, names), folder))


def digest_files(files: Mapping[str, bytes], names: Sequence[str]) -> str:
    """Give the SHA-256 over names and bytes of those files that are there, in the order of names."""
    total = hashlib.sha256()
    for name in names:
        if name in files:
            total.update(name.encode() + b"\0" + files[name] + b"\0")
    return total.hexdigest()


@lru_cache(maxsize=8)
def _read_catalogue(contents: Contents) -> Catalogue:
    folder = contents.folder
    faults: list[Fault] = []
    types = read_csv(folder / "point_types.csv", _POINT_TYPES, faults)
    items = read_csv(folder / "items.csv", _ITEMS, faults)
    for name, frame in (("point_types.csv", types), ("items.csv", items)):
        faults += repeated(name, frame, "code") + repeated(name, frame, "name")
    marks = [_mark(row, faults) for row in items.itertuples()]
    numbers = {code: number for number, code in enumerate(types["code"])}
    applies = np.zeros((len(items), len(types)), bool)
    for number, row in enumerate(items.itertuples()):
        for code in split(row.point_types):
            if code == EVERYWHERE:
                applies[number] = True
            elif code in numbers:
                applies[number, numbers[code]] = True
            else:
                faults.append(Fault("items.csv", row.line, f"点位类型编号“{code}”不存在。"))
    if faults:
        raise RuleSetError(faults)
    return Catalogue(
        items=items.assign(full_mark=marks, aliases=items["aliases"].map(split)),
        point_types=types.assign(aliases=types["aliases"].map(split)),
        applies=applies,
    )


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
