"""计票表: how many chose which option, one unit in each row, one option in each further column.

Headers of two rows are read as question over option. Besides options there may be figures of the
survey that are counted only (发放, 回收, 有效 ...).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import COUNTED, RECORD_COLUMNS, Context, empty
from wenming_metrics.reading.printed.shares import report_shares
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    PLACES,
    report_again,
    require_unit,
    texts_of,
    whole_count,
)
from wenming_metrics.reading.survey.questions import MARK, is_counted, name_of, parts_of
from wenming_metrics.reading.survey.respondents import find_wave, report_misfits
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, column, report, report_rows, report_sheet
from wenming_metrics.rules.survey.model import COUNT, MULTIPLE, Survey


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read a counted table."""
    survey, size = context.survey, table.n_rows
    if not size:
        return empty(RECORD_COLUMNS)
    wave = find_wave([table], [_days(table)], survey) if survey else None
    if wave is None:
        report_sheet(table, "问卷-02" if survey else "问卷-01")
        return empty(RECORD_COLUMNS)
    first, last = wave.window.start, wave.window.end
    if not wave.is_said:
        report_sheet(table, "计票-01", wave=wave.window.title)
    day = np.full(size, last.toordinal(), np.int64)
    report_misfits(table, _days(table), "submitted", wave, wave.titled[0], survey)
    unit = require_unit(table, names, day)
    counts_by_column = {
        name: _numbers(table, name) for name in table.columns if name.startswith(MARK)
    }
    _report_totals(table, survey, counts_by_column)
    report_shares(table, _options(table, survey))
    report_again(table, [(unit_number, last) for unit_number in unit.tolist()], of_file=False)
    facts = {
        **{"first": [first.isoformat()] * size, "last": [last.isoformat()] * size},
        **{"period": [wave.window.title] * size, "remark": texts_of(table, "remark")},
        "counts": _counts(counts_by_column, size),
    }
    return make_records(table, COUNTED, day, unit, facts)


def _days(table: Table) -> np.ndarray:
    submitted, year = column(table, "submitted"), table.header.titles.year
    read = np.array([values.day(value, year) for value in submitted.values], np.int64)
    return np.where(read > date(2000, 1, 1).toordinal(), read, 0)[submitted.codes]


def _numbers(table: Table, name: str) -> np.ndarray:
    """Read a column of counts, -1 where nothing is written; hold what is no whole number."""
    count_column = column(table, name)
    read = [whole_count(value) for value in count_column.values]
    counts = np.array([-2 if count is None else count for count in read], np.int64)[
        count_column.codes
    ]
    report(table, counts == -2, "计票-02", name)
    return np.maximum(counts, -1)


def _counts(counts_by_column: dict[str, np.ndarray], size: int) -> list[dict[str, dict[str, int]]]:
    """Put the counts of each row together: question -> option -> how many."""
    rows: list[dict[str, dict[str, int]]] = [{} for _ in range(size)]
    for name, numbers in counts_by_column.items():
        question, option = parts_of(name)
        for row, number in zip(rows, numbers.tolist(), strict=True):
            if number >= 0:
                row.setdefault(question, {})[option] = number
    return rows


def _options(table: Table, survey: Survey) -> list[list[int]]:
    """List the positions of the options of each question, in the order of the survey."""
    positions = table.header.columns
    return [
        [
            positions[name][0]
            for option in question.options
            if (name := name_of(question.code, option.code)) in positions
        ]
        for question in survey.questions
        if question.kind != COUNT
    ]


def _report_totals(table: Table, survey: Survey, counts_by_column: dict[str, np.ndarray]) -> None:
    """Say where the options of a question do not add up to what the row prints as its total."""
    if "returned" not in table.columns:
        return
    printed = _numbers(table, "returned")
    questions = dict.fromkeys(parts_of(name)[0] for name in counts_by_column if parts_of(name)[1])
    for code in questions:
        # Figures of the survey itself (发放, 样本量) are no options, they are not summed.
        if survey.question(code).kind in (COUNT, MULTIPLE):
            continue
        option_counts = [
            counts for name, counts in counts_by_column.items() if parts_of(name)[0] == code
        ]
        total = sum(
            (np.maximum(counts, 0) for counts in option_counts),
            start=np.zeros(table.n_rows, np.int64),
        )
        rows = np.flatnonzero((printed >= 0) & (total != printed) & ~table.held)
        row_figures = [
            {"printed": int(printed[row]), "sum": int(total[row])} for row in rows.tolist()
        ]
        title = survey.question(code).title
        report_rows(
            table,
            rows,
            "计票-03",
            "returned",
            [{**figures, "question": title} for figures in row_figures],
        )


COUNTS = RecordKind(
    name=COUNTED,
    title="问卷计票表",
    columns=(
        *("subject", "district", "street", "community", "group", "period", "submitted"),
        *("returned", "remark"),
    ),
    required=(("subject", *PLACES),),
    is_kind=is_counted,
    read=_read,
)
