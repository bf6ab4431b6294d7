"""加减分表: what is added to a unit's score or taken from it by a decision, and 一票否决.

One row is one decision on one unit: the day, 加分, 减分 or 一票否决, the points, why, and by which
document. A veto without its document number (文号) is held: without one it is hearsay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    PLACES,
    report_again,
    require_unit,
    texts_of,
)
from wenming_metrics.reading.resolve.where import EARLIEST
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, column, report, report_rows, typed
from wenming_metrics.reading.tables.values import Value, spell
from wenming_metrics.vocabulary import ADJUSTMENTS, normalise, numeral

BONUS, PENALTY, VETO = ADJUSTMENTS
_TYPES = (
    (VETO, re.compile("否决")),
    (PENALTY, re.compile("减分|扣分|^[减扣]|处罚|惩")),
    (BONUS, re.compile("加分|^加|奖")),
)
_POINTS = re.compile(r"(?P<sign>[加减扣奖↑↓+-]?)分?:?(?P<number>\d[\d,]*(?:\.\d+)?)分?")
_SIGNS = {**dict.fromkeys("加奖↑+", BONUS), **dict.fromkeys("减扣↓-", PENALTY)}
_OF_ROWS = {"site", "result", "deduction", "description"}
_TITLED = re.compile("加减分|加扣分|加分|减分|一票否决")
_TOLD = {"adjustment_type", "adjusted_points", "reason", "document_no"}


@dataclass(frozen=True)
class _Points:
    """Points as one cell writes them: decimal text ("" = none), and the type that a sign tells."""

    number: str
    type: str
    fault: str = ""


def _is_kind(names: frozenset[str], title: str) -> bool:
    """A table of units with points that are added or taken, by its columns or by its title."""
    if names & _OF_ROWS or not names & {"subject", *PLACES}:
        return False
    return {"adjustment_type", "adjusted_points"} <= names or (
        bool(_TITLED.search(title)) and len(names & _TOLD) >= 2
    )


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read the decisions; one that cannot be counted for sure is held."""
    days = _settle_days(table, context)
    unit = require_unit(table, names, days)
    written = _settle_points(table)
    types = _settle_types(table, written)
    reasons, documents = texts_of(table, "reason"), texts_of(table, "document_no")
    facts = {
        **{"type": types, "points": [points.number for points in written], "reason": reasons},
        **{"document_no": documents, "remark": texts_of(table, "remark")},
    }
    _report_missing(table, facts)
    report_again(
        table, list(zip(unit.tolist(), days.tolist(), *facts.values(), strict=True)), of_file=False
    )
    return make_records(table, "adjustment", days, unit, facts)


def _settle_days(table: Table, context: Context) -> np.ndarray:
    """Type the day from which each decision counts; hold what is no day up to today."""
    year = table.header.titles.year
    day = typed(table, "adjusted_on", lambda value: values.day(value, year))
    today = context.today
    report(table, day == values.BLANK, "加减-05", "adjusted_on")
    report(table, day < values.BLANK, "日期-01", "adjusted_on")
    report(table, (day >= 0) & (day < EARLIEST), "日期-03", "adjusted_on")
    report(table, day > today.toordinal(), "日期-02", "adjusted_on", today=today.isoformat())
    return np.maximum(day, 0)


def _settle_points(table: Table) -> list[_Points]:
    """Read the points of each row; hold what is no number, or has more than four decimals."""
    points_column = column(table, "adjusted_points")
    read = [_points(value) for value in points_column.values]
    codes = points_column.codes.tolist()
    for code in ("加减-02", "数值-02"):
        rows = [row for row, of in enumerate(codes) if read[of].fault == code]
        report_rows(table, rows, code, "adjusted_points")
    return [read[code] for code in codes]


def _points(value: Value) -> _Points:
    text = numeral(spell(value))
    if not text.strip("-/"):
        return _Points("", "")
    match = _POINTS.fullmatch(text)
    if not match:
        return _Points("", "", "加减-02")
    number = match["number"].replace(",", "")
    if to_points(number) is None:
        return _Points("", "", "数值-02")
    return _Points(f"{Decimal(number):f}", _SIGNS.get(match["sign"], ""))


def _settle_types(table: Table, written: list[_Points]) -> list[str]:
    """Take the type from its column, else from the sign; hold rows where neither or both tell."""
    texts = texts_of(table, "adjustment_type")
    column_types = [_type(text) for text in texts]
    unclear = [
        r
        for r, column_type in enumerate(column_types)
        if not column_type and (texts[r] or not written[r].type)
    ]
    report_rows(table, unclear, "加减-01", "adjustment_type")
    against = [
        row
        for row, column_type in enumerate(column_types)
        if column_type in (BONUS, PENALTY) and written[row].type not in ("", column_type)
    ]
    details = [{"type": column_types[row]} for row in against]
    report_rows(table, against, "加减-04", "adjusted_points", details)
    return [
        column_type or points.type
        for column_type, points in zip(column_types, written, strict=True)
    ]


def _type(text: str) -> str:
    plain = normalise(text)
    type_names = [name for name, words in _TYPES if plain and words.search(plain)]
    return type_names[0] if type_names and (len(type_names) == 1 or type_names[0] == VETO) else ""


def _report_missing(table: Table, facts: dict[str, list[str]]) -> None:
    """Hold points and vetoes that lack what makes them count; tell of missing reasons."""
    lines = list(zip(facts["type"], facts["points"], facts["document_no"], strict=True))
    free = np.flatnonzero(~table.held).tolist()
    empty = [r for r in free if lines[r][0] != VETO and not float(lines[r][1] or 0)]
    bare = [r for r in free if lines[r][0] == VETO and not lines[r][2].strip("-—/无 ")]
    mute = [r for r in free if not facts["reason"][r]]
    report_rows(table, empty, "加减-02", "adjusted_points")
    report_rows(table, bare, "加减-03", "document_no")
    report_rows(table, mute, "加减-06", "reason")


ADJUSTMENT = RecordKind(
    name="adjustment",
    title="加减分表",
    columns=(
        *("subject", "district", "street", "community", "adjusted_on", "adjustment_type"),
        *("adjusted_points", "reason", "document_no", "remark"),
        *("site", "result", "deduction", "description"),
    ),
    required=(("subject", *PLACES), ("adjusted_on",), ("adjusted_points", "adjustment_type")),
    is_kind=_is_kind,
    read=_read,
)
