"""Does an answer cost the same whatever it is asked of: a day, a year, any days one likes?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import product

import numpy as np

from tests.benchmarks.city import SEED
from tests.benchmarks.commits import TEN_YEARS
from tests.benchmarks.stores import A_DAY, END
from tests.benchmarks.suite import Line, Setup, benchmark, generated, medians, ratio, take_turns
from tests.builders import xlsx as workbook
from tests.offices import ingest, make_office
from wenming_metrics.domain.periods import Window, custom, series, window
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.score_windows import score_windows
from wenming_metrics.scoring.tree.basis import basis_of
from wenming_metrics.store.database import reading
from wenming_metrics.store.records import read_records
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.tallies import DAY, read_days, read_sums

_KINDS = ("week", "month", "quarter", "half", "year")
_FREE = 20
_TREND = 90
_METRICS, _METRIC_UNITS = 49, 51


@benchmark("windows")
def windows(setup: Setup) -> Iterator[Line]:
    """Rank the streets over windows of all lengths; nothing is kept from question to question."""
    yield from _windows(setup, setup.days[1], "windows")
    if setup.big:
        yield from _windows(setup, TEN_YEARS, "windows-ten-years")


def _windows(setup: Setup, days: int, name: str) -> Iterator[Line]:
    office = generated(setup, days)
    asked = {kind: window(kind, END) for kind in ("day", *_KINDS)}
    free = {one.key: one for one in _free_windows(days)}
    ways = {key: partial(ranking, office, one) for key, one in (asked | free).items()}
    times = take_turns(ways, setup.runs)
    seconds = medians(times)
    of = f"of {days * A_DAY / 1e6:.1f} million checks"
    ratios = {kind: ratio(times, kind, "day") for kind in _KINDS}
    yield Line(
        name,
        f"ranking of the worst of {', '.join(_KINDS)} / of a day, {of}",
        max(ratios.values()),
        3.0,
        seconds={kind: seconds[kind] for kind in asked},
        runs=setup.runs,
        figures={f"{kind} / day": found for kind, found in ratios.items()},
    )
    ratios = {key: ratio(times, key, "day") for key in free}
    worst = max(ratios, key=ratios.get)
    yield Line(
        name.replace("windows", "free-windows"),
        f"ranking of the worst of {_FREE} random windows ({worst}) / of a day, {of}",
        ratios[worst],
        6.0,
        seconds={"day": seconds["day"], "worst": seconds[worst]},
        runs=setup.runs,
        figures={"median / day": float(np.median(list(ratios.values())))},
    )


def _free_windows(days: int) -> Iterator[Window]:
    rng = np.random.default_rng([SEED, 21])
    for _ in range(_FREE):
        ago = rng.choice(days, 2, replace=False)
        first, last = (END - timedelta(days=int(n)) for n in ago)
        yield custom(first, last)


@benchmark("trend")
def trend(setup: Setup) -> Iterator[Line]:
    """Score every street on each of 90 days, beside unpacking the tallies of these days."""
    office, asked = (
        generated(setup, setup.days[1]),
        series(window("day", END), min(_TREND, setup.days[1])),
    )
    board, days = office.rules.board("street"), [one.days.start for one in asked]
    with reading(office.store) as connection:
        basis = basis_of(read_register(connection), office.rules, board)

    def score() -> None:
        with reading(office.store) as connection:
            score_windows(connection, office, asked, board)

    def unpack() -> None:
        with reading(office.store) as connection:
            assert len(list(read_sums(connection, basis.key, DAY, days))) == len(days)

    def unpack_cells() -> None:
        with reading(office.store) as connection:
            assert len(read_days(connection, days, "cells")) == len(days)

    ways = {"trend": score, "unpack": unpack, "unpack cells": unpack_cells}
    times = take_turns(ways, setup.runs)
    yield Line(
        "trend",
        f"trend of all streets over {len(days)} days / unpacking the sums of these days",
        ratio(times, "trend", "unpack"),
        8.0,
        seconds=medians(times),
        runs=setup.runs,
        figures={"trend / unpacking the tallies": ratio(times, "trend", "unpack cells")},
    )


@benchmark("metric-tree")
def metric_tree(setup: Setup) -> Iterator[Line]:
    """Score a tree whose leaves are metrics, beside one read of what was told of them."""
    names = [f"指标{n}" for n in range(_METRICS)]
    leaves = [
        {"code": f"L{n}", "weight": 1, "mode": "value", "full_mark": 100, "fact": f"metric:{name}"}
        for n, name in enumerate(names)
    ]
    streets = [(f"{n}号街道", "主城区") for n in range(_METRIC_UNITS)]
    office = make_office(
        setup.folder / "metrics",
        [["A", "A项", 100, "*"]],
        leaves,
        mapping=[],
        extra=f"weights_sum = {_METRICS}",
        streets=streets,
    )
    months = [f"2026年{month}月" for month in (8, 9, 10)]
    told = [
        [unit, name, month, 60 + number % 40]
        for number, (month, name, (unit, _)) in enumerate(product(months, names, streets))
    ]
    header = ["单位", "指标", "期间", "数值"]
    ingest(office, workbook({"指标": [["量化指标"], header, *told]}), "指标.xlsx")
    asked = window("month", date(2026, 10, 1))

    def read() -> None:
        with reading(office.store) as connection:
            read_records(connection, "metric")

    times = take_turns({"ranking": partial(ranking, office, asked), "one read": read}, setup.runs)
    yield Line(
        "metric-tree",
        f"ranking by {_METRICS} metrics of {_METRIC_UNITS} units / one read of their records",
        ratio(times, "ranking", "one read"),
        20.0,
        seconds=medians(times),
        runs=setup.runs,
    )
