"""All columns together, their titles, and what senders may call them."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.vocabulary.column import Column
from wenming_metrics.vocabulary.figures import FIGURES
from wenming_metrics.vocabulary.inspections import INSPECTIONS
from wenming_metrics.vocabulary.records import RECORDS
from wenming_metrics.vocabulary.spelling import normalise
from wenming_metrics.vocabulary.surveys import SURVEYS

INPUT: dict[str, Column] = {**INSPECTIONS, **RECORDS, **SURVEYS}
"""Columns of the workbooks that people send."""


def title(name: str) -> str:
    """Give the Chinese title of a column."""
    column = FIGURES.get(name) or INPUT[name]
    return column.title


def headers(names: tuple[str, ...]) -> dict[str, str]:
    """Map every accepted header (normalised title or alias) to its column, for these columns."""
    columns_by_header: dict[str, str] = {}
    for name in names:
        column = INPUT[name]
        for word in (column.title, *column.aliases):
            columns_by_header.setdefault(normalise(word), name)
    return columns_by_header


def column_frame() -> pd.DataFrame:
    """List all columns for the manual: name, title, type, unit, meaning, aliases."""
    rows = [
        (c.name, c.title, c.type, c.unit, c.meaning, "、".join(c.aliases))
        for c in (*INPUT.values(), *FIGURES.values())
    ]
    return pd.DataFrame(rows, columns=["name", "title", "type", "unit", "meaning", "aliases"])
