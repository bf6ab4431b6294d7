"""From lines of the loss ledger to the rows behind them, and to the units that the rows name."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import POINT_SCALE, quotient
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.losses.ledger import BY_VISIT, ROW
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.scores.as_known import known_rows
from wenming_metrics.queries.scores.describe_rows import describe
from wenming_metrics.queries.scores.priced_nodes import NO_ROW
from wenming_metrics.queries.scores.row_losses import GRAIN, rows_behind, rows_of_checks
from wenming_metrics.scoring.losses.ledger import last_names
from wenming_metrics.scoring.tally.tally import FAILED, drop_repeats
from wenming_metrics.store.batches import live_on
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.replacing import drop_covered
from wenming_metrics.store.rows import read_failed, read_role
from wenming_metrics.tallies.update import apply_decisions
from wenming_metrics.vocabulary import ROLE_CODES

RESPONSIBLE = ROLE_CODES.index("responsible")


def loss_rows(
    office: Office, window: Window, lines: pd.DataFrame, cut: Cutoff | None = None
) -> pd.DataFrame:
    """Give the rows behind lines of the ledger, as they were sent.

    Takes:   lines - of `queries.losses.ledger.ledger`, only checks
    Returns: the columns of `queries.scores.details.leaf_rows`; loss (points of the unit's score), line
             (index of its line), of_line (the row's share of its line), uncounted (points of the
             row that did not count: 扣完为止, full mark of the item; 0 where a table is looked up).
             `loss` of the rows of a line sums to its points.
    """
    wanted = lines.assign(loss=lines["points"], leaf_name=lines.index)
    with reading(office.store) as connection:
        if cut is None:
            rows = rows_of_checks(connection, window, lines[lines["batch"] == NO_ROW])
        else:
            rows = known_rows(connection, window, cut, lines["unit"].unique())
        lost_rows = rows_behind(connection, window, rows, wanted)
        described = describe(connection, office, lost_rows)
    # `describe` hands leaf_name through: here it carries the number of the line.
    line = described["leaf_name"].to_numpy()
    of = lines.loc[line]
    share = quotient(described["loss"], of["points"], 0.0)
    row_lost = described["lost"].to_numpy()
    counts = np.where(of["mode"] == "deduct", of["lost"] / POINT_SCALE - of["uncounted"], np.nan)
    counts = np.where(of["mode"].isin(["rate", BY_VISIT]), of["lost"] / POINT_SCALE, counts)
    uncounted = np.nan_to_num(row_lost - counts * share)
    is_check = (of["batch"] == NO_ROW).to_numpy()
    return described.assign(
        line=line,
        leaf_name=last_names(of),
        of_line=share,
        uncounted=np.where(is_check & (uncounted > 1e-7), uncounted, 0.0),
    )


def responsible_units(
    office: Office, window: Window, lines: pd.DataFrame, cut: Cutoff | None = None
) -> pd.DataFrame:
    """List which responsible units the rows behind lines of the ledger name.

    A line belongs to every unit that one of its rows names, in full (责任单位各计一份): sums over
    units are not the sum of the lines.

    Returns: line (index of `lines`), name; lines whose rows name nobody have none
    """
    checks = lines[(lines["kind"] == ROW) & (lines["points"] > 0)]
    if checks.empty:
        return pd.DataFrame({"line": pd.Series(dtype=np.int64), "name": pd.Series(dtype=object)})
    with reading(office.store) as connection:
        rows = _failed(connection, window, checks, cut)
        by_row = checks[checks["batch"] != NO_ROW][["batch", "seq"]].rename_axis("line")
        by_check = checks[checks["batch"] == NO_ROW][GRAIN].rename_axis("line")
        frames = [
            by_check.reset_index().merge(rows, on=GRAIN)[["line", "batch", "seq"]],
            by_row.reset_index(),
        ]
        behind = pd.concat(frames, ignore_index=True)
        days = np.unique(np.concatenate([rows["day"], checks["found_on"]]))
        roles = read_role(connection, days, behind["batch"].unique(), RESPONSIBLE)
        names = read_register(connection).units["name"]
    row_units = behind.merge(roles[["batch", "seq", "unit"]], on=["batch", "seq"])
    row_units = row_units.assign(name=row_units["unit"].map(names))
    return row_units[["line", "name"]].drop_duplicates(ignore_index=True)


def _failed(
    connection: Connection, window: Window, lines: pd.DataFrame, cut: Cutoff | None
) -> pd.DataFrame:
    """Read the failed rows of a window that count."""
    if cut is not None:
        return known_rows(connection, window, cut, lines["unit"].unique())
    live = live_on(connection, window.days)
    rows = drop_covered(connection, read_failed(connection, lines["day"].unique(), live), live)
    rows = drop_repeats(apply_decisions(connection, rows))
    return rows[rows["result"] == FAILED]
