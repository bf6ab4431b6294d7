"""What survey tools export beside plain texts: points of options, a column for each option."""

import pytest

from tests.builders import context, read_sheets, xlsx
from tests.questionnaires import HEADERS, SAID, in_numbers, in_text, rows, survey
from wenming_metrics.reading.model.reading import CONFIRM
from wenming_metrics.reading.personal.columns import is_personal
from wenming_metrics.reading.read import read

MULTIPLE = "5、您从哪些渠道了解?[多选题]"


def codes(reading):
    return [problem.code for problem in reading.problems]


def read_named(name, lines, sheet="Sheet1"):
    data = xlsx({sheet: [list(HEADERS), *lines]})
    return read(data, name, context(survey=survey()))


def test_points_of_options_are_not_read_as_their_places():
    named = "312345682_按分数_演示市2026年三季度民意调查_4_4.xlsx"
    reading = read_named(named, rows(in_numbers))
    assert reading.is_rejected
    (problem,) = [problem for problem in reading.problems if problem.severity == "退回"]
    assert (problem.code, reading.answers) == ("问卷-15", None)
    assert "按文本" in problem.text
    assert read_named("2026年三季度.xlsx", rows(in_numbers), "按分数").is_rejected


def test_texts_and_places_of_options_are_read_as_before():
    by_text = read_named("1_按分数_2026年三季度.xlsx", rows(in_text))
    assert not by_text.is_rejected
    by_place = read_named("1_按序号_2026年三季度.xlsx", rows(in_numbers))
    assert not by_place.is_rejected
    assert "问卷-13" in codes(by_place)


@pytest.mark.parametrize(
    "form", ["您从哪些渠道了解? [{}]", "5、您从哪些渠道了解?【{}】", "您从哪些渠道了解({})"]
)
@pytest.mark.parametrize(("yes", "no"), [("Y", "N"), ("是", "否"), (1, 0), ("Y", None)])
def test_a_column_for_each_option_in_brackets_is_read(form, yes, no):
    at = HEADERS.index(MULTIPLE)
    options = survey().question("channel").options
    heads = [form.format(option.title) for option in options]
    lines = []
    for line, said in zip(rows(in_text), SAID, strict=True):
        marks = ["N/A" if said[4] is None else yes if o.code in said[4] else no for o in options]
        lines.append([*line[:at], *marks, *line[at + 1 :]])
    plain = read_sheets({"2026年三季度": [list(HEADERS), *rows(in_text)]}, survey=survey())
    apart = read_sheets(
        {"2026年三季度": [[*HEADERS[:at], *heads, *HEADERS[at + 1 :]], *lines]}, survey=survey()
    )
    assert [name for name in apart.personal if "微信" in name.header] == []
    assert apart.answers.frame["channel"].tolist() == plain.answers.frame["channel"].tolist()


def test_what_else_it_was_stands_in_the_column_of_the_other_option():
    header = [*HEADERS, *(f"您从哪些渠道了解?[{title}]" for title in ("电视", "其他"))]
    at = HEADERS.index(MULTIPLE)
    header.pop(at)
    lines = [[*line[:at], *line[at + 1 :], "N", words] for line, words in zip(
        rows(in_text), ("楼道海报", None, "N", "海报;展板"), strict=True)]  # fmt: skip
    reading = read_sheets({"2026年三季度": [header, *lines]}, survey=survey())
    assert (codes(reading).count("问卷-08"), reading.counts.held) == (0, 0)
    assert [int(mask) > 0 for mask in reading.answers.frame["channel"]] == [
        True,
        False,
        False,
        True,
    ]


def test_an_option_that_nobody_asks_is_left_and_a_persons_own_words_are_not():
    assert not is_personal("渠道[微信群]", ["渠道[微信群]", "Y", None, "N"], of_people=True)
    assert not is_personal("渠道:微信群", ["微信群", None, "(跳过)"], of_people=True)
    assert is_personal("联系方式[微信]", ["联系方式[微信]", "wx_abc", None], of_people=True)
    assert is_personal("联系方式[手机]", [13800138000.0, None])
    assert is_personal("微信号", ["是", "否"], of_people=True)
    lines = [[*line, "Y"] for line in rows(in_text)]
    header = [*HEADERS, "您还看过什么?[微信视频号]"]
    reading = read_sheets({"2026年三季度": [header, *lines]}, survey=survey())
    assert [column.header for column in reading.personal if "视频号" in column.header] == []
    assert [column.header for column in reading.unmapped] == ["您还看过什么?[微信视频号]"]


def test_a_questionnaire_of_which_no_question_is_known_is_asked_about():
    """Stored, it would be so many answers that say nothing."""
    header = ["样本编号", "街道", "提交时间", "您觉得食堂的饭菜好吃吗", "您觉得班车准时吗"]
    lines = [[number, "河西街道", "2026-08-11 10:00", "好吃", "准时"] for number in range(1, 5)]
    data = xlsx({"问卷": [header, *lines]})
    reading = read(data, "2026年三季度问卷.xlsx", context(survey=survey()))
    assert (codes(reading), reading.answers) == ([CONFIRM], None)
    assert "要特别看一看：您觉得食堂的饭菜好吃吗、您觉得班车准时吗" in reading.problems[0].text
