"""减负: what the campaign asks of each unit in a month. Never ranked: to ask much is no merit, nor a fault."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.queries.scores.records import records
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.tallies import read_days

COUNTED = ["visits", "visit_days", "problems", "documents", "tasks", "figures", "sheets"]
"""Columns of what is asked."""


def burden(office: Office, month: Window) -> pd.DataFrame:
    """Count what was asked of each unit within a month, in the order of the register.

    Returns: unit_name, visits (to sites in its territory), visit_days (days with a visit), problems
             (handed to it), documents (due), tasks (due, of actions and 责任分解), figures (量化指标 told),
             sheets (distinct files in which any of the last three stand); units of whom nothing was asked
             are left out
    """
    span, first, last = month.days, month.start.isoformat(), month.end.isoformat()
    with reading(office.store) as connection:
        visits = read_days(connection, span, "visits")
        register = read_register(connection)
    by_day = pd.concat(
        [of_day[["unit", "site"]].assign(day=day) for day, of_day in visits.items()]
        or [pd.DataFrame(0, [], ["unit", "site", "day"])]
    )
    # A community is asked through its street.
    streets = ancestors(register, "street")[by_day["unit"].to_numpy(np.int64)]
    by_day = by_day.assign(unit=np.where(streets >= 0, streets, by_day["unit"]))
    names = register.units["name"]
    counts = pd.DataFrame(0, names.tolist(), COUNTED)
    per_unit = by_day.groupby("unit").agg(visits=("site", "size"), visit_days=("day", "nunique"))
    _add(counts, per_unit.set_axis(names.reindex(per_unit.index)))
    problems = problem_view(office, len(span), month.end).lines
    _add(counts, problems.groupby("unit_name").size().to_frame("problems"))
    sheets = []
    for kind, column in (
        ("document", "documents"),
        ("campaign", "tasks"),
        ("duty", "tasks"),
        ("metric", "figures"),
    ):
        lines = records(office, kind)
        day_column = "first" if kind == "metric" else "due"
        if lines.empty or day_column not in lines:
            continue
        lines = lines[lines[day_column].between(first, last)]
        sheets.append(lines[["unit_name", "file"]])
        _add(counts, lines.groupby("unit_name").size().to_frame(column))
    if sheets:
        files = pd.concat(sheets).drop_duplicates()
        _add(counts, files.groupby("unit_name").size().to_frame("sheets"))
    counts = counts[counts.sum(axis=1) > 0]
    return counts.rename_axis("unit_name").reset_index()


def _add(counts: pd.DataFrame, columns: pd.DataFrame) -> None:
    """Add counts by the name of the unit, in place; a name that is no unit's is left out."""
    for name in columns:
        by_name = columns[name].groupby(level=0).sum()
        counts[name] += by_name.reindex(counts.index).fillna(0).astype(int)
