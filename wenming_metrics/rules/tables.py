"""The optional tables of a rule set: grades and thresholds (`tables.csv`), prices (`deductions.csv`).

A line of a table holds when every limit it writes holds; the first line that holds decides, so
lines are written from the best to the worst, and the last one has no limits.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.rules.catalogue import read_csv
from wenming_metrics.rules.faults import Fault
from wenming_metrics.rules.model import PRICE_COLUMNS, TABLE_COLUMNS, TABLE_LIMITS, TABLE_NUMBERS
from wenming_metrics.vocabulary import SEVERITIES, SOURCE_CODES, SOURCES, STATES

PRICED_STATES = tuple(filter(None, STATES))
"""What a price may be for: the problem itself, and what became of it."""
TABLES, PRICES = "tables.csv", "deductions.csv"
LARGEST = 10**12
"""Points (1e-4) beyond which a mark or a price is a slip of the pen."""


def read_tables(folder: Path, faults: list[Fault]) -> pd.DataFrame:
    """Read the tables of a folder, empty where it has none: TABLE_COLUMNS, numbers NaN where blank.

    Takes: faults - a list that faults are added to
    """
    lines = pd.DataFrame(columns=[*TABLE_COLUMNS, "line"])
    if (folder / TABLES).is_file():
        lines = read_csv(folder / TABLES, TABLE_COLUMNS, faults)
    for name in TABLE_NUMBERS:
        lines[name] = [_number(row, name, faults) for row in lines.to_dict("records")]
    lines = lines.astype(dict.fromkeys(TABLE_NUMBERS, float))
    for table, table_lines in lines.groupby("table", sort=False):
        faults += _table_faults(str(table), table_lines)
    return lines


def read_prices(folder: Path, faults: list[Fault]) -> pd.DataFrame:
    """Read the prices of a folder, empty where it has none: PRICE_COLUMNS, points in 1e-4."""
    if not (folder / PRICES).is_file():
        return pd.DataFrame(columns=PRICE_COLUMNS, dtype=object)
    lines = read_csv(folder / PRICES, PRICE_COLUMNS, faults)
    sources = {"": -1, **{name: SOURCE_CODES.index(code) for code, name in SOURCES.items()}}
    coded = (
        ("source", "来源", tuple(sources)),
        ("state", "状态", PRICED_STATES),
        ("severity", "程度", SEVERITIES),
    )
    sources |= {code: number for number, code in enumerate(SOURCE_CODES)}
    for row in lines.to_dict("records"):
        for name, title, words in coded:
            if row[name] not in words and not (name == "source" and row[name] in sources):
                choices = "、".join(filter(None, words)) + (" 或留空" if "" in words else "")
                text = f"{title}“{row[name]}”不认识，应为 {choices}。"
                faults.append(Fault(PRICES, row["line"], text, name))
        points = to_points(row["points"])
        if points is None or not 0 <= points <= LARGEST:
            text = f"扣分“{row['points']}”应为不小于 0 的数。"
            faults.append(Fault(PRICES, row["line"], text, "points"))
    keys = ["source", "state", "severity"]
    for row in lines[lines.duplicated(keys)].itertuples():
        faults.append(Fault(PRICES, row.line, "同一来源、状态、程度的扣分前面已经写过。"))
    points = np.array([_points(text) for text in lines["points"]], np.int64)
    numbers = [sources.get(source, -1) for source in lines["source"]]
    return lines.assign(source=numbers, points=points)[list(PRICE_COLUMNS)]


def _points(text: str) -> int:
    points = to_points(text) or 0
    return points if abs(points) <= LARGEST else 0


def lines_of(tables: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give the lines of one table, in order."""
    return tables[tables["table"] == name]


def is_linear(lines: pd.DataFrame) -> bool:
    """Say whether a table takes points per step below a target, rather than holding bands."""
    return bool(lines["target"].notna().any())


def _number(row: dict, name: str, faults: list[Fault]) -> float:
    if row[name] == "":
        return math.nan
    try:
        value = float(row[name])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        message = f"{name} 的“{row[name]}”应为一个数，或留空。"
        faults.append(Fault(TABLES, row["line"], message, name))
        return math.nan
    return value


def _table_faults(name: str, lines: pd.DataFrame) -> list[Fault]:
    first, last = int(lines["line"].iloc[0]), int(lines["line"].iloc[-1])
    if not name:
        return [Fault(TABLES, first, "table（表名）没有填写。", "table")]
    if is_linear(lines):
        return _linear_faults(name, lines, first)
    faults = [
        Fault(TABLES, int(line), "rate 应为 0 与 1 之间的数。", "rate")
        for line in lines["line"][~lines["rate"].between(0, 1)]
    ]
    limited = lines[list(TABLE_LIMITS)].notna()
    if limited.iloc[-1].any():
        message = f"表“{name}”的最后一行不应再有条件，它管其余的情形。"
        faults.append(Fault(TABLES, last, message))
    for line in lines["line"][~limited.any(axis=1)].iloc[:-1]:
        faults.append(Fault(TABLES, int(line), "没有条件的一行只能是最后一行，它后面的行用不上。"))
    return faults


def _linear_faults(name: str, lines: pd.DataFrame, first: int) -> list[Fault]:
    line = lines.iloc[0]
    if len(lines) > 1 or lines[list(TABLE_LIMITS)].notna().any(axis=None):
        return [Fault(TABLES, first, f"表“{name}”写了 target，就只能有这一行，不再写条件。")]
    if not (line["per"] > 0 and line["loss"] >= 0):
        message = f"表“{name}”要写 per（每低多少，大于 0）和 loss（扣几分）。"
        return [Fault(TABLES, first, message, "per")]
    return []
