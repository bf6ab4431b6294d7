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
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.scores.as_known import known_rows
from wenming_metrics.queries.scores.describe_rows import describe
from wenming_metrics.queries.scores.row_losses import (
    live_rows,
    position_of,
    rows_behind,
    traced_lines,
)
from wenming_metrics.queries.scores.score_windows import standings_now
from wenming_metrics.queries.scores.standings import RuleSpan, Standings
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.losses.ledger import reason_of
from wenming_metrics.scoring.losses.losses import node_losses, weight_multiples
from wenming_metrics.scoring.tally.tally import FAILED, drop_repeats
from wenming_metrics.scoring.tree.adjusting import no_lines
from wenming_metrics.store.batches import live_on
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.replacing import drop_covered
from wenming_metrics.store.rows import read_role_rows, read_rows
from wenming_metrics.tallies.update import apply_decisions
from wenming_metrics.vocabulary import ROLE_CODES

PATH_MARK = " › "
_LEAST = 1e-12
"""Points less than this are what floats leave behind."""


def unit_leaves(
    office: Office, window: Window, unit: int, board: str = "street", cut: Cutoff | None = None
) -> pd.DataFrame:
    """List what a unit was looked at on, most points lost first.

    Takes:   cut - as known when (None: now)
    Returns: one line per leaf looked at, and per node whose loss stands on no row: code, name, path
             (「公共环境 › 街面环境」), rate, weight (effective; 0 below a node that settles), multiple
             (`losses.weight_multiples`), loss (points of the score), checks, failed, lead,
             responsible, reason ("", or why there is no row). `loss` sums to full mark - score. Under two versions of the rules a leaf of
             the same code and name is one line, with rate and weight of the newer one.
    """
    with reading(office.store) as connection:
        standings, lines = traced_lines(connection, office, window, unit, board, cut)
    return _leaves_of(standings, lines, position_of(standings, unit))


def every_leaf(
    office: Office, window: Window, board: str = "street", cut: Cutoff | None = None
) -> pd.DataFrame:
    """List what every unit of a board was looked at on.

    Returns: the columns of `unit_leaves`, and unit
    """
    with reading(office.store) as connection:
        standings, lines = traced_lines(connection, office, window, None, board, cut)
    split = {position: unit_lines for position, unit_lines in lines.groupby("place")}
    frames = [
        _leaves_of(standings, split.get(position, lines.iloc[:0]), position).assign(unit=unit)
        for position, unit in enumerate(standings.units["unit"].tolist())
    ]
    return pd.concat(frames, ignore_index=True)


def _leaves_of(standings: Standings, lines: pd.DataFrame, column: int) -> pd.DataFrame:
    frames = [
        _leaf_lines(weighted_span, lines[lines["stretch"] == number], column)
        for number, weighted_span in enumerate(standings.spans_in())
    ]
    leaves = pd.concat(frames[::-1], ignore_index=True)
    how = dict.fromkeys(("rate", "weight", "multiple", "lead", "responsible"), "first")
    how |= dict.fromkeys(("loss", "checks", "failed"), "sum")
    keys = ["code", "name", "path", "reason"]
    leaves = leaves.groupby(keys, sort=False, as_index=False).agg(how)
    return leaves.sort_values("loss", ascending=False, kind="stable").reset_index(drop=True)


def _leaf_lines(
    weighted_span: tuple[RuleSpan, slice, np.ndarray], lines: pd.DataFrame, column: int
) -> pd.DataFrame:
    """List the leaves of one unit under one version of the rules, as `unit_leaves`."""
    span, columns, shares = weighted_span
    rules, scores, score_column = span.rules, span.scores, columns.start + column
    grouped = lines.groupby("node").agg(checks=("checks", "sum"), failed=("failed", "sum"))
    lost = exact_bins(lines["node"].to_numpy(np.int64), lines["loss"], len(rules.nodes))
    grouped.insert(0, "loss", lost[grouped.index])
    node_loss = node_losses(scores, rules)[:, score_column] * np.nan_to_num(shares[column])
    traced = exact_bins(lines["owner"].to_numpy(np.int64), lines["loss"], len(node_loss))
    rest = np.where(
        scores.filled[:, score_column],
        node_loss,
        np.where(node_loss - traced > _LEAST, node_loss - traced, 0),
    )
    alone = np.flatnonzero((rest > 0) | scores.filled[:, score_column])
    silent = pd.DataFrame({"loss": rest[alone], "checks": 0, "failed": 0}, index=alone)
    reasons = [
        *[""] * len(grouped),
        *(reason_of(scores, rules, node, score_column) for node in alone),
    ]
    leaves = pd.concat([grouped, silent]).assign(reason=reasons)
    nodes = rules.nodes
    return pd.DataFrame(
        {
            **{name: nodes.loc[leaves.index, name] for name in ("code", "name", "lead")},
            "responsible": nodes.loc[leaves.index, "responsible"].map("、".join),
            "path": [node_path(rules, node) for node in leaves.index],
            "rate": scores.rates[leaves.index, score_column],
            "weight": scores.weights[leaves.index, score_column],
            "multiple": weight_multiples(scores, rules)[leaves.index, score_column],
            **{name: leaves[name] for name in ("loss", "checks", "failed", "reason")},
        }
    )


def leaf_rows(
    office: Office,
    window: Window,
    unit: int,
    code: str | None = None,
    board: str = "street",
    cut: Cutoff | None = None,
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
        return describe(connection, office, rows_behind(connection, window, rows, lines))


def every_row(
    office: Office, window: Window, board: str = "street", cut: Cutoff | None = None
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
        lost_rows = rows_behind(connection, window, rows, lines)
        described = describe(connection, office, lost_rows)
    position = standings.column_of[lost_rows["unit"].to_numpy(np.int64)]
    return described.assign(unit=standings.units["unit"].to_numpy()[position])


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
        rows = apply_decisions(connection, rows)
        rows = rows[rows["result"] == FAILED]
        return describe(
            connection, office, rows.assign(loss=np.nan, leaf_name=_leaf_names(office, rows))
        )


def problem_rows(office: Office, window: Window) -> pd.DataFrame:
    """List every failed row of a window, whoever it belongs to, in the order of day and place.

    Returns: the columns of `leaf_rows` without loss, plus unit_name (the street)
    """
    with reading(office.store) as connection:
        rows = read_rows(connection, window.days, live_on(connection, window.days))
        rows = drop_repeats(apply_decisions(connection, drop_covered(connection, rows)))
        rows = rows[rows["result"] == FAILED]
        return describe(
            connection, office, rows.assign(loss=np.nan, leaf_name=_leaf_names(office, rows))
        )


def node_path(rules: RuleSet, node: int) -> str:
    """Give the names above a node, from the top: 「公共环境 › 街面环境」."""
    parents, names = rules.nodes["parent"].to_numpy(), rules.nodes["name"]
    above = []
    while parents[node] > 0:
        node = parents[node]
        above.append(names.iat[node])
    return PATH_MARK.join(above[::-1])


def _drop_uncounted(connection: Connection, rows: pd.DataFrame, live: np.ndarray) -> pd.DataFrame:
    """Leave out covered and repeated rows; what a row repeats need not be among the given ones."""
    if not (rows["repeated"] == 1).any():
        return drop_covered(connection, rows)
    all_rows = read_rows(connection, rows["day"].unique(), live, rows["unit"].unique())
    counted_rows = drop_repeats(drop_covered(connection, all_rows))
    row_keys, counted_keys = (
        pd.MultiIndex.from_frame(frame[["batch", "seq"]]) for frame in (rows, counted_rows)
    )
    return rows[row_keys.isin(counted_keys)]


def _leaf_names(office: Office, rows: pd.DataFrame) -> np.ndarray:
    """Name the leaf that each row counts on under the rules in force, or 不计分."""
    rules = office.rules
    node = rules.leaf_of[rows["item"].to_numpy(int), rows["point_type"].to_numpy(int)]
    return rules.nodes["name"].reindex(node).fillna("不计分").to_numpy()


def unit_ledger(office: Office, window: Window, unit: int, board: str = "street") -> pd.DataFrame:
    """List the ledger (加减分账) of a unit in a window.

    Returns: as `scoring.tree.adjusting.settle` gives the lines; `counted` sums to the final score less
        that of the tree. No lines where the rules do not speak of adjustments.
    """
    standings = standings_now(office, [window], board)
    lines = no_lines() if standings.ledger is None else standings.ledger
    is_unit = lines["column"] == standings.window_columns(-1).start + int(standings.column_of[unit])
    return lines[is_unit].reset_index(drop=True)
