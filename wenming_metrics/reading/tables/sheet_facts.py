"""What a sheet's XML tells beside its values: formulas never computed, error cells, hidden parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from wenming_metrics.reading.model.grid import CellError, SheetGrid, cell, column_letter
from wenming_metrics.reading.model.reading import SURVEY
from wenming_metrics.reading.tables.stored_forms import KEYS
from wenming_metrics.reading.tables.table import Table, report_each, report_sheet
from wenming_metrics.reading.tables.values import result, spell
from wenming_metrics.vocabulary import INPUT

_NOT_MISSED = ("remark", "photo_before", "photo_after")
"""Columns of which no value is taken: a picture in a cell is a formula without a value."""
_NUMBERS = ("小数", "整数", "比率")
_SHOWN = 6
_BACK = re.compile(
    r"(?:本条|此条|该条|已)?(?:作废|撤销|取消|删除|无效|不计分?|不算|不扣|免扣|申诉(?:成功|通过))(?:$|[^\w了])"
)
_ASKS_BACK, _BACK_IF_YES = (
    re.compile("作废|撤销|取消|删除|无效"),
    re.compile("是|√|已|y", re.IGNORECASE),
)
"""What takes a row back, in a cell of its own; a header that asks for it, and the answer that does."""
_REFERENCE = re.compile(r"\b([A-Z]{1,3})(\d{1,7})\b")


def report_facts(table: Table) -> None:
    """Report everything the sheet's facts say about the rows and columns that are read."""
    _report_hidden(table)
    _report_rounded(table)
    _hold_struck(table)
    _report_notes(table)
    _report_headless(table)
    _report_taken_back(table)
    unsaved = _unsaved(table)
    for name, several in table.columns.items():
        if name in _NOT_MISSED or name not in table.header.columns:
            continue
        for nth, column in enumerate(several):
            errors = np.array([isinstance(value, CellError) for value in column.values], bool)
            failed = errors[column.codes] if errors.any() else np.zeros(table.n_rows, bool)
            position = table.header.columns[name][nth]
            empty = np.isin(table.excel, unsaved.get(position, []))
            if not (failed.any() or empty.any()):
                continue
            table.broken[name, nth] = failed | empty
            for code, where in (("公式-01", empty & ~failed), ("公式-02", failed)):
                rows = np.flatnonzero(where)
                report_each(table, rows, code, name, nth=nth)


def _unsaved(table: Table) -> dict[int, list[int]]:
    """Give the rows of each column whose cell is a formula that was saved without its value."""
    facts = table.sheet.facts
    rows_by_position: dict[int, list[int]] = {}
    for letters, row in _REFERENCE.findall(" ".join(map(str, facts.unsaved_formulas))):
        rows_by_position.setdefault(_position(letters), []).append(int(row))
    columns = table.header.columns.items()
    read_positions = {
        position for name, ats in columns for position in ats if name not in _NOT_MISSED
    }
    if read_positions & set(rows_by_position) and facts.unsaved_formula_count > len(
        facts.unsaved_formulas
    ):
        report_sheet(table, "公式-03", count=facts.unsaved_formula_count)
    return rows_by_position


def _position(letters: str) -> int:
    """Turn the letters of a column into its index: A is 0, AA is 26."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def _report_hidden(table: Table) -> None:
    sheet, facts = table.sheet, table.sheet.facts
    if sheet.hidden:
        report_sheet(table, "隐藏-01")
    hidden = [(a, b) for a, b in facts.hidden_rows if _count(table, a, b)]
    if hidden:
        count = sum(_count(table, a, b) for a, b in hidden)
        spans = "、".join(_span(a, b) for a, b in hidden)
        report_sheet(table, "隐藏-02", count=count, rows=spans)
    titles = [
        table.header.texts[position]
        for ats in table.header.columns.values()
        for position in ats
        if any(first <= position <= last for first, last in facts.hidden_columns)
    ]
    if titles:
        report_sheet(table, "隐藏-03", columns="、".join(titles))


def _report_rounded(table: Table) -> None:
    """Tell of cells that show fewer digits than they hold: what is shown is read."""
    cells, rows = table.sheet.facts.rounded, set(table.excel.tolist())
    texts = [
        (row, column, spell(cell(table.sheet, row, column))) for row, column in cells if row in rows
    ]
    _hold_unseen(table, {(row, position) for row, position, text in texts if not text})
    displayed = [read_cell for read_cell in texts if read_cell[2]]
    if displayed:
        row, position, text = displayed[0]
        where = f"{column_letter(position)}{row}"
        report_sheet(table, "格式-01", count=len(displayed), cell=where, shown=text)


def _hold_struck(table: Table) -> None:
    """Hold rows of which something that is read is crossed out: whether it still holds nobody knows."""
    positions = {p for ats in table.header.columns.values() for p in ats} | set(table.header.items)
    struck = {
        row
        for row, position in table.sheet.facts.struck
        if position in positions and spell(cell(table.sheet, row, position))
    }
    rows = np.flatnonzero(np.isin(table.excel, list(struck)))
    report_each(table, rows, "格式-03", "")


def _report_headless(table: Table) -> None:
    """Tell of cells under no header; in a text one more cell than headers may be a comma in another."""
    texts, groups = table.header.texts, table.header.groups
    positions = [
        p
        for p in range(len(table.sheet.columns))
        if not (p < len(texts) and texts[p]) and not (p < len(groups) and groups[p])
    ]
    cells = {row: p for p in positions for row, value in _filled(table, p) if value.strip()}
    if not cells:
        return
    row, position = min(cells.items())
    if table.sheet.facts.is_text:
        rows = np.flatnonzero(np.isin(table.excel, list(cells)))
        report_each(table, rows, "表头-13", "")
    else:
        where = f"{column_letter(position)}{row}"
        report_sheet(table, "表头-12", count=len(cells), cell=where)


def _report_taken_back(table: Table) -> None:
    """Tell of rows that a column which is not read takes back: 作废, 已撤销, 申诉成功."""
    if table.kind == SURVEY:
        return
    columns = table.header.columns.items()
    used = {p for name, ats in columns for p in ats if name != "remark"} | set(table.header.items)
    rows: dict[int, str] = {}
    for position, header in enumerate(table.header.texts):
        if position not in used:
            asks = _ASKS_BACK.search(header)
            words, before = (_BACK_IF_YES, f"{header}：") if asks else (_BACK, "")
            rows |= {r: before + text for r, text in _filled(table, position) if words.match(text)}
    if rows:
        spans = "、".join(map(str, sorted(rows)[:_SHOWN])) + ("等" if len(rows) > _SHOWN else "")
        word = rows[min(rows)]
        report_sheet(table, "行-07", count=len(rows), rows=spans, word=word)


def _filled(table: Table, position: int) -> Iterator[tuple[int, str]]:
    """Give the cells of a column of the sheet beside the rows that are read: Excel's row, text."""
    sheet_column = table.sheet.columns[position]
    texts = list(map(spell, sheet_column.values))
    codes = sheet_column.codes[table.excel - table.sheet.first_row].tolist()
    return (
        (row, texts[code])
        for row, code in zip(table.excel.tolist(), codes, strict=True)
        if texts[code]
    )


def _report_notes(table: Table) -> None:
    """Tell of notes beside the rows that are read: nobody reads them, and one may take a row back."""
    rows = set(table.excel.tolist())
    cells = [f"{column_letter(p)}{row}" for row, p in table.sheet.facts.noted if row in rows]
    if cells:
        listed_cells = "、".join(cells[:_SHOWN]) + ("等" if len(cells) > _SHOWN else "")
        report_sheet(table, "隐藏-04", count=len(cells), cells=listed_cells)


def _hold_unseen(table: Table, unseen: set[tuple[int, int]]) -> None:
    """Hold rows with a number that nobody sees; what a check that passed lost is nothing either way."""
    if not unseen:
        return
    passed = np.zeros(table.n_rows, bool)
    for column in table.columns.get("result", ()):
        passed |= np.array([result(value) == 0 for value in column.values], bool)[column.codes]
    for name, positions in table.header.columns.items():
        if INPUT[name].type not in _NUMBERS and name not in KEYS:
            continue
        for nth, position in enumerate(positions):
            is_unseen = np.array([(row, position) in unseen for row in table.excel.tolist()], bool)
            rows = np.flatnonzero(is_unseen & ~passed)
            report_each(table, rows, "格式-02", name, nth=nth)


def _count(table: Table, first: int, last: int) -> int:
    return int(((table.excel >= first) & (table.excel <= last)).sum())


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}—{last}"


def blank_sheet(sheet: SheetGrid) -> bool:
    """Say whether a sheet holds nothing at all."""
    return all(value is None for column in sheet.columns for value in column.values)
