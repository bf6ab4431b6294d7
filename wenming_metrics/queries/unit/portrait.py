"""One unit for one look (单位画像): its places over time, and how it does against its group."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import exact_sum, quotient
from wenming_metrics.domain.periods import Window, series
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.ranking import rank_window
from wenming_metrics.queries.scores import dated_facts
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.scores.as_known import know, known_standings
from wenming_metrics.queries.scores.details import node_path
from wenming_metrics.queries.scores.row_losses import position_of
from wenming_metrics.queries.scores.score_windows import (
    COURSE,
    score_windows,
    standings_now,
    statuses,
)
from wenming_metrics.queries.scores.standings import Standings
from wenming_metrics.queries.scores.window_sums import planned_types
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.ranking.ranking import RANKED, SCORED
from wenming_metrics.scoring.tree import coverage as cover
from wenming_metrics.scoring.tree.missing import own_nodes
from wenming_metrics.store.database import reading

SEEN, UNSEEN, ASIDE = "已查", "未查", "不适用"
"""Three states of an indicator of a unit: looked at, not looked at, and nothing to look at."""
_FINE = 1e9


def ranks_over_time(office: Office, window: Window, board: str, unit: int) -> pd.DataFrame:
    """List how a unit stood in a window and in those before it, oldest first.

    It begins with the first window in which anybody of the board was looked at.

    Returns: window, status, score (NaN = none), rank (Int64), tied, ranked (units of its group with a
             place), checks, failed
    """
    windows = series(window, COURSE[window.kind])
    standings = standings_now(office, windows, board)
    position, lines = position_of(standings, unit), []
    for number, past_window in enumerate(windows):
        if not lines and past_window != window and not standings.counted("checks", number).any():
            continue
        ranked = rank_window(standings, number)
        unit_line = ranked.iloc[position]
        group = (ranked["group"] == unit_line["group"]) & (ranked["status"] == RANKED)
        names = ("status", "score", "rank", "tied", "checks", "failed")
        lines.append(
            {
                "window": past_window,
                **{name: unit_line[name] for name in names},
                "ranked": group.sum(),
            }
        )
    return pd.DataFrame(lines).astype({"rank": "Int64", "score": float})


def against_group(
    office: Office, window: Window, board: str, unit: int, cut: Cutoff | None = None
) -> pd.DataFrame:
    """Set the rates of a unit beside those of the units of its group that have a score.

    Takes:   cut - as known when (None: now)
    Returns: one line per indicator, in the order of the tree: code, name, path, level (1 = top),
             own (it makes its own rate: together these make the score), state (SEEN, UNSEEN, ASIDE),
             rate (%, NaN = not looked at), checks, failed, units (of the group with a rate), low,
             high, middle (%, of those; NaN = nobody), better (of those: how many have more), gap (points of
             the unit's score by which it lies above the middle, below zero: under it; NaN = either
             has no rate). Under two versions of the rules: the indicators of the newer one.
    """
    chosen = office.rules.board(board)
    with reading(office.store) as connection:
        if cut is None:
            standings = score_windows(connection, office, [window], chosen)
        else:
            standings = known_standings(connection, office, chosen, know(connection, window, cut))
        rules = standings.rules()
        applies = _applies(connection, office, standings, rules)
    position = position_of(standings, unit)
    rates, worth = _rates(standings, rules)
    peers = _peers(standings, position)
    nodes = rules.nodes
    lines = pd.DataFrame(
        {
            **{name: nodes[name].to_numpy() for name in ("code", "name", "level")},
            "path": [node_path(rules, node) for node in nodes.index],
            "own": np.isin(nodes.index, own_nodes(rules)),
            "rate": rates[:, position],
            **{
                name: _counted(standings, rules, name)[:, position] for name in ("checks", "failed")
            },
            **_spread(rates[:, peers], rates[:, position]),
            "state": np.select(
                [~np.isnan(rates[:, position]), applies[:, position]], [SEEN, UNSEEN], ASIDE
            ),
        }
    )
    lines["gap"] = worth[:, position] * (lines["rate"] - lines["middle"]) / 100
    return lines.iloc[1:].reset_index(drop=True)


def documents_due(office: Office, window: Window) -> pd.DataFrame:
    """Give what of each unit's documents due in a window has passed; see `queries.scores.dated_facts.documents`."""
    with reading(office.store) as connection:
        return dated_facts.documents(connection, window)


def _peers(standings: Standings, position: int) -> np.ndarray:
    """Give the positions of the units of a unit's group that have a score."""
    group = standings.units["group"].to_numpy(object)
    return np.flatnonzero((group == group[position]) & np.isin(statuses(standings), SCORED))


def _spread(peers: np.ndarray, unit_rates: np.ndarray) -> dict[str, np.ndarray]:
    """Say per node how the rates of the peers lie, and how many are above the unit's own."""
    units = (~np.isnan(peers)).sum(axis=1)
    some = units > 0
    empty = np.full(len(peers), np.nan)
    low, high, middle = empty.copy(), empty.copy(), empty.copy()
    if some.any():  # numpy knows no least of nobody
        low[some], high[some] = np.nanmin(peers[some], axis=1), np.nanmax(peers[some], axis=1)
    middle[some] = exact_sum(np.nan_to_num(peers[some])) / units[some]
    fine = np.rint(np.nan_to_num(peers, nan=-1.0) * _FINE)
    better = (fine > np.rint(np.nan_to_num(unit_rates) * _FINE)[:, None]).sum(axis=1)
    spread = {"units": units, "low": low, "high": high, "middle": middle}
    return {**spread, "better": np.where(np.isnan(unit_rates), 0, better)}


def _rates(standings: Standings, rules: RuleSet) -> tuple[np.ndarray, np.ndarray]:
    """Give rates (%) that were looked at, and what nodes are worth in the score, per node and unit.

    Over several versions: of the days of each version that knows the indicator.
    """
    shape = (len(rules.nodes), len(standings.units))
    total, weight, worth = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for (span, columns, shares), nodes, where in _matched(standings, rules):
        scores = span.scores
        rates = scores.rates[nodes, columns]
        seen = ~np.isnan(rates) & ~scores.filled[nodes, columns]
        total[where] += np.where(seen, rates, 0.0) * span.share
        weight[where] += seen * span.share
        full = span.rules.full_mark
        worth[where] += full * np.nan_to_num(scores.weights[nodes, columns]) * np.nan_to_num(shares)
    return quotient(100 * total, weight), worth


def _counted(standings: Standings, rules: RuleSet, name: str) -> np.ndarray:
    """Sum one field of `LeafSums` into every node above, per node and unit."""
    totals = np.zeros((len(rules.nodes), len(standings.units)))
    for (span, columns, _), nodes, where in _matched(standings, rules):
        sums = cover.gather_up(getattr(span.scores.sums, name)[:, columns], span.rules)
        totals[where] += sums[nodes]
    return totals.astype(np.int64)


def _matched(standings: Standings, rules: RuleSet) -> list:
    """Give the parts of the last window, with which of their nodes the newest rules have, and where."""
    codes = pd.Index(rules.nodes["code"])
    matched = []
    for weighted_span in standings.spans_in():
        where = codes.get_indexer(weighted_span[0].rules.nodes["code"])
        nodes = np.flatnonzero(where >= 0)
        matched.append((weighted_span, nodes, where[nodes]))
    return matched


def _applies(
    connection: Connection, office: Office, standings: Standings, rules: RuleSet
) -> np.ndarray:
    """Say what there is to be looked at, per node and unit: some leaf below applies."""
    catalogue, size, position = office.catalogue, len(standings.units), standings.column_of
    types = catalogue.applies.shape[1]
    registered = cover.types_by_unit(standings.register.sites, position, size, types)
    windows = [standings.windows[-1]]
    (planned,) = planned_types(connection, windows, position, types, size)
    leaves = cover.applicable(cover.leaf_at(rules, catalogue), registered, planned)
    return cover.gather_up(leaves, rules, np.logical_or)
