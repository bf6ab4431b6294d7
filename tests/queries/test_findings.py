"""The log of problems from real files: linked answers, states as of a day, priced lines."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office
from wenming_metrics.domain import periods
from wenming_metrics.intake import commit
from wenming_metrics.queries.scores.deductions import LINES, priced_lines
from wenming_metrics.queries.scores.findings import (
    NO_NUMBER,
    SHARED,
    UNKNOWN,
    Moment,
    link,
    read_answers,
    read_problems,
)
from wenming_metrics.queries.scores.problem_log import log
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.rules.model import Deductions
from wenming_metrics.scoring.tree.states import OPEN
from wenming_metrics.store.database import reading, stamp

pytestmark = pytest.mark.store

MONDAY = date(2026, 10, 12)
DAY = MONDAY.toordinal()
HEADERS = ["日期", "来源", "街道", "点位类型", "点位名称", "测评项", "问题描述", "处数", "扣分"]
HEADERS += ["编号", "整改时限"]
ANSWERS = ["问题编号", "存在问题", "整改情况", "完成时间"]


ITEMS = [["A", "环境", 10, "*"], ["B", "秩序", 10, "*"]]
INDICATORS = [{"code": "A", "weight": 60}, {"code": "B", "weight": 40}]
STREETS = [("甲街道", "主城区"), ("乙街道", "主城区")]


@pytest.fixture
def office(tmp_path):
    return make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)


def problem(after=0, number=None, due=None, **changes):
    usual = {
        **{"日期": date.fromordinal(DAY + after), "来源": "市督查组", "街道": "甲街道"},
        **{"点位类型": "小区", "点位名称": "一号", "测评项": "环境", "问题描述": "堆物"},
        **{"处数": 1, "扣分": None, "编号": number, "整改时限": due},
    }
    return [{**usual, **changes}[name] for name in HEADERS]


def send(office, *rows, name="清单.xlsx", **choices):
    sheets = {"问题清单": [["督查问题清单"], HEADERS, *rows]}
    return ingest(office, xlsx(sheets), name, answers=SenderAnswers(confirm_visits=True, **choices))


def answer(office, *rows, name="反馈.xlsx", unit="甲街道", on="2026.10.16"):
    title = [f"填报单位:{unit}  填报日期:{on}"]
    return ingest(office, xlsx({"整改反馈": [title, ANSWERS, *rows]}), name)


def asked(office, as_of, known_at="", days=range(DAY, DAY + 30), **settings):
    with reading(office.store) as connection:
        return log(connection, days, Moment(DAY + as_of, known_at), Deductions(**settings))


def linked(office):
    with reading(office.store) as connection:
        found = read_problems(connection, range(DAY, DAY + 30))
        answers = link(connection, read_answers(connection), found)
        return list(zip(answers["number"], answers["why"], strict=True))


def test_an_answer_closes_the_problem_with_its_number(office):
    send(office, problem(number="dc-1", due="3个工作日"), problem(number="DC-2", 测评项="秩序"))
    answer(office, ["DC－1", "堆物", "已整改", "2026-10-14"])
    found = asked(office, 20)
    assert found["number"].tolist() == ["DC-1", "DC-2"]
    assert found["closed"].tolist() == [DAY + 2, OPEN]
    assert found["late"].tolist() == [False, False]
    assert asked(office, 1)["closed"].tolist() == [OPEN, OPEN]  # as of Tuesday it was open


def test_finished_on_the_same_day(office):
    send(office, problem(number="DC-1", due="立行立改"))
    answer(office, ["DC-1", "堆物", "已整改", "当日"])
    assert asked(office, 20)["closed"].tolist() == [DAY]


def test_a_deadline_passes_without_any_file(office):
    send(office, problem(number="DC-1", due="3个工作日"))
    assert asked(office, 3)["late"].tolist() == [False]
    assert asked(office, 4)["late"].tolist() == [True]


def test_what_is_withdrawn_was_never_answered_but_was_known(office):
    send(office, problem(number="DC-1", due="3个工作日"))
    batch = answer(office, ["DC-1", "堆物", "已整改", "2026-10-14"])
    before = stamp()
    commit.withdraw(office, batch, "测试", "发错了")
    assert asked(office, 20)["late"].tolist() == [True]
    assert asked(office, 20, before)["late"].tolist() == [False]


def test_findings_that_came_later_were_not_known(office):
    send(office, problem(number="DC-1"))
    before = stamp()
    send(office, problem(number="DC-2", 点位名称="二号"), name="又一份.xlsx")
    assert asked(office, 20, before)["number"].tolist() == ["DC-1"]
    assert len(asked(office, 20)) == 2


def test_numbers_that_do_not_say_which_problem(office):
    rows = [
        problem(number="1"),
        problem(number="1", 点位名称="二号"),
        problem(number="DC-3", 测评项="秩序"),
    ]
    send(office, *rows)
    said = [["1", "堆物"], ["DC-9", "堆物"], [None, "堆物"], ["DC-3", "乱停"]]
    answer(office, *([*one, "已整改", "2026-10-14"] for one in said))
    assert linked(office) == [("1", SHARED), ("DC-9", UNKNOWN), ("", NO_NUMBER), ("DC-3", "")]


def test_a_number_shared_with_another_month_is_shared(office):
    send(office, problem(number="1"), problem(-40, number="1", 点位名称="二号"))
    answer(office, ["1", "堆物", "已整改", "2026-10-14"])
    assert linked(office) == [("1", SHARED)]


def test_the_same_list_sent_again_shares_no_number(office):
    send(office, problem(number="1"))
    send(office, problem(number="1"), problem(number="2", 点位名称="二号"), name="最终稿.xlsx")
    answer(office, ["1", "堆物", "已整改", "2026-10-14"])
    assert linked(office) == [("1", "")]


def test_a_list_that_replaces_another_shares_no_number(office):
    send(office, problem(number="1"))
    data = xlsx({"问题清单": [["问题清单"], HEADERS, problem(number="1", 测评项="秩序")]})
    preview = commit.inspect(office, data, "更正.xlsx", answers=SenderAnswers(confirm_visits=True))
    commit.commit(office, replace(preview, replaces=True), "测试")
    answer(office, ["1", "堆物", "已整改", "2026-10-14"])
    found = asked(office, 20)
    assert found[["item", "closed"]].to_numpy().tolist() == [[1, DAY + 2]]


def test_an_answer_says_which_of_the_problems_of_a_cell_it_means(office):
    two = {"问题描述": "1.乱停放5辆;2.出店经营2处", "处数": 7, "扣分": 0.7}
    send(office, problem(number="DC-1", **two), split=True)
    answer(office, ["DC-1", "2.出店经营2处", "已整改", "2026-10-14"])
    found = asked(office, 20).set_index("number")["closed"]
    assert found.to_dict() == {"DC-1-1": OPEN, "DC-1-2": DAY + 2}


def test_found_again_and_come_back(office):
    rows = [problem(), problem(8, number="2"), problem(20), problem(20, 点位名称="二号")]
    send(office, *rows)
    answer(office, ["2", "堆物", "已整改", "2026-10-22"])
    found = asked(office, 25).sort_values(["site", "day"], kind="stable")
    first = found[found.groupby("site")["day"].transform("size") == 3]
    assert first["again"].tolist() == [False, True, False]
    assert first["relapsed"].tolist() == [False, False, True]
    # Problems found before the days that are asked for bear on those days all the same.
    late = asked(office, 25, days=range(DAY + 8, DAY + 9))
    assert late["again"].tolist() == [True]


def rules_of(office, *lines, **settings):
    prices = pd.DataFrame(lines, columns=["source", "state", "severity", "points"])
    return replace(office.rules, prices=prices, pricing=Deductions(**settings))


TABLE = [(0, "已发现", "", 3_000), (0, "未及时整改", "", 10_000), (0, "连续通报", "", 20_000)]


def lines_of(office, rules, *weeks, as_of=30):
    windows = [periods.window("week", date.fromordinal(DAY + 7 * week)) for week in weeks]
    with reading(office.store) as connection:
        return priced_lines(connection, rules, windows, Moment(DAY + as_of))


def test_lines_of_a_week(office):
    send(
        office,
        *(problem(number="1", due="3个工作日", 处数=2), problem(1, 测评项="秩序", 扣分=0.5)),
        problem(4, 点位名称="二号", due="10月20日前"),
    )
    rules = rules_of(office, *TABLE)
    week = lines_of(office, rules, 0)
    # two places of 0.3 on Monday and 2 x 1 - 0.6 when it was late; the row's own 0.5; 0.3
    assert sorted(zip(week["day"] - DAY, week["points"], strict=True)) == [
        *((0, 6_000), (1, 5_000), (3, 14_000), (4, 3_000)),
    ]
    after = lines_of(office, rules, 1)
    assert list(zip(after["day"] - DAY, after["points"], strict=True)) == [(8, 7_000)]
    both = lines_of(office, rules, 0, 1)
    assert both["points"].sum() == week["points"].sum() + after["points"].sum()
    assert lines_of(office, rules, 0, as_of=3)["points"].sum() == 6_000 + 5_000
    nothing = lines_of(office, rules, 12)
    assert (list(nothing), len(nothing)) == (LINES, 0)


def test_lines_do_not_depend_on_the_window_they_are_asked_for(office):
    rows = [problem(day, number=str(day), due="2个工作日") for day in (0, 3, 8, 9, 16, 22)]
    send(office, *rows)
    answer(office, ["3", "堆物", "已整改", "2026-10-16"])
    rules = rules_of(office, *TABLE)
    weeks = [lines_of(office, rules, week) for week in range(4)]
    whole = lines_of(office, rules, 0, 1, 2, 3)
    keys = ["day", "batch", "seq", "points"]
    apart = pd.concat(weeks)[keys].sort_values(keys, ignore_index=True)
    assert apart.equals(whole[keys].sort_values(keys, ignore_index=True))
    # Found again in the second, third and fourth week: notified running each time.
    assert (whole["points"] == 20_000).sum() == 3


def test_lines_do_not_depend_on_files_and_their_order(tmp_path):
    rows = [
        problem(0, number="1", due="2个工作日", 处数=3),
        *(problem(7, 处数=2), problem(7, 扣分=0.7), problem(7, 处数=1), problem(8)),
    ]
    found = []
    for at, files in enumerate(([rows], [rows[:0:-1], rows[:1]])):
        made = make_office(tmp_path / str(at), ITEMS, INDICATORS, streets=STREETS)
        for number, some in enumerate(files):
            send(made, *some, name=f"{number}.xlsx")
        lines = lines_of(made, rules_of(made, *TABLE), 0, 1)
        found.append(sorted(zip(lines["day"], lines["points"], strict=True)))
    assert found[0] == found[1]


def test_a_slice_that_is_replaced_has_no_lines(office):
    send(office, problem(), problem(测评项="秩序"))
    data = xlsx({"问题清单": [["问题清单"], HEADERS, problem(处数=3)]})
    preview = commit.inspect(office, data, "更正.xlsx", answers=SenderAnswers(confirm_visits=True))
    commit.commit(office, replace(preview, replaces=True), "测试")
    assert lines_of(office, rules_of(office, *TABLE), 0)["points"].tolist() == [9_000]
