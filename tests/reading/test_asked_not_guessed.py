"""Tables that could be taken for something else are asked about, all of them, and nothing is lost."""

import pytest

from tests.builders import read_sheets
from wenming_metrics.reading.model.reading import (
    CONFIRM,
    KIND_CHOICE,
    LIKE_CHOICE,
    RememberedChoices,
)

VISITS = ["2026-11-16", "一组", "河西街道", "主次干道", "人民路"]


def codes(reading):
    return [problem.code for problem in reading.problems]


def test_a_plan_is_no_list_of_clean_visits():
    plan = [["日期", "督查组", "街道", "点位类型", "点位名称"], VISITS, ["2026-11-17", *VISITS[1:]]]
    named = read_sheets({"督查计划": plan})
    assert (named.kind, len(named.plan), len(named.checks)) == ("plan", 2, 0)
    asked = read_sheets({"第47周安排": plan})
    assert (codes(asked), len(asked.checks)) == ([CONFIRM], 0)
    assert asked.recognised[0].proposed == "plan"


def test_points_under_a_word_of_ones_own_are_asked_for_on_every_sheet():
    header = ["日期", "来源", "街道", "点位类型", "点位名称", "测评项", "罚掉的分"]
    where = ["2026-11-16", "市督查组", "河西街道", "主次干道"]
    points = {"一": 1, "二": 2, "三": 3}
    sheets = {
        f"第{team}组": [header, [*where, f"{team}号路", "垃圾桶不满溢", lost]]
        for team, lost in points.items()
    }
    asked = read_sheets(sheets)
    assert codes(asked) == [CONFIRM] * 3
    assert (len(asked.checks), [one.is_open for one in asked.recognised]) == (0, [True] * 3)
    told = read_sheets(sheets, columns=(("罚掉的分", "deduction"),))
    assert sorted(told.checks["lost"].tolist()) == [10_000, 20_000, 30_000]
    assert told.counts.held == 0


@pytest.mark.parametrize(
    "lost", ["扣半分", "零点五分", "一分半", "0.5(每处)", "每处扣0.5分", "0.5分/处"]
)
def test_points_in_words_are_points_as_well(lost):
    """Unread, each row would lose the full mark."""
    header = [*("日期", "来源", "街道", "点位类型", "点位名称", "测评项", "检查结果", "罚掉的分")]
    where = ["2026-11-16", "市督查组", "河西街道", "主次干道"]
    rows = [[*where, f"{n}号路", "垃圾桶不满溢", "不符合", lost] for n in range(3)]
    asked = read_sheets({"检查表": [header, *rows]})
    assert (codes(asked), len(asked.checks)) == ([CONFIRM], 0)


def test_results_with_remarks_under_a_word_of_ones_own_are_asked_for():
    header = [*("日期", "来源", "街道", "点位类型", "点位名称", "测评项", "看下来", "扣分")]
    where = ["2026-11-16", "市督查组", "河西街道", "主次干道"]
    written = ("符合（有2处垃圾）", "不符合（烟头）", "合格（限期整改）")
    rows = [[*where, f"{n}号路", "垃圾桶不满溢", word, 0.5] for n, word in enumerate(written)]
    asked = read_sheets({"检查表": [header, *rows]})
    assert (codes(asked), len(asked.checks)) == ([CONFIRM], 0)


def test_what_was_confirmed_and_lacks_a_column_is_told_what_lacks():
    header = ["来件时间", "事发时间", "街道", "地点", "反映的问题"]
    rows = [
        [f"2026-11-{n}", f"2026-11-{n - 1}", "河西街道", f"{n}号路", "乱停车"] for n in (16, 17)
    ]
    (asked,) = read_sheets({"来件": [header, *rows]}).recognised
    assert [column.header for column in asked.columns if column.is_doubtful] == header[:2]
    said = {KIND_CHOICE: "findings", "来件时间": "day", "事发时间": ""}
    said |= {"街道": "street", "地点": "site", "反映的问题": "description"}
    choices = RememberedChoices({asked.fingerprint: said})
    assert codes(read_sheets({"来件": [header, *rows]}, choices=choices)) == ["表头-04"]


def test_a_form_that_was_told_as_problems_and_comes_back_answered_is_asked_about():
    """As the command line remembers it: the kind that was said, not what the table looked like."""
    header = [*("哪天查的", "哪个街道", "在什么地方", "看什么"), "发现了什么问题", "改得怎么样"]
    where = ["2026-11-16", "河西街道", "人民路", "垃圾桶不满溢", "路口垃圾桶满溢"]

    def look(state, **told):
        return read_sheets({"清单": [header, [*where, state]]}, **told).recognised[0]

    said = dict(zip(header, ("day", "street", "site", "item", "description", ""), strict=True))
    form = {look("待整改").fingerprint: {KIND_CHOICE: "findings", **said}}
    open_still = look("待整改", choices=RememberedChoices(form))
    assert (open_still.kind, open_still.is_open) == ("findings", False)
    answered = look("已整改", choices=RememberedChoices(form))
    assert (answered.proposed, answered.is_open) == ("rectification", True)
    said |= {KIND_CHOICE: "rectification", LIKE_CHOICE: "findings", "改得怎么样": "rectified"}
    form = {open_still.fingerprint: said}
    assert not look("已整改", choices=RememberedChoices(form)).is_open  # as it was said to be
