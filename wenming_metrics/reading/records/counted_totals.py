"""Rows of totals under a counted table, held against the rows above them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.resolve.periods_and_units import whole_count
from wenming_metrics.reading.survey.questions import MARK
from wenming_metrics.reading.tables.table import Table, column
from wenming_metrics.reading.tables.totals import Total


def report_sums(table: Table, totals: Sequence[Total]) -> None:
    """Hold each printed row of totals against the rows above it."""
    names = [name for name in table.columns if name.startswith(MARK)]
    for total_row in totals:
        row_index, above = total_row.excel - table.sheet.first_row, table.excel < total_row.excel
        wrong = []
        for name in names:
            sheet_column = table.sheet.columns[table.header.columns[name][0]]
            printed = whole_count(sheet_column.values[sheet_column.codes[row_index]])
            data_column = column(table, name)
            read = [whole_count(value) or 0 for value in data_column.values]
            total = int(np.maximum(np.array(read, np.int64)[data_column.codes][above], 0).sum())
            if printed is not None and printed >= 0 and printed != total:
                header = table.header.texts[table.header.columns[name][0]]
                wrong.append(f"“{header}”写 {printed},各行合计 {total}")
        code, mismatches = ("计票-05", {"columns": ";".join(wrong)}) if wrong else ("计票-04", {})
        where = (table.sheet.name, total_row.excel)
        table.problems.append(Problem(code, *where, found=total_row.label, details=mismatches))
