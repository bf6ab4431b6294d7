"""检查表(一列一项): a row per site, a column per item, turned into one line per item looked at.

The cell says all: √, ×, 「/」, 「-2」, 「扣1分」, 「未查」. A bare number may be points lost or points kept;
it is held until a person says which, not guessed.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.reading.model.grid import GridColumn, Value
from wenming_metrics.reading.model.sender_answers import EARNED, LOST, Bare
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import OF_ITEMS, Table, column, report_each, typed
from wenming_metrics.reading.tables.totals import number_text
from wenming_metrics.reading.tables.values import bare_item
from wenming_metrics.vocabulary import RESULTS, normalise

_MARK = re.compile(r"\((\d+(?:\.\d+)?)分\)$")
_CLOSED = ("暂停营业", "未开门", "停业", "歇业", "关门", "未营业", "闭店", "停用", "改造")
_UNSEEN, _SHUT = RESULTS.index("未查"), RESULTS.index("未开门")


def find_bare(table: Table, meaning: str) -> Bare | None:
    """Say whether cells of items hold bare numbers. Takes: meaning - LOST, EARNED or nothing."""
    count = 0
    for cells in (_data_cells(table, position) for position in table.header.items):
        count += int(np.array([_is_bare(value) for value in cells.values], bool)[cells.codes].sum())
    sheet_and_form = (table.sheet.name, table.header.fingerprint)
    return Bare(*sheet_and_form, count, meaning) if count else None


def unpivot(table: Table, bare: str = "") -> Table:
    """Turn a table of sites into one line per site and item.

    Takes:   bare - what bare numbers are: LOST, EARNED, or "" where nobody has said
    Returns: a table whose lines keep Excel's row and, in `cells`, the column of their item; what it
             reports goes to the problems of `table`
    """
    items, count = table.header.items, table.n_rows
    cells = [_data_cells(table, position) for position in items]
    lines, which = np.repeat(np.arange(count), len(items)), np.tile(np.arange(len(items)), count)
    all_cells = _joined(cells)
    number = [bool(bare) and _is_bare(value) for value in all_cells.values]
    earned = [is_number and bare == EARNED for is_number in number]
    lost = [_lost(v) or (n and bare == LOST) for v, n in zip(all_cells.values, number, strict=True)]
    neither = [not (n or of) for n, of in zip(number, lost, strict=True)]
    result = _closed(_keep(all_cells, neither), _shut(table, cells)[lines])
    texts = [table.header.texts[position] for position in items]
    columns = {
        name: tuple(
            GridColumn(site_column.codes[lines], site_column.values) for site_column in several
        )
        for name, several in table.columns.items()
        if name not in OF_ITEMS
    }
    columns |= {"item": (GridColumn(which, tuple(map(bare_item, map(normalise, texts)))),)}
    columns |= {"full_mark": (GridColumn(which, tuple(map(_full_mark, texts))),)}
    columns |= {"result": (result,), "deduction": (_keep(all_cells, lost),)}
    columns |= {"earned": (_keep(all_cells, earned),)} if any(earned) else {}
    return replace(
        table,
        columns=columns,
        excel=table.excel[lines],
        held=table.held[lines],
        holders={code: rows[lines] for code, rows in table.holders.items()},
        broken={key: rows[lines] for key, rows in table.broken.items()},
        cells=np.array(items, np.int32)[which],
    )


def report_sums(table: Table, base: Table, lost: np.ndarray, possible: np.ndarray) -> None:
    """Hold the printed 扣分小计 and 得分 of each site against what its cells say.

    Takes: table - the lines; base - the sites; lost, possible - points (1e-4) per line
    """
    width = len(table.header.items)
    sums = [line_points.reshape(base.n_rows, width).sum(axis=1) for line_points in (lost, possible)]
    marks = np.array([mark for mark in map(_points_of, base.header.texts) if mark is not None])
    _report_lost(base, sums[0])
    _report_earned(base, sums[0], sums[1], int(marks.sum()))


def _points_of(text: str) -> int | None:
    mark = _full_mark(text)
    return None if mark is None else values.mark(mark)


def _report_lost(base: Table, lost: np.ndarray) -> None:
    printed = typed(base, "lost_total", values.points)
    rows = np.flatnonzero((printed >= 0) & (printed != lost) & ~base.held)
    printed_sums = [
        {"printed": number_text(int(printed[row])), "sum": number_text(int(lost[row]))}
        for row in rows.tolist()
    ]
    report_each(base, rows, "得分-02", "lost_total", printed_sums)


def _report_earned(base: Table, lost: np.ndarray, possible: np.ndarray, marks: int) -> None:
    """Tell where a printed score counts items as full that were not looked at, or that do not
    apply: the score follows the rules, never the printed figure."""
    printed = typed(base, "earned_total", values.points)
    earned = possible - lost
    rows = np.flatnonzero((printed >= 0) & (possible > 0) & ~base.held)
    rows = rows[(printed[rows] != earned[rows]) | (possible[rows] != marks)]
    printed_scores = [
        {
            **{"printed": number_text(int(printed[row])), "marks": number_text(marks)},
            **{
                "earned": number_text(int(earned[row])),
                "possible": number_text(int(possible[row])),
            },
            "rate": f"{half_up(100 * earned[row] / possible[row], 2):.2f}",
        }
        for row in rows.tolist()
    ]
    report_each(base, rows, "得分-01", "earned_total", printed_scores)


def _data_cells(table: Table, position: int) -> GridColumn:
    item_column = table.sheet.columns[position]
    rows = table.excel - table.sheet.first_row
    return GridColumn(item_column.codes[rows], item_column.values)


def _shut(table: Table, cells: list[GridColumn]) -> np.ndarray:
    """Say which sites were closed: nothing was looked at, and site or remark says why."""
    idle = np.ones(table.n_rows, bool)
    for item_cells in cells:
        states = np.array([values.result(value) for value in item_cells.values])
        unseen = np.isin(states, [values.BLANK, _UNSEEN, _SHUT])
        idle &= unseen[item_cells.codes]
    says_closed = np.zeros(table.n_rows, bool)
    for name in ("site", "remark"):
        text_column = column(table, name)
        words = [values.word(value) for value in text_column.values]
        closed = np.array([any(sign in word for sign in _CLOSED) for word in words])
        says_closed |= closed[text_column.codes]
    return idle & says_closed


def _lost(value: Value) -> bool:
    """Say whether a cell tells points lost: 「-2」, 「扣1分」, -2.0; a bare 2 does not."""
    if isinstance(value, float):
        return value < 0
    text = values.word(value) if isinstance(value, str) else ""
    signed = text.startswith("-") or any(sign in text for sign in ("扣", "减", "失"))
    return signed and bool(text.strip("-")) and values.points(value) >= 0


def _is_bare(value: Value) -> bool:
    """Say whether a cell holds a number and not what it is: 2, 「2分」."""
    # Most texts that say nothing are no number either: that is asked first, and alone.
    if not isinstance(value, float | str) or values.points(value) < 0:
        return False
    return values.result(value) == values.UNREADABLE and not _lost(value)


def _joined(cells: list[GridColumn]) -> GridColumn:
    """Lay the cells of all items side by side: row by row, item by item."""
    starts = np.cumsum([0, *(len(item_cells.values) for item_cells in cells)])[:-1]
    codes = [item_cells.codes + start for item_cells, start in zip(cells, starts, strict=True)]
    return GridColumn(
        np.stack(codes, axis=1).ravel(),
        tuple(value for item_cells in cells for value in item_cells.values),
    )


def _keep(item_column: GridColumn, wanted: list[bool]) -> GridColumn:
    pairs = zip(item_column.values, wanted, strict=True)
    return GridColumn(item_column.codes, tuple(value if keep else None for value, keep in pairs))


def _full_mark(text: str) -> float | None:
    """Read the full mark behind an item in a header: 「(5分)」."""
    match = _MARK.search(normalise(text))
    return float(match[1]) if match else None


def _closed(result: GridColumn, shut: np.ndarray) -> GridColumn:
    """Put 未开门 where a site was closed."""
    if not shut.any():
        return result
    values_ = (*result.values, RESULTS[_SHUT])
    return GridColumn(np.where(shut, len(result.values), result.codes), values_)
