"""整改流转表: moves of problems (交办, 签收, 核查, 销号 ...), one row per move of one problem.

Whether a move is allowed depends on where the problem stands, which only the store knows: that is
asked when the file is held against it (`intake.problem_moves`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.reading.inspection.time_limits import read_limit
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import PLACES, settle_unit, texts_of
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, column, report, report_rows, typed
from wenming_metrics.vocabulary import normalise

_TEXTS = {
    "handler": "who",
    "approved_by": "approver",
    "check_way": "way",
    "look_result": "outcome",
    "move_reason": "reason",
    "document_no": "document_no",
    "measure": "measure",
    "remark": "remark",
}
"""Columns that are kept as they are written, and what the order calls them."""


def _is_kind(names: frozenset[str], title: str) -> bool:
    return {"problem_no", "move_act"} <= names


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read the moves; one without a day, or with a limit that is no day, is held."""
    days = _days(table, "moved_on")
    report(table, days < 0, "流转-19", "moved_on")
    unit = settle_unit(table, names, np.maximum(days, 0))
    due_days = _read_dues(table, days, context)
    until = _days(table, "until_day")
    report(table, until < values.BLANK, "流转-19", "until_day")
    acts = [normalise(text) for text in texts_of(table, "move_act")]
    numbers = [normalise(text).upper() for text in texts_of(table, "problem_no")]
    without_number = [
        row for row, number in enumerate(numbers) if not number and not table.held[row]
    ]
    report_rows(
        table, without_number, "流转-01", "problem_no", [{"number": ""}] * len(without_number)
    )
    facts = {
        **{"problem_no": numbers, "act": acts, "due": due_days.tolist()},
        "until": np.maximum(until, 0).tolist(),
        **{fact: texts_of(table, name) for name, fact in _TEXTS.items()},
    }
    return make_records(table, "moves", np.maximum(days, 0), unit, facts)


def _days(table: Table, name: str) -> np.ndarray:
    title_year = table.header.titles.year
    if name not in table.columns:
        return np.full(table.n_rows, values.BLANK)
    return typed(table, name, lambda value: values.day(value, title_year))


def _read_dues(table: Table, days: np.ndarray, context: Context) -> np.ndarray:
    """Read the last day of each limit, 0 without; hold what is no day."""
    if "deadline" not in table.columns:
        return np.zeros(table.n_rows, np.int64)
    cells, calendar = column(table, "deadline"), context.register.calendar
    due_days = np.array(
        [
            read_limit(cells.values[code], int(day), calendar).day if day > 0 else 0
            for code, day in zip(cells.codes.tolist(), days.tolist(), strict=True)
        ],
        np.int64,
    )
    report(table, due_days < 0, "流转-19", "deadline")
    return np.maximum(due_days, 0)


MOVES_KIND = RecordKind(
    name="moves",
    title="整改流转表",
    columns=(
        *("problem_no", "move_act", "moved_on", "handler", "subject", *PLACES, "deadline"),
        *("move_reason", "approved_by", "check_way", "look_result", "until_day", "document_no"),
        *("measure", "photo_after", "remark"),
    ),
    required=(("problem_no",), ("move_act",), ("moved_on",)),
    is_kind=_is_kind,
    read=_read,
)
