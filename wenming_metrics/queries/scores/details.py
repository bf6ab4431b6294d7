"""What a unit lost: its leaves, then its rows, down to file, sheet and row number.

The points of the rows add up to the leaf's, the leaves' to full mark minus score.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import exact_bins
from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.arrivals import Cut
from wenming_metrics.queries.scores.as_known import known_rows
from wenming_metrics.queries.scores.describe_rows import tell
from wenming_metrics.queries.scores.row_losses import live_rows, place_of, rows_behind, traced_lines
from wenming_metrics.queries.scores.standings import Standings, Stretch
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.losses.ledger import reason_of
from wenming_metrics.scoring.losses.losses import node_losses
from wenming_metrics.scoring.tally.tally import FAILED, drop_repeats
from wenming_metrics.store.batches import live_on
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.replacing import drop_covered
from wenming_metrics.store.rows import read_role_rows, read_rows
from wenming_metrics.tallies.update import let_rulings_stand
from wenming_metrics.vocabulary import ROLE_CODES

PATH_MARK = " › "
_LEAST = 1e-12
"""Points less than this are what floats leave behind."""


def unit_leaves(
    office: Office, window: Window, unit: int, board: str = "street", cut: Cut | None = None
) -> pd.DataFrame:
    """List what a unit was looked at on, most points lost first.

    Takes:   cut - as known when (None: now)
    Returns: one line per leaf looked at, and per node whose loss stands on no row: code, name, path
             (「公共环境 › 街面环境」), rate, weight (effective; 0 below a node that settles), loss
             (points of the score), checks, failed, lead, responsible, reason ("", or why there is
             no row). `loss` sums to full mark - score. Under two versions of the rules a leaf of
             the same code and name is one line, with rate and weight of the newer one.
    """
    with reading(office.store) as connection:
        standings, lines = traced_lines(connection, office, window, unit, board, cut)
    return _leaves_of(standings, lines, place_of(standings, unit))


def every_leaf(
    office: Office, window: Window, board: str = "street", cut: Cut | None = None
) -> pd.DataFrame:
    """List what every unit of a board was looked at on.

    Returns: the columns of `unit_leaves`, and unit
    """
    with reading(office.store) as connection:
        standings, lines = traced_lines(connection, office, window, None, board, cut)
    split = {place: part for place, part in lines.groupby("place")}
    parts = [
        _leaves_of(standings, split.get(place, lines.iloc[:0]), place).assign(unit=unit)
        for place, unit in enumerate(standings.units["unit"].tolist())
    ]
    return pd.concat(parts, ignore_index=True)


def _leaves_of(standings: Standings, lines: pd.DataFrame, column: int) -> pd.DataFrame:
    parts = [
        _leaf_lines(part, lines[lines["stretch"] == number], column)
        for number, part in enumerate(standings.parts())
    ]
    found = pd.concat(parts[::-1], ignore_index=True)
    how = dict.fromkeys(("rate", "weight", "lead", "responsible"), "first")
    how |= dict.fromkeys(("loss", "checks", "failed"), "sum")
    keys = ["code", "name", "path", "reason"]
    found = found.groupby(keys, sort=False, as_index=False).agg(how)
    return found.sort_values("loss", ascending=False, kind="stable").reset_index(drop=True)


def _leaf_lines(
    part: tuple[Stretch, slice, np.ndarray], lines: pd.DataFrame, column: int
) -> pd.DataFrame:
    """List the leaves of one unit under one version of the rules, as `unit_leaves`."""
    stretch, at, shares = part
    rules, scores, place = stretch.rules, stretch.scores, at.start + column
    grouped = lines.groupby("node").agg(checks=("checks", "sum"), failed=("failed", "sum"))
    lost = exact_bins(lines["node"].to_numpy(np.int64), lines["loss"], len(rules.nodes))
    grouped.insert(0, "loss", lost[grouped.index])
    own = node_losses(scores, rules)[:, place] * np.nan_to_num(shares[column])
    traced = exact_bins(lines["owner"].to_numpy(np.int64), lines["loss"], len(own))
    rest = np.where(scores.filled[:, place], own, np.where(own - traced > _LEAST, own - traced, 0))
    alone = np.flatnonzero((rest > 0) | scores.filled[:, place])
    silent = pd.DataFrame({"loss": rest[alone], "checks": 0, "failed": 0}, index=alone)
    told = [*[""] * len(grouped), *(reason_of(scores, rules, node, place) for node in alone)]
    found = pd.concat([grouped, silent]).assign(reason=told)
    nodes = rules.nodes
    return pd.DataFrame(
        {
            **{name: nodes.loc[found.index, name] for name in ("code", "name", "lead")},
            "responsible": nodes.loc[found.index, "responsible"].map("、".join),
            "path": [node_path(rules, node) for node in found.index],
            "rate": scores.rates[found.index, place],
            "weight": scores.weights[found.index, place],
            **{name: found[name] for name in ("loss", "checks", "failed", "reason")},
        }
    )


def leaf_rows(
    office: Office,
    window: Window,
    unit: int,
    code: str | None = None,
    board: str = "street",
    cut: Cut | None = None,
) -> pd.DataFrame:
    """List the rows on which a unit lost points on one leaf (None: on any), as they were sent.

    Takes:   code - of the leaf, as the rules number it; cut - as known when (None: now)
    Returns: one line per row, most points first: day (date), site_name, point_type_name,
        item_name, leaf_name, source_name, result, lost and possible (points of the row),
        loss (points of the unit's score), places, responsible, batch, seq, file, sheet, source_row,
        cells (dict of header -> original text)
    """
    with reading(office.store) as connection:
        standings, lines = traced_lines(connection, office, window, unit, board, cut)
        lines = lines[lines["loss"] > 0]
        if code is not None:
            lines = lines[lines["code"] == code]
        members = np.flatnonzero(standings.column_of == standings.column_of[unit])
        if cut is None:
            rows = live_rows(connection, window, lines["day"].unique(), members)
        else:
            rows = known_rows(connection, window, cut, members)
        return tell(connection, office, rows_behind(connection, window, rows, lines))


def every_row(
    office: Office, window: Window, board: str = "street", cut: Cut | None = None
) -> pd.DataFrame:
    """List the rows on which any unit of a board lost points, unit by unit.

    Returns: the columns of `leaf_rows`, and unit (that of the board)
    """
    with reading(office.store) as connection:
        standings, lines = traced_lines(connection, office, window, None, board, cut)
        lines = lines[lines["loss"] > 0]
        members = np.flatnonzero(standings.column_of >= 0)
        if cut is None:
            rows = live_rows(connection, window, lines["day"].unique(), members)
        else:
            rows = known_rows(connection, window, cut, members)
        found = rows_behind(connection, window, rows, lines)
        told = tell(connection, office, found)
    place = standings.column_of[found["unit"].to_numpy(np.int64)]
    return told.assign(unit=standings.units["unit"].to_numpy()[place])


def named_rows(office: Office, window: Window, unit: int, board: str) -> pd.DataFrame:
    """List the failed rows that name a unit, or one below it, in the role of a board.

    Returns: the columns of `problem_rows`, in the order of day and place
    """
    chosen = office.rules.board(board)
    with reading(office.store) as connection:
        register = read_register(connection)
        members = np.flatnonzero(ancestors(register, chosen.kind) == unit).tolist()
        live, role = live_on(connection, window.days), ROLE_CODES.index(chosen.role)
        rows = read_role_rows(connection, window.days, live, role, members)
        rows = _drop_uncounted(connection, rows, live).assign(repeated=0)
        rows = let_rulings_stand(connection, rows)
        rows = rows[rows["result"] == FAILED]
        return tell(
            connection, office, rows.assign(loss=np.nan, leaf_name=_leaf_names(office, rows))
        )


def problem_rows(office: Office, window: Window) -> pd.DataFrame:
    """List every failed row of a window, whoever it belongs to, in the order of day and place.

    Returns: the columns of `leaf_rows` without loss, plus unit_name (the street)
    """
    with reading(office.store) as connection:
        rows = read_rows(connection, window.days, live_on(connection, window.days))
        rows = drop_repeats(let_rulings_stand(connection, drop_covered(connection, rows)))
        rows = rows[rows["result"] == FAILED]
        return tell(
            connection, office, rows.assign(loss=np.nan, leaf_name=_leaf_names(office, rows))
        )


def node_path(rules: RuleSet, node: int) -> str:
    """Give the names above a node, from the top: 「公共环境 › 街面环境」."""
    parents, names = rules.nodes["parent"].to_numpy(), rules.nodes["name"].to_numpy()
    above = []
    while parents[node] > 0:
        node = parents[node]
        above.append(names[node])
    return PATH_MARK.join(above[::-1])


def _drop_uncounted(connection: Connection, rows: pd.DataFrame, live: np.ndarray) -> pd.DataFrame:
    """Leave out covered and repeated rows; what a row repeats need not be among the given ones."""
    if not (rows["repeated"] == 1).any():
        return drop_covered(connection, rows)
    whole = read_rows(connection, rows["day"].unique(), live, rows["unit"].unique())
    kept = drop_repeats(drop_covered(connection, whole))
    own, there = (pd.MultiIndex.from_frame(one[["batch", "seq"]]) for one in (rows, kept))
    return rows[own.isin(there)]


def _leaf_names(office: Office, rows: pd.DataFrame) -> np.ndarray:
    """Name the leaf that each row counts on under the rules in force, or 不计分."""
    rules = office.rules
    node = rules.leaf_of[rows["item"].to_numpy(int), rows["point_type"].to_numpy(int)]
    return rules.nodes["name"].reindex(node).fillna("不计分").to_numpy()
