"""What decisions (加减分) there are for the units of a board in a row of windows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import successors
from wenming_metrics.queries.scores.records import locations_of
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tree.adjusting import LEDGER, in_use
from wenming_metrics.store.records import read_records
from wenming_metrics.store.registers import read_register


def ledger(
    connection: Connection,
    windows: Sequence[Window],
    units: pd.DataFrame,
    rules: RuleSet,
    live: np.ndarray | None = None,
) -> pd.DataFrame:
    """List the decisions that lie in each window, for `scoring.tree.adjusting.adjust`.

    Decisions on a unit that has been merged count for its successor.

    Takes:   units - of the board, `unit` in the order of its columns; live - the batches that
             count, None: those that do now
    Returns: scoring.adjusting.LEDGER; column = window x units + position of the unit, 1e-4 points;
             nothing where the rules do not speak of adjustments
    """
    if not in_use(rules.adjustments):
        return no_decisions()
    return decisions(connection, windows, units, live)


def decisions(
    connection: Connection,
    windows: Sequence[Window],
    units: pd.DataFrame,
    live: np.ndarray | None = None,
) -> pd.DataFrame:
    """List the decisions that lie in each window, whatever the rules; see `ledger`."""
    records = read_records(connection, "adjustment", live)
    if records.empty:
        return no_decisions()
    position = {int(unit): index for index, unit in enumerate(units["unit"])}
    merged = successors(read_register(connection), windows[-1].end.toordinal())
    position |= {unit: position[heir] for unit, heir in merged.items() if heir in position}
    record_positions = records["unit"].map(position)
    records = records.assign(position=record_positions)[record_positions.notna()]
    lines = pd.DataFrame(
        {
            **{name: records[name] for name in ("unit", "day", "source_row")},
            **{"kind": [record["type"] for record in records["told"]]},
            **{"written": [to_points(record["points"] or 0) for record in records["told"]]},
            **{
                name: [record[name] for record in records["told"]]
                for name in ("reason", "document_no")
            },
            **locations_of(connection, records),
        },
        index=records.index,
    )
    days, positions = records["day"].to_numpy(np.int64), records["position"].to_numpy(np.int64)
    frames = [no_decisions()]
    for number, window in enumerate(windows):
        inside = (days >= window.days.start) & (days < window.days.stop)
        if inside.any():
            column = number * len(units) + positions[inside]
            frames.append(lines[inside].assign(column=column)[list(LEDGER)])
    return pd.concat(frames[1:] or frames, ignore_index=True)


def no_decisions() -> pd.DataFrame:
    """Give a ledger without lines."""
    numbers = ("column", "unit", "day", "written", "source_row")
    return pd.DataFrame(
        {name: pd.Series(dtype=np.int64 if name in numbers else object) for name in LEDGER}
    )
