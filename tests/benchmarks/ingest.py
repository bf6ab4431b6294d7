"""From bytes to committed and rankable, beside bare decoding and beside a plain script."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import pandas as pd
import python_calamine

from tests.benchmarks import big
from tests.benchmarks.city import SEED
from tests.benchmarks.stores import WHO, open_at
from tests.benchmarks.suite import (
    Line,
    Setup,
    benchmark,
    kept_workbook,
    let_go,
    medians,
    ratio,
    take_turns,
)
from wenming_metrics.demo.city import build_city
from wenming_metrics.demo.workbooks import write_registers
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.runtime.settings import ROOT

_FIRST = ROOT / "data" / "samples" / "2026-11-18_督查二组_检查表.xlsx"
_WRONG = {
    "督查日期": ("待补", "上周三", "11 月底"),
    "社区": ("待核实社区", "某社区", "沿河一带"),
    "点位类型": ("大型综合体", "夜市", "其他场所", "公共空间"),
    "检查结果": ("见照片", "基本可以"),
    "扣分": ("两分", "酌情", "0.5 左右"),
}
"""Cells that nobody can read, by column; as many words as make rows differ."""


@benchmark("ingest")
def ingest(setup: Setup) -> Iterator[Line]:
    """Take in one file, beside what nobody can do without, and beside what an office would do."""
    for rows in setup.rows:
        path = kept_workbook(setup, rows)
        content, few = path.read_bytes(), max(2, setup.runs // 2)
        offices = registered(setup, setup.runs + few + 2)  # ready before the first turn
        left = iter(offices)

        ours, bare = partial(_whole, left, content), partial(bare_rows, content)
        beside = take_turns({"bare": bare, "ours": ours}, setup.runs)
        above = take_turns({"plain": partial(_plain, content), "ours": ours}, few)
        let_go(*offices)
        yield Line(
            f"ingest-{rows}",
            f"{rows} rows: bytes to committed and rankable / bare python-calamine rows",
            ratio(beside, "ours", "bare"),
            3.5 if rows <= 12_000 else 3.0,
            seconds=medians(beside),
            runs=setup.runs,
        )
        yield Line(
            f"plain-script-{rows}",
            f"{rows} rows: pandas.read_excel(openpyxl) + groupby / ours",
            ratio(above, "plain", "ours"),
            3.0,
            at_least=True,
            seconds=medians(above),
            runs=few,
        )


@benchmark("bad-file")
def bad_file(setup: Setup) -> Iterator[Line]:
    """Take in a checklist of which one row is right, beside the same one with all rows right."""
    for rows in setup.rows:
        clean, bad = (make(setup, rows).read_bytes() for make in (kept_workbook, bad_workbook))
        offices = registered(setup, 2 * (setup.runs + 1))
        left = iter(offices)
        ways = {"clean": partial(_whole, left, clean), "bad": partial(_all_held, left, bad, rows)}
        times = take_turns(ways, setup.runs)
        let_go(*offices)
        yield Line(
            f"bad-file-{rows}",
            f"{rows} rows, all but one wrong in five cells: bytes to preview and stored / all rows right",
            ratio(times, "bad", "clean"),
            6.0,
            seconds=medians(times),
            runs=setup.runs,
        )


def bad_workbook(setup: Setup, rows: int) -> Path:
    """Give the workbook of `suite.kept_workbook` with five wrong cells in every row but the last: one must count."""
    clean = kept_workbook(setup, rows)
    path = clean.with_name(f"bad-{len(_WRONG)}-{clean.name}")
    if not path.exists():
        frame = big.big_rows(rows, SEED)
        for name, words in _WRONG.items():
            frame.iloc[:-1, frame.columns.get_loc(name)] = list(islice(cycle(words), rows - 1))
        big.write_checklist(path.with_suffix(".part"), frame).rename(path)
    return path


def registered(setup: Setup, count: int) -> list[Office]:
    """Open stores as they are on a working day: registers in, one file already stored.

    The city is that of the demo: its workbooks are those of `suite.kept_workbook`.
    """
    first = setup.new_path()
    office = open_at(first)
    for register in write_registers(setup.folder, build_city(SEED)):
        commit.commit(office, commit.inspect(office, register.read_bytes(), register.name), WHO)
    places = [setup.new_path() for _ in range(count)]
    for place in places:
        with closing(sqlite3.connect(first)) as full, closing(sqlite3.connect(place)) as copy:
            full.backup(copy)
    let_go(office)
    offices = [open_at(place) for place in places]
    for office in offices:
        commit.commit(office, commit.inspect(office, _FIRST.read_bytes(), _FIRST.name), WHO)
    return offices


def _whole(left: Iterator[Office], content: bytes) -> None:
    """Read in the sandbox, check, commit, tally; into a store of its own each time."""
    office = next(left)
    preview = commit.inspect(office, content, "督查记录.xlsx")
    assert preview.reading.counts.held == 0
    commit.commit(office, preview, WHO)


def _all_held(left: Iterator[Office], content: bytes, rows: int) -> None:
    """Do the same with a file of which one row counts: the others wait, with all their problems."""
    office = next(left)
    preview = commit.inspect(office, content, "督查记录.xlsx")
    assert preview.reading.counts.held == rows - 1
    assert len(preview.problems) >= len(_WRONG) * (rows - 1)
    commit.commit(office, preview, WHO)


def bare_rows(content: bytes) -> None:
    """Iterate the rows with python-calamine and do nothing with them."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        for _ in book.get_sheet_by_name(name).iter_rows():
            pass


def _plain(content: bytes) -> pd.DataFrame:
    """Do what an office would write by itself: read with pandas and openpyxl, group, sum."""
    frame = pd.read_excel(io.BytesIO(content), engine="openpyxl", header=None, dtype=object)
    header = next(n for n, row in enumerate(frame.to_numpy()) if (pd.Series(row) == "扣分").any())
    frame = frame.iloc[header + 1 :].set_axis(list(frame.iloc[header]), axis=1)
    street = next(name for name in frame.columns if "街道" in str(name))
    points = pd.to_numeric(frame["扣分"], errors="coerce").fillna(0)
    return points.groupby(frame[street]).agg(["size", "sum"])
