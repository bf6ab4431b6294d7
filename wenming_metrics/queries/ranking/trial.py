"""Trial (试算): what the places would have been under other rules; nothing is stored.

The rules in force are scored from the sums that the store keeps. Those on trial have none, so the
tallies of all days are summed under them, month by month, on any executor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window, custom, window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.bands import (
    band_window,
    errors_in,
    largest_check,
    stored_tallies,
)
from wenming_metrics.queries.ranking.ranking import rank_window
from wenming_metrics.queries.scores.score_windows import Standings, score_windows
from wenming_metrics.queries.scores.window_sums import DaySums, day_summer
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.runtime.executors import in_order
from wenming_metrics.scoring.tree.basis import SumKey, Sums, add_sums, basis_of
from wenming_metrics.store.batches import live_on
from wenming_metrics.store.database import Store, reading
from wenming_metrics.store.days import by_month
from wenming_metrics.store.engines import engine_of
from wenming_metrics.store.registers import read_register

_SIDES = ("_before", "_after")
_WEEKS = 12
"""Most weeks of which neighbours are compared."""


@dataclass(frozen=True, eq=False)
class Trial:
    """The places in a window under the rules in force (before) and under those on trial (after).

    units  - one line per unit, by group and place after: unit, unit_name, group, status_before,
             status_after, score_before, score_after (rounded, NaN = none), rank_before, rank_after
             (Int64, <NA> = no place), changed (another place, or one only before or after)
    months - one line per month of the window: month (title), units (with a place before or
             after), changed (how many of them changed)
    noise  - two lines, side before and after: error (median standard error of a score), places (median
             width of a band of places), weeks (Spearman's correlation of the scores of neighbouring
             weeks of the window, within groups; NaN = fewer than two weeks), largest (the most
             points that one check costs a unit), unit_name (of that unit)
    """

    window: Window
    rules: RuleSet
    units: pd.DataFrame
    months: pd.DataFrame
    noise: pd.DataFrame


@dataclass(frozen=True, eq=False)
class TrialTask:
    """Days of one month to be summed in whatever process: of what store, on what basis."""

    url: str
    days: tuple[int, ...]
    basis: SumKey


def try_rules(
    office: Office,
    rules: RuleSet,
    over: Window,
    board: str = "street",
    executor: Executor | None = None,
    *,
    with_noise: bool = True,
) -> Trial:
    """Score a window and each of its months under other rules. Raises KeyError without the board.

    Takes: with_noise - say how much of the places is noise, too; else `noise` is empty
    """
    windows = [*_months(over), over]
    trial_office = replace(office, rules=rules, rule_sets=(rules,))
    with reading(office.store) as connection:
        before = score_windows(connection, office, windows, office.rules.board(board))
        basis = basis_of(read_register(connection), rules, rules.board(board))
        sums = _day_sums(connection, office.store.url, basis, executor)
        after = score_windows(connection, trial_office, windows, basis.board, lambda _: sums)
        noise = (
            _noises(connection, (office, trial_office), (before, after), over) if with_noise else []
        )
    pairs = [_compare(before, after, n) for n in range(len(windows))]
    units = pairs[-1].sort_values(["group_order", "rank_after"], kind="stable")
    months = {
        "month": [month.title for month in windows[:-1]],
        "units": [
            int(pair[["rank_before", "rank_after"]].notna().any(axis=1).sum())
            for pair in pairs[:-1]
        ],
        "changed": [int(pair["changed"].sum()) for pair in pairs[:-1]],
    }
    units = units.drop(columns="group_order").reset_index(drop=True)
    return Trial(over, rules, units, pd.DataFrame(months), pd.DataFrame(noise))


def _months(of: Window) -> Iterator[Window]:
    """Split a window into its months; one that it holds in part is a window of its own."""
    on = of.start
    while on <= of.end:
        month = window("month", on)
        complete = month.start >= of.start and month.end <= of.end
        yield month if complete else custom(max(month.start, of.start), min(month.end, of.end))
        on = date.fromordinal(month.end.toordinal() + 1)


def _weeks(of: Window) -> list[Window]:
    """List the last whole weeks of a window, oldest first; [] where it holds fewer than two."""
    monday = of.start + timedelta(days=-of.start.weekday() % 7)
    weeks = []
    while monday + timedelta(days=6) <= of.end:
        weeks.append(window("week", monday))
        monday += timedelta(days=7)
    return weeks[-_WEEKS:] if len(weeks) > 1 else []


def _noises(
    connection: Connection,
    offices: tuple[Office, Office],
    tried: tuple[Standings, Standings],
    over: Window,
) -> list[dict[str, object]]:
    """Say under both rules how much of the places of the last window is noise; see `Trial.noise`."""
    lines, weeks = [], _weeks(over)
    for side, office, standings in zip(_SIDES, offices, tried, strict=True):
        weekly = None
        if weeks:  # of rules on trial the store keeps no sums
            sums = None if office is offices[0] else partial(day_summer, connection)
            weekly = score_windows(connection, office, weeks, standings.board, sums)
        banded = band_window(standings, errors_in(standings, -1, stored_tallies(connection)), None)
        placed = banded[banded["place_low"].notna()]
        wide = (placed["place_high"] - placed["place_low"] + 1).astype(float)
        cost, position = largest_check(connection, standings)
        noise = {
            "error": float(placed["score_error"].median()) if len(placed) else np.nan,
            "places": float(wide.median()) if len(placed) else np.nan,
            "weeks": np.nan if weekly is None else _agreement(weekly),
            "largest": cost,
            "unit_name": "" if position < 0 else str(standings.units["name"].iloc[position]),
        }
        lines.append({"side": side.strip("_"), **noise})
    return lines


def _agreement(standings: Standings) -> float:
    """Correlate the scores of neighbouring windows by rank, within each group; the mean of all."""
    groups = standings.units["group"].to_numpy(object)
    correlations = []
    for number in range(len(standings.windows) - 1):
        pair = pd.DataFrame(
            {n: standings.total[standings.window_columns(number + n)] for n in (0, 1)}
        )
        for group in dict.fromkeys(groups.tolist()):
            ranks = pair[groups == group].dropna().rank()
            if len(ranks) > 2 and (ranks.nunique() > 1).all():
                correlations.append(ranks[0].corr(ranks[1]))
    return float(np.mean(correlations)) if correlations else np.nan


def _day_sums(
    connection: Connection, url: str, basis: SumKey, executor: Executor | None
) -> DaySums:
    """Sum days on a basis, a month at once: its days lie in the same windows.

    What a worker saw of another state of the store than this connection sees is summed again here.
    """

    def sums(days: Sequence[int]) -> Iterator[tuple[int, Sums]]:
        tasks = [TrialTask(url, tuple(month), basis) for month in by_month(days)]
        for task, (live, month_sums) in zip(tasks, in_order(executor, run, tasks), strict=True):
            if live != _live(connection, task.days):
                month_sums = sum_days(connection, task.days, basis)
            if month_sums is not None:
                yield task.days[0], month_sums

    return sums


def run(task: TrialTask) -> tuple[tuple[int, ...], Sums | None]:
    """Sum days; a task for an executor. Gives the batches that count there, too."""
    with reading(Store(task.url, engine_of(task.url))) as connection:
        return _live(connection, task.days), sum_days(connection, task.days, task.basis)


def sum_days(connection: Connection, days: Iterable[int], basis: SumKey) -> Sums | None:
    """Sum the tallies of some days of a month; None when there are none."""
    total = None
    for _, day_sums in day_summer(connection, basis)(days):
        total = day_sums if total is None else add_sums(total, day_sums)
    return total


def _live(connection: Connection, days: Sequence[int]) -> tuple[int, ...]:
    return tuple(live_on(connection, days).tolist())


def _compare(before: Standings, after: Standings, number: int) -> pd.DataFrame:
    """Put the places of one window under both rules side by side."""
    ranked_before, ranked_after = _ranked(before, number), _ranked(after, number)
    compared = ranked_before.merge(ranked_after, on=["unit", "unit_name", "group"], suffixes=_SIDES)
    was, now = (compared[f"rank{side}"].fillna(0) for side in _SIDES)
    compared = compared.rename(columns={"group_order_after": "group_order"})
    return compared.drop(columns="group_order_before").assign(changed=(was != now).astype(bool))


def _ranked(standings: Standings, number: int) -> pd.DataFrame:
    names = ["unit", "unit_name", "group", "group_order", "status", "score", "rank"]
    return rank_window(standings, number)[names]


def noise_sentences(trial: Trial) -> list[str]:
    """Say in Chinese how much of the places is noise, now and on trial; [] where nothing was placed."""
    names = {"before": "现行办法", "after": "试算的办法"}
    sentences = []
    for line in trial.noise.itertuples():
        if np.isnan(line.error):
            continue
        clauses = [f"得分误差一般{line.error:.2f}分", f"名次区间一般宽{line.places:.0f}名"]
        if not np.isnan(line.weeks):
            clauses.append(f"相邻两周名次的相关系数{line.weeks:.2f}")
        if line.unit_name:
            clauses.append(f"一项检查最多失{line.largest:.2f}分（{line.unit_name}）")
        sentences.append(f"{names[line.side]}：{'，'.join(clauses)}。")
    return sentences
