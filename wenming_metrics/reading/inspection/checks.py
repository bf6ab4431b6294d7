"""What one sheet of an inspection gives, and how sheets are put together to the whole file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import (
    CHECK_COLUMNS,
    FACT_COLUMNS,
    FINDING_COLUMNS,
    PIECE_COLUMNS,
    ROLE_COLUMNS,
    SITE_COLUMNS,
    empty,
)
from wenming_metrics.reading.resolve.where import Where, expand
from wenming_metrics.reading.tables.table import Table

Roles = tuple[np.ndarray, np.ndarray, np.ndarray]
NO_ROLES: Roles = (np.zeros(0, np.int64),) * 3


@dataclass(frozen=True)
class SheetChecks:
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


def build_checks(
    table: Table, where: Where, row_values: Mapping[str, np.ndarray], roles: Roles
) -> SheetChecks:
    """Keep the rows that nothing holds; one check per row.

    Takes: row_values - source, visit, item, basis, result, lost, possible, places per data row;
           roles - data row, role, unit
    """
    rows = np.flatnonzero(~table.held)
    if len(rows) == table.n_rows:
        # Nothing is held, as in most files: the arrays themselves will do.
        return SheetChecks(_take(table, where, row_values, slice(None)), roles, _sites(where, rows))
    line_roles = _spread_roles(roles, rows, table.n_rows)
    return SheetChecks(_take(table, where, row_values, rows), line_roles, _sites(where, rows))


def spread_checks(
    table: Table,
    where: Where,
    row_values: Mapping[str, np.ndarray],
    roles: Roles,
    counts: np.ndarray,
    line_values: Mapping[str, np.ndarray] | None = None,
) -> SheetChecks:
    """Make `counts` checks of each data row that nothing holds.

    Takes: row_values - per data row; line_values - per check, for all rows, also held ones
    """
    line_rows, _ = expand(counts)
    counted = ~table.held[line_rows]
    rows = line_rows[counted]
    checks = _take(table, where, row_values, rows)
    checks.update({name: column[counted] for name, column in (line_values or {}).items()})
    return SheetChecks(checks, _spread_roles(roles, rows, table.n_rows), _sites(where, rows))


def _take(
    table: Table, where: Where, row_values: Mapping[str, np.ndarray], rows: np.ndarray | slice
) -> dict[str, np.ndarray]:
    """Take everything that checks say, of some data rows."""
    located = {
        **{name: getattr(where, name) for name in ("day", "unit", "point_type", "site")},
        "sheet": np.full(table.n_rows, table.sheet.index, np.int16),
        "source_row": table.excel,
    }
    return {name: column[rows] for name, column in {**located, **row_values}.items()}


def _spread_roles(roles: Roles, rows: np.ndarray, count: int) -> Roles:
    """Turn data rows of roles into lines of checks; `rows` (sorted) is the data row per line."""
    start = np.searchsorted(rows, np.arange(count))
    size = np.bincount(rows, minlength=count)
    role_rows, role, unit = roles
    position, offset = expand(size[role_rows])
    return start[role_rows][position] + offset, role[position], unit[position]


def _sites(where: Where, rows: np.ndarray) -> pd.DataFrame:
    """List the distinct sites of the rows that are kept."""
    _, first = np.unique(where.site_number[rows], return_index=True)
    first_rows = rows[np.sort(first)]
    return pd.DataFrame(
        {
            **{name: getattr(where, name)[first_rows] for name in SITE_COLUMNS if name != "name"},
            "name": where.names[where.site_number[first_rows]],
        }
    ).drop_duplicates("site")


def join_checks(
    sheets: Sequence[SheetChecks],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Put the sheets of a file together and number their checks.

    Returns: checks, roles, sites and findings, as in `Reading`
    """
    if not sheets:
        return tuple(map(empty, (CHECK_COLUMNS, ROLE_COLUMNS, SITE_COLUMNS, FINDING_COLUMNS)))
    total = sum(sheet.size for sheet in sheets)
    columns = {"seq": np.arange(total, dtype=np.int32)}
    for name, dtype in CHECK_COLUMNS.items():
        if name != "seq":
            columns[name] = np.concatenate([sheet.checks[name] for sheet in sheets], dtype=dtype)
    for name, dtype in FACT_COLUMNS.items():
        if any(name in sheet.checks for sheet in sheets):
            columns[name] = _joined(sheets, name, int(name == "given")).astype(dtype)
    starts = np.cumsum([0, *(sheet.size for sheet in sheets)])[:-1]
    lines = [sheet.roles[0] + start for sheet, start in zip(sheets, starts, strict=True)]
    role_columns = {
        "seq": np.concatenate(lines),
        "role": np.concatenate([sheet.roles[1] for sheet in sheets]),
        "unit": np.concatenate([sheet.roles[2] for sheet in sheets]),
    }
    roles = pd.DataFrame(
        {name: role_columns[name].astype(ROLE_COLUMNS[name]) for name in role_columns}
    )
    sites = pd.concat([sheet.sites for sheet in sheets], ignore_index=True)
    return (
        pd.DataFrame(columns, copy=False),
        _sorted_roles(roles),
        sites.drop_duplicates("site", ignore_index=True).astype(SITE_COLUMNS),
        _findings(sheets),
    )


def pieces_of(sheets: Sequence[SheetChecks]) -> pd.DataFrame:
    """List the checks that are one problem of several in a cell. Returns: as in `Reading`"""
    if not any("piece" in sheet.checks for sheet in sheets):
        return empty(PIECE_COLUMNS)
    piece, words = _joined(sheets, "piece", 0), _joined(sheets, "words", "")
    seq = np.flatnonzero(piece)
    piece_columns = {"seq": seq, "piece": piece[seq], "words": words[seq].astype(object)}
    return pd.DataFrame(piece_columns).astype(PIECE_COLUMNS)


def _joined(sheets: Sequence[SheetChecks], name: str, default: object) -> np.ndarray:
    """Join a column that some sheets lack."""
    return np.concatenate(
        [sheet.checks.get(name, np.full(sheet.size, default)) for sheet in sheets]
    )


def _findings(sheets: Sequence[SheetChecks]) -> pd.DataFrame:
    """List number and deadline of the checks that have one of them."""
    if not any(name in sheet.checks for sheet in sheets for name in ("number", "due")):
        return empty(FINDING_COLUMNS)
    number, due = _joined(sheets, "number", ""), _joined(sheets, "due", 0)
    seq = np.flatnonzero((number != "") | (due > 0))
    finding_columns = {"seq": seq, "number": number[seq].astype(object), "due": due[seq]}
    return pd.DataFrame(finding_columns).astype(FINDING_COLUMNS)


def _sorted_roles(roles: pd.DataFrame) -> pd.DataFrame:
    """Order by check, keep each unit once per check and role."""
    order = np.lexsort([roles["role"].to_numpy(), roles["seq"].to_numpy()])
    return roles.take(order).drop_duplicates(ignore_index=True)
