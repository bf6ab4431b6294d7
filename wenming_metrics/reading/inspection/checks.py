"""What one sheet of an inspection gives, and how sheets are put together to the whole file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import (
    CHECK_COLUMNS,
    FINDING_COLUMNS,
    PIECE_COLUMNS,
    ROLE_COLUMNS,
    SITE_COLUMNS,
    TOLD_COLUMNS,
    empty,
)
from wenming_metrics.reading.resolve.where import Where, expand
from wenming_metrics.reading.tables.table import Table

Roles = tuple[np.ndarray, np.ndarray, np.ndarray]
NO_ROLES: Roles = (np.zeros(0, np.int64),) * 3


@dataclass(frozen=True)
class Part:
    """Checks of one sheet (columns as in Reading without seq), their roles by line, its sites.

    checks may hold severity, state, given, number and due besides, where the sheet tells them.
    """

    checks: Mapping[str, np.ndarray]
    roles: Roles
    sites: pd.DataFrame

    @property
    def size(self) -> int:
        """Number of checks."""
        return len(self.checks["day"])


def build_part(
    table: Table, where: Where, row_values: Mapping[str, np.ndarray], roles: Roles
) -> Part:
    """Keep the rows that nothing holds; one check per row.

    Takes: row_values - source, visit, item, basis, result, lost, possible, places per data row;
           roles - data row, role, unit
    """
    rows = np.flatnonzero(~table.held)
    if len(rows) == table.n_rows:
        # Nothing is held, as in most files: the arrays themselves will do.
        return Part(_take(table, where, row_values, slice(None)), roles, _sites(where, rows))
    named = _spread_roles(roles, rows, table.n_rows)
    return Part(_take(table, where, row_values, rows), named, _sites(where, rows))


def spread_part(
    table: Table,
    where: Where,
    row_values: Mapping[str, np.ndarray],
    roles: Roles,
    counts: np.ndarray,
    line_values: Mapping[str, np.ndarray] | None = None,
) -> Part:
    """Make `counts` checks of each data row that nothing holds.

    Takes: row_values - per data row; line_values - per check, for all rows, also held ones
    """
    at, _ = expand(counts)
    kept = ~table.held[at]
    rows = at[kept]
    checks = _take(table, where, row_values, rows)
    checks.update({name: one[kept] for name, one in (line_values or {}).items()})
    return Part(checks, _spread_roles(roles, rows, table.n_rows), _sites(where, rows))


def _take(
    table: Table, where: Where, row_values: Mapping[str, np.ndarray], rows: np.ndarray | slice
) -> dict[str, np.ndarray]:
    """Take everything that checks say, of some data rows."""
    located = {
        **{name: getattr(where, name) for name in ("day", "unit", "point_type", "site")},
        "sheet": np.full(table.n_rows, table.sheet.index, np.int16),
        "source_row": table.excel,
    }
    return {name: one[rows] for name, one in {**located, **row_values}.items()}


def _spread_roles(roles: Roles, rows: np.ndarray, count: int) -> Roles:
    """Turn data rows of roles into lines of checks; `rows` (sorted) is the data row per line."""
    start = np.searchsorted(rows, np.arange(count))
    size = np.bincount(rows, minlength=count)
    named, role, unit = roles
    at, offset = expand(size[named])
    return start[named][at] + offset, role[at], unit[at]


def _sites(where: Where, rows: np.ndarray) -> pd.DataFrame:
    """List the distinct sites of the rows that are kept."""
    _, first = np.unique(where.site_number[rows], return_index=True)
    taken = rows[np.sort(first)]
    return pd.DataFrame(
        {
            **{name: getattr(where, name)[taken] for name in SITE_COLUMNS if name != "name"},
            "name": where.names[where.site_number[taken]],
        }
    ).drop_duplicates("site")


def join_parts(
    parts: Sequence[Part],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Put the sheets of a file together and number their checks.

    Returns: checks, roles, sites and findings, as in `Reading`
    """
    if not parts:
        return tuple(map(empty, (CHECK_COLUMNS, ROLE_COLUMNS, SITE_COLUMNS, FINDING_COLUMNS)))
    total = sum(part.size for part in parts)
    columns = {"seq": np.arange(total, dtype=np.int32)}
    for name, dtype in CHECK_COLUMNS.items():
        if name != "seq":
            columns[name] = np.concatenate([part.checks[name] for part in parts], dtype=dtype)
    for name, dtype in TOLD_COLUMNS.items():
        if any(name in part.checks for part in parts):
            columns[name] = _joined(parts, name, int(name == "given")).astype(dtype)
    starts = np.cumsum([0, *(part.size for part in parts)])[:-1]
    lines = [part.roles[0] + start for part, start in zip(parts, starts, strict=True)]
    named = {
        "seq": np.concatenate(lines),
        "role": np.concatenate([part.roles[1] for part in parts]),
        "unit": np.concatenate([part.roles[2] for part in parts]),
    }
    roles = pd.DataFrame({name: named[name].astype(ROLE_COLUMNS[name]) for name in named})
    sites = pd.concat([part.sites for part in parts], ignore_index=True)
    return (
        pd.DataFrame(columns, copy=False),
        _sorted_roles(roles),
        sites.drop_duplicates("site", ignore_index=True).astype(SITE_COLUMNS),
        _findings(parts),
    )


def pieces_of(parts: Sequence[Part]) -> pd.DataFrame:
    """List the checks that are one problem of several in a cell. Returns: as in `Reading`"""
    if not any("piece" in part.checks for part in parts):
        return empty(PIECE_COLUMNS)
    piece, words = _joined(parts, "piece", 0), _joined(parts, "words", "")
    seq = np.flatnonzero(piece)
    told = {"seq": seq, "piece": piece[seq], "words": words[seq].astype(object)}
    return pd.DataFrame(told).astype(PIECE_COLUMNS)


def _joined(parts: Sequence[Part], name: str, default: object) -> np.ndarray:
    """Join a column that some sheets lack."""
    return np.concatenate([part.checks.get(name, np.full(part.size, default)) for part in parts])


def _findings(parts: Sequence[Part]) -> pd.DataFrame:
    """List number and deadline of the checks that have one of them."""
    if not any(name in part.checks for part in parts for name in ("number", "due")):
        return empty(FINDING_COLUMNS)
    number, due = _joined(parts, "number", ""), _joined(parts, "due", 0)
    seq = np.flatnonzero((number != "") | (due > 0))
    told = {"seq": seq, "number": number[seq].astype(object), "due": due[seq]}
    return pd.DataFrame(told).astype(FINDING_COLUMNS)


def _sorted_roles(roles: pd.DataFrame) -> pd.DataFrame:
    """Order by check, keep each unit once per check and role."""
    order = np.lexsort([roles["role"].to_numpy(), roles["seq"].to_numpy()])
    return roles.take(order).drop_duplicates(ignore_index=True)
