"""Examples of places the whole way: a workbook of answers, uploaded, gives the figures of its source."""

from datetime import date

import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.survey.rates import rates
from wenming_metrics.queries.survey.score import score
from wenming_metrics.runtime.settings import ROOT

ITEMS = [["A", "环境", 10, "*"]]
TREE = [{"code": "A", "name": "环境", "weight": 100}]
WAVE = window("quarter", date(2026, 9, 1))


def asked(folder, example, header, counts):
    """An office with the definitions of a place, and one street in which so many answered so."""
    told = (ROOT / "data" / "surveys" / f"{example}.toml").read_text(encoding="utf-8")
    office = make_office(
        folder, ITEMS, TREE, files={"survey.toml": told}, streets=[("甲街道", "主城区")]
    )
    answers = [text for text, count in counts.items() for _ in range(count)]
    rows = [
        [number, f"2026/9/12 9:{number // 60:02}:{number % 60:02}", "甲街道", text]
        for number, text in enumerate(answers)
    ]
    book = xlsx({"Sheet1": [["序号", "提交答卷时间", "1、您居住的街道", f"2、{header}"], *rows]})
    ingest(office, book, "问卷.xlsx")
    return office


@pytest.mark.parametrize(
    ("example", "header", "counts", "expected"),
    [
        (
            "jinchang-2011",
            "对卫生工作的满意程度",
            {"满意": 127, "基本满意": 31, "不满意": 2},
            {
                "满意率 = 各份回答折算值的平均，“满意”1、“基本满意”0.75、“不满意”0": (
                    93.91,
                    160,
                ),
                "满意和基本满意合计 = 回答“满意”“基本满意”的 ÷ 全部有效回答": (98.75, 160),
            },
        ),
        (
            "five-levels",
            "总体满意程度",
            {
                **{"非常满意": 60, "比较满意": 25, "一般": 8, "不太满意": 4, "很不满意": 1},
                "说不清": 2,
            },
            {
                "满意率 = 回答“非常满意”“比较满意”的": (86.73, 98),
                "满意度指数 = 各份回答折算值的平均": (85.46, 98),
                "满意度得分 = 各份回答折算值的平均": (87.76, 98),
                "基本满意以上的比例 = 回答": (94.9, 98),
            },
        ),
    ],
)
def test_the_same_answers_by_each_rule_each_with_its_rule(
    tmp_path, example, header, counts, expected
):
    office = asked(tmp_path, example, header, counts)
    found = rates(office, WAVE)
    unit = found.units.set_index("rate")
    city = found.totals[found.totals["level"] == "city"].set_index("rate")
    for (rate, sentence), (begin, (shown, n)) in zip(
        found.definitions, expected.items(), strict=True
    ):
        assert sentence.startswith(begin)
        for lines in (unit, city):
            assert (lines.loc[rate.code, "shown"], lines.loc[rate.code, "n"]) == (shown, n)


def test_points_of_a_score_by_its_rule(tmp_path):
    """50 + 22.5 + 5.5 of 90 are 86.67; the ten who do not know are not scored."""
    counts = {"满意": 50, "基本满意": 30, "不满意": 10, "不了解": 10}
    found = score(asked(tmp_path, "shandong-2009", "总体评价", counts), WAVE)
    assert found.units["shown"].tolist() == [86.67]
    assert found.sentence == "满意度得分 = 各题折算值按权重平均（总体评价 100%） × 100 分"


def test_a_score_in_bands_gives_the_points_of_its_band(tmp_path):
    """40 比较满意 and 60 一般 are 68 of 100: the band from 61 on gives 0.8 of 1.5 points."""
    counts = {"比较满意": 40, "一般": 60}
    office = asked(tmp_path, "banded-points", "对城市管理的满意程度", counts)
    assert score(office, WAVE).units["shown"].tolist() == [0.8]
