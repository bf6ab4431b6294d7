"""The loss ledger of a window: from the city's lost points to single checks, one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import exact_product, exact_sum, half_up, quotient
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.overview import city_weights
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.scores.details import PATH_MARK, node_path
from wenming_metrics.queries.scores.row_losses import traced_lines
from wenming_metrics.queries.scores.score_windows import statuses
from wenming_metrics.queries.scores.standings import RuleSpan, Standings
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.losses.ledger import LEVELS, counted_of, graded_owners, silent_losses
from wenming_metrics.scoring.losses.losses import weight_multiples
from wenming_metrics.scoring.tally.columns import as_names
from wenming_metrics.scoring.tally.leaves import visit_averages
from wenming_metrics.scoring.tree.adjusting import LEDGER
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_sites_met
from wenming_metrics.vocabulary import ADJUSTMENTS, SOURCE_CODES, SOURCES

ROW, SILENT, ADJUSTED = "row", "silent", "adjusted"
"""Kinds of lines: a check, a node whose loss stands on no row, a decision."""
BY_VISIT = "visit"
"""Stands for mode rate, where visits are averaged."""
ADJUSTING = "加减分"
"""Stands in the place of the top indicator of decisions."""
NOT_TOLD = "没有写明"
"""Stands for who leads where the rules do not say."""
NOWHERE = "不在某一行上"
"""Stands for point type, site, source and item of a loss without a row."""
_NO_CHECK = dict.fromkeys(
    ("visit", "site", "unit", "point_type", "item", "source", "batch", "seq", "found_on"), -1
)
_NO_CHECK |= {"lost": 0, "possible": 0, "day": 0, "uncounted": 0.0, "own": np.nan}
_NO_CHECK |= {"part": np.nan, "whole": np.nan}
_NAMED = [
    *LEVELS,
    *("version", "lead", "responsible", "kind", "reason", "owner_path", "mode"),
]


@dataclass(frozen=True, eq=False)
class Ledger:
    """What units and the city lost in a window.

    lines - LEVELS (names of the tree from the top; a loss without a row ends with its reason in
            brackets); place (position in `units`), unit_name, group, version, point_type_name,
            site, site_name, lead, responsible (both as the rules name them), source_name, category,
            item_name, day (ordinal), kind, reason; points (of the unit's score), city (of the
            city's); uncounted (points of the row that 扣完为止 left out); of checks also node,
            column, owner, stretch, visit, unit, item, point_type, batch, seq, found_on, lost,
            possible (1e-4), own, part, whole (`scoring.losses.ledger.counted_of`), weight, multiple
            (`scoring.losses.losses.weight_multiples`), rate, mode and owner_path of the node that makes the rate, full, share (of the window's days)
            Checks that lost nothing are among them where a table of grades looks at them.
    units - unit, name, group, full (mark), score (as published; NaN = not scored), total (exact,
            NaN = not looked at), weight (in the city's score), status
    city_full, city_score - of the city; score None where no unit is scored
    rules - per stretch; decisions - `scoring.tree.adjusting.LEDGER`, column = place
    """

    lines: pd.DataFrame
    units: pd.DataFrame
    city_full: float
    city_score: float | None
    rules: tuple[RuleSet, ...]
    decisions: pd.DataFrame


def ledger(
    office: Office, window: Window, board: str = "street", cut: Cutoff | None = None
) -> Ledger:
    """Make the loss ledger of a window.

    Per unit `points` sum to full mark - exact score, over all units `city` to full mark - exact
    score of the city.

    Takes: cut - as known when (None: now)
    """
    with reading(office.store) as connection:
        standings, lines = traced_lines(
            connection, office, window, None, board, cut, only_lost=True
        )
        # Names are told apart among all sites that were looked at, not only those that lost.
        met = np.union1d(lines["site"], standings.sites["site"])
        sites = _site_names(connection, standings, met)
    lines = lines.rename(columns={"loss": "points"}).drop(columns=["code", "leaf_name"])
    frames = [
        _lines_of_span(weighted_span, lines[lines["stretch"] == number], number)
        for number, weighted_span in enumerate(standings.spans_in())
    ]
    frames.append(_decision_lines(standings))
    units = _units(standings)
    named_lines = _name(
        office, _join([frame for frame in frames if len(frame)] or frames[:1]), sites, units
    )
    weights, decimals = units["weight"].to_numpy(), standings.rules().decimals
    exact = float(exact_product(weights, np.nan_to_num(units["total"].to_numpy())))
    return Ledger(
        lines=named_lines,
        units=units,
        city_full=float(exact_product(weights, np.nan_to_num(units["full"].to_numpy()))),
        city_score=float(half_up(exact, decimals)) if weights.any() else None,
        rules=tuple(span.rules for span, _, _ in standings.spans_in()),
        decisions=_decisions(standings),
    )


def _units(standings: Standings) -> pd.DataFrame:
    exact = standings.total[standings.window_columns(-1)]
    shares = [
        np.nan_to_num(share) * span.rules.full_mark for span, _, share in standings.spans_in()
    ]
    weights = city_weights(standings)
    score = np.where(weights > 0, half_up(exact, standings.rules().decimals), np.nan)
    figures = {
        "full": exact_sum(np.array(shares), 0),
        "score": score,
        "total": exact,
        "weight": weights,
    }
    return standings.units[["unit", "name", "group"]].assign(**figures, status=statuses(standings))


def _lines_of_span(
    weighted_span: tuple[RuleSpan, slice, np.ndarray], lines: pd.DataFrame, number: int
) -> pd.DataFrame:
    """Make the lines of one version of the rules: checks, and what stands on no row."""
    span, columns, shares = weighted_span
    rules, scores = span.rules, span.scores
    share = np.nan_to_num(shares)
    # Where a table of grades is looked up, checks that lost nothing count too.
    lines = lines[(lines["lost"] > 0) | lines["owner"].isin(graded_owners(rules))]
    # A unit without a score under this version has no share in it.
    unit_share = share[lines["place"].to_numpy(np.int64)]
    exact = lines.assign(points=quotient(lines["points"], unit_share, 0.0))
    counted = counted_of(exact, scores, rules)
    counted["own"] *= unit_share
    checks = lines.assign(**{name: counted[name] for name in counted})[unit_share > 0]
    silent = silent_losses(exact, scores, rules, columns)
    position = silent["column"].to_numpy(np.int64) - columns.start
    silent = silent.assign(place=position, points=silent["points"] * share[position])
    silent = silent[silent["points"] > 0].assign(owner=silent["node"], **_NO_CHECK)
    reasons = silent["reason"].tolist()
    frames = [frame for frame in (checks, silent.drop(columns="reason")) if len(frame)] or [checks]
    joined = pd.concat(frames, ignore_index=True)
    owner, column = joined["owner"].to_numpy(np.int64), joined["column"].to_numpy(np.int64)
    facts = {"weight": scores.weights[owner, column], "rate": scores.rates[owner, column]}
    facts |= {"multiple": weight_multiples(scores, rules)[owner, column]}
    facts |= {"full": rules.full_mark, "share": share[joined["place"].to_numpy(np.int64)]}
    mode = rules.nodes["mode"].to_numpy(object)
    mode = np.where(visit_averages(rules) & (mode == "rate"), BY_VISIT, mode)
    facts |= {"mode": as_names(owner, mode.tolist().__getitem__), "stretch": number}
    facts |= {"version": as_names(np.zeros(len(joined), np.int64), lambda _: rules.version)}
    paths = [PATH_MARK.join(path) or "总分" for path in _paths(rules)]
    facts |= {"owner_path": as_names(owner, paths.__getitem__)}
    return joined.assign(**facts, **_tree(rules, joined["node"].to_numpy(np.int64), reasons))


def _tree(rules: RuleSet, nodes: np.ndarray, reasons: Sequence[str]) -> dict[str, pd.Categorical]:
    """Name the levels above each line, its kind, and who leads and is responsible by the rules.

    Takes: nodes - of the lines; reasons - of the last of them, which stand on no row
    """
    first, count = len(nodes) - len(reasons), len(rules.nodes)
    ends = list(zip(nodes[first:].tolist(), reasons, strict=True))
    distinct_ends = list(dict.fromkeys(ends))
    row_of_end = {end: count + index for index, end in enumerate(distinct_ends)}
    way = nodes.copy()
    way[first:] = [row_of_end[end] for end in ends]
    names = [[*path[: len(LEVELS)], *[""] * len(LEVELS)] for path in _paths(rules)]
    names += [
        [*_paths(rules)[node], f"（{reason}）", *[""] * len(LEVELS)]
        for node, reason in distinct_ends
    ]
    why = [*[""] * count, *(reason for _, reason in distinct_ends)]
    kind = np.repeat([0, 1], [first, len(reasons)])
    columns = {
        level: as_names(way, [path[index] for path in names].__getitem__)
        for index, level in enumerate(LEVELS)
    }
    lead = [name or NOT_TOLD for name in rules.nodes["lead"]]
    responsible = rules.nodes["responsible"].map("、".join).tolist()
    columns |= {"kind": as_names(kind, (ROW, SILENT).__getitem__)}
    columns |= {"reason": as_names(way, why.__getitem__), "lead": as_names(nodes, lead.__getitem__)}
    return {**columns, "responsible": as_names(nodes, responsible.__getitem__)}


@lru_cache(maxsize=16)
def _paths(rules: RuleSet) -> tuple[tuple[str, ...], ...]:
    """Give the names from the top down to each node; nothing for the whole."""
    paths: list[tuple[str, ...]] = [()]
    for node in rules.nodes.index[1:]:
        above = node_path(rules, node)
        name = str(rules.nodes.at[node, "name"])
        paths.append((*(above.split(PATH_MARK) if above else ()), name))
    return tuple(paths)


def _decision_lines(standings: Standings) -> pd.DataFrame:
    """Make a line of each decision that counts: what adds to a score is a loss below zero."""
    if standings.ledger is None:
        return pd.DataFrame()
    columns = standings.window_columns(-1)
    decisions = standings.ledger[
        standings.ledger["column"].between(columns.start, columns.stop - 1)
    ]
    decisions = decisions[decisions["counted"] != 0].reset_index(drop=True)
    blank = dict.fromkeys(LEVELS, "") | {"level1": ADJUSTING, "level2": decisions["kind"]}
    amounts = {
        "place": decisions["column"] - columns.start,
        "points": -decisions["counted"],
        "reason": decisions["reason"],
    }
    facts = {
        "weight": np.nan,
        "multiple": np.nan,
        "rate": np.nan,
        "full": np.nan,
        "share": 1.0,
        "stretch": -1,
    }
    facts |= {"node": -1, "owner": -1, "column": decisions["column"], "mode": "", "owner_path": ""}
    names = {"lead": NOT_TOLD, "responsible": "", "version": standings.rules().version}
    cells = {**amounts, **_NO_CHECK, **facts, **names, **blank, "kind": ADJUSTED}
    lines = pd.DataFrame(cells, index=decisions.index)
    return lines.astype(dict.fromkeys(_NAMED, "str")).astype(dict.fromkeys(_NAMED, "category"))


def _join(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the lines of all parts below each other; names stay categories."""
    if len(frames) == 1:
        return frames[0]
    joined = pd.concat([frame.drop(columns=_NAMED) for frame in frames], ignore_index=True)
    categories = {
        name: union_categoricals([frame[name] for frame in frames], sort_categories=True)
        for name in _NAMED
    }
    return joined.assign(**categories)


def _decisions(standings: Standings) -> pd.DataFrame:
    if standings.ledger is None:
        return pd.DataFrame(columns=list(LEDGER))
    columns = standings.window_columns(-1)
    decisions = standings.ledger[
        standings.ledger["column"].between(columns.start, columns.stop - 1)
    ]
    decisions = decisions[decisions["kind"].isin(ADJUSTMENTS)]
    return decisions.assign(column=decisions["column"] - columns.start)[list(LEDGER)].reset_index(
        drop=True
    )


def _name(
    office: Office, lines: pd.DataFrame, sites: Mapping[int, str], units: pd.DataFrame
) -> pd.DataFrame:
    """Put names to numbers, and what each line takes of the city's score."""
    position = lines["place"].to_numpy(np.int64)
    items, types = office.catalogue.items, office.catalogue.point_types["name"]
    tables = {
        "point_type_name": ("point_type", dict(types.items())),
        "site_name": ("site", sites),
        "source_name": ("source", dict(enumerate(SOURCES[code] for code in SOURCE_CODES))),
        "category": ("item", dict(items["category"].items())),
        "item_name": ("item", dict(items["name"].items())),
    }
    names = {"unit_name": as_names(position, units["name"].tolist().__getitem__)}
    names |= {"group": as_names(position, units["group"].tolist().__getitem__)}
    for name, (column, titles) in tables.items():
        names[name] = as_names(lines[column], partial(_title_of, titles))
    city = lines["points"].to_numpy() * units["weight"].to_numpy()[position]
    return lines.assign(**names, city=city)


def _title_of(titles: Mapping[int, str], number: int) -> str:
    return titles.get(number, NOWHERE)


def _site_names(connection: Connection, standings: Standings, wanted: np.ndarray) -> dict[int, str]:
    """Name sites; those of one name in several places with their unit's name behind it."""
    sites = read_sites_met(connection)
    sites = sites[sites["site"].isin(wanted)]
    units = standings.register.units["name"].reindex(sites["unit"]).to_numpy()
    double = sites["name"].duplicated(keep=False).to_numpy()
    titles = [
        f"{name}（{unit}）" if twice else name
        for name, unit, twice in zip(sites["name"], units, double, strict=True)
    ]
    return dict(zip(sites["site"], titles, strict=True))
