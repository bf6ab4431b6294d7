"""Whatever files come, replace, go and come back: the figures are those of a model in plain Python.

The model is a list of batches with rows as tuples. It knows nothing of tallies or sums: it goes
through all rows every time.
"""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.offices import copy_store, ingest, make_office, workbook
from tests.store.test_split import INDICATORS, ITEMS
from wenming_metrics.domain import periods
from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.intake import commit as intake_commit
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.details import problem_rows
from wenming_metrics.queries.scores.score_windows import score_windows
from wenming_metrics.store.database import open_store, reading
from wenming_metrics.store.replaced import replaced_batches
from wenming_metrics.upkeep.verify import verify

pytestmark = pytest.mark.only("sqlite")
DAYS = (date(2026, 10, 31), date(2026, 11, 1))
WINDOWS = (*(periods.window("day", day) for day in DAYS), periods.custom(*DAYS))
MARKS = {"环境": 5, "秩序": 4}
PLACES = {"甲街道": ("", "东风社区"), "乙街道": ("",)}
"""Streets, and what of them a row may name."""
HEADERS = ["督查日期", "来源", "街道", "社区", "点位类型", "点位名称", "测评项", "检查结果", "扣分"]
HOW = ("once", "once", "count", "replace")


class Row(NamedTuple):
    """One row of a file; lost 0: there is nothing to find fault with."""

    day: date
    source: str
    street: str
    community: str
    item: str
    lost: int

    @property
    def slice(self) -> tuple:
        return self.day, self.source, self.street

    @property
    def grain(self) -> tuple:
        """What one check is of: the only site of a street, on one visit."""
        return *self.slice, self.community, self.item


@dataclass
class Batch:
    """A stored file: its rows, and how many of each kind were known already when it came."""

    digest: str
    data: bytes
    rows: list[Row]
    known: Counter
    replaces: bool
    live: bool = True


@st.composite
def files(draw) -> list[Row]:
    """Up to five rows, some of them several times."""
    made = []
    for _ in range(draw(st.integers(1, 5))):
        street = draw(st.sampled_from(sorted(PLACES)))
        community = draw(st.sampled_from(PLACES[street]))
        day, source = draw(st.sampled_from(DAYS)), draw(st.sampled_from(("市督查组", "第三方")))
        item, lost = draw(st.sampled_from(sorted(MARKS))), draw(st.sampled_from((0, 1, 1, 3)))
        times = draw(st.sampled_from((1, 1, 3)))
        made += [Row(day, source, street, community, item, lost)] * times
    return made


def written(rows: list[Row]) -> bytes:
    lines = [
        [one.day, one.source, one.street, one.community, "小区", "一号点", one.item]
        + ["不符合" if one.lost else "符合", one.lost]
        for one in rows
    ]
    return workbook({"督查表": [HEADERS, *lines]})


@lru_cache(maxsize=1)
def model_office() -> Office:
    office = make_office(Path(mkdtemp()), ITEMS, INDICATORS)
    header = ["单位编号", "单位名称", "单位类别", "上级单位", "分组", "别名"]
    units = [["D1", "演示区", "区", "", "", ""], ["C1", "东风社区", "社区", "甲街道", "", ""]]
    units += [[f"S{n}", name, "街道", "演示区", "主城区", ""] for n, name in enumerate(PLACES)]
    ingest(office, workbook({"单位名册": [header, *units]}), "名册.xlsx")
    return office


class Comings(RuleBasedStateMachine):
    """Files come in, replace, are withdrawn and reinstated; `batches` says what ought to count."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        model = model_office()
        store = open_store(copy_store(model.store, Path(self.folder.name) / "store"))
        self.office = Office(store, model.catalogue, model.rules)
        self.batches: dict[int, Batch] = {}

    @initialize(rows=files())
    def begin(self, rows: list[Row]) -> None:
        self.store(written(rows), rows, "once")

    @rule(rows=files(), how=st.sampled_from(HOW))
    def commit(self, rows: list[Row], how: str) -> None:
        self.store(written(rows), rows, how)

    @rule(which=st.integers(0, 50), rows=files(), how=st.sampled_from(HOW))
    def commit_an_earlier_file_with_more(self, which: int, rows: list[Row], how: str) -> None:
        sent = self.batches[self.number(which)].rows[:5]
        self.store(written([*sent, *rows]), [*sent, *rows], how)

    @rule(which=st.integers(0, 50), how=st.sampled_from(HOW))
    def commit_the_same_bytes(self, which: int, how: str) -> None:
        sent = self.batches[self.number(which)]
        self.store(sent.data, sent.rows, how)

    @precondition(lambda self: self.some(live=True))
    @rule(which=st.integers(0, 50))
    def withdraw(self, which: int) -> None:
        number = self.number(which, live=True)
        intake_commit.withdraw(self.office, number, "测试", "发错了")
        self.batches[number].live = False

    @precondition(lambda self: self.some(live=False))
    @rule(which=st.integers(0, 50))
    def reinstate(self, which: int) -> None:
        number = self.number(which, live=False)
        intake_commit.reinstate(self.office, number, "测试")
        self.batches[number].live = True

    def some(self, live: bool | None = None) -> list[int]:
        return [n for n, one in sorted(self.batches.items()) if live in (None, one.live)]

    def number(self, which: int, live: bool | None = None) -> int:
        found = self.some(live)
        return found[which % len(found)]

    def store(self, data: bytes, rows: list[Row], how: str) -> None:
        choices = {"count_again": how == "count", "replaces": how == "replace"}
        preview = intake_commit.inspect(self.office, data, "日报.xlsx", **choices)
        assert preview.reading.counts.good == len(rows)
        digest = hashlib.sha256(data).hexdigest()
        if any(one.live and one.digest == digest for one in self.batches.values()):
            assert not preview.can_commit
            return
        known = Counter()
        if how == "once":
            failed = Counter(one for one in rows if one.lost)
            known = failed & Counter(self.failed())
        number = intake_commit.commit(self.office, preview, "测试")
        self.batches[number] = Batch(digest, data, rows, known, how == "replace")

    def visible(self):
        """Give what is not replaced of live batches: number, rows."""
        live = {number: one for number, one in self.batches.items() if one.live}
        for number, one in sorted(live.items()):
            over = {
                row.slice
                for later, other in live.items()
                if later > number and other.replaces
                for row in other.rows
            }
            yield number, [row for row in one.rows if row.slice not in over]

    def failed(self) -> list[Row]:
        """List the faults that count: one that was known when its file came counts with it once."""
        there = Counter()
        for number, rows in self.visible():
            for row, count in Counter(row for row in rows if row.lost).items():
                known = min(self.batches[number].known[row], count)
                there[row] = max(there[row], known) + count - known
        return list(there.elements())

    def figures(self, window: periods.Window) -> dict[str, tuple]:
        """Give checks, failed and lost (1e-4 points) of each street."""
        days = {day for day in DAYS if window.start <= day <= window.end}
        marks: defaultdict[tuple, int] = defaultdict(int)
        for _, rows in self.visible():
            for row in rows:
                marks[row.grain] += 0
        for row in self.failed():
            marks[row.grain] += row.lost
        found = {}
        for street in PLACES:
            own = {g: lost for g, lost in marks.items() if g[2] == street and g[0] in days}
            taken = sum(min(lost, MARKS[grain[-1]]) for grain, lost in own.items()) * POINT_SCALE
            found[street] = (len(own), sum(lost > 0 for lost in own.values()), taken)
        return found

    @invariant()
    def figures_are_those_of_the_model(self) -> None:
        office, names = self.office, ("checks", "failed", "lost")
        with reading(office.store) as connection:
            found = score_windows(connection, office, WINDOWS, office.rules.boards[0])
        for number, window in enumerate(WINDOWS):
            at = found.window_columns(number)
            parts = [getattr(found.scores.sums, name)[:, at].sum(0).tolist() for name in names]
            told = {unit: tuple(x) for unit, *x in zip(found.units["name"], *parts, strict=True)}
            assert told == self.figures(window)

    @invariant()
    def problems_are_those_of_the_model(self) -> None:
        found = problem_rows(self.office, WINDOWS[-1])
        names = ["day", "source_name", "unit_name", "item_name", "lost"]
        told = Counter((*one.slice, one.item, one.lost) for one in self.failed())
        assert Counter(found[names].itertuples(index=False, name=None)) == told

    @invariant()
    def batches_say_what_replaces_them(self) -> None:
        with reading(self.office.store) as connection:
            found = replaced_batches(connection)
        told = {one.batch: (one.by, bool(one.whole)) for one in found.itertuples()}
        live = {number: one for number, one in self.batches.items() if one.live}
        expected = {}
        for number, one in live.items():
            over = {
                row.slice: later
                for later, other in sorted(live.items())
                if later > number and other.replaces
                for row in other.rows
            }
            by = {over[row.slice] for row in one.rows if row.slice in over}
            if by:
                whole = all(row.slice in over for row in one.rows)
                expected[number] = (tuple(sorted(by)), whole)
        assert told == expected

    def teardown(self) -> None:
        told = self.figures(WINDOWS[-1])
        ranked, whole = ranking(self.office, WINDOWS[-1]), city(self.office, WINDOWS[-1])
        lines = ranked[["unit_name", "checks", "failed", "lost"]].itertuples(index=False, name=None)
        assert {unit: (n, m, lost * POINT_SCALE) for unit, n, m, lost in lines} == told
        assert whole.checks == sum(checks for checks, _, _ in told.values())
        assert whole.failed == sum(failed for _, failed, _ in told.values())
        assert [one for one in verify(self.office).lines if one.wrong] == []
        self.office.store.engine.dispose()
        self.folder.cleanup()


TestComings = Comings.TestCase
TestComings.settings = settings(
    max_examples=4 if settings().derandomize else 40,
    stateful_step_count=12,
    suppress_health_check=list(HealthCheck),
)


def test_withdrawing_a_file_leaves_the_rows_of_another_whole():
    """Of three equal rows one was known: all three count when that one is withdrawn."""
    machine = Comings()
    row = Row(DAYS[0], "第三方", "乙街道", "", "环境", 1)
    for number in (1, 3, 2):
        machine.store(written([row] * number), [row] * number, "once")
    counts = []
    for gone in (None, 2, 3, 4):
        if gone:
            intake_commit.withdraw(machine.office, gone, "测试", "发错了")
        counts.append(len(problem_rows(machine.office, WINDOWS[-1])))
    assert counts == [3, 3, 2, 0]
    for batch in machine.batches.values():
        batch.live = False
    machine.teardown()
