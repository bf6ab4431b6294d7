"""Why the scores of two windows differ: of the city, its groups, its units, and on which indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import exact_product, quotient
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.overview import city_weights
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.scores.as_known import know, known_standings
from wenming_metrics.queries.scores.details import node_path
from wenming_metrics.queries.scores.rule_spans import versions_of
from wenming_metrics.queries.scores.score_windows import score_windows, statuses
from wenming_metrics.queries.scores.standings import Standings
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.scoring.ranking.ranking import RANKED, SCORED
from wenming_metrics.scoring.tree.missing import own_nodes
from wenming_metrics.scoring.trend.change import (
    CAUSES,
    LEAF_KEYS,
    RESTATED,
    RULES,
    WORK,
    Booked,
    Leg,
    State,
    Way,
    aligned,
    explain,
    leaf_parts,
    mixed,
    state_of,
)
from wenming_metrics.store.database import reading

CITY, GROUP, UNIT = "city", "group", "unit"
Regime = list[tuple[RuleSet, float]]
"""The versions that a window is scored by, oldest first, with the share of its days."""


@dataclass(frozen=True, eq=False)
class Change:
    """What moved the scores from one window to another.

    wholes - one line for the city, each group, each unit: kind (CITY, GROUP, UNIT), unit (-1),
             name, group, score_before, score_after (exact, NaN = none), change, and the points of
             each of CAUSES, which add up to the change; NaN where either score is missing
    booked - the same by indicator and by unit; start, end - the states compared
    paths  - code, name -> path of the indicator
    rules  - names of the versions before and after
    cuts   - whether the scores before and after are as they were known at a signature
    """

    before: Window
    after: Window
    wholes: pd.DataFrame
    booked: Booked
    start: State
    end: State
    full_marks: tuple[float, float]
    paths: dict[tuple[str, str], str]
    rules: tuple[str, str]
    cuts: tuple[bool, bool]


def score_change(
    office: Office,
    before: Window,
    after: Window,
    board: str = "street",
    cuts: tuple[Cutoff | None, Cutoff | None] = (None, None),
) -> Change:
    """Explain the change from one window to another, whatever rules and days they have.

    Takes:   cuts - as known when the scores before and after are (None: now); what differs from
             what is known now is booked as restatement
    """
    listed = office.rules.board(board)
    with reading(office.store) as connection:
        now = score_windows(connection, office, [before, after], listed)
        signed = [
            _signed_standings(connection, office, listed, window, cut)
            for window, cut in zip((before, after), cuts, strict=True)
        ]
        old, new = _regime(before, office), _regime(after, office)
        versions = [] if _same(old, new) else _versions(old, new)
        by_version = [
            _under(connection, office, version, (before, after), listed) for version in versions
        ]
    units = _units([now, *(standings for standings in signed if standings)])
    groups = list(dict.fromkeys(units.sort_values("group_order", kind="stable")["group"]))
    scored = [(now, -2), (now, -1), *((standings, -1) for standings in signed if standings)]
    scored += [(standings, number) for standings in by_version for number in (-2, -1)]
    states = aligned([_state(standings, number, groups) for standings, number in scored])
    was, is_ = states[0], states[1]
    remaining = iter(states[2:])
    start, end = (
        next(remaining) if standings else state
        for standings, state in zip(signed, (was, is_), strict=True)
    )
    under = {version.digest: (next(remaining), next(remaining)) for version in versions}
    booked = explain(start, end, _ways(start, was, is_, end, _crossed(under, old, new)))
    last_rules = [regime[-1][0] for regime in (old, new)]
    return Change(
        *(before, after, _wholes(units, groups, start, end, booked), booked, start, end),
        full_marks=tuple(rules.full_mark for rules in last_rules),
        paths=_paths(old, new),
        rules=tuple(f"{rules.short}（版本 {rules.version}）" for rules in last_rules),
        cuts=tuple(standings is not None for standings in signed),
    )


def _signed_standings(
    connection: Connection, office: Office, board: Board, window: Window, cut: Cutoff | None
) -> Standings | None:
    if cut is None:
        return None
    return known_standings(connection, office, board, know(connection, window, cut))


def _regime(window: Window, office: Office) -> Regime:
    size = len(window.days)
    return [(rules, len(days.days) / size) for rules, days in versions_of(window, office)]


def _same(old: Regime, new: Regime) -> bool:
    return [(r.digest, share) for r, share in old] == [(r.digest, share) for r, share in new]


def _versions(old: Regime, new: Regime) -> list[RuleSet]:
    return list({rules.digest: rules for rules, _ in (*old, *new)}.values())


def _under(
    connection: Connection,
    office: Office,
    rules: RuleSet,
    windows: Sequence[Window],
    board: Board,
) -> Standings:
    """Score windows wholly under one version of the rules."""
    version_office = replace(office, rules=rules, rule_sets=(rules,))
    return score_windows(connection, version_office, windows, board)


def _crossed(
    under: dict[str, tuple[State, State]], old: Regime, new: Regime
) -> tuple[State, State] | None:
    """Give the first window under the rules of the second, and the second under those of the first."""
    if not under:
        return None
    pairs = ((0, new), (1, old))
    return tuple(
        mixed([under[r.digest][side] for r, _ in regime], [share for _, share in regime])
        for side, regime in pairs
    )


def _ways(
    start: State, was: State, is_: State, end: State, crossed: tuple[State, State] | None
) -> list[list[Way]]:
    """Lay out the ways from start to end, the best first; see `scoring.trend.change`."""

    def way(*between: Leg) -> Way:
        return (Leg(RESTATED, start, was), *between, Leg(RESTATED, is_, end))

    restated = (Leg(RESTATED, start, end),)  # nothing is left now of one of the windows
    if crossed is None:
        return [[way(Leg(WORK, was, is_))], [restated]]
    first, second = crossed
    rules_first = way(Leg(RULES, was, first), Leg(WORK, first, is_))
    data_first = way(Leg(WORK, was, second), Leg(RULES, second, is_))
    return [[rules_first, data_first], [way(Leg(RULES, was, is_))], [restated]]


def _state(standings: Standings, number: int, groups: Sequence[str]) -> State:
    """Take the scores of one window apart; a unit that is not scored weighs nothing."""
    status = statuses(standings, number)
    scored = np.isin(status, SCORED)
    own_group = standings.units["group"].to_numpy(object)
    wholes = [city_weights(standings, number)]
    wholes += [_mean_of((status == RANKED) & (own_group == group)) for group in groups]
    span_leaves = [
        leaf_parts(span.scores, span.rules, columns, shares)
        for span, columns, shares in standings.spans_in(number)
    ]
    units = pd.Index(standings.units["unit"])
    return state_of(units, span_leaves, scored, standings.adjusted(number), np.stack(wholes))


def _mean_of(chosen: np.ndarray) -> np.ndarray:
    return chosen / max(chosen.sum(), 1)


def _units(standings: Sequence[Standings]) -> pd.DataFrame:
    """List the units of all, each once, as the first that has it."""
    units = pd.concat([scored.units for scored in standings], ignore_index=True)
    return units.drop_duplicates("unit").reset_index(drop=True)


def _wholes(
    units: pd.DataFrame, groups: Sequence[str], start: State, end: State, booked: Booked
) -> pd.DataFrame:
    listed = units.set_index("unit").reindex(start.units)
    kinds = [CITY] + [GROUP] * len(groups) + [UNIT] * len(listed)
    before, after = start.totals, end.totals
    frame = pd.DataFrame(
        {
            "kind": kinds,
            "unit": [-1] * (1 + len(groups)) + listed.index.tolist(),
            "name": ["全市", *groups, *listed["name"]],
            "group": ["", *groups, *listed["group"]],
            **{"score_before": before, "score_after": after, "change": after - before},
        }
    )
    has_change = frame["change"].notna()
    for cause in CAUSES:
        frame[cause] = np.where(has_change, booked.total(cause), np.nan)
    return frame


def _paths(*regimes: Regime) -> dict[tuple[str, str], str]:
    paths = {}
    for rules, _ in (version for regime in regimes for version in regime):
        nodes = own_nodes(rules)
        keys = zip(*(rules.nodes.loc[nodes, name] for name in LEAF_KEYS), strict=True)
        paths |= {key: node_path(rules, int(n)) for key, n in zip(keys, nodes, strict=True)}
    return paths


def leaf_lines(change: Change, position: int) -> pd.DataFrame:
    """List what moved one whole, by indicator, the largest move first.

    Takes:   position - of the whole in `change.wholes`
    Returns: code, name, path, CAUSES and moved (points; their sum over CAUSES), rate_before,
             rate_after (0 to 1, NaN = not looked at), weight_before, weight_after (share of the
             whole); without adjustments and the coming and going of units, which have no indicator
    """
    states = (change.start, change.end)
    keys = change.start.leaves
    frame = pd.DataFrame({name: keys.get_level_values(name) for name in LEAF_KEYS})
    frame["path"] = [change.paths.get(key, "") for key in keys]
    for cause in CAUSES:
        frame[cause] = change.booked.by_leaf[cause][position]
    frame["moved"] = frame[list(CAUSES)].sum(axis=1)
    for side, state, full in zip(("before", "after"), states, change.full_marks, strict=True):
        weight = exact_product(state.weight, state.among[position])
        points = state.weight * np.nan_to_num(state.points)
        earned = exact_product(points, state.among[position])
        frame[f"rate_{side}"] = quotient(earned, weight * full)
        frame[f"weight_{side}"] = weight
    concerned = (frame["weight_before"] > 0) | (frame["weight_after"] > 0) | (frame["moved"] != 0)
    lines = frame[concerned].sort_values("moved", key=np.abs, ascending=False, kind="stable")
    return lines.reset_index(drop=True)


def unit_lines(change: Change, position: int) -> pd.DataFrame:
    """List what each unit moved one whole by, the largest move first; the lines add up to it.

    Returns: unit, name, CAUSES and moved (points), score_before, score_after (NaN = no score)
    """
    units = change.wholes[change.wholes["kind"] == UNIT].reset_index(drop=True)
    frame = units[["unit", "name", "score_before", "score_after"]].copy()
    for cause in CAUSES:
        frame[cause] = change.booked.by_unit[cause][position]
    frame["moved"] = frame[list(CAUSES)].sum(axis=1)
    inside = (change.start.among[position] > 0) | (change.end.among[position] > 0)
    lines = frame[inside].sort_values("moved", key=np.abs, ascending=False, kind="stable")
    return lines.reset_index(drop=True)
