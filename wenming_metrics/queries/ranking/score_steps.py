"""How a score comes about (得分怎样算出来): one unit, one window, step by step from the sums.

The steps are those of the score itself, not a second way of scoring: rates and weights are the
ones that the ranking rests on, and beside them stands what each was made of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import POINT_SCALE, RATE_SCALE, exact_sum, half_up
from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import successors
from wenming_metrics.queries.office import Office, under
from wenming_metrics.queries.scores.priced_nodes import moment_of, reprice
from wenming_metrics.queries.scores.score_windows import score_windows, statuses
from wenming_metrics.queries.scores.standings import RuleSpan, Standings
from wenming_metrics.queries.scores.stocks import figures
from wenming_metrics.queries.scores.window_sums import window_sums
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tally.leaves import LeafSums
from wenming_metrics.scoring.tree.basis import SumKey, basis_of
from wenming_metrics.scoring.tree.settling import plan_of
from wenming_metrics.scoring.tree.stocks import stock_nodes
from wenming_metrics.store.database import reading


@dataclass(frozen=True, eq=False)
class Steps:
    """The steps under one version of the rules.

    window - its days; share - what it weighs in the score; score - exact, NaN = not looked at
    nodes  - one line per node, parents before children: node, parent, level, code, name, mode,
             average, settlement, is_leaf, weight (among siblings), effective (in the whole), rate
             (NaN = no rate), points (of the score: full mark x effective x rate), filled (by the
             rule for missing leaves), inside (below a node that settles: shown, not weighed),
             checks, failed, lost, possible (points), mean_rate (of visits), periods, taken, full
             (points; NaN where nothing settles; full 1 for grades), value (of the fact that feeds a
             leaf, NaN = none)
    """

    rules: RuleSet
    window: Window
    share: float
    score: float
    nodes: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Working:
    """The steps to one unit's score: per version, their sum (exact), what is published.

    added - what adjustments after the tree add or take; score - rounded, NaN = no score; status -
    see `scoring.ranking.ranking`
    """

    unit_name: str
    version_steps: tuple[Steps, ...]
    exact: float
    added: float
    score: float
    decimals: int
    status: str


def working(
    office: Office, window: Window, unit: int, board: str = "street", rules_id: str = ""
) -> Working:
    """Work out the score of one unit. Raises KeyError for a unit that the board does not have.

    Takes: rules_id - the version that the whole window is scored by; "": each day by its own
    """
    office = under(office, rules_id) if rules_id else office
    with reading(office.store) as connection:
        standings = score_windows(connection, office, [window], office.rules.board(board))
        position = int(standings.column_of[unit])
        if position < 0:
            raise KeyError(unit)
        version_steps = tuple(
            _steps(connection, standings, span, columns.start + position, shares[position], unit)
            for span, columns, shares in standings.spans_in()
        )
    exact = float(standings.total[position])
    tree = float(exact_sum(np.nan_to_num([steps.share * steps.score for steps in version_steps])))
    decimals = standings.rules().decimals
    return Working(
        str(standings.units["name"].iloc[position]),
        version_steps,
        exact,
        exact - tree,
        float(half_up(exact, decimals)),
        decimals,
        str(statuses(standings)[position]),
    )


def _steps(
    connection: Connection,
    standings: Standings,
    span: RuleSpan,
    column: int,
    share: float,
    unit: int,
) -> Steps:
    rules, scores = span.rules, span.scores
    position = _unit_position(standings, span, unit)
    sums, deductions = _unit_sums(connection, standings, span, position)
    values = _unit_facts(connection, span, position)
    nodes, plan = rules.nodes, plan_of(rules)
    names = ["parent", "level", "code", "name", "mode", "average", "settlement", "is_leaf"]
    frame = nodes[[*names, "weight"]].reset_index()
    rate, effective = scores.rates[:, column], scores.weights[:, column]
    inside = plan.owner[nodes["parent"].to_numpy()] >= 0
    inside[0] = False
    with np.errstate(invalid="ignore", divide="ignore"):
        by_visit = sums.rates[:, 0] / (sums.checks[:, 0] * RATE_SCALE)
    unit_of = np.where(nodes["mode"] == "deduct", POINT_SCALE, RATE_SCALE)
    frame = frame.assign(
        **{"rate": rate, "effective": effective, "inside": inside},
        points=rules.full_mark * effective * np.nan_to_num(rate),
        filled=scores.filled[:, column],
        checks=sums.checks[:, 0].astype(int),
        failed=sums.failed[:, 0].astype(int),
        lost=sums.lost[:, 0] / POINT_SCALE,
        possible=sums.possible[:, 0] / POINT_SCALE,
        mean_rate=by_visit,
        value=frame["node"].map(values).astype(float),
        **{name: frame["node"].map(deductions[name]) for name in ("periods", "taken")},
        full=np.where(plan.owner == nodes.index, plan.full / unit_of, np.nan),
    )
    frame["taken"] = frame["taken"].to_numpy(float) / unit_of
    weight = float(np.nan_to_num(share))
    return Steps(rules, span.window, weight, float(scores.scores[column]), frame)


def _basis(standings: Standings, rules: RuleSet) -> SumKey:
    kind = standings.board.kind
    has_board = any(candidate.kind == kind for candidate in rules.boards)
    board = rules.board(kind) if has_board else standings.board
    return basis_of(standings.register, rules, board)


def _unit_position(standings: Standings, span: RuleSpan, unit: int) -> np.ndarray:
    """Give position 0 to the unit and to those merged into it, -1 to all others."""
    register = standings.register
    position = np.full(len(_basis(standings, span.rules).counts_for) + 1, -1, np.int64)
    position[unit] = 0
    for before, heir in successors(register, standings.windows[-1].end.toordinal()).items():
        if heir == unit:
            position[before] = 0
    return position


def _unit_facts(connection: Connection, span: RuleSpan, position: np.ndarray) -> dict[int, float]:
    """Give the figure that feeds each leaf that is fed by a fact, where the unit has one."""
    by_node = {}
    for node in stock_nodes(span.rules):
        facts = figures(connection, str(span.rules.nodes.at[node, "fact"]), span.window)
        unit_facts = facts[
            (position[facts["unit"].to_numpy(np.int64)] == 0) & facts["value"].notna().to_numpy()
        ]
        if len(unit_facts):
            by_node[node] = float(unit_facts["value"].iloc[-1])
    return by_node


def _unit_sums(
    connection: Connection, standings: Standings, span: RuleSpan, position: np.ndarray
) -> tuple[LeafSums, pd.DataFrame]:
    """Sum what was counted for the unit, and for those merged into it.

    Returns: leaf sums of one column; per settling node: periods, taken
    """
    rules, basis = span.rules, _basis(standings, span.rules)
    windows = [span.window]
    sums, deductions = window_sums(connection, windows, basis, position, 1)
    if len(rules.prices):
        units = (position[basis.counts_for], 1)
        deductions = reprice(connection, rules, windows, deductions, units, moment_of(windows))
    return sums, deductions.set_index("node")[["periods", "taken"]]
