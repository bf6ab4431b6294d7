"""Definitions of surveys: what is wrong is located, and examples give the figures of their sources."""

import copy
import tomllib
from pathlib import Path

import pytest

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.queries.survey.definitions import answer_lines, example_lines, rate_lines
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.rules.paths import flatten
from wenming_metrics.rules.survey.check import survey_faults
from wenming_metrics.rules.survey.load import load_surveys, read_survey, survey_of
from wenming_metrics.rules.survey.model import SHARE, UNKNOWN, VALID
from wenming_metrics.rules.survey.settings_table import SURVEY, spell_path
from wenming_metrics.rules.survey.wording import (
    count_word,
    spell_margins,
    spell_rate,
    spell_survey_score,
    states_of,
)
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.scoring.survey.rates import worth_of

SURVEYS = ROOT / "data" / "surveys"
DEMO = ROOT / "data" / "rules" / "demo-2026" / "survey.toml"


@pytest.fixture(scope="module")
def examples():
    return {one.id: one for one in load_surveys(SURVEYS)}


def worth(survey, code, counts):
    """Work a figure out from counts of answers, straight from the meaning of its definition."""
    rate = survey.rate(code)
    states = states_of(survey.question(rate.question))
    if rate.method != SHARE:
        base = sum(counts.get(option, 0) for option in rate.values)
        top = sum(counts.get(option, 0) * value for option, value in rate.values.items())
    else:
        base = sum(
            n
            for option, n in counts.items()
            if states[option] == VALID or (states[option] == UNKNOWN and rate.unknown == "in")
        )
        top = sum(counts.get(option, 0) for option in rate.numerator)
    return 100 * top / base


def score(survey, counts):
    """Work the score of a survey out from counts of answers per question."""
    points = 0.0
    for part in survey.score.parts:
        own = counts[part.question]
        valid = {option: n for option, n in own.items() if option in part.values}
        mean = sum(n * part.values[option] for option, n in valid.items()) / sum(valid.values())
        points += part.weight * mean
    total = survey.score.full_mark * points / sum(part.weight for part in survey.score.parts)
    return next((got for start, got in survey.score.bands if total >= start), total)


JINCHANG = {"good": 127, "fair": 31, "bad": 2}
"""160 answers print as 79.38, 19.38 and 1.25 per cent."""
FIVE = {"very": 60, "fairly": 25, "fair": 8, "poor": 4, "bad": 1, "unsure": 2}


@pytest.mark.parametrize(
    ("example", "rate", "counts", "expected"),
    [
        # 127 + 0.75 x 31 = 150.25 of 160; printed 93.91. Shares 79.38 + 19.38 add to 98.76.
        ("jinchang-2011", "satisfaction", JINCHANG, 93.90625),
        ("jinchang-2011", "top", JINCHANG, 98.75),
        ("jinchang-2011", "top", {"good": 7938, "fair": 1938, "bad": 124}, 98.76),
        # 60 + 25 of 98; 60 + 18.75 + 4 + 1 = 83.75; 60 + 20 + 4.8 + 1.2 = 86; 93 of 98
        ("five-levels", "top_two", FIVE, 8500 / 98),
        ("five-levels", "index", FIVE, 8375 / 98),
        ("five-levels", "points", FIVE, 8600 / 98),
        ("five-levels", "top_three", FIVE, 9300 / 98),
        # 77.6 + 20.5 = 98.1 of all who gave an opinion
        ("shanghai", "satisfaction", {"very": 776, "fairly": 205, "fair": 15, "bad": 4}, 98.1),
        ("changsha-2022", "satisfaction", {"good": 400, "fair": 43, "bad": 7}, 44300 / 450),
        ("fujian-2006", "satisfaction", {"good": 60, "fair": 34, "bad": 6, "unsure": 9}, 94.0),
        # 50 + 22.5 + 5.5 = 78 of 90; ten 不了解 are not scored
        ("shandong-2009", "satisfaction", {"good": 50, "fair": 30, "bad": 10, "unsure": 10},
         7800 / 90),
        # 15 + 0.6 x 4 = 17.4 of 20
        ("yingde-2019", "satisfaction", {"good": 15, "fair": 4, "bad": 1}, 87.0),
        ("garden-city", "satisfaction", {"10": 5, "9": 3, "8": 1, "7": 1}, 90.0),
    ],
)  # fmt: skip
def test_examples_give_the_figures_of_their_sources(examples, example, rate, counts, expected):
    survey = examples[example]
    assert worth(survey, rate, counts) == pytest.approx(expected, abs=1e-9)
    own = survey.rate(rate)
    base = worth_of(survey.question(own.question), own)
    total = sum(counts.get(option, 0) for option in base)
    top = sum(counts.get(option, 0) * value for option, value in base.items())
    assert 100 * top / total == pytest.approx(expected, abs=1e-9)


def test_the_same_answers_are_four_figures_each_with_its_own_name(examples):
    survey = examples["five-levels"]
    told = {rate.title: float(half_up(worth(survey, rate.code, FIVE), 2)) for rate in survey.rates}
    assert told == {
        **{"满意率": 86.73, "满意度指数": 85.46},
        **{"满意度得分": 87.76, "基本满意以上的比例": 94.90},
    }
    jinchang = examples["jinchang-2011"]
    assert spell_rate(jinchang, jinchang.rate("satisfaction")) == (
        "满意率 = 各份回答折算值的平均，“满意”1、“基本满意”0.75、“不满意”0（空白、没有问到的不计）"
    )
    assert spell_rate(jinchang, jinchang.rate("top")) == (
        "满意和基本满意合计 = 回答“满意”“基本满意”的 ÷ 全部有效回答（空白、没有问到的不计）"
    )


def test_scores_of_the_examples_by_hand(examples):
    yingde = {"overall": {"good": 15, "fair": 4, "bad": 1}}
    assert score(examples["yingde-2019"], yingde) == pytest.approx(60.9)  # 70 % of 87
    shandong = {"overall": {"good": 50, "fair": 30, "bad": 10, "unsure": 10}}
    assert score(examples["shandong-2009"], shandong) == pytest.approx(86.6666667)
    garden = {"green": {"9": 1}, "park": {"8": 1}, "road": {"10": 1}, "yard": {"7": 1}}
    garden["rest"] = {"6": 1}  # 2.25 + 1.6 + 1.5 + 1.05 + 1.5
    assert score(examples["garden-city"], garden) == pytest.approx(7.9)
    banded = examples["banded-points"]
    for fairly, expected in ((100, 1.2), (0, 0.5)):  # 80 lies in 71-80, 60 in 0-60
        assert score(banded, {"overall": {"fairly": fairly, "fair": 100 - fairly}}) == expected
    assert score(banded, {"overall": {"very": 5, "fairly": 95}}) == 1.5  # 81
    assert "81 分起得 1.5 分" in spell_survey_score(banded)


def test_every_example_says_whose_it_is_and_is_in_the_list(examples):
    told = (SURVEYS / "README.md").read_text(encoding="utf-8")
    for path in SURVEYS.glob("*.toml"):
        assert examples[path.stem].place
        assert examples[path.stem].source
        assert f"`{path.name}`" in told
        assert "国家标准" in path.read_text(encoding="utf-8") or path.stem == "five-levels"


def test_what_an_answer_counts_for():
    faults = []
    survey = read_survey(DEMO.parent, faults)
    assert faults == []
    awareness, satisfaction = survey.rate("awareness"), survey.rate("satisfaction")
    told = [count_word(survey, awareness, one) for one in ("know", "heard", "unsure", "unaware")]
    assert told == ["计入分子", "计入分子", "只计入分母", "只计入分母"]
    told = [count_word(survey, satisfaction, one) for one in ("fairly", "bad", "unsure", "refused")]
    assert told == ["计入分子", "只计入分母", "不计入", "不计入"]
    assert spell_rate(survey, awareness) == (
        "知晓率 = 回答“知道”“听说过一些”的 ÷ 全部有效回答（“不太清楚”计入分母；空白、没有问到的不计）"
    )


def demo() -> dict:
    return tomllib.loads(DEMO.read_text(encoding="utf-8"))


def change(path, value):
    """Give the demo's definitions with one setting changed; None takes it out."""
    told = copy.deepcopy(demo())
    place = told
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return told


def margin(question="sex", **shares):
    return {"question": question, "shares": shares}


AWARE, CHANNEL, OVERALL, CLEAN = 2, 3, 6, 7


@pytest.mark.parametrize(
    ("path", "value", "where", "said"),
    [
        (("wave",), "week", "wave", "wave 应为 month、quarter、half、year 之一"),
        (("id",), None, "id", "缺少 id"),
        (("colour",), "red", "colour", "不认识的设置 colour"),
        (("decimals",), True, "decimals", "应为 0 到 6 的整数"),
        (("limits", "flag"), 5, "limits", "应从小到大"),
        (("limits", "max_width"), float("inf"), "limits.max_width", "应为 0 到 100 的数"),
        (("limits",), 3, "limits", "应为一节 [limits]"),
        (("question",), {}, "question", "应为几节 [[question]]"),
        (("question", AWARE, "code"), "age", "question[3].code", "写了两次"),
        (("question", AWARE, "code"), "unit", "question[3].code", "不能用"),
        (("question", AWARE, "headers"), ["您的 年龄"], "question[3].headers", "同时指题目"),
        (("question", AWARE, "option", 1, "code"), "know", "question[3].option[2].code", "两次"),
        (("question", AWARE, "option", 1, "aliases"), ["清楚"], "question[3].option[2]", "同时指"),
        (("question", AWARE, "option", 1, "state"), "x", "question[3].option[2].state", "之一"),
        (("question", AWARE, "option"), [], "question[3]", "没有选项"),
        (("question", CLEAN, "high"), 1, "question[8]", "low 小于 high"),
        (("question", CHANNEL, "people"), True, "question[4].people", "只能是单选题"),
        (("rate", 0, "question"), "mood", "rate[1].question", "题目“mood”不存在"),
        (("rate", 0, "numerator"), ["knows"], "rate[1].numerator", "选项“knows”在题目里没有"),
        (("rate", 0, "numerator"), ["unsure"], "rate[1].numerator", "写 unknown"),
        (("rate", 0, "numerator"), None, "rate[1]", "没有写 numerator"),
        (("rate", 0, "base"), ["heard", "unaware"], "rate[1].numerator", "不在 base 里"),
        (("rate", 3, "base"), ["refused"], "rate[4].base", "是拒答"),
        (("rate", 0, "values"), {"know": 1}, "rate[1].values", "不写 values"),
        (("rate", 0, "values"), {"know": 2}, "rate[1].values", "0 到 1"),
        (("rate", 0, "method"), "values", "rate[1]", "没有写 values"),
        (("rate", 0, "target"), 185, "rate[1].target", "应为 0 到 100 的数"),
        (("rate", 1, "code"), "awareness", "rate[2].code", "写了两次"),
        (("rate", 1, "title"), "知晓率", "rate[2].title", "有两个指标都叫"),
        (("score", "part", 1, "weight"), 25, "score.part", "权重之和是 110"),
        (("score", "part", 1, "weight"), -1, "score.part[2].weight", "大于 0"),
        (("score", "part", 1, "question"), "channel", "score.part[2].question", "单选或打分"),
        (("score", "part", 1, "values"), {"7": 1}, "score.part[2].values", "选项“7”"),
        (("score", "bands"), [[60, 1], [80, 2]], "score.bands", "从高分到低分"),
        (("score", "part"), [], "score", "至少要有一道题"),
        (("margin",), [{"question": "sex"}], "margin[1]", "缺少 shares"),
        (("margin",), [margin(male=51)], "margin[1].shares", "选项“female”没有写占多少"),
        (("margin",), [margin(male=1, female=-1)], "margin[1].shares", "不小于 0"),
        (("margin",), [margin(male=1, female=1, x=1)], "margin[1].shares", "“x”在题目里没有"),
        (("margin",), [margin("aware", know=1)], "margin[1].question", "分人群的题"),
        (("margin",), [margin(male=1, female=1)] * 2, "margin[2].question", "写了两次"),
    ],
)
def test_faults_are_named_with_their_place(path, value, where, said):
    faults = survey_faults(change(path, value))
    told = [one.message for one in faults if one.column == where]
    assert any(said in one for one in told)


def test_all_faults_come_at_once_with_their_lines(tmp_path):
    text = DEMO.read_text(encoding="utf-8")
    text = text.replace('numerator = ["yes"]', 'numerator = ["ja"]')
    text = text.replace('numerator = ["very", "fairly"]', 'numerator = ["very", "fair1y"]')
    text = text.replace('{ code = "heard"', '{ code = "know"')
    path = tmp_path / "survey.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleSetError) as caught:
        load_surveys(tmp_path)
    lines = text.splitlines()
    told = {lines[fault.line - 1].split(" = ")[0] for fault in caught.value.faults}
    assert {"numerator", "option"} <= told
    found = [lines[fault.line - 1] for fault in caught.value.faults]
    assert 'numerator = ["ja"]' in found
    assert 'numerator = ["very", "fair1y"]' in found


def test_the_make_up_of_the_people_is_spelled_out():
    survey = survey_of(change(("margin",), [margin(male=51, female=49)]))
    assert spell_margins(survey) == "性别（男 51%、女 49%）"
    assert spell_margins(survey_of(change(("margin",), None))) == ""


def test_a_rule_folder_without_surveys_has_none(tmp_path):
    assert read_survey(Path(tmp_path), []) is None
    (tmp_path / "survey.toml").write_text("id = ", encoding="utf-8")
    faults = []
    assert read_survey(Path(tmp_path), faults) is None
    assert "不是有效的 TOML" in str(faults[0])


def test_a_figure_of_counts_alone_names_its_base():
    told = demo()
    option = [{"code": "sent", "title": "发出份数"}, {"code": "back", "title": "收回份数"}]
    told["question"].append({"code": "sheets", "title": "份数", "kind": "count", "option": option})
    rate = {"code": "returned", "title": "回收率", "question": "sheets", "numerator": ["back"]}
    told["rate"].append(rate)
    assert "要写 base" in str(survey_faults(told)[0])
    rate["base"] = ["sent"]
    assert survey_faults(told) == []
    survey = survey_of(told)
    assert spell_rate(survey, survey.rate("returned")) == "回收率 = “收回份数” ÷ “发出份数”"


def test_every_setting_has_its_words_and_stands_in_the_list():
    told = (SURVEYS / "README.md").read_text(encoding="utf-8")
    for setting in SURVEY.settings:
        assert setting.title
        assert f"`{setting.path.rpartition('.')[2]}`" in told


def test_every_line_of_the_workbook_says_what_it_means():
    told = demo()
    lines = {path: spell_path(told, path) for path, _ in flatten(told)}
    assert [path for path, words in lines.items() if not words or words.endswith(":")] == []
    assert lines["limits.hide"] == "少于多少份不公布"
    assert lines["question[3].option[2].title"] == "题目“是否知道本市正在创建”的第 2 个选项：选项"
    assert lines["score.part[2].weight"] == "问卷得分里的题目“环境卫生”：权重"


def test_the_page_of_the_rules_says_what_each_answer_counts_for(examples):
    survey = survey_of(demo())
    rates = rate_lines(survey)
    assert rates["title"].tolist() == [
        *("知晓率", "参与率", "支持率", "满意度", "问卷得分", "对创建工作的满意程度"),
        "环境卫生、交通秩序、公共秩序、公共设施、窗口服务",
    ]
    assert rates["target"].iloc[:4].tolist() == [85, 50, 95, 90]
    lines = answer_lines(survey).set_index(["question", "option"])
    assert lines.loc[("是否知道本市正在创建", "不太清楚"), "counted"] == "知晓率 只计入分母"
    assert lines.loc[("对创建工作的满意程度", "说不清"), "state"] == "不了解"
    assert lines.loc[("环境卫生", "1 到 5 分"), "kind"] == "打分"
    places = example_lines(examples.values())
    assert (places["place"] == "金昌（2011年）").sum() == 2
    assert places["made"].str.contains("81 分起得 1.5 分").any()
