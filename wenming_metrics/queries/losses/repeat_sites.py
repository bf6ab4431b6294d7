"""The sites that keep coming back (反复点位), and every row behind one of them, from day to day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.losses.repeats import part_of, repeats, responsible
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.describe_rows import describe
from wenming_metrics.queries.scores.details import PATH_MARK
from wenming_metrics.scoring.losses.repeats import worst_sites
from wenming_metrics.scoring.tree.states import LOOK_BACK, OPEN
from wenming_metrics.store.database import reading
from wenming_metrics.store.rows import read_rows
from wenming_metrics.vocabulary import STATES

MOST = 10
"""So many sites are listed."""
_NAMED = 3
"""So many items and units of a site are named."""


def sites_back(office: Office, problems: pd.DataFrame, most: int = MOST) -> pd.DataFrame:
    """List the sites that keep coming back, those found on most days first.

    Takes:   problems - of `Repeats`; only its `current` problems decide which sites are listed
    Returns: site, site_name, unit_name, point_type_name, items, responsible (joined by 、), days,
             times, open (problems not answered as 已整改), first and last (dates), state (what the
             last problem is: a word of vocabulary.STATES), lines (labels in `problems`, by day)
    """
    sites = worst_sites(problems, most)
    site_lines = [problems.loc[list(lines)] for lines in sites["lines"]]
    descriptions = [
        _site(lines.assign(responsible=responsible(office, lines))) for lines in site_lines
    ]
    names = ["site_name", "unit_name", "point_type_name", "items", "responsible", "state"]
    described = pd.DataFrame(descriptions, columns=names)
    days = {name: [date.fromordinal(int(day)) for day in sites[name]] for name in ("first", "last")}
    return sites.assign(**days).join(described)


def returning_sites(
    office: Office, window: Window, board: str, unit: str | None = None
) -> pd.DataFrame:
    """List the 反复点位 of a unit (None: of all): those that `Repeats` counts, and no others.

    Returns: site, site_name, unit_name, point_type_name, items (of what returns, joined by 、), days (distinct, on
             which it was found, of the window and LOOK_BACK days before), times (problems); most days
             first
    """
    unit_repeats = part_of(repeats(office, window, board, unit), unit_name=unit)
    lines = unit_repeats.problems
    lines = lines[lines["returning"] & (lines["day"] >= window.days.start - LOOK_BACK)]
    lines = lines[lines["site"].isin(lines.loc[lines["current"], "site"])]
    sites = lines.groupby("site", as_index=False).agg(
        site_name=("site_name", "first"),
        unit_name=("unit_name", "first"),
        point_type_name=("point_type_name", "first"),
        items=("item_name", lambda names: _most(names.astype(object))),
        days=("day", "nunique"),
        times=("day", "size"),
    )
    order = ["days", "times", "site"]
    return sites.sort_values(order, ascending=[False, False, True], ignore_index=True)


def _site(lines: pd.DataFrame) -> dict[str, str]:
    last = lines.iloc[-1]
    units = [name for text in lines["responsible"] for name in text.split("、") if name]
    texts = {name: last[name] for name in ("site_name", "unit_name", "point_type_name")}
    texts |= {
        "items": _most(lines["item_name"].astype(object)),
        "responsible": _most(pd.Series(units, dtype=object)),
    }
    return texts | {"state": STATES[int(last["state"])]}


def _most(names: pd.Series) -> str:
    counts = names.value_counts(sort=False).sort_values(ascending=False, kind="stable")
    joined = "、".join(counts.index[:_NAMED])
    return joined if len(counts) <= _NAMED else f"{joined} 等 {len(counts)} 个"


def site_rows(office: Office, lines: pd.DataFrame) -> pd.DataFrame:
    """Give the rows behind some problems, as they were sent, by day.

    Takes:   lines - of `Repeats.problems`
    Returns: the columns of `queries.scores.details.leaf_rows` without loss; state (word), closed (date of
             已整改, None), number ("" without)
    """
    lines = lines.sort_values(["day", "batch", "seq"], kind="stable")
    with reading(office.store) as connection:
        rows = read_rows(
            connection,
            lines["day"].unique().tolist(),
            np.unique(lines["batch"]),
            lines["unit"].unique().tolist(),
        )
        problem_rows = lines[["batch", "seq"]].merge(
            rows, on=["batch", "seq"], validate="one_to_one"
        )
        leaves = [path.split(PATH_MARK)[-1] or "不计分" for path in lines["path"]]
        # What was decided of a row (复核) stands in the line, not in the row.
        decided = {name: lines[name].to_numpy() for name in ("lost", "places")}
        problem_rows = problem_rows.assign(loss=np.nan, leaf_name=leaves, **decided)
        described = describe(connection, office, problem_rows)
    closed = [None if day == OPEN else date.fromordinal(int(day)) for day in lines["closed"]]
    words = [STATES[int(state)] for state in lines["state"]]
    return described.assign(state=words, closed=closed, number=lines["number"].to_numpy())
