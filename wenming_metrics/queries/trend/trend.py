"""How scores went over a row of windows: of the city, its groups, its units, on any indicator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_product, exact_sum, half_up, quotient
from wenming_metrics.domain.periods import Window, is_to_date, to_date, window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.overview import city_score, city_weights
from wenming_metrics.queries.scores.details import PATH_MARK, node_path
from wenming_metrics.queries.scores.score_windows import score_windows, standings_now, statuses
from wenming_metrics.queries.scores.standings import Standings
from wenming_metrics.queries.trend.change import CITY, GROUP, UNIT
from wenming_metrics.scoring.ranking.ranking import RANKED, SCORED
from wenming_metrics.store.database import reading
from wenming_metrics.store.tallies import days_with_rows

_YEAR = timedelta(days=364)
"""So many days before lies the same weekday of the year before."""
_STEP = 62
"""So many single days are scored at once."""


@dataclass(frozen=True, eq=False)
class Course:
    """Scores, or rates of one indicator, over a row of windows.

    windows - oldest first; earlier - the same a year before
    wholes  - one line for the city, each group, each unit: kind, unit (-1), name, group
    values  - (whole, window): score rounded half up, or rate in per cent; NaN = none
    before  - the same for `earlier`
    checks  - (whole, window): checks behind it
    changes - position of the first window that lies in a later version of the rules -> its first
              day and what it is called
    """

    windows: tuple[Window, ...]
    earlier: tuple[Window, ...]
    wholes: pd.DataFrame
    values: np.ndarray
    before: np.ndarray
    checks: np.ndarray
    changes: dict[int, tuple[date, str]]


def course(
    office: Office, windows: Sequence[Window], board: str = "street", code: str = ""
) -> Course:
    """Follow all wholes of a board over some windows of one kind, oldest first.

    Takes: code - of an indicator of whatever level; "": the score
    """
    earlier = [year_before(later) for later in windows]
    with reading(office.store) as connection:
        span = range(earlier[0].days.start, earlier[-1].days.stop)
        scored_earlier = earlier if days_with_rows(connection, span) else []
        listed = office.rules.board(board)
        standings = score_windows(connection, office, [*scored_earlier, *windows], listed)
    groups = list(dict.fromkeys(standings.units.sort_values("group_order", kind="stable")["group"]))
    numbers = range(len(standings.windows))
    columns = [_values(standings, number, groups, code) for number in numbers]
    values, checks = (np.stack(arrays, axis=1) for arrays in zip(*columns, strict=True))
    size = len(scored_earlier)
    return Course(
        windows=tuple(windows),
        earlier=tuple(earlier),
        wholes=_wholes(standings.units, groups),
        values=values[:, size:],
        before=values[:, :size] if scored_earlier else np.full((len(values), len(windows)), np.nan),
        checks=checks[:, size:],
        changes=_changes(office, windows),
    )


def year_before(of: Window) -> Window:
    """Give the same window a year before: month and longer by the calendar, else 52 weeks.

    It has no number: the issues of another year need not begin on its days.
    """
    if of.kind in ("month", "quarter", "half", "year") and not of.number:
        earlier = window(of.kind, of.start.replace(year=of.start.year - 1))
        return to_date(earlier, earlier.start + (of.end - of.start)) if is_to_date(of) else earlier
    if of.kind in ("month", "quarter", "half", "year"):
        ends = (of.start, of.end + timedelta(days=1))
        first, after = (on.replace(year=on.year - 1) for on in ends)
        return Window(of.kind, first, after - timedelta(days=1))
    return Window(of.kind, of.start - _YEAR, of.end - _YEAR)


def indicators(office: Office) -> list[tuple[str, str]]:
    """List what can be followed besides the score: code and path of every node but the root."""
    rules, choices = office.rules, []
    for node in rules.nodes.index[1:]:
        names = [node_path(rules, node), rules.nodes.at[node, "name"]]
        choices.append((str(rules.nodes.at[node, "code"]), PATH_MARK.join(filter(None, names))))
    return choices


def days_scored(office: Office, days: Sequence[date], board: str = "street") -> pd.DataFrame:
    """Score single days.

    Takes:   days - in order
    Returns: day (date), kind, name, value (rounded score, NaN = none), checks
    """
    frames = []
    for first in range(0, len(days), _STEP):
        day_batch = days[first : first + _STEP]
        frames += _days(office, [window("day", day) for day in day_batch], board)
    return pd.concat(frames, ignore_index=True) if frames else _no_days()


def _days(office: Office, windows: list[Window], board: str) -> Iterator[pd.DataFrame]:
    standings = standings_now(office, windows, board)
    groups = list(dict.fromkeys(standings.units["group"]))
    wholes = _wholes(standings.units, groups)[["kind", "name"]]
    for number, day_window in enumerate(windows):
        values, checks = _values(standings, number, groups, "")
        yield wholes.assign(day=day_window.start, value=values, checks=checks)


def _no_days() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in ("day", "kind", "name", "value", "checks")})


def _wholes(units: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    kinds = [CITY] + [GROUP] * len(groups) + [UNIT] * len(units)
    return pd.DataFrame(
        {
            "kind": kinds,
            "unit": [-1] * (1 + len(groups)) + units["unit"].tolist(),
            "name": ["全市", *groups, *units["name"]],
            "group": ["", *groups, *units["group"]],
        }
    )


def _values(
    standings: Standings, number: int, groups: Sequence[str], code: str
) -> tuple[np.ndarray, np.ndarray]:
    """Give value and checks of each whole in one window."""
    status = statuses(standings, number)
    own_group = standings.units["group"].to_numpy(object)
    inside = [(status == RANKED) & (own_group == group) for group in groups]
    checks = standings.counted("checks", number)
    decimals = standings.rules(number).decimals
    if code:
        units = _rates(standings, number, code)
        city = _mean(units, city_weights(standings, number))
        decimals = 2
    else:
        units = np.where(
            np.isin(status, SCORED), standings.total[standings.window_columns(number)], np.nan
        )
        city = city_score(standings, number)
        # What is shown of a group is the mean of what is shown of its units.
        units = half_up(units, decimals)
    means = [_mean(units, chosen.astype(float)) for chosen in inside]
    values = half_up(np.array([np.nan if city is None else city, *means, *units]), decimals)
    counts = [checks.sum(), *(checks[own_group == group].sum() for group in groups), *checks]
    return values, np.array(counts)


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    has_value = ~np.isnan(values) & (weights > 0)
    if not has_value.any():
        return np.nan
    return float(
        exact_product(values[has_value], weights[has_value]) / exact_sum(weights[has_value])
    )


def _rates(standings: Standings, number: int, code: str) -> np.ndarray:
    """Give each unit's rate on an indicator in per cent, over the versions that know it."""
    size = len(standings.units)
    total, weight = np.zeros(size), np.zeros(size)
    for span, columns, _ in standings.spans_in(number):
        nodes = np.flatnonzero(span.rules.nodes["code"].to_numpy() == code)
        if not len(nodes):
            continue
        rates, filled = (
            by_node[nodes[0], columns] for by_node in (span.scores.rates, span.scores.filled)
        )
        seen = ~np.isnan(rates) & ~filled
        total += np.where(seen, rates, 0.0) * span.share
        weight += seen * span.share
    return quotient(100 * total, weight)


def _changes(office: Office, windows: Sequence[Window]) -> dict[int, tuple[date, str]]:
    """Say at which windows another version of the rules begins: by its first day."""
    changes = {}
    for rules in office.rule_sets[1:]:
        first = rules.effective_from
        inside = [number for number, axis_window in enumerate(windows) if axis_window.end >= first]
        if inside and windows[0].start < first:
            changes[inside[0]] = (first, f"{rules.short}（版本 {rules.version}）")
    return changes
