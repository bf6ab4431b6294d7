"""What is said of one unit must be true, above all of data made to contradict it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from wenming_metrics.charts.range_bars import Range, left_end, range_lines
from wenming_metrics.charts.rank_history import PeriodRank, rank_drawing, rank_lines
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.unit.open_problems import Unsolved
from wenming_metrics.queries.unit.portrait import SEEN, UNSEEN
from wenming_metrics.scoring.ranking.ranking import RANKED, THIN, UNVISITED, VETOED
from wenming_metrics.ui.portrait import sentences as portrait_sentences
from wenming_metrics.ui.portrait import tables as portrait_tables
from wenming_metrics.ui.portrait.facts import SurveyFacts

WEEK = window("week", date(2026, 11, 20))


def line(**told):
    usual = {"status": RANKED, "score": 87.2, "rank": 5, "tied": False, "rank_change": 3}
    usual |= {"score_change": 0.85, "group": "主城区", "document_no": "", "is_new": False}
    return pd.Series({**usual, **told})


def standing(**told):
    return portrait_sentences.standing(line(**told), "城东街道", "本周", 12, "上周")


def test_place_score_and_movement_are_told():
    said = "城东街道本周得 **87.20** 分，主城区 12 个参加排名的单位中第 **5** 名"
    assert standing() == f"{said}，名次比上周上升 3 位，得分上升 0.85 分。"
    assert "降 2 位，得分下降 1.00 分" in standing(rank_change=-2, score_change=-1.0)
    assert "名次与上周持平，得分持平" in standing(rank_change=0, score_change=0.0)
    assert "升 1 位，得分下降 0.40 分" in standing(rank_change=1, score_change=-0.4)
    assert "中并列第 **5** 名" in standing(tied=True)
    assert standing(rank_change=pd.NA, score_change=np.nan).endswith("上周没有名次。")


def test_a_unit_without_a_place_is_given_none():
    assert "没有督查" in standing(status=UNVISITED, score=np.nan, rank=pd.NA)
    assert "检查项不足" in standing(status=THIN, score=np.nan, rank=pd.NA)
    said = standing(status=VETOED, rank=pd.NA, document_no="1号")
    assert "一票否决" in said
    assert "不排名" in said
    assert not any("名次的单位里" in standing(status=one) for one in (UNVISITED, THIN, VETOED))


def losses(*points):
    paths = [("公共环境", f"标准{number}") for number in range(len(points))]
    return pd.DataFrame({"path": pd.Series(paths, dtype=object), "loss": points})


def test_what_costs_most_is_one_only_where_it_is_one():
    assert (
        portrait_sentences.costs(losses(3.0, 1.0), 4.0)
        == "失分最多的是“标准0”（3.00 分，占 75%）。"
    )
    assert "“标准0”、“标准1”，各 2.00 分" in portrait_sentences.costs(losses(2.0, 2.0, 1.0), 5.0)
    assert "等 3 项，各 2.00 分" in portrait_sentences.costs(losses(2.0, 2.0, 2.0), 6.0)
    assert portrait_sentences.costs(losses(), 0.0) == "没有失分。"
    assert "占" not in portrait_sentences.costs(
        losses(3.0, -1.0), 2.0
    )  # 加分 stands among the lines


def test_the_ledger_says_a_share_only_where_lines_are_cut():
    assert (
        portrait_sentences.ledger(losses(3.0, 1.0), 4.0, 5) == "2 条标准，各行相加正好是 4.00 分。"
    )
    assert portrait_sentences.ledger(losses(3.0, 1.0), 4.0, 1).endswith("前 1 条占 75%。")


def fixing(*gains):
    return pd.DataFrame(
        {"name": [f"类{at}" for at in range(len(gains))], "count": 2, "gain": gains}
    )


def test_what_to_fix_first_is_told_with_the_score_it_leads_to():
    said = portrait_sentences.fix(fixing(2.0, 1.0), (90.2, 3.0), 87.2, 3)
    assert (
        said
        == "优先整改“类0”、“类1”，共 4 条问题，都整改到位可挽回 **3.00** 分（87.20 → **90.20**）。"
    )
    # 87.5951 and 0.006 more are 87.6011: the score does not move, what is given back is not nothing.
    said = portrait_sentences.fix(fixing(0.006), (87.60, 0.01), 87.60, 3)
    assert said.endswith("可挽回 **0.01** 分（87.60 → **87.60**，得分是四舍五入以后的数）。")
    assert "→" not in portrait_sentences.fix(fixing(2.0), (None, 2.0), np.nan, 3)
    assert portrait_sentences.fix(fixing(), (87.2, 0.0), 87.2, 3).startswith("没有整改以后")


def over_time(*scores):
    ranks = [pd.NA if np.isnan(one) else place for place, one in enumerate(scores, 1)]
    told = {"score": scores, "rank": pd.array(ranks, "Int64"), "failed": 3}
    return pd.DataFrame({**told, "status": [RANKED] * len(scores)})


def test_periods_without_score_are_counted_as_gaps():
    said = portrait_sentences.course(over_time(90.0, np.nan, 80.0), "周")
    assert (
        said
        == "近 3 周：最好第 1 名，最差第 3 名，有 1 周没有得分，图上空着，得分在 80.00 到 90.00 之间。"
    )
    assert "没有得分" not in portrait_sentences.course(over_time(90.0, 80.0), "周")
    assert portrait_sentences.course(over_time(np.nan, np.nan), "周") == "近 2 周都没有得分。"
    assert "看不出升降" in portrait_sentences.course(over_time(90.0), "周")


def against(*pairs, state=SEEN):
    lines = [
        {"name": f"指标{at}", "level": 1, "own": True, "state": state, "units": 5}
        | {"rate": rate, "middle": middle, "gap": rate - middle, "better": 0, "checks": 4}
        for at, (rate, middle) in enumerate(pairs)
    ]
    return pd.DataFrame(lines)


def test_ahead_and_behind_are_counted_as_they_are_shown():
    said = portrait_sentences.against(against((90.0, 80.0), (70.0, 75.5)), "主城区")
    assert "2 类指标里 1 项高于平均，1 项低于平均" in said
    assert "“指标1”，低 5.5 个百分点" in said
    assert "低于" not in portrait_sentences.against(against((90.0, 80.0)), "主城区")
    assert "1 项相同" in portrait_sentences.against(against((80.04, 80.0)), "主城区")
    alone = against((90.0, 90.0)).assign(units=1)
    assert portrait_sentences.against(alone, "主城区") == "同组没有别的单位可比。"


def test_extremes_are_never_on_the_wrong_side():
    behind, ahead = portrait_sentences.extremes(against((90, 80), (70, 75), (50, 50), (95, 80)), 2)
    assert behind["name"].tolist() == ["指标1"]
    assert ahead["name"].tolist() == ["指标3", "指标0"]


def test_what_was_not_looked_at_is_said():
    assert "1 条（指标0）" in portrait_sentences.unseen(against((np.nan, 80.0), state=UNSEEN))
    assert portrait_sentences.unseen(against((90.0, 80.0))) == "应查的标准都查到了。"


def opened(late=0, near=0, later=0, undated=0):
    return Unsolved(WEEK, date(2026, 11, 22), late, near, later, undated, 0, pd.DataFrame())


def test_open_problems_are_told_by_how_near_they_are():
    said = portrait_sentences.problems(opened(late=2, later=3, undated=4))
    assert said.startswith(
        "截至 2026-11-22，5 条还没有整改完（含共同负责的）：已逾期 2 条，期限更晚的 3 条。"
    )
    assert "另有 4 条没有写期限" in said
    assert "到期" not in said
    assert "没有带期限" in portrait_sentences.problems(opened(undated=4))


@pytest.mark.parametrize(
    ("left", "told"),
    [(-2, ("red", "逾期 2 天")), (0, ("yellow", "今天到期")), (3, ("yellow", "还有 3 天"))]
    + [(4, ("green", "还有 4 天"))],
)
def test_three_colours_are_for_deadlines(left, told):
    assert portrait_sentences.urgency(left) == told


def test_problems_of_a_department_are_compared_not_ranked():
    now = pd.Series({"failed": 5, "failed_before": 8})
    said = portrait_sentences.listed(now, "城管局", "本周", "上周")
    assert "负责的问题有 **5** 项" in said
    assert "少 3 项" in said
    assert "不排名" in said
    none = portrait_sentences.listed(
        pd.Series({"failed": 0, "failed_before": 8}), "城管局", "本周", "上周"
    )
    assert "没有由其负责的问题" in none


def test_lists_that_are_cut_say_how_many_are_left_and_still_add_up():
    html = portrait_tables.losses(
        losses(3.0, 2.0, 1.5, 0.5).assign(count=1, sites=1), 7.0, {"lost_unit": "甲"}, 2
    )
    assert "其余 2 条标准" in html
    assert ">2.00<" in html
    assert ">7.00<" in html
    fixes = portrait_tables.fixes(fixing(2.0, 1.0).assign(sites=1), 9, {}, 1)
    assert "查看全部 9 类" in fixes


def test_texts_of_uploads_are_escaped_and_words_for_the_screen_become_html():
    bad = losses(3.0).assign(count=1, sites=1)
    bad["path"] = pd.Series([("<b>坏",)], dtype=object)
    assert "<b>坏" not in portrait_tables.losses(bad, 3.0, {}, 5)
    assert portrait_tables.as_html("得 **8\\.5** 分\\<") == "得 <b>8.5</b> 分&lt;"


def test_gaps_stay_gaps_in_figure_and_drawing():
    points = [PeriodRank("9/1", 90.0, 1, "", ""), PeriodRank("9/8", None, 0, "未督查", "")]
    points += [PeriodRank("9/15", 80.0, 2, "", "")]
    gap, scores, places = rank_lines(points).data
    assert list(gap.x) == [1]
    assert list(gap.text) == ["未督查"]
    assert list(scores.y) == [90.0, None, 80.0]
    assert list(places.y) == [1, None, 2]
    assert not scores.connectgaps
    assert rank_drawing(points).startswith("<img")


def test_one_scale_holds_all_ranges():
    lines = [Range("甲<", 55.0, 99.0, 80.0, 70.0, "70.0%", "查 4 项", "lost?x=1&y=2")]
    lines += [Range("乙", None, None, None, None, "未查", "")]
    assert left_end(lines) == 50
    html = range_lines(lines)
    assert "甲&lt;" in html
    assert "lost?x=1&amp;y=2" in html
    assert html.count("<tr>") == 2


def test_a_survey_figure_carries_its_count_its_margin_and_its_doubt():
    usual = {"title": "满意度", "target": 90.0, "n": 42, "low": 84.21, "high": 98.68, "place": 4.0}
    shown = {**usual, "shown": 95.24, "state": "caution"}
    hidden = {**usual, "n": 4, "low": np.nan, "high": np.nan, "shown": np.nan, "state": "hidden"}
    html = portrait_tables.survey(SurveyFacts(WEEK, pd.DataFrame([shown, hidden]), 2), 5)
    assert "满意度（目标 90%）" in html
    assert "42 份（样本偏少），84.21—98.68%，第 4 名" in html
    assert ">95.24%<" in html
    assert "4 份，样本过少，不公布" in html
    assert "另有 1 项未列出" in portrait_tables.survey(
        SurveyFacts(WEEK, pd.DataFrame([shown] * 2), 2), 1
    )
