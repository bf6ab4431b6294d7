"""Rows to tallies: the sums per day from which every score is made.

Rows are first merged at the grain (one item on one visit to one site, in one role): a visit whose
rows came in two files is still one visit, and two rows on one item are one check that loses no
more than its full mark. Only then are they summed. Whatever the order or the split of files, the
same rows give the same integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import rate
from wenming_metrics.scoring.tally.columns import add_columns, sort_columns, sum_by

TERRITORY = 0
FAILED = 1
LOOKED = (0, FAILED)
"""Results that say the item was looked at: 符合, 不符合."""
_AT_ONCE = 30_000
_SAME = ["visit", "unit", "item", "point_type", "lost", "places"]
_KEYS = ["day", "role", "visit", "unit", "item", "point_type"]
_GRAIN = ["item", "failed", "lost", "possible"]
CELL_KEYS = ["source", "role", "unit", "item", "point_type"]
CELL_SUMS = ["checks", "failed", "places", "lost", "possible", "rates"]
SITE_KEYS = ["source", "unit", "site", "point_type"]
SITE_SUMS = ["visits", "checks", "failed", "lost", "possible"]


def merge_rows(rows: pd.DataFrame, roles: pd.DataFrame) -> pd.DataFrame:
    """Merge rows to the grain: one line per item, visit, unit and role.

    possible is the largest full mark of the rows, lost their sum but no more than that
    (扣完为止 at the item); the grain has failed when any of its rows has.

    Takes:   rows - stored rows: day, unit, item, batch, seq, source, visit, site, point_type,
             result, lost, possible, places, repeated; roles - further units: day, role, unit, item, batch, seq
    Returns: day, role, visit, unit, item, point_type, source, site, lost, possible, places,
             failed (0 or 1); sorted by its first six columns
    """
    # What the public reports and is not priced has nothing to earn: it is dealt with, not scored.
    looked = drop_repeats(rows[rows["result"].isin(LOOKED) & (rows["possible"] > 0)])
    frames = [looked.assign(role=TERRITORY)]
    if len(roles):
        keys = ["day", "item", "batch", "seq"]
        role_rows = roles[[*keys, "role", "unit"]].drop_duplicates()
        frames.append(role_rows.merge(looked.drop(columns="unit"), on=keys))
    together = pd.concat(frames) if len(frames) > 1 else frames[0]
    together = together.assign(failed=(together["result"] == FAILED).astype(np.int64))
    return _merge(together)


def find_repeats(new: pd.DataFrame, stored: pd.DataFrame) -> np.ndarray:
    """Find the failed rows of a file that are stored already: same visit, item and deduction.

    Rows are compared as multisets: of three equal rows, two are repeats when two are stored.

    Takes:   new - checks of a file; stored - live rows of the same days
    Returns: bool array over `new`
    """
    if stored.empty:
        return np.zeros(len(new), bool)
    failed = (new["result"] == FAILED).to_numpy()
    live_rows = drop_repeats(stored)
    stored_counts = live_rows[live_rows["result"] == FAILED].groupby(_SAME).size()
    nth = new[failed].groupby(_SAME).cumcount()
    count = stored_counts.reindex(pd.MultiIndex.from_frame(new.loc[failed, _SAME])).fillna(0)
    is_repeat = np.zeros(len(new), bool)
    is_repeat[failed] = nth.to_numpy() < count.to_numpy()
    return is_repeat


def drop_repeats(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows marked as repeated while the row that they repeat counts.

    A marked row counts when that other row has been withdrawn, and once when several files
    repeat it.

    Takes: rows - live rows with batch and repeated; those marked are all failed
    """
    marked = (rows["repeated"] == 1).to_numpy()
    if not marked.any():
        return rows
    failed = rows[(rows["result"] == FAILED).to_numpy()]
    same = failed.groupby(_SAME, sort=False).ngroup().to_numpy()
    lines = pd.DataFrame({"same": same, "batch": failed["batch"].to_numpy()})
    repeats = lines[(failed["repeated"] == 1).to_numpy()]
    nth = repeats.groupby(["same", "batch"]).cumcount().to_numpy()
    before = _count_before(lines.assign(repeated=failed["repeated"].to_numpy()))
    keep = ~marked
    keep[marked] = nth >= before.reindex(pd.MultiIndex.from_frame(repeats)).to_numpy()
    return rows[keep]


def _count_before(lines: pd.DataFrame) -> pd.Series:
    """Count how many of the same row the batches before a batch come to.

    Marked rows of a batch are among those before them, as far as there are so many; others are new.

    Takes:   lines - same (number of what is the same), batch, repeated
    Returns: by same and batch
    """
    count = lines.groupby(["same", "batch"])["repeated"].agg(["sum", "size"])
    new = count["size"] - count["sum"]
    before = new.groupby(level="same").cumsum() - new
    # Where a batch repeats more than there are before it, the rest of its marked rows count too.
    more = (count["sum"] - before).groupby(level="same").cummax().clip(lower=0)
    return before + more.groupby(level="same").shift(fill_value=0)


def _merge(rows: pd.DataFrame) -> pd.DataFrame:
    order, keys, starts = sort_columns(rows, _KEYS)
    grain = {name: key[starts] for name, key in zip(_KEYS, keys, strict=True)}
    for name in ("source", "site"):
        grain[name] = rows[name].to_numpy(np.int64)[order][starts]
    value = {
        name: rows[name].to_numpy(np.int64)[order]
        for name in ("lost", "possible", "places", "failed")
    }
    if not len(starts):
        return pd.DataFrame({**grain, **value})
    possible = np.maximum.reduceat(value["possible"], starts)
    grain["lost"] = np.minimum(np.add.reduceat(value["lost"], starts), possible)
    grain["possible"] = possible
    grain["places"] = np.add.reduceat(value["places"], starts)
    grain["failed"] = np.maximum.reduceat(value["failed"], starts)
    return pd.DataFrame(grain)


def tally_days(
    rows: pd.DataFrame, roles: pd.DataFrame, days: Iterable[int]
) -> dict[int, dict[str, pd.DataFrame]]:
    """Sum the live rows of some days.

    Returns: per day (also for days without rows) three frames of integers:
        cells  - CELL_KEYS and CELL_SUMS: what was looked at and lost, per unit, role, item and
                 point type; `rates` is the sum of the visits' rates in 1e-9
        visits - visit, source, site, unit, point_type, checks, failed, lost, possible
        grain  - visit (line in `visits`), item, failed, lost, possible: one line per check, for
                 deductions that settle per visit
    """
    tallies = {}
    for some in _few_at_a_time(rows["day"].to_numpy(), [int(day) for day in days]):
        merged = merge_rows(_on(rows, some), _on(roles, some))
        columns = {name: merged[name].to_numpy() for name in merged}
        for day in some:
            of_day = slice(*np.searchsorted(columns["day"], [day, day + 1]))
            tallies[day] = _tally({name: values[of_day] for name, values in columns.items()})
    return tallies


def _few_at_a_time(day_of_row: np.ndarray, days: list[int]) -> Iterator[list[int]]:
    """Part days so that few rows are in work together: each is several times in memory then.

    Takes: day_of_row - the day of each row
    """
    counts = dict(
        zip(*(column.tolist() for column in np.unique(day_of_row, return_counts=True)), strict=True)
    )
    some, size = [], 0
    for day in days:
        if some and size + counts.get(day, 0) > _AT_ONCE:
            yield some
            some, size = [], 0
        some.append(day)
        size += counts.get(day, 0)
    if some:
        yield some


def _on(frame: pd.DataFrame, days: list[int]) -> pd.DataFrame:
    """Give the rows of some days."""
    if frame.empty:
        return frame
    on_days = frame["day"].isin(days)
    return frame if on_days.all() else frame[on_days]


def _tally(grain: Mapping[str, np.ndarray]) -> dict[str, pd.DataFrame]:
    lost, possible = grain["lost"], grain["possible"]
    scored, rates = possible > 0, np.zeros_like(lost)
    rates[scored] = rate((possible - lost)[scored], possible[scored])
    columns = {**grain, "checks": np.ones_like(lost), "rates": rates}
    cells = sum_by(columns, CELL_KEYS, CELL_SUMS)
    on_territory = columns["role"] == TERRITORY
    territorial = {name: values[on_territory] for name, values in columns.items()}
    keys = ["source", "visit", "site", "unit", "point_type"]
    visits = sum_by(territorial, keys, ["checks", "failed", "lost", "possible"])
    line = _lines(territorial, keys)
    order = np.lexsort((territorial["item"], line))
    fine = {"visit": line[order]} | {name: territorial[name][order] for name in _GRAIN}
    return {"cells": cells, "visits": visits, "grain": pd.DataFrame(fine)}


def _lines(columns: Mapping[str, np.ndarray], keys: list[str]) -> np.ndarray:
    """Number each row by the line that `sum_by` makes of it."""
    order, _, starts = sort_columns(columns, keys)
    line = np.zeros(len(order), np.int64)
    line[order] = np.repeat(np.arange(len(starts)), np.diff([*starts, len(order)]))
    return line


def site_sums(visits: pd.DataFrame) -> pd.DataFrame:
    """Sum the visits of a day, or of a month's days, by site: SITE_KEYS and SITE_SUMS."""
    return sum_by(visits.assign(visits=1), SITE_KEYS, SITE_SUMS)


def add(total: pd.DataFrame, new: pd.DataFrame, keys: list[str], sums: list[str]) -> pd.DataFrame:
    """Add the sums of two frames by keys; lines that become all zero vanish."""
    columns = [{name: frame[name].to_numpy() for name in [*keys, *sums]} for frame in (total, new)]
    return pd.DataFrame(add_columns(*columns, keys, sums))


def take_back(
    total: pd.DataFrame, old: pd.DataFrame, keys: list[str], sums: list[str]
) -> pd.DataFrame:
    """Take sums out of a total that they had been added to; exact, for they are integers."""
    return add(total, old.assign(**{name: -old[name] for name in sums}), keys, sums)


def checks_of_days(tallies: Iterable[tuple[int, Mapping[str, pd.DataFrame]]]) -> pd.DataFrame:
    """Put the grain of some days back together: one line per check in the role of territory.

    Takes:   tallies - per day its visits and grain, as `tally_days` gives them
    Returns: source, visit (key), site, unit, point_type, item, failed, lost, possible, day, role,
             checks (1); int64
    """
    names = ("source", "visit", "site", "unit", "point_type")
    day_arrays = {name: [np.empty(0, np.int64)] for name in (*names, *_GRAIN, "day")}
    for day, tally in tallies:
        visit_line = tally["grain"]["visit"].to_numpy()
        for name in names:
            day_arrays[name].append(tally["visits"][name].to_numpy()[visit_line])
        for name in _GRAIN:
            day_arrays[name].append(tally["grain"][name].to_numpy())
        day_arrays["day"].append(np.full(len(visit_line), day))
    columns = {name: np.concatenate(values) for name, values in day_arrays.items()}
    return pd.DataFrame({**columns, "role": TERRITORY, "checks": 1})
