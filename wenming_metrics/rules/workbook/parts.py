"""A rule set as people edit it: settings and lines of text, between its files and a workbook."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from wenming_metrics.rules.load import COMPOSITE, FURTHER, INDICATORS, ITEMS
from wenming_metrics.rules.loop import MOVE_COLUMNS, MOVES
from wenming_metrics.rules.model import PRICE_COLUMNS, TABLE_COLUMNS
from wenming_metrics.rules.paths import toml
from wenming_metrics.rules.survey.model import FILE as SURVEY
from wenming_metrics.rules.tables import PRICES, TABLES

SETTINGS = "rules.toml"
COLUMNS = {
    "indicators.csv": (*INDICATORS, *FURTHER),
    "items.csv": ITEMS,
    TABLES: TABLE_COLUMNS,
    PRICES: PRICE_COLUMNS,
    MOVES: MOVE_COLUMNS,
}
"""The files of lines, each with its columns."""
_NEEDED = ("indicators.csv", "items.csv")
Line = dict[str, str]


@dataclass(frozen=True)
class Parts:
    """Everything that makes a rule set.

    settings, composite, survey - as in rules.toml, composite.toml and survey.toml; lines - per
    file of COLUMNS its lines, blanks as ""
    """

    settings: Mapping[str, object]
    lines: Mapping[str, Sequence[Line]]
    composite: Mapping[str, object] = field(default_factory=dict)
    survey: Mapping[str, object] = field(default_factory=dict)

    @property
    def indicators(self) -> Sequence[Line]:
        """The lines of the tree."""
        return self.lines["indicators.csv"]


def parts_of(files: Mapping[str, bytes]) -> Parts:
    """Take the files of a sound rule set apart."""
    lines = {name: _lines(files.get(name, b""), columns) for name, columns in COLUMNS.items()}
    optional = (_toml(files.get(name, b"")) for name in (COMPOSITE, SURVEY))
    return Parts(_toml(files[SETTINGS]), lines, *optional)


def files_of(parts: Parts) -> tuple[dict[str, bytes], dict[tuple[str, int], int]]:
    """Write the files of a rule set; those that say nothing are left out.

    Returns: name -> bytes; (file, number of a line in it) -> position of that line in `lines`
    """
    files = {SETTINGS: toml(parts.settings).encode()}
    for name, section in ((COMPOSITE, parts.composite), (SURVEY, parts.survey)):
        if section:
            files[name] = toml(section).encode()
    positions = {}
    for name, columns in COLUMNS.items():
        lines = parts.lines.get(name, ())
        if not lines and name not in _NEEDED:
            continue
        text = _row(columns)
        for position, line in enumerate(lines):
            text += _row(line.get(column, "") for column in columns)
            positions[name, text.count("\n")] = position
        files[name] = text.encode()
    return files, positions


def _lines(content: bytes, columns: Sequence[str]) -> list[Line]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [{name: (row.get(name) or "").strip() for name in columns} for row in reader]


def _row(values: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


def _toml(content: bytes) -> dict:
    return tomllib.loads(content.decode("utf-8-sig"))
