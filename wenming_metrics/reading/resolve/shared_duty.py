"""Rows that give one duty to several units: one record per row and unit, collective names too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wenming_metrics.reading.resolve.collective import expand_units, report_expanded
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import deadline, texts_of
from wenming_metrics.reading.resolve.where import expand
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, column, combine, report_each, report_faults
from wenming_metrics.reading.tables.values import CellError, spell
from wenming_metrics.vocabulary import INPUT, normalise


@dataclass(frozen=True)
class Duty:
    """Who is to do what each row asks for.

    rows - the data row of each line; unit - who answers for it (-1: nobody is named)
    lead - per data row the leading units; several - whether a row names more than one responsible
    """

    rows: np.ndarray
    unit: np.ndarray
    lead: list[tuple[int, ...]]
    several: np.ndarray


def settle_duty(table: Table, names: Names, day: np.ndarray) -> Duty:
    """Settle the responsible units of each row, one line for each; without one, the leading unit.

    Takes: day - ordinals on which the units must exist
    """
    lead = _units(table, names, day, "lead")
    duty_units = [
        tuple(dict.fromkeys(units)) or first[:1]
        for units, first in zip(_units(table, names, day, "responsible"), lead, strict=True)
    ]
    counts = np.array([max(len(units), 1) for units in duty_units], np.int64)
    rows, offsets = expand(counts)
    unit = [
        duty_units[row][n] if duty_units[row] else -1
        for row, n in zip(rows.tolist(), offsets.tolist(), strict=True)
    ]
    return Duty(rows, np.array(unit, np.int64), lead, counts > 1)


def settle_due(table: Table, code: str) -> tuple[np.ndarray, list[str]]:
    """Read until when it is to be done; what is no day is said with `code` and kept as written.

    Returns: ordinals (0: no day), and the words of each row
    """
    due_column, year = column(table, "due"), table.header.titles.year
    days = np.array([deadline(value, year) for value in due_column.values], np.int64)[
        due_column.codes
    ]
    blank = np.array([not normalise(spell(value)).strip("-/") for value in due_column.values], bool)
    rows = np.flatnonzero((days < 0) & ~blank[due_column.codes])
    report_each(table, rows, code, "due")
    return np.maximum(days, 0), [
        spell(due_column.values[cell_code]) for cell_code in due_column.codes.tolist()
    ]


def place_of_units(table: Table) -> str:
    """Name the column that says who is responsible, or leads."""
    return "responsible" if "responsible" in table.columns else "lead"


def contacts_of(table: Table) -> list[str]:
    """Write who is to be reminded, per row: 「责任领导:张;责任人:李 13800138000」."""
    names = [name for name in ("chief", "contact", "phone") if name in table.columns]
    contact_columns = [texts_of(table, name) for name in names]
    titles = [INPUT[name].title for name in names]
    lines = zip(*contact_columns, strict=True) if contact_columns else [()] * table.n_rows
    return [
        "；".join(f"{t}：{word}" for t, word in zip(titles, line, strict=True) if word)
        for line in lines
    ]


def _units(table: Table, names: Names, day: np.ndarray, name: str) -> list[tuple[int, ...]]:
    """Settle the units named in all columns of a role, per data row."""
    units_per_row: list[tuple[int, ...]] = [()] * table.n_rows
    for nth, unit_column in enumerate(table.columns.get(name, ())):
        first, number = combine([unit_column.codes, day])
        texts = [_text(unit_column.values[unit_column.codes[row]]) for row in first.tolist()]
        settled = [
            expand_units(names, int(day[row]), text, name)
            for row, text in zip(first.tolist(), texts, strict=True)
        ]
        report_faults(table, [fault for _, fault in settled], number, nth)
        units = [several for several, _ in settled]
        report_expanded(table, names, name, nth, zip(texts, first.tolist(), units, strict=True))
        units_per_row = [
            have + units[combination]
            for have, combination in zip(units_per_row, number.tolist(), strict=True)
        ]
    return units_per_row


def _text(value: values.Value) -> str:
    return "" if isinstance(value, CellError) else spell(value)
