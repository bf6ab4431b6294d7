"""The loss ledger of a window: from the city's lost points to single checks, one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import exact_product, exact_sum, half_up
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.overview import city_weights
from wenming_metrics.queries.scores.arrivals import Cut
from wenming_metrics.queries.scores.details import PATH_MARK, node_path
from wenming_metrics.queries.scores.row_losses import traced_lines
from wenming_metrics.queries.scores.score_windows import statuses
from wenming_metrics.queries.scores.standings import Standings, Stretch
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.losses.ledger import LEVELS, counted_of, graded_owners, silent_losses
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
            possible (1e-4), own, part, whole (`scoring.losses.ledger.counted_of`), weight, rate, mode and
            owner_path of the node that makes the rate, full, share (of the window's days)
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


def ledger(office: Office, window: Window, board: str = "street", cut: Cut | None = None) -> Ledger:
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
    parts = [
        _of_stretch(part, lines[lines["stretch"] == number], number)
        for number, part in enumerate(standings.parts())
    ]
    parts.append(_decided(standings))
    units = _units(standings)
    found = _name(office, _together([one for one in parts if len(one)] or parts[:1]), sites, units)
    weights, decimals = units["weight"].to_numpy(), standings.rules().decimals
    exact = float(exact_product(weights, np.nan_to_num(units["total"].to_numpy())))
    return Ledger(
        lines=found,
        units=units,
        city_full=float(exact_product(weights, np.nan_to_num(units["full"].to_numpy()))),
        city_score=float(half_up(exact, decimals)) if weights.any() else None,
        rules=tuple(stretch.rules for stretch, _, _ in standings.parts()),
        decisions=_decisions(standings),
    )


def _units(standings: Standings) -> pd.DataFrame:
    exact = standings.total[standings.at(-1)]
    shares = [np.nan_to_num(share) * one.rules.full_mark for one, _, share in standings.parts()]
    weights = city_weights(standings)
    score = np.where(weights > 0, half_up(exact, standings.rules().decimals), np.nan)
    told = {
        "full": exact_sum(np.array(shares), 0),
        "score": score,
        "total": exact,
        "weight": weights,
    }
    return standings.units[["unit", "name", "group"]].assign(**told, status=statuses(standings))


def _of_stretch(
    part: tuple[Stretch, slice, np.ndarray], lines: pd.DataFrame, number: int
) -> pd.DataFrame:
    """Make the lines of one version of the rules: checks, and what stands on no row."""
    stretch, at, shares = part
    rules, scores = stretch.rules, stretch.scores
    share = np.nan_to_num(shares)
    # Where a table of grades is looked up, checks that lost nothing count too.
    lines = lines[(lines["lost"] > 0) | lines["owner"].isin(graded_owners(rules))]
    # A unit without a score under this version has no share in it.
    whole = share[lines["place"].to_numpy(np.int64)]
    exact = lines.assign(points=np.divide(lines["points"], whole, where=whole > 0, out=whole * 0))
    counted = counted_of(exact, scores, rules)
    counted["own"] *= whole
    told = lines.assign(**{name: counted[name] for name in counted})[whole > 0]
    silent = silent_losses(exact, scores, rules, at)
    place = silent["column"].to_numpy(np.int64) - at.start
    silent = silent.assign(place=place, points=silent["points"] * share[place])
    silent = silent[silent["points"] > 0].assign(owner=silent["node"], **_NO_CHECK)
    reasons = silent["reason"].tolist()
    parts = [one for one in (told, silent.drop(columns="reason")) if len(one)] or [told]
    found = pd.concat(parts, ignore_index=True)
    owner, column = found["owner"].to_numpy(np.int64), found["column"].to_numpy(np.int64)
    facts = {"weight": scores.weights[owner, column], "rate": scores.rates[owner, column]}
    facts |= {"full": rules.full_mark, "share": share[found["place"].to_numpy(np.int64)]}
    mode = rules.nodes["mode"].to_numpy(object)
    mode = np.where(visit_averages(rules) & (mode == "rate"), BY_VISIT, mode)
    facts |= {"mode": as_names(owner, mode.tolist().__getitem__), "stretch": number}
    facts |= {"version": as_names(np.zeros(len(found), np.int64), lambda _: rules.version)}
    paths = [PATH_MARK.join(path) or "总分" for path in _paths(rules)]
    facts |= {"owner_path": as_names(owner, paths.__getitem__)}
    return found.assign(**facts, **_tree(rules, found["node"].to_numpy(np.int64), reasons))


def _tree(rules: RuleSet, nodes: np.ndarray, reasons: Sequence[str]) -> dict[str, pd.Categorical]:
    """Name the levels above each line, its kind, and who leads and is responsible by the rules.

    Takes: nodes - of the lines; reasons - of the last of them, which stand on no row
    """
    first, count = len(nodes) - len(reasons), len(rules.nodes)
    ends = list(zip(nodes[first:].tolist(), reasons, strict=True))
    known = list(dict.fromkeys(ends))
    place = {end: count + at for at, end in enumerate(known)}
    way = nodes.copy()
    way[first:] = [place[end] for end in ends]
    names = [[*path[: len(LEVELS)], *[""] * len(LEVELS)] for path in _paths(rules)]
    names += [[*_paths(rules)[node], f"({reason})", *[""] * len(LEVELS)] for node, reason in known]
    why = [*[""] * count, *(reason for _, reason in known)]
    kind = np.repeat([0, 1], [first, len(reasons)])
    found = {
        level: as_names(way, [own[at] for own in names].__getitem__)
        for at, level in enumerate(LEVELS)
    }
    lead = [name or NOT_TOLD for name in rules.nodes["lead"]]
    responsible = rules.nodes["responsible"].map("、".join).tolist()
    found |= {"kind": as_names(kind, (ROW, SILENT).__getitem__)}
    found |= {"reason": as_names(way, why.__getitem__), "lead": as_names(nodes, lead.__getitem__)}
    return {**found, "responsible": as_names(nodes, responsible.__getitem__)}


@lru_cache(maxsize=16)
def _paths(rules: RuleSet) -> tuple[tuple[str, ...], ...]:
    """Give the names from the top down to each node; nothing for the whole."""
    found: list[tuple[str, ...]] = [()]
    for node in rules.nodes.index[1:]:
        above = node_path(rules, node)
        own = str(rules.nodes.at[node, "name"])
        found.append((*(above.split(PATH_MARK) if above else ()), own))
    return tuple(found)


def _decided(standings: Standings) -> pd.DataFrame:
    """Make a line of each decision that counts: what adds to a score is a loss below zero."""
    if standings.ledger is None:
        return pd.DataFrame()
    at = standings.at(-1)
    own = standings.ledger[standings.ledger["column"].between(at.start, at.stop - 1)]
    own = own[own["counted"] != 0].reset_index(drop=True)
    blank = dict.fromkeys(LEVELS, "") | {"level1": ADJUSTING, "level2": own["kind"]}
    told = {"place": own["column"] - at.start, "points": -own["counted"], "reason": own["reason"]}
    facts = {"weight": np.nan, "rate": np.nan, "full": np.nan, "share": 1.0, "stretch": -1}
    facts |= {"node": -1, "owner": -1, "column": own["column"], "mode": "", "owner_path": ""}
    names = {"lead": NOT_TOLD, "responsible": "", "version": standings.rules().version}
    found = {**told, **_NO_CHECK, **facts, **names, **blank, "kind": ADJUSTED}
    lines = pd.DataFrame(found, index=own.index)
    return lines.astype(dict.fromkeys(_NAMED, "str")).astype(dict.fromkeys(_NAMED, "category"))


def _together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the lines of all parts below each other; names stay categories."""
    if len(parts) == 1:
        return parts[0]
    found = pd.concat([part.drop(columns=_NAMED) for part in parts], ignore_index=True)
    named = {
        name: union_categoricals([part[name] for part in parts], sort_categories=True)
        for name in _NAMED
    }
    return found.assign(**named)


def _decisions(standings: Standings) -> pd.DataFrame:
    if standings.ledger is None:
        return pd.DataFrame(columns=list(LEDGER))
    at = standings.at(-1)
    own = standings.ledger[standings.ledger["column"].between(at.start, at.stop - 1)]
    own = own[own["kind"].isin(ADJUSTMENTS)]
    return own.assign(column=own["column"] - at.start)[list(LEDGER)].reset_index(drop=True)


def _name(
    office: Office, lines: pd.DataFrame, sites: Mapping[int, str], units: pd.DataFrame
) -> pd.DataFrame:
    """Put names to numbers, and what each line takes of the city's score."""
    place = lines["place"].to_numpy(np.int64)
    items, types = office.catalogue.items, office.catalogue.point_types["name"]
    tables = {
        "point_type_name": ("point_type", dict(types.items())),
        "site_name": ("site", sites),
        "source_name": ("source", dict(enumerate(SOURCES[code] for code in SOURCE_CODES))),
        "category": ("item", dict(items["category"].items())),
        "item_name": ("item", dict(items["name"].items())),
    }
    told = {"unit_name": as_names(place, units["name"].tolist().__getitem__)}
    told |= {"group": as_names(place, units["group"].tolist().__getitem__)}
    for name, (column, known) in tables.items():
        told[name] = as_names(lines[column], partial(_looked_up, known))
    city = lines["points"].to_numpy() * units["weight"].to_numpy()[place]
    return lines.assign(**told, city=city)


def _looked_up(known: Mapping[int, str], number: int) -> str:
    return known.get(number, NOWHERE)


def _site_names(connection: Connection, standings: Standings, wanted: np.ndarray) -> dict[int, str]:
    """Name sites; those of one name in several places with their unit's name behind it."""
    sites = read_sites_met(connection)
    sites = sites[sites["site"].isin(wanted)]
    units = standings.register.units["name"].reindex(sites["unit"]).to_numpy()
    double = sites["name"].duplicated(keep=False).to_numpy()
    named = [
        f"{name}({unit})" if twice else name
        for name, unit, twice in zip(sites["name"], units, double, strict=True)
    ]
    return dict(zip(sites["site"], named, strict=True))
