"""A change of a survey's definitions is named in words, one line per change."""

import copy
import tomllib

import pytest

from wenming_metrics.revising.survey_changes import compare_surveys
from wenming_metrics.rules.survey.check import survey_faults
from wenming_metrics.runtime.settings import ROOT


@pytest.fixture(scope="module")
def old() -> dict:
    path = ROOT / "data" / "rules" / "demo-2026" / "survey.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_nothing_changed_says_nothing(old):
    assert compare_surveys(old, copy.deepcopy(old)) == []
    assert compare_surveys({}, {}) == []
    assert compare_surveys({}, old) == [("问卷调查", "新增", "", "演示市创建工作民意调查")]
    assert compare_surveys(old, {}) == [("问卷调查", "取消", "演示市创建工作民意调查", "")]


def test_every_change_is_one_line_in_words(old):
    new = copy.deepcopy(old)
    new["city"] = "pooled"
    new["limits"]["flag"] = 20
    rates = {one["code"]: one for one in new["rate"]}
    rates["awareness"]["numerator"] = ["know"]
    rates["satisfaction"]["target"] = 92
    new["rate"].remove(rates["support"])
    new["question"][2]["option"][1]["aliases"].append("略知一二")
    new["question"][3]["option"].pop()
    new["question"][7]["high"] = 10
    new["score"]["part"][0]["values"]["fair"] = 0.5
    assert survey_faults(new) == []
    assert compare_surveys(old, new) == [
        ("问卷调查", "全市数怎样算", "按各单位常住人口加权", "全部问卷合在一起算"),
        ("样本少的界限", "不排名的份数", "30", "20"),
        (
            *(
                "题目“是否知道本市正在创建”",
                "选项“听说过一些”",
                "听说过一些（有效回答），也写作听说过",
            ),
            "听说过一些（有效回答），也写作听说过、略知一二",
        ),
        ("题目“从哪些渠道了解”", "选项“其他”", "其他（有效回答），也写作其它", ""),
        ("题目“环境卫生”", "打分", "1 到 5", "1 到 10"),
        (
            *("知晓率", "算法"),
            "知晓率 = 回答“知道”“听说过一些”的 ÷ 全部有效回答（“不太清楚”计入分母；空白、没有问到的不计）",
            "知晓率 = 回答“知道”的 ÷ 全部有效回答（“不太清楚”计入分母；空白、没有问到的不计）",
        ),
        (
            *("支持率", "取消"),
            "支持率 = 回答“非常支持”“支持”的 ÷ 全部有效回答（“说不清”“拒绝回答”、空白、没有问到的不计）",
            "",
        ),
        ("满意度", "目标", "90%", "92%"),
        (
            *("问卷得分", "“对创建工作的满意程度”的折算值"),
            "“非常满意”1、“比较满意”0.8、“一般”0.6、“不太满意”0.3、“很不满意”0",
            "“非常满意”1、“比较满意”0.8、“一般”0.5、“不太满意”0.3、“很不满意”0",
        ),
    ]
