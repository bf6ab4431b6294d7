"""节假日: which days are off and which weekends are worked, as a notice arranges them.

One row is one stretch of days. A table with National Day (1 October) in it arranges a whole year;
one without is an addition, such as a local holiday. Of one day the table that came last decides.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from wenming_metrics.domain.working_days import (
    OFF,
    WORKED,
    WorkingDays,
    arrange,
    arrangement_of,
)
from wenming_metrics.reading.model.reading import HOLIDAYS, Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import iso, texts_of
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    Table,
    column,
    report,
    report_rows,
    report_sheet,
    typed,
)
from wenming_metrics.vocabulary import normalise

_WORDS = {
    **dict.fromkeys(("放假", "休", "休息", "放假调休", "放假公休", "假期", "节假日"), OFF),
    **dict.fromkeys(("上班", "班", "补班", "调休上班", "工作日", "正常上班"), WORKED),
}
_TITLE = re.compile("节假日|放假|调休|假期|假日")
_LONGEST = 31
"""No stretch of days that a notice arranges is longer."""


def _is_kind(names: frozenset[str], title: str) -> bool:
    """A table of days with what they are, of holidays by a column or by its title."""
    if not {"off_from", "arrangement"} <= names or names & {"site", "description", "subject"}:
        return False
    return "holiday" in names or bool(_TITLE.search(title))


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read the stretches; one whose days or arrangement are not sure is held."""
    first, last = _settle_days(table)
    cells = column(table, "arrangement")
    arrangement = np.array([_WORDS.get(normalise(values.spell(v)), "") for v in cells.values])
    arrangement = arrangement.astype(object)[cells.codes]
    report(table, arrangement == "", "节假日-03", "arrangement")
    _hold_contrary(table, first, last, arrangement)
    facts = {
        **{"first": [iso(int(day)) for day in first], "last": [iso(int(day)) for day in last]},
        **{"arrangement": arrangement.tolist(), "holiday": texts_of(table, "holiday")},
        **{"document_no": texts_of(table, "document_no"), "remark": texts_of(table, "remark")},
    }
    stretches = make_records(table, HOLIDAYS, first, np.full(table.n_rows, -1), facts)
    calendar = arrange(WorkingDays(), map(arrangement_of, stretches["told"]))
    if len(stretches) and not calendar.years:
        report_sheet(table, "节假日-05")
    return stretches


def _settle_days(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Give the first and the last day of each stretch; a blank last day is the first one."""
    year = table.header.titles.year
    first, last = (
        typed(table, name, lambda value: values.day(value, year)) for name in ("off_from", "off_to")
    )
    report(table, first <= 0, "节假日-01", "off_from")
    report(table, last < values.BLANK, "节假日-01", "off_to")
    last = np.where(last == values.BLANK, first, last)
    report(table, (last > 0) & ((last < first) | (last - first >= _LONGEST)), "节假日-02", "off_to")
    return first, last


def _hold_contrary(
    table: Table, first: np.ndarray, last: np.ndarray, arrangement: np.ndarray
) -> None:
    """Hold the rows that arrange a day otherwise than a row above."""
    arranged: dict[int, tuple[str, int]] = {}
    rows, first_rows = [], []
    for row in np.flatnonzero(~table.held).tolist():
        days = range(int(first[row]), int(last[row]) + 1)
        contrary = [
            day for day in days if arranged.get(day, ("", 0))[0] not in ("", arrangement[row])
        ]
        if contrary:
            rows.append(row)
            first_rows.append({"day": iso(contrary[0]), "first": arranged[contrary[0]][1]})
            continue
        arranged |= {day: (arrangement[row], int(table.excel[row])) for day in days}
    report_rows(table, rows, "节假日-04", "arrangement", first_rows)


KIND = RecordKind(
    name=HOLIDAYS,
    title="节假日",
    columns=("off_from", "off_to", "arrangement", "holiday", "document_no", "remark")
    + ("site", "description", "subject"),
    required=(("off_from",), ("arrangement",)),
    is_kind=_is_kind,
    read=_read,
)
