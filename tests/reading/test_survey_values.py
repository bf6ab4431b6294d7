"""Cells of questionnaires, one by one: durations, moments, answers as tools write them."""

from datetime import date, datetime, time, timedelta

import pytest

from tests.questionnaires import survey
from wenming_metrics.reading.survey.questions import counted_columns, survey_columns
from wenming_metrics.reading.survey.values import (
    BEYOND,
    BY_NUMBER,
    SEVERAL,
    UNKNOWN,
    answer,
    choice_of,
    is_chosen,
    moment,
    seconds,
)
from wenming_metrics.rules.survey.answers import BLANK, NOT_ASKED

DAY = date(2026, 9, 12).toordinal()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        *[("156秒", 156), ("2分36秒", 156), ("1小时2分", 3720), ("00:02:36", 156), (156.0, 156)],
        *[(timedelta(minutes=3), 180), (time(0, 2), 120), (0.001, 86), ("", -1), ("很久", -1)],
    ],
)
def test_how_long_it_took(written, found):
    assert seconds(written) == found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2026/9/12 9:31:05", (DAY, 34_265)),
        ("2026-09-12T09:31:05.123+08:00", (DAY, 34_265)),
        ("2026年9月12日 上午9:31", (DAY, 34_260)),
        (datetime(2026, 9, 12, 9, 31, 5), (DAY, 34_265)),
        (46_277.5, (DAY, 43_200)),
        ("2026-09-12", (DAY, -1)),
        (date(2026, 9, 12), (DAY, -1)),
    ],
)
def test_when_it_was_answered(written, found):
    assert moment(written) == found


@pytest.mark.parametrize(
    ("question", "written", "found"),
    [
        *[("aware", "知道", 0), ("aware", "B、不知道", 1), ("aware", "2.不知道", 1)],
        *[("aware", "c", 2 | BY_NUMBER), ("aware", 3.0, 2 | BY_NUMBER), ("aware", "unsure", 2)],
        *[("aware", "d", BEYOND), ("aware", 0.0, BEYOND), ("aware", "知道 不知道", SEVERAL)],
        *[("aware", "(空)", BLANK), ("aware", None, BLANK), ("aware", "(跳过)", NOT_ASKED)],
        *[("aware", -3.0, NOT_ASKED), ("aware", "-2", BLANK), ("aware", "大概吧", UNKNOWN)],
        *[("age", "1.26-35岁", 0), ("age", "C66岁以上", UNKNOWN), ("aware", "1、2", SEVERAL)],
        *[("overall", "拒答", 4), ("overall", "满意(总的来说)", 1)],
        *[
            ("channel", "电视", 1),
            ("channel", "电视、微信公众号", 3),
            ("channel", "AC", 5 | BY_NUMBER),
        ],
        *[("channel", "1;4", 9 | BY_NUMBER), ("channel", "电视|其他:邻居", 9)],
        *[("channel", "tv other", 9), ("channel", "电视┋报纸", UNKNOWN)],
        *[("clean", "5", 5), ("clean", "4分", 4), ("clean", "3(一般)", 3), ("clean", 6.0, BEYOND)],
        *[("clean", "满意", UNKNOWN), ("clean", 2.5, UNKNOWN), ("clean", "3-4", UNKNOWN)],
    ],
)
def test_an_answer_is_read_or_told_to_be_none(question, written, found):
    assert answer(choice_of(survey().question(question)), written) == found


def test_the_cell_of_one_option():
    one = choice_of(survey().question("channel"))
    told = [1.0, "是", "√", True, "电视", 0.0, "否", False, "", "(跳过)", "报纸", "微信公众号"]
    found = [1, 1, 1, 1, 1, 0, 0, 0, BLANK, NOT_ASKED, UNKNOWN, UNKNOWN]
    assert [is_chosen(one, 0, written) for written in told] == found


def test_scores_that_are_named_like_questions_are_no_questionnaires():
    headers = ["街道", "总得分", "环境卫生", "交通秩序"]
    assert survey_columns(headers, [""] * 4, survey(), {}) == {}
    assert survey_columns([*headers, "年龄"], [""] * 5, survey(), {})


def test_options_of_a_counted_table_by_groups_above_and_by_themselves():
    headers, groups = ["街道", "知道", "满意", "非常满意（份）"], ["", "是否知道创建", "", ""]
    found = counted_columns(headers, groups, survey(), {})
    assert found == {"q:aware:know": [1], "q:overall:fairly": [2], "q:overall:very": [3]}
