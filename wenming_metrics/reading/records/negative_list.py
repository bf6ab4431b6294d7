"""负面清单核查: what a look through the list of a month found of a unit, as a sheet that comes back.

A row of 全部事项 speaks of the whole list, which only 未发生 can be said of; one that names nothing speaks of
nothing. Whether a matter stands on the list of the month is asked at intake.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import window
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    PLACES,
    last_days,
    report_again,
    report_rows,
    settle_periods,
    settle_unit,
    texts_of,
)
from wenming_metrics.reading.tables.table import Table, report
from wenming_metrics.vocabulary import normalise

CLEAR, HAPPENED = "未发生", "已发生"
ALL_MATTERS = "全部事项"
_WRITTEN = {CLEAR: CLEAR, HAPPENED: HAPPENED, "发生": HAPPENED, "没有发生": CLEAR}


def _is_kind(names: frozenset[str], title: str) -> bool:
    return {"barred_item", "barred_result"} <= names


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read the findings; a row whose unit, month, result or grounds are not sure is held."""
    periods = settle_periods(table, np.zeros(table.n_rows, bool))
    last = last_days(periods)
    unit = settle_unit(table, names, last)
    unit_column = next(name for name in ("subject", "street", *PLACES) if name in table.columns)
    report(table, (unit < 0) & ~table.held, "记录-03", unit_column)
    is_month = [span is None or span == window("month", span.start) for span in periods]
    ahead = [span is not None and span.start > context.today for span in periods]
    wrong = [row for row, fits in enumerate(is_month) if not fits or ahead[row]]
    report_rows(table, wrong, "负面-03", "period", [{}] * len(wrong))
    matters = [normalise(text) for text in texts_of(table, "barred_item")]
    unnamed = [row for row, text in enumerate(matters) if not text]
    report_rows(table, unnamed, "负面-06", "barred_item", [{}] * len(unnamed))
    matters = ["" if text == ALL_MATTERS else text for text in matters]
    results = [_WRITTEN.get(normalise(text), "") for text in texts_of(table, "barred_result")]
    unclear = [
        row
        for row, (matter, result) in enumerate(zip(matters, results, strict=True))
        if not result or (result == HAPPENED and not matter and row not in unnamed)
    ]
    report_rows(table, unclear, "负面-01", "barred_result", [{}] * len(unclear))
    grounds = {name: texts_of(table, name) for name in ("barred_evidence", "barred_checker")}
    for name, texts in grounds.items():
        bare = [row for row, text in enumerate(texts) if not text and not table.held[row]]
        report_rows(
            table,
            bare,
            "负面-02",
            name if name in table.columns else "barred_result",
            [{}] * len(bare),
        )
    titles = [span.title if span else "" for span in periods]
    # Rows that contradict each other are no repetition: both are held, at intake.
    report_again(table, list(zip(unit.tolist(), titles, matters, results, strict=True)))
    facts = {
        **{"period": titles, "barred_item": matters, "barred_result": results, **grounds},
        "first": [span.start.isoformat() if span else "" for span in periods],
    }
    return make_records(table, "negative", last, unit, facts)


NEGATIVE = RecordKind(
    name="negative",
    title="负面清单核查",
    columns=(
        *("subject", "district", "street", "community", "period", "barred_item", "barred_result"),
        *("barred_evidence", "barred_checker", "remark"),
    ),
    required=(("subject", *PLACES), ("barred_item",), ("barred_result",)),
    is_kind=_is_kind,
    read=_read,
)
