"""Any window from the running sums is what its days, and its single checks, add up to."""

import random
from datetime import date, timedelta
from functools import partial

import numpy as np
import pytest
from sqlalchemy import func, select

from tests.builders import sum_settled
from tests.builders import xlsx as workbook
from tests.offices import checklist, ingest, make_office, rebuild, register_units
from wenming_metrics.domain import periods
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.scores.score_windows import board_units, read_lines, score_windows
from wenming_metrics.queries.scores.window_sums import day_summer, plan_pieces, planned_types
from wenming_metrics.runtime.settings import Settings
from wenming_metrics.scoring.tally.leaves import LeafSums
from wenming_metrics.scoring.tree.basis import basis_of
from wenming_metrics.scoring.tree.settling import settle
from wenming_metrics.store import schema, tallies
from wenming_metrics.store.database import reading, writing
from wenming_metrics.store.registers import read_register
from wenming_metrics.tallies.update import fill_sums, lacks_sums
from wenming_metrics.upkeep.verify import verify

pytestmark = pytest.mark.store

ITEMS = [
    ["A", "环境", 5, "*"],
    ["B", "秩序", 4, "*"],
    ["C", "广告", 3, "T1"],
    ["E", "设施", 2, "*"],
]
ITEMS += [["F", "绿化", 2, "*"], ["G", "停车", 2, "*"]]
INDICATORS = [{"code": "A", "weight": 20, "average": "visit"}]
for _settlement, _item in zip(
    ("visit", "day", "week", "month", "window"), ("B", "C", "E", "F", "G"), strict=True
):
    _node = f"D{_item}"
    INDICATORS += [
        {
            **{"code": _node, "weight": 16, "mode": "deduct", "settlement": _settlement},
            "full_mark": 3,
        },
        {"code": _item, "parent": _node, "weight": 100},
    ]
STREETS = [("甲街道", "主城区"), ("乙街道", "主城区"), ("丙镇", "其他")]
FIRST, LAST = date(2024, 11, 3), date(2026, 11, 18)
NAMES = [(line[1], line[2]) for line in ITEMS]


def rows(days: list[date], draw: random.Random, a_day: int = 9) -> list[list]:
    made = []
    for day in days:
        for _ in range(a_day):
            item, mark = draw.choice(NAMES)
            lost = draw.choice([0, 0, 0.5, 1, mark])
            street, site = draw.choice(STREETS)[0], f"{draw.randrange(3)}号点"
            result = "不符合" if lost else "符合"
            made.append([day, "市督查组", street, "小区", site, item, result, lost])
    return made


def days_of(draw: random.Random) -> list[date]:
    """Choose days over two years, with gaps of weeks and a run of days around new year."""
    all_days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    run = [day for day in all_days if date(2025, 12, 20) <= day <= date(2026, 1, 12)]
    return sorted({*draw.sample(all_days, 30), *run, FIRST, LAST})


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Two years in files that came in any order; one was withdrawn, one sent much too late."""
    draw = random.Random(20261120)
    office = make_office(tmp_path_factory.mktemp("years"), ITEMS, INDICATORS, streets=STREETS)
    days = days_of(draw)
    draw.shuffle(days)
    batches = [
        ingest(office, checklist(rows(sorted(days[n::4]), draw)), f"{n}.xlsx") for n in range(4)
    ]
    commit.withdraw(office, batches[1], "测试", "发错了")
    late = [date(2025, 3, 1), date(2025, 12, 31), date(2026, 1, 1)]
    ingest(office, checklist(rows(late, draw)), "迟来.xlsx", count_again=True)
    return office


def windows() -> list[periods.Window]:
    """Every kind of window, and free ones of any length and place."""
    draw = random.Random(7)
    found = [
        periods.window(kind, date(2025, 1, 1) + timedelta(days=draw.randrange(680)))
        for kind in ("day", "week", "month", "quarter", "half", "year")
        for _ in range(3)
    ]
    for _ in range(25):
        start = FIRST + timedelta(days=draw.randrange(-40, 700))
        found.append(periods.custom(start, start + timedelta(days=draw.randrange(500))))
    return [*found, periods.custom(date(2023, 1, 1), date(2027, 12, 31))]


def same(one, other) -> None:
    for name in LeafSums.__dataclass_fields__:
        assert np.array_equal(getattr(one.scores.sums, name), getattr(other.scores.sums, name))
    assert np.array_equal(one.scores.rates, other.scores.rates, equal_nan=True)
    assert np.array_equal(one.scores.scores, other.scores.scores, equal_nan=True)


def test_running_sums_give_what_the_days_add_up_to(office):
    asked, board = windows(), office.rules.boards[0]
    with reading(office.store) as connection:
        stored = score_windows(connection, office, asked, board)
        days = partial(day_summer, connection)
        same(stored, score_windows(connection, office, asked, board, days))
    assert stored.scores.sums.checks.sum() > 0


def test_deductions_are_those_of_the_single_checks(office):
    asked, board = windows(), office.rules.boards[0]
    with reading(office.store) as connection:
        found = score_windows(connection, office, asked, board)
        for number, window in enumerate(asked):
            size = len(found.units)
            lines = read_lines(connection, window, office.rules, found.column_of, size)
            taken = sum_settled(settle(lines, office.rules))
            nodes = office.rules.nodes
            for node in nodes.index[nodes["mode"] == "deduct"]:
                own = taken[taken["node"] == node].set_index("column")
                full = int(nodes.at[node, "full_mark"])
                rate = (1 - own["taken"] / (full * own["periods"])).reindex(range(size))
                at = found.window_columns(number)
                assert found.scores.rates[node, at] == pytest.approx(rate.to_numpy(), nan_ok=True)


def test_few_sums_are_read_whatever_the_window(office):
    with reading(office.store) as connection:
        key = basis_of(read_register(connection), office.rules, office.rules.boards[0]).key
        for window, plan in zip(windows(), plan_pieces(connection, windows(), key), strict=True):
            years = window.end.year - window.start.year
            assert len(plan) <= 4 + years, window.title


def running(office, span: int) -> dict[int, tuple]:
    table = schema.running_sum
    with reading(office.store) as connection:
        found = connection.execute(select(table).where(table.c.span == span)).all()
    return {(line.basis, line.at): (line.leaves, line.settled) for line in found}


def test_a_late_day_rewrites_the_rest_of_its_month_and_year_only(office):
    before = {span: running(office, span) for span in (0, 1, 2)}
    late = date(2025, 3, 1)
    batch = ingest(
        office,
        checklist([[late, "市督查组", "甲街道", "小区", "新点", "环境", "不符合", 1]]),
        "更迟.xlsx",
    )
    changed = [
        (span, date.fromordinal(at))
        for span in (0, 1, 2)
        for (basis, at), blobs in running(office, span).items()
        if before[span].get((basis, at)) != blobs
    ]
    assert {day for span, day in changed if span == 0} == {late}
    assert all((d.year, d.month) == (2025, 3) for span, d in changed if span == 1)
    assert all(d.year == 2025 and d.month >= 3 for span, d in changed if span == 2)
    commit.withdraw(office, batch, "测试", "发错了")
    assert {span: running(office, span) for span in (0, 1, 2)} == before


def test_sums_that_are_missing_are_made_again(office):
    before = {span: running(office, span) for span in (0, 1, 2)}
    with writing(office.store) as connection:
        for key in tallies.bases(connection):
            tallies.drop_basis(connection, key)
        assert lacks_sums(connection, office.rules)
    with reading(office.store) as connection:  # meanwhile figures are right, if slower
        slow = score_windows(connection, office, windows(), office.rules.boards[0])
    with writing(office.store) as connection:
        fill_sums(connection, office.rules)
    with reading(office.store) as connection:
        same(slow, score_windows(connection, office, windows(), office.rules.boards[0]))
    assert {span: running(office, span) for span in (0, 1, 2)} == before


def test_a_whole_rebuild_gives_the_same_bytes(office):
    before = {span: running(office, span) for span in (0, 1, 2)}
    with writing(office.store) as connection:
        rebuild(connection, office.rules)
    assert {span: running(office, span) for span in (0, 1, 2)} == before


def test_sums_follow_the_rules_and_the_units(tmp_path):
    draw = random.Random(3)
    office = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)
    ingest(office, checklist(rows([date(2026, 3, n) for n in range(1, 9)], draw)), "三月.xlsx")
    other = tmp_path / "data" / "rules" / "tiny" / "indicators.csv"
    other.write_text(other.read_text("utf-8").replace("window", "week"), "utf-8")
    changed = open_office(Settings(tmp_path / "data", office.store.url, None))
    assert changed.rules.digest != office.rules.digest
    month = periods.window("month", date(2026, 3, 1))
    for asker, rules in ((changed, changed.rules), (office, office.rules)):
        # Each commit keeps the sums of its own rules, and none of others that it would not follow.
        ingest(
            asker,
            checklist(rows([date(2026, 3, 9)], draw)),
            f"{rules.digest[:3]}.xlsx",
            count_again=True,
        )
        with reading(asker.store) as connection:
            assert set(tallies.bases(connection).values()) == {rules.digest}
            for one in (changed, office):
                summed = partial(day_summer, connection)
                same(
                    score_windows(connection, one, [month], one.rules.boards[0]),
                    score_windows(connection, one, [month], one.rules.boards[0], summed),
                )
    register_units(office, [*STREETS, ("丁街道", "其他")])
    with reading(office.store) as connection:
        register = read_register(connection)
        keys = {basis_of(register, office.rules, board).key for board in office.rules.boards}
        assert set(tallies.bases(connection)) == keys
        assert len(board_units(register, office.rules.boards[0], LAST)) == 4
        days = connection.execute(
            select(func.count())
            .select_from(schema.running_sum)
            .where(schema.running_sum.c.span == 0)
        ).scalar()
        assert days == 9 * len(keys)


def test_plans_are_summed_like_rows(tmp_path):
    office = make_office(
        tmp_path,
        ITEMS,
        INDICATORS,
        streets=STREETS,
        sites=[["一号点", "小区", "甲街道"], ["二号点", "市场", "乙街道"]],
    )
    header = ["督查日期", "督查组", "街道", "点位类型", "点位名称"]
    plans = {
        "一.xlsx": [[date(2025, 12, 31), "一组", "甲街道", "小区", "一号点"]],
        "二.xlsx": [
            [date(2026, 1, 5), "一组", "乙街道", "市场", "二号点"],
            [date(2026, 3, 5), "一组", "甲街道", "小区", "一号点"],
        ],
    }
    batches = [
        ingest(office, workbook({"督查计划": [header, *lines]}), name)
        for name, lines in plans.items()
    ]

    def asked(start: date, end: date) -> set[tuple[str, str]]:
        with reading(office.store) as connection:
            register = read_register(connection)
            basis = basis_of(register, office.rules, office.rules.boards[0])
            position = basis.counts_for  # every unit at its own place
            window = periods.custom(start, end)
            (found,) = planned_types(connection, [window], position, 2, len(register.units))
        names = register.units["name"]
        return {(names[unit], ("小区", "市场")[kind]) for kind, unit in np.argwhere(found)}

    first, second = ("甲街道", "小区"), ("乙街道", "市场")
    assert asked(date(2025, 12, 1), date(2025, 12, 31)) == {first}
    assert asked(date(2026, 1, 1), date(2026, 2, 28)) == {second}
    assert asked(date(2025, 12, 31), date(2026, 3, 5)) == {first, second}
    assert asked(date(2026, 3, 5), date(2026, 3, 5)) == {first}
    assert asked(date(2026, 3, 6), date(2026, 12, 31)) == set()
    commit.withdraw(office, batches[1], "测试", "发错了")
    assert asked(date(2025, 12, 31), date(2026, 3, 5)) == {first}
    commit.reinstate(office, batches[1], "测试")
    assert asked(date(2026, 1, 1), date(2026, 3, 31)) == {first, second}
    before = {span: running(office, span) for span in (0, 1, 2)}
    with writing(office.store) as connection:
        tallies.drop_basis(connection, tallies.PLANNED)
        assert lacks_sums(connection, office.rules)
    assert asked(date(2026, 1, 1), date(2026, 3, 31)) == {first, second}  # slower, and right
    with writing(office.store) as connection:
        fill_sums(connection, office.rules)
    assert {span: running(office, span) for span in (0, 1, 2)} == before
    assert verify(office).sound
