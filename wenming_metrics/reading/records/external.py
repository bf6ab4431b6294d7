"""上级测评: scores given by others, with the whole matrix of component scores beside the total.

What is printed is kept as it is printed, as text; where it does not add up both figures are told.
A unit that was not drawn has no score and no rank: never 0.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model.grid import column_letter
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.printed.ranks import report_changes, report_ranks
from wenming_metrics.reading.printed.scores import report_long_scores, report_scores
from wenming_metrics.reading.records.components import (
    ScoreComponent,
    cells_of,
    components,
)
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    PLACES,
    decimal_text,
    last_days,
    period_facts,
    report_again,
    require_unit,
    settle_periods,
    texts_of,
)
from wenming_metrics.reading.tables.table import Table, report_rows, report_sheet
from wenming_metrics.reading.tables.values import spell
from wenming_metrics.vocabulary import normalise

TESTS = {
    "国测": re.compile("国测|国家.{0,6}测评|全国文明城市.{0,6}测评|中央文明办"),
    "省测": re.compile("省测|省级？.{0,8}测评|省文明办"),
    "第三方": re.compile("第三方|模拟测评"),
    "市季度测评": re.compile("市测|季度.{0,12}(?:测评|指数|考核|得分)|市文明办"),
}
"""Kinds of test and how their titles speak."""
NOT_DRAWN, NOT_TESTED = "未抽中", "未测"
_NOT_DRAWN = re.compile("未抽|没抽|不抽")
_ABSENT = re.compile("未测|未参|缺|免|不参|未评")
_BAND = re.compile(
    r"(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十]+\))?(\D+?)(?:\(共?\d+个.*?\))?:?"
)
_RESTRICTED = re.compile(
    r"不得(?:对外)?(?:公布|公开|传播)|不(?:对外|予)公[布开]|内部(?:资料|使用)|严禁外传|注意保密"
)
_WHOLE = {"总得分", "总分", "综合得分", "合计", "总成绩", "综合指数", "文明程度指数"}
_TITLED = re.compile("测评|指数|考核|排名|得分|成绩|国测|省测|第三方")
_OF_ROWS = {"site", "result", "deduction", "description"}
_NO_DECIMALS = re.compile(r"(?<=\d)\.0+$")
Row = list[str]


def _is_kind(names: frozenset[str], title: str) -> bool:
    """A table of units with a score, and nothing that was looked at on a site."""
    if names & _OF_ROWS or "total" not in names or not names & {"subject", *PLACES}:
        return False
    return "printed_rank" in names or bool(_TITLED.search(title))


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read a table of scores, wide (one column per component) or long (one row per indicator)."""
    bands = _bands(table)
    skipped = np.array([bool(band) for band in bands], bool)
    periods = settle_periods(table, skipped)
    unit = require_unit(table, names, last_days(periods), skipped)
    band_rows = np.flatnonzero(skipped)
    report_rows(table, band_rows, "上测-02", _label_column(table, band_rows))
    tests = _tests(table)
    facts = {
        **period_facts(periods),
        **{
            "test": tests,
            "group": _groups(table, bands),
            "indicator": texts_of(table, "indicator"),
        },
        **{"restricted": [_restricted(table)] * table.n_rows},
        **{"remark": texts_of(table, "remark")},
    }
    facts |= _long(table, skipped) if "indicator" in table.columns else _wide(table, skipped)
    keys = list(zip(unit.tolist(), facts["period"], tests, facts["indicator"], strict=True))
    report_again(
        table, [None if out else key for key, out in zip(keys, skipped, strict=True)], of_file=False
    )
    _report_printed(table, facts, keys, periods)
    rows = np.flatnonzero(~skipped)
    line_facts = {name: [of_row[row] for row in rows.tolist()] for name, of_row in facts.items()}
    return make_records(table, "external", last_days(periods)[rows], unit[rows], line_facts, rows)


def _report_printed(
    table: Table, facts: dict[str, list], keys: list[tuple], periods: list[Window | None]
) -> None:
    """Hold the printed ranks and changes against the printed totals, and these against their parts."""
    position = _total_position(table)
    if "indicator" in table.columns:
        is_total = [normalise(name) in _WHOLE for name in facts["indicator"]]
        report_long_scores(table, position, [key[:3] for key in keys], is_total)
    else:
        report_scores(table, components(table, _excluded_columns(table)), position)
    scope = [key[1:] for key in keys]
    report_ranks(table, facts["total"], scope, facts["group"])
    of_unit = [(unit, test, indicator) for unit, _, test, indicator in keys]
    report_changes(table, facts["total"], periods, of_unit, position)


def _wide(table: Table, skipped: np.ndarray) -> dict[str, list]:
    """Read a sheet with one column per component."""
    scores = cells_of(table, _total_position(table))
    score_components = components(table, _excluded_columns(table))
    printed = _printed(table, score_components, skipped)
    absent = _said_absent(table, score_components)
    totals, states = _totals(table, [spell(score) for score in scores], skipped, absent)
    component_scores = [
        [
            _part(component, text)
            for component, text in zip(score_components, row, strict=True)
            if text
        ]
        for row in printed
    ]
    return {"total": totals, "state": states, "parts": component_scores, **_ranks(table, totals)}


def _long(table: Table, skipped: np.ndarray) -> dict[str, list]:
    """Read a sheet with one row per indicator; that of the whole is the total."""
    scores = [spell(score) for score in cells_of(table, _total_position(table))]
    printed, states = _totals(table, scores, skipped, [""] * table.n_rows)
    names, full = texts_of(table, "indicator"), texts_of(table, "full_mark")
    is_total = [normalise(name) in _WHOLE for name in names]
    totals = [score if is_whole else "" for score, is_whole in zip(printed, is_total, strict=True)]
    component_scores = [
        [] if is_whole or not text else [_part(ScoreComponent(0, "", "", name, mark, ""), text)]
        for name, mark, text, is_whole in zip(names, full, printed, is_total, strict=True)
    ]
    return {"total": totals, "state": states, "parts": component_scores, **_ranks(table, totals)}


def _part(component: ScoreComponent, printed: str) -> dict[str, str]:
    heading = {
        "group": component.group,
        "share": component.share,
        "name": component.name,
        "full": component.full,
    }
    return {**heading, "weight": component.weight, "printed": printed}


def _ranks(table: Table, totals: Row) -> dict[str, Row]:
    """Give the printed rank, which a row without total has not, and the printed change."""
    ranks = [_NO_DECIMALS.sub("", rank) for rank in texts_of(table, "printed_rank")]
    change_columns = table.header.columns.get("printed_change")
    cells = cells_of(table, change_columns[0]) if change_columns else []
    # What is no number (上升2位) is kept as it is printed.
    changes = [spell(cell) if decimal_text(cell) is None else decimal_text(cell) for cell in cells]
    return {
        "printed_rank": [r if total else "" for r, total in zip(ranks, totals, strict=True)],
        "change": [change or "" for change in changes] or [""] * table.n_rows,
    }


def _total_position(table: Table) -> int:
    """Choose the column of the total: of several the one that stands in no group."""
    header = table.header
    groups = header.groups or ("",) * len(header.texts)
    plain = {
        position: normalise(header.texts[position]) == "得分"
        for position in header.columns["total"]
    }
    return min(
        header.columns["total"],
        key=lambda position: (bool(groups[position]), plain[position], position),
    )


def _excluded_columns(table: Table) -> list[int]:
    """List the columns that are no component."""
    named_positions = (
        position
        for name, ats in table.header.columns.items()
        if name != "total"
        for position in ats
    )
    return [*named_positions, _total_position(table)]


def _bands(table: Table) -> Row:
    """Name the group that each row opens: 「一、主城区(18个)」 alone in its row; "" for no such row."""
    cells = [
        [spell(value) for value in cells_of(table, position)]
        for position in range(len(table.header.texts))
    ]
    group_names = []
    for row in range(table.n_rows):
        written = [column[row] for column in cells if column[row]]
        band = _BAND.fullmatch(normalise(written[0])) if len(written) == 1 else None
        group_names.append(band[1] if band else "")
    return group_names


def _label_column(table: Table, rows: np.ndarray) -> str:
    """Name the known column in which bands stand, "" where that is none."""
    if not len(rows):
        return ""
    return next((name for name in table.columns if texts_of(table, name)[rows[0]]), "")


def _groups(table: Table, bands: Row) -> Row:
    """Give the group of each row: its own cell, else the last band above it."""
    cell_groups, last, groups = texts_of(table, "group"), "", []
    for text, band in zip(cell_groups, bands, strict=True):
        last = band or last
        groups.append(text or last)
    return groups


def _totals(table: Table, scores: Row, skipped: np.ndarray, absent: Row) -> tuple[Row, Row]:
    """Read the printed totals. Returns: numbers as text, and the state of rows without one."""
    read = [decimal_text(score) for score in scores]
    totals = [number or "" for number in read]
    absences = [
        _absence(score) if number is None else ""
        for score, number in zip(scores, read, strict=True)
    ]
    out = skipped.tolist()
    unread = [r for r, n in enumerate(read) if n is None and not absences[r] and not out[r]]
    report_rows(table, unread, "上测-01", "total")
    states = [
        "" if total or out[row] else absences[row] or absent[row] or NOT_TESTED
        for row, total in enumerate(totals)
    ]
    rows = [row for row, state in enumerate(states) if state and row not in set(unread)]
    report_rows(table, rows, "上测-07", "total", [{"state": states[row]} for row in rows])
    return totals, states


def _absence(text: str) -> str:
    if _NOT_DRAWN.search(text):
        return NOT_DRAWN
    return NOT_TESTED if _ABSENT.search(text) else ""


def _said_absent(table: Table, score_components: list[ScoreComponent]) -> Row:
    """Find per row a word in the components that tells why it has no total."""
    columns = [
        list(map(_absence, map(spell, cells_of(table, component.position))))
        for component in score_components
    ]
    absences = [next((word for word in row if word), "") for row in zip(*columns, strict=True)]
    return absences or [""] * table.n_rows


def _printed(
    table: Table, score_components: list[ScoreComponent], skipped: np.ndarray
) -> list[Row]:
    """Give the numbers of the components per row, "" where there is none; tell of what is none."""
    columns = []
    for component in score_components:
        cells = cells_of(table, component.position)
        read = [decimal_text(cell) for cell in cells]
        columns.append([number or "" for number in read])
        for row in np.flatnonzero(~skipped).tolist():
            if read[row] is None and not _absence(spell(cells[row])):
                _report_unread(table, row, component.position, spell(cells[row]))
    return [list(row) for row in zip(*columns, strict=True)] or [[] for _ in range(table.n_rows)]


def _report_unread(table: Table, row: int, position: int, cell_text: str) -> None:
    header, letter = table.header.texts[position], column_letter(position)
    excel = int(table.excel[row])
    table.problems.append(Problem("上测-08", table.sheet.name, excel, letter, header, cell_text))


def _tests(table: Table) -> Row:
    """Tell the kind of test of each row: its own cell, else what the titles say."""
    titles = normalise(" ".join((table.header.above, table.sheet.name, table.header.filename)))
    titled = _test(titles)
    tests = [(_test(text) or text) if text else titled for text in texts_of(table, "test")]
    if not all(tests):
        report_sheet(table, "上测-06", "test")
    return tests


def _test(text: str) -> str:
    return next((name for name, words in TESTS.items() if words.search(normalise(text))), "")


def _restricted(table: Table) -> int:
    """Say whether the sheet says anywhere that it must not be published, and tell where it does."""
    texts = (
        value for column in table.sheet.columns for value in column.values if isinstance(value, str)
    )
    match = next((hit for text in texts if (hit := _RESTRICTED.search(text))), None)
    if match:
        report_sheet(table, "上测-05", words=match[0])
    return int(match is not None)


EXTERNAL = RecordKind(
    name="external",
    title="上级测评",
    columns=(
        *("printed_rank", "subject", "district", "street", "community", "group", "period", "test"),
        *("total", "indicator", "full_mark", "printed_change", "remark", "site", "result"),
        *("deduction", "description"),
    ),
    required=(("subject", *PLACES), ("total",)),
    is_kind=_is_kind,
    read=_read,
    open=True,
)
