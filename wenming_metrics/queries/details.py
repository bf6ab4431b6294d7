"""What a unit lost: its leaves, then its rows, down to file, sheet and row number.

The points of the rows add up to the leaf's, the leaves' to full mark minus score.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.originals import original_cells
from wenming_metrics.queries.windows import Standings, read_lines, score_windows
from wenming_metrics.rounding import POINT_SCALE
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.losses import trace
from wenming_metrics.scoring.tally import FAILED, drop_repeats
from wenming_metrics.store.batches import live_on
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register, read_sites_met
from wenming_metrics.store.replacing import drop_covered
from wenming_metrics.store.rows import read_role_rows, read_roles, read_rows
from wenming_metrics.units import ancestors
from wenming_metrics.vocabulary import RESULTS, ROLE_CODES, SOURCE_CODES, SOURCES

_GRAIN = ["visit", "unit", "item", "point_type"]


def unit_leaves(office: Office, window: Window, unit: int, board: str = "street") -> pd.DataFrame:
    """List what a unit was looked at on, most points lost first.

    Returns: one line per leaf looked at: node, code, name, path (「公共环境 › 街面环境」), rate,
             weight (effective; 0 below a node that deducts), loss (points of the score), checks,
             failed, lead, responsible. `loss` sums to full mark - score.
    """
    with reading(office.store) as connection:
        standings, lines = _unit_lines(connection, office, window, unit, board)
    nodes = office.rules.nodes
    column = _column(standings, unit)
    grouped = lines.groupby("node").agg(
        loss=("loss", "sum"), checks=("checks", "sum"), failed=("failed", "sum")
    )
    facts = nodes.loc[grouped.index, ["code", "name", "lead", "responsible"]]
    found = facts.join(grouped).rename_axis("node").reset_index()
    found["path"] = [node_path(office.rules, node) for node in found["node"]]
    found["rate"] = standings.scores.rates[found["node"], column]
    found["weight"] = standings.scores.weights[found["node"], column]
    found["responsible"] = found["responsible"].map("、".join)
    return found.sort_values("loss", ascending=False, kind="stable").reset_index(drop=True)


def leaf_rows(
    office: Office, window: Window, unit: int, node: int | None = None, board: str = "street"
) -> pd.DataFrame:
    """List the rows on which a unit lost points on one leaf (None: on any), as they were sent.

    Returns: one line per row, most points first: day (date), site_name, point_type_name,
        item_name, node, leaf_name, source_name, result, lost and possible (points of the row),
        loss (points of the unit's score), places, responsible, batch, file, sheet, source_row,
        cells (dict of header -> original text)
    """
    with reading(office.store) as connection:
        standings, lines = _unit_lines(connection, office, window, unit, board)
        lines = lines[lines["loss"] > 0]
        if node is not None:
            lines = lines[lines["node"] == node]
        members = np.flatnonzero(standings.column_of == standings.column_of[unit])
        live = live_on(connection, window.days)
        rows = _rows_of(connection, lines, live, members)
        return _tell(connection, office, rows)


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
        rows = _drop_uncounted(connection, rows, live)
        rows = rows[rows["result"] == FAILED]
        return _tell(connection, office, rows.assign(loss=np.nan, node=_nodes(office, rows)))


def problem_rows(office: Office, window: Window) -> pd.DataFrame:
    """List every failed row of a window, whoever it belongs to, in the order of day and place.

    Returns: the columns of `leaf_rows` without loss, plus unit_name (the street)
    """
    with reading(office.store) as connection:
        rows = read_rows(connection, window.days, live_on(connection, window.days))
        rows = drop_repeats(drop_covered(connection, rows))
        rows = rows[rows["result"] == FAILED]
        return _tell(connection, office, rows.assign(loss=np.nan, node=_nodes(office, rows)))


def node_path(rules: RuleSet, node: int) -> str:
    """Give the names above a node, from the top: 「公共环境 › 街面环境」."""
    parents, names = rules.nodes["parent"].to_numpy(), rules.nodes["name"].to_numpy()
    above = []
    while parents[node] > 0:
        node = parents[node]
        above.append(names[node])
    return " › ".join(above[::-1])


def _column(standings: Standings, unit: int) -> int:
    position = standings.column_of[unit]
    if position < 0:
        raise KeyError(unit)
    return standings.at(-1).start + int(position)


def _unit_lines(
    connection: Connection, office: Office, window: Window, unit: int, board: str
) -> tuple[Standings, pd.DataFrame]:
    """Read the checks of one unit with the points each lost."""
    chosen = office.rules.board(board)
    standings = score_windows(connection, office, [window], chosen)
    size, position = len(standings.units), standings.column_of
    lines = read_lines(connection, window, office.rules, position, size)
    lines = lines[lines["column"] == _column(standings, unit)]
    return standings, lines.assign(loss=trace(lines, standings.scores, office.rules))


def _rows_of(
    connection: Connection, lines: pd.DataFrame, live: np.ndarray, units: np.ndarray
) -> pd.DataFrame:
    """Find the stored rows behind checks; a check's points go to its rows by what each lost."""
    rows = read_rows(connection, lines["day"].unique(), live, units)
    rows = drop_repeats(drop_covered(connection, rows))
    checks = lines[[*_GRAIN, "loss", "node"]]
    found = rows[rows["lost"] > 0].merge(checks, on=_GRAIN, validate="many_to_one")
    whole = found.groupby(_GRAIN)["lost"].transform("sum")
    found["loss"] = found["loss"] * found["lost"] / whole
    return found.sort_values("loss", ascending=False, kind="stable")


def _drop_uncounted(connection: Connection, rows: pd.DataFrame, live: np.ndarray) -> pd.DataFrame:
    """Leave out covered and repeated rows; what a row repeats need not be among the given ones."""
    if not (rows["repeated"] == 1).any():
        return drop_covered(connection, rows)
    whole = read_rows(connection, rows["day"].unique(), live, rows["unit"].unique())
    kept = drop_repeats(drop_covered(connection, whole))
    own, there = (pd.MultiIndex.from_frame(one[["batch", "seq"]]) for one in (rows, kept))
    return rows[own.isin(there)]


def _nodes(office: Office, rows: pd.DataFrame) -> np.ndarray:
    return office.rules.leaf_of[rows["item"].to_numpy(int), rows["point_type"].to_numpy(int)]


def _tell(connection: Connection, office: Office, rows: pd.DataFrame) -> pd.DataFrame:
    """Put names and original cells to stored rows."""
    sites = read_sites_met(connection).set_index("site")["name"]
    names, streets = _unit_names(connection)
    items, types = office.catalogue.items["name"], office.catalogue.point_types["name"]
    leaves = office.rules.nodes["name"]
    told = pd.DataFrame(
        {
            "day": [date.fromordinal(int(day)) for day in rows["day"]],
            "unit_name": rows["unit"].map(streets).to_numpy(),
            "site_name": rows["site"].map(sites).to_numpy(),
            "point_type_name": types.reindex(rows["point_type"]).to_numpy(),
            "item_name": items.reindex(rows["item"]).to_numpy(),
            "node": rows["node"].to_numpy(),
            "leaf_name": leaves.reindex(rows["node"]).fillna("不计分").to_numpy(),
            "source_name": [SOURCES[SOURCE_CODES[n]] for n in rows["source"]],
            "result": [RESULTS[n] for n in rows["result"]],
            "lost": rows["lost"].to_numpy(float) / POINT_SCALE,
            "possible": rows["possible"].to_numpy(float) / POINT_SCALE,
            "loss": rows["loss"].to_numpy(float),
            "places": rows["places"].to_numpy(),
            "responsible": _responsible(connection, rows, names),
            "batch": rows["batch"].to_numpy(),
            "source_row": rows["source_row"].to_numpy(),
        }
    )
    return told.join(original_cells(connection, rows.reset_index(drop=True)))


def _unit_names(connection: Connection) -> tuple[dict[int, str], dict[int, str]]:
    """Give the name of every unit, and the name of the street it lies in (else its own)."""
    register = read_register(connection)
    units = register.units
    names = dict(zip(units["unit"], units["name"], strict=True))
    streets = zip(units["unit"], ancestors(register, "street"), strict=True)
    return names, {unit: names.get(street, names[unit]) for unit, street in streets}


def _responsible(connection: Connection, rows: pd.DataFrame, names: dict[int, str]) -> list[str]:
    """Give the responsible units that each row names, joined by 、."""
    roles = read_roles(connection, rows["day"].unique(), rows["batch"].unique())
    roles = roles[roles["role"] == ROLE_CODES.index("responsible")]
    named = roles.assign(name=roles["unit"].map(names)).groupby(["batch", "seq"])["name"]
    joined = named.agg("、".join)
    return [joined.get(key, "") for key in zip(rows["batch"], rows["seq"], strict=True)]
