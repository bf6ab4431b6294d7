"""The questionnaire as a workbook without codes: as it was when nothing is changed, and from nothing."""

import tomllib

import pytest

from wenming_metrics.rules.faults import Fault
from wenming_metrics.rules.survey.check import survey_faults
from wenming_metrics.rules.survey.load import survey_of
from wenming_metrics.rules.workbook.survey_book import (
    ASKED,
    FIGURES,
    HEAD,
    SHEETS,
    filled_in_survey,
    survey_pages,
)
from wenming_metrics.rules.workbook.workbook import WorkbookError
from wenming_metrics.runtime.settings import ROOT

EXAMPLES = [
    ROOT / "data/rules/demo-2026/survey.toml",
    *sorted((ROOT / "data/surveys").glob("*.toml")),
]


def spelled(cell) -> str:
    return "" if cell is None else f"{cell:g}" if isinstance(cell, int | float) else str(cell)


def as_sheets(definitions) -> dict[str, list[list[str]]]:
    """The texts of the workbook, with the title and the hint that stand above the headings."""
    return {
        page.title: [[], [], [heading.title for heading in page.headings]]
        + [[spelled(cell) for cell in row] for row in page.rows]
        for page in survey_pages(definitions)
    }


def filled(asked: list[list], figures: list[list]) -> dict[str, list[list[str]]]:
    """Sheets that somebody filled in, the columns of codes left away."""
    asked_heads = [heading.title for heading in SHEETS[ASKED][1]][:9]
    figure_heads = [heading.title for heading in SHEETS[FIGURES][1]][:8]
    sheets = {ASKED: [asked_heads, *asked], FIGURES: [figure_heads, *figures]}
    return {title: [list(map(spelled, row)) for row in rows] for title, rows in sheets.items()}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_is_not_changed_stays_as_it_was(path):
    definitions = tomllib.loads(path.read_text(encoding="utf-8"))
    again, _ = filled_in_survey(as_sheets(definitions), definitions)
    assert survey_of(again) == survey_of(definitions)


FILLED = filled(
    [
        ["是否知道创建", "单选", "您是否知道创建；知晓", "", "", "", "知道", "清楚；了解", ""],
        ["", "", "", "", "", "", "不知道", "", ""],
        ["", "", "", "", "", "", "说不清", "", "不了解"],
        ["环境卫生", "打分", "", "", 1, 5, "", "", ""],
    ],
    [
        ["知晓率", "是否知道创建", "知道", "", "", "计入分母", "", 85],
        ["卫生分", "环境卫生", "", "", "1=0；5＝1", "", "", ""],
    ],
)


def test_from_nothing_and_without_a_code():
    definitions, _ = filled_in_survey(FILLED, {})
    assert survey_faults(definitions) == []
    survey = survey_of(definitions)
    aware, clean = survey.questions
    assert [(o.title, o.aliases, o.state) for o in aware.options] == [
        *(("知道", ("清楚", "了解"), "valid"), ("不知道", (), "valid"), ("说不清", (), "unknown")),
    ]
    assert (aware.headers, clean.headers) == (("您是否知道创建", "知晓"), ("环境卫生",))
    assert (clean.kind, clean.low, clean.high) == ("scale", 1, 5)
    rate, mean = survey.rates
    assert rate.numerator == (aware.options[0].code,)
    assert (rate.unknown, rate.blank, rate.target) == ("in", "out", 85.0)
    assert (mean.method, mean.values) == ("values", {"1": 0.0, "5": 1.0})
    codes = [aware.code, clean.code, *(option.code for option in aware.options)]
    assert len(set(codes)) == len(codes)


def test_words_may_change_and_codes_never_do():
    former, _ = filled_in_survey(FILLED, {})
    sheets = as_sheets(former)
    sheets[ASKED][3][6] = "知道得很清楚"
    sheets[ASKED].insert(5, ["", "", "", "", "", "", "听说过", "", "", "", ""])
    sheets[FIGURES][3][2] = "知道得很清楚；听说过"
    now, _ = filled_in_survey(sheets, former)
    before = [option["code"] for option in former["question"][0]["option"]]
    after = {option["title"]: option["code"] for option in now["question"][0]["option"]}
    assert list(after.values())[:2] == before[:2]
    assert after["知道得很清楚"] == before[0]
    assert after["听说过"] not in before
    assert now["rate"][0]["numerator"] == [before[0], after["听说过"]]


def test_what_cannot_be_read_is_located():
    sheets = filled(
        [["是否知道创建", "随便", "", "", "一", "", "知道", "", "好"]],
        [
            ["知晓率", "是否知道", "知道", "", "", "", "", ""],
            ["知晓率", "是否知道创建", "晓得", "", "知道", "", "", "很高"],
        ],
    )
    with pytest.raises(WorkbookError) as refused:
        filled_in_survey(sheets, {})
    assert [str(fault) for fault in refused.value.faults] == [
        "“指标”第 2 行“题目”：没有“是否知道”这一题，请照“题目和选项”里的写。",
        "“指标”第 3 行“分子是哪些选项”：“晓得”不是这一题的选项。",
        "“指标”第 3 行“选项折算”：“知道”应写成 选项=折合多少，如 满意=1。",
        "“指标”第 3 行“目标（%）”：“很高”应为数。",
        "“题目和选项”第 2 行“题型”：“随便”不认识，应为单选、多选、打分、计数。",
        "“题目和选项”第 2 行“最低分”：“一”应为整数。",
        "“题目和选项”第 2 行“算作”：“好”不认识，应为有效回答、不了解、拒答。",
    ]
    with pytest.raises(WorkbookError, match="“题目和选项”：缺少这张工作表。"):
        filled_in_survey({HEAD: [["设置", "值"]]}, {})


def test_a_fault_of_the_definitions_is_told_by_its_row():
    _, locate = filled_in_survey(FILLED, {})
    fault = locate(Fault("survey.toml", None, "不对。", "question[1].option[3].state"))
    assert (fault.sheet, fault.row) == (ASKED, 4)
    assert locate(Fault("survey.toml", None, "不对。", "rate[2]")).row == 3
    assert locate(Fault("survey.toml", None, "不对。", "wave")).sheet == "整个文件"
