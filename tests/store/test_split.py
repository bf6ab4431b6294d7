"""One workbook or five, in any order, in one process or two: the same tallies, bit for bit."""

import itertools
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.builders import xlsx as workbook
from tests.offices import checklist, copy_office, ingest, make_office, rebuild
from wenming_metrics.domain import periods
from wenming_metrics.intake import commit
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.details import leaf_rows, problem_rows
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading, writing

pytestmark = pytest.mark.store

ITEMS = [["A", "环境", 5, "*"], ["B", "秩序", 4, "*"], ["C", "广告", 3, "T1"]]
INDICATORS = [
    {"code": "A", "weight": 50},
    {"code": "D", "weight": 50, "mode": "deduct", "settlement": "visit", "full_mark": 5},
    {"code": "B", "parent": "D", "weight": 60},
    {"code": "C", "parent": "D", "weight": 40, "average": "visit"},
]
STREETS = [("甲街道", "主城区"), ("乙街道", "主城区"), ("丙镇", "其他")]
MONTH = periods.window("month", date(2026, 11, 1))


def rows(seed: int = 7, count: int = 240) -> list[list]:
    """Make inspections over six days that cross a month; items repeat within visits."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        day = date(2026, 10, 29).toordinal() + draw.randrange(6)
        item, mark = draw.choice([("环境", 5), ("秩序", 4), ("广告", 3)])
        lost = draw.choice([0, 0, 0, 0.5, 1, mark])
        street = draw.choice(STREETS)[0]
        site = f"{draw.randrange(4)}号点"
        result = "不符合" if lost else "符合"
        made.append([date.fromordinal(day), "市督查组", street, "小区", site, item, result, lost])
    return made


def open_office(folder: Path):
    office = make_office(folder, ITEMS, INDICATORS, streets=STREETS)
    return office


def filled_office(folder: Path):
    """Open an office with a file of many rows."""

    def make(place: Path):
        office = open_office(place)
        ingest(office, checklist(rows()), "一.xlsx")
        return office

    return copy_office(folder, "filled", make)


def tallies(office) -> dict[str, list[tuple]]:
    """Read the stored bytes of all tallies and sums."""
    tables = (schema.day_tally, schema.month_sites, schema.basis, schema.running_sum)
    with reading(office.store) as connection:
        return {
            table.name: [
                tuple(line)
                for line in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in tables
        }


def parts(whole: list[list], count: int = 5, seed: int = 3) -> list[list[list]]:
    shuffled = random.Random(seed).sample(whole, len(whole))
    return [shuffled[n::count] for n in range(count)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    office = open_office(tmp_path_factory.mktemp("whole"))
    ingest(office, checklist(rows()), "整本.xlsx")
    return office


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
def test_five_files_in_any_order_equal_one(whole, tmp_path, order):
    office = open_office(tmp_path)
    pieces = parts(rows())
    for number in order:
        ingest(office, checklist(pieces[number]), f"第{number}份.xlsx", count_again=True)
    assert tallies(office) == tallies(whole)
    one, five = ranking(whole, MONTH), ranking(office, MONTH)
    assert one.to_dict("records") == five.to_dict("records")


def test_two_processes_at_once_equal_one(whole, tmp_path):
    office = open_office(tmp_path)
    files = []
    for number, piece in enumerate(parts(rows())):
        files.append(tmp_path / f"第{number}份.xlsx")
        files[-1].write_bytes(checklist(piece))
    environment = {"WENMING_DATA": str(tmp_path / "data"), "WENMING_STORE": office.store.url}
    running = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "wenming_metrics",
                "ingest",
                "--duplicates",
                "count",
                *map(str, own),
            ],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).resolve().parents[2],
        )
        for own in (files[:3], files[3:])
    ]
    for process in running:
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()
    assert tallies(office) == tallies(whole)


def test_withdrawing_one_of_five_equals_never_having_sent_it(tmp_path):
    pieces = parts(rows())
    four, five = open_office(tmp_path / "four"), open_office(tmp_path / "five")
    for number in (0, 1, 3, 4):
        ingest(four, checklist(pieces[number]), f"第{number}份.xlsx", count_again=True)
    batches = [
        ingest(five, checklist(piece), f"第{n}份.xlsx", count_again=True)
        for n, piece in enumerate(pieces)
    ]
    complete = tallies(five)
    commit.withdraw(five, batches[2], "测试", "发错了")
    assert tallies(five) == tallies(four)
    assert ranking(five, MONTH).to_dict("records") == ranking(four, MONTH).to_dict("records")
    commit.reinstate(five, batches[2], "测试")
    assert tallies(five) == complete


def test_a_visit_split_over_two_files_scores_as_the_whole(tmp_path):
    day = date(2026, 11, 2)
    visit = [
        [day, "市督查组", "甲街道", "小区", "一号点", "秩序", "不符合", 4],
        [day, "市督查组", "甲街道", "小区", "一号点", "广告", "不符合", 3],
        [day, "市督查组", "甲街道", "小区", "一号点", "环境", "符合", ""],
    ]
    office = open_office(tmp_path)
    ingest(office, checklist(visit[:1]), "上半.xlsx")
    ingest(office, checklist(visit[1:]), "下半.xlsx")
    # A = 1; D: 4 + 3 capped at 5 once, for it is one visit: 1 - 5/5 = 0. Score 50, not 45 or 30.
    found = ranking(office, MONTH).set_index("unit_name")
    assert found.at["甲街道", "score"] == 50.0
    assert found.at["甲街道", "visits"] == 1


def unique_rows() -> list[list]:
    """Leave out rows that say the same as an earlier one."""
    return [list(row) for row in dict.fromkeys(tuple(row) for row in rows())]


def test_rows_that_differ_need_no_choice(tmp_path):
    one, five = open_office(tmp_path / "one"), open_office(tmp_path / "five")
    ingest(one, checklist(unique_rows()), "整本.xlsx")
    for number, piece in enumerate(parts(unique_rows())):
        ingest(five, checklist(piece), f"第{number}份.xlsx")
    assert tallies(one) == tallies(five)


def test_a_corrected_file_sent_whole_counts_its_rows_once(tmp_path):
    day = date(2026, 11, 2)
    first = [
        [day, "市督查组", "甲街道", "小区", "一号点", "环境", "不符合", 1],
        [day, "市督查组", "甲街道", "小区", "一号点", "秩序", "符合", ""],
    ]
    whole = [*first, [day, "市督查组", "甲街道", "小区", "二号点", "环境", "符合", ""]]
    alone, office = open_office(tmp_path / "alone"), open_office(tmp_path / "both")
    ingest(alone, checklist(whole), "改好.xlsx")
    sent = ingest(office, checklist(first), "原来.xlsx")
    preview = commit.inspect(office, checklist(whole), "改好.xlsx")
    assert [problem.code for problem in preview.problems if problem.code[:2] == "入库"] == [
        "入库-05"
    ]
    corrected = commit.commit(office, preview, "测试")
    assert tallies(office) == tallies(alone)
    found = ranking(office, MONTH)
    assert len(leaf_rows(office, MONTH, int(found["unit"].iloc[0]))) == 1
    assert len(problem_rows(office, MONTH)) == 1
    # Whichever of the two is withdrawn, the row it shared with the other still counts, once.
    commit.withdraw(office, sent, "测试", "发错了")
    assert tallies(office) == tallies(alone)
    commit.reinstate(office, sent, "测试")
    commit.withdraw(office, corrected, "测试", "发错了")
    found = ranking(office, MONTH).set_index("unit_name").loc["甲街道"]
    assert (found["checks"], found["lost"]) == (2, 1.0)


def test_the_same_row_counts_again_when_a_person_says_so(tmp_path):
    row = [date(2026, 11, 2), "市督查组", "甲街道", "小区", "一号点", "环境", "不符合", 1]
    office = open_office(tmp_path)
    ingest(office, checklist([row]), "一.xlsx")
    preview = commit.inspect(office, checklist([row, row]), "二.xlsx", count_again=True)
    assert "入库-06" in {problem.code for problem in preview.problems}
    commit.commit(office, preview, "测试")
    assert ranking(office, MONTH).set_index("unit_name").at["甲街道", "lost"] == 3.0


def test_sums_of_months_equal_a_fresh_tally(whole):
    before = tallies(whole)
    with writing(whole.store) as connection:
        rebuild(connection, whole.rules)
    assert tallies(whole) == before


def test_findings_and_visits_may_come_in_any_order_of_rows(tmp_path):
    day = date(2026, 11, 2)
    head = ["督查日期", "来源", "街道", "点位类型", "点位名称"]
    visits = [[day, "第三方", "甲街道", "小区", name] for name in ("一号点", "二号点")]
    problems = [
        [day, "第三方", "甲街道", "小区", "一号点", "环境", 2, "垃圾满溢"],
        [day, "第三方", "甲街道", "小区", "二号点", "广告", 1, "画面破损"],
        [day, "第三方", "甲街道", "小区", "一号点", "环境", 2, "地面污水"],
    ]
    seen = set()
    for number, order in enumerate(itertools.permutations(problems)):
        office = open_office(tmp_path / str(number))
        sheets = {
            "问题清单": [[*head, "测评项", "扣分", "问题描述"], *order],
            "检查点位": [head, *visits],
        }
        ingest(office, workbook(sheets), "清单.xlsx")
        found = ranking(office, MONTH).set_index("unit_name").loc["甲街道"]
        assert (found["checks"], found["failed"]) == (6, 2)
        seen.add(found["score"])
    # A: (10 - 4)/10 = 0.6; D: visit 2 lost 1 of 5 -> 1 - 1/(5 x 2) = 0.9: 50 x 0.6 + 50 x 0.9
    assert seen == {75.0}


def test_readers_see_whole_states_only(whole):
    with reading(whole.store) as connection:
        if connection.dialect.name == "sqlite":
            told = {"journal_mode": "wal", "synchronous": 2}
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in told}
        else:
            told = {"transaction_isolation": "repeatable read", "transaction_read_only": "on"}
            told["synchronous_commit"] = "on"
            found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in told}
        assert found == told
