"""The sites that keep coming back (反复点位), and every row behind one of them, from day to day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import islice

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
    sites = sites_named(problems, most)
    lines = problems.loc[[label for labels in sites["lines"] for label in labels]]
    units = iter(responsible(office, lines).tolist())  # of all sites at once
    texts = ["、".join(islice(units, len(labels))) for labels in sites["lines"]]
    names = [_most(name for name in text.split("、") if name) for text in texts]
    sites.insert(sites.columns.get_loc("state"), "responsible", pd.Series(names, dtype=object))
    return sites


def sites_named(problems: pd.DataFrame, most: int) -> pd.DataFrame:
    """List the sites of `sites_back` without who is responsible, of which rows are to be read."""
    sites = worst_sites(problems, most)
    lines = problems.loc[[label for labels in sites["lines"] for label in labels]]
    ends = np.cumsum([len(labels) for labels in sites["lines"]], dtype=np.int64)
    last = lines.iloc[ends - 1].reset_index(drop=True)
    described = last[["site_name", "unit_name", "point_type_name"]].astype(object)
    items = lines["item_name"].tolist()
    spans = list(zip([0, *ends[:-1]], ends, strict=True)) if len(ends) else []
    described = described.assign(
        items=[_most(items[start:end]) for start, end in spans],
        state=[STATES[int(state)] for state in last["state"]],
    ).astype(object)  # of no sites too: types are part of what is signed
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
        items=("item_name", _most),
        days=("day", "nunique"),
        times=("day", "size"),
    )
    order = ["days", "times", "site"]
    return sites.sort_values(order, ascending=[False, False, True], ignore_index=True)


def _most(names: Iterable[str]) -> str:
    """Join the names that occur most; of as many, the first that was met."""
    counts = Counter(names)
    joined = "、".join(name for name, _ in counts.most_common(_NAMED))
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
