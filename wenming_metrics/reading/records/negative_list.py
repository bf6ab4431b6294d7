"""负面清单核查: what a look through the list of a month found of a unit, as a sheet that comes back.

A row of 全部事项 speaks of the whole list, which only 未发生 can be said of; one that names nothing speaks of
nothing. Whether a matter stands on the list of the month is asked at intake.
"""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.periods import window
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    PLACES,
    last_days,
    period_facts,
    report_again,
    require_unit,
    settle_periods,
    texts_of,
)
from wenming_metrics.reading.tables.table import Table, report_rows
from wenming_metrics.vocabulary import normalise

CLEAR, HAPPENED = "未发生", "已发生"
ALL_MATTERS = "全部事项"
_WRITTEN = {CLEAR: CLEAR, HAPPENED: HAPPENED, "发生": HAPPENED, "没有发生": CLEAR}


def _is_kind(names: frozenset[str], title: str) -> bool:
    return {"barred_item", "barred_result"} <= names


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read the findings; a row whose unit, month, result or grounds are not sure is held."""
    periods = settle_periods(table)
    last = last_days(periods)
    unit = require_unit(table, names, last)
    is_month = [span is None or span == window("month", span.start) for span in periods]
    ahead = [span is not None and span.start > context.today for span in periods]
    wrong = [row for row, fits in enumerate(is_month) if not fits or ahead[row]]
    report_rows(table, wrong, "负面-03", "period")
    matters = [normalise(text) for text in texts_of(table, "barred_item")]
    unnamed = [row for row, text in enumerate(matters) if not text]
    report_rows(table, unnamed, "负面-06", "barred_item")
    matters = ["" if text == ALL_MATTERS else text for text in matters]
    results = [_WRITTEN.get(normalise(text), "") for text in texts_of(table, "barred_result")]
    unclear = [
        row
        for row, (matter, result) in enumerate(zip(matters, results, strict=True))
        if not result or (result == HAPPENED and not matter and row not in unnamed)
    ]
    report_rows(table, unclear, "负面-01", "barred_result")
    grounds = {name: texts_of(table, name) for name in ("barred_evidence", "barred_checker")}
    for name, texts in grounds.items():
        bare = [row for row, text in enumerate(texts) if not text and not table.held[row]]
        report_rows(table, bare, "负面-02", name if name in table.columns else "barred_result")
    months = period_facts(periods)
    # Rows that contradict each other are no repetition: both are held, at intake.
    report_again(table, list(zip(unit.tolist(), months["period"], matters, results, strict=True)))
    facts = {
        **{**months, "barred_item": matters, "barred_result": results, **grounds},
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
