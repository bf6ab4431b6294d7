"""What is said of a course and of a change must be true, above all of data made to contradict it."""

import numpy as np
import pandas as pd
import pytest

from wenming_metrics.scoring.trend.change import CAUSES
from wenming_metrics.scoring.trend.control_limits import control
from wenming_metrics.ui.trends import sentences as trends_sentences
from wenming_metrics.ui.trends.sentences import reading

QUIET = [86.2, 87.1, 85.4, 86.9, 88.0, 86.5, 85.9, 87.4, 86.1, 87.7, 85.2, 86.8]
RISEN = [88.4, 88.9, 88.6, 88.1, 89.2, 88.7, 88.5, 88.3]


def said(values, cuts=(), kind="week", **told):
    return reading(control(values, cuts), kind, **told)


def test_a_shift_is_an_improvement_and_upside_down_it_is_none():
    assert said(QUIET + RISEN) == "连续 8 周高于平均（87.40），确有改善。"
    down = said([170 - value for value in QUIET + RISEN])
    assert "连续 8 周低于平均" in down
    assert "确在变差" in down
    assert "改善" not in down


def test_a_shift_that_is_over_is_not_told():
    assert "连续" not in said([*QUIET, *RISEN, 86.0])


def test_quiet_is_called_quiet():
    told = said([*QUIET, 86.3])
    assert "在正常波动范围（" in told
    assert not any(word in told for word in ("改善", "变差", "暂定"))


def test_a_fall_out_of_the_range_is_worse_although_all_else_is_good():
    told = said([*QUIET, 70.0])
    assert "这一周低于正常波动范围（" in told
    assert told.endswith("差于平常。")


def test_a_rise_below_the_mean_gets_no_verdict():
    told = said([95] * 8 + [80, 81, 82, 83, 84, 85, 86, 87], kind="month")
    assert "连续 8 个月低于平均" in told
    assert "连续 7 个月上升" in told
    assert not any(word in told for word in ("改善", "变差", "好于", "差于"))


@pytest.mark.parametrize(
    ("count", "words"), [(1, "只有 1 周有数"), (3, "还看不出走势"), (6, "暂定")]
)
def test_few_points_are_said_to_be_few(count, words):
    assert words in said(QUIET[:count])


def test_after_new_rules_only_what_followed_is_judged():
    told = said([60] * 12 + [*QUIET, 86.5], [12])
    assert told.startswith("改用现行办法以来，在正常波动范围")
    assert "改用现行办法以来，只有 2 周有数" in said([60] * 12 + [90, 91], [12])


def test_the_target_is_reached_sometimes_always_or_never():
    assert "达不到目标 99 分" in said(QUIET, target=99)
    assert "能稳定达到目标 60 分" in said(QUIET, target=60)
    assert "达标不稳定（目标 86 分）" in said(QUIET, target=86)


def test_no_word_of_statistics():
    for series in (QUIET, QUIET + RISEN, [*QUIET, 70.0], QUIET[:5]):
        told = said(series)
        assert not any(word in told for word in ("XmR", "控制", "sigma", "σ", "置信", "显著"))


def latest(values, before=np.nan, *, rate=False):
    titles = [f"第{n}周" for n in range(len(values))]
    return trends_sentences.latest("甲街道", titles, values, before, than="上周", rate=rate)


def test_the_last_value_is_compared_with_what_there_is():
    assert latest([80, 81.5], 80.5) == (
        "第1周，**甲街道 81.50 分**，比上周升 1.50 分，比去年同期升 1.00 分。"
    )
    assert "比第0周降 2.00 分" in latest([80, np.nan, 78])
    missing = latest([80, 79, np.nan], 70)
    assert missing.startswith("第2周没有得分；最近一次，第1周，")
    assert "去年" not in missing
    assert "比上周" not in missing
    assert "持平" in latest([80, 80.001])
    parts = np.array([[80, np.nan], [np.nan, 81.5]])
    apart = trends_sentences.latest("全市", ["第0周", "第1周"], [80, 81.5], np.nan, than="上周", rate=False, unit_values=parts)  # fmt: skip
    assert apart == "第1周，**全市 81.50 分**，上周查的是别的单位，不比较。"
    parts[0, 1] = 82
    assert "比上周升 1.50 分" in trends_sentences.latest("全市", ["第0周", "第1周"], [80, 81.5], np.nan, than="上周", rate=False, unit_values=parts)  # fmt: skip
    assert "升 1.50 个百分点" in latest([80, 81.5], rate=True)
    assert latest([np.nan, np.nan]) == "甲街道在这些时段里没有得分。"


def line(before, after, *points):
    told = dict(zip(CAUSES, points, strict=True))
    return pd.Series({"name": "甲", "score_before": before, "score_after": after, **told})


def test_the_parts_shown_add_up_to_the_change_shown():
    before, after, parts = trends_sentences.shown_parts(
        line(89.75084, 88.72698, -0.6, -0.42386, 0, 0, 0)
    )
    assert (before, after) == (89.75, 88.73)
    assert list(parts.values()) == [-0.60, -0.42, 0, 0, 0]
    third = 1 / 3
    *_, parts = trends_sentences.shown_parts(line(80, 81, third, third, third, 0, 0))
    assert sorted(parts.values()) == [0, 0, 0.33, 0.33, 0.34]
    *_, parts = trends_sentences.shown_parts(line(80.004, 80.006, 0.002, 0, 0, 0, 0))
    assert parts["performance"] == 0.01
    assert parts["restated"] == 0


def test_a_change_is_told_in_one_sentence():
    told = trends_sentences.change(
        "上周", -0.62, dict(zip(CAUSES, (-0.4, -0.22, 0, 0, 0), strict=True))
    )
    assert told == "较上周 **−0.62**：其中整改和督查表现 −0.40，检查范围变化影响 −0.22。"
    told = trends_sentences.change("上月", 0, dict(zip(CAUSES, (0.3, 0, -0.3, 0, 0), strict=True)))
    assert "较上月 **0**：其中整改和督查表现 +0.30，办法 −0.30。" == told
    told = trends_sentences.change("上月", -2, dict(zip(CAUSES, (0, 0, 0, -2, 0), strict=True)))
    assert "加减分 −2.00" in told


def test_the_indicator_that_is_named_moved_the_way_that_is_said():
    leaves = pd.DataFrame({"name": ["停车", "垃圾"], "performance": [-5.0, 3.0]})
    assert "拉低得分的主要是**停车**" in trends_sentences.largest(leaves, {"performance": -2})
    assert "拉高得分的主要是**垃圾**" in trends_sentences.largest(leaves, {"performance": 0.5})
    assert trends_sentences.largest(leaves, {"performance": 0}) == ""


def test_rises_and_falls_are_counted():
    moved = pd.DataFrame({"name": ["甲", "乙", "丙"], "moved": [-1.0, -2.0, np.nan]})
    told = trends_sentences.spread(moved, "上周")
    assert "上升 0 个，下降 2 个，持平 0 个" in told
    assert "升得最多" not in told
    assert "降得最多的是**乙**（−2.00）" in told
    assert "另有 1 个单位" in told
    assert "一个也没有" in trends_sentences.spread(moved.assign(moved=np.nan), "上周")


def test_the_worst_day_is_the_one_that_lost_most():
    days = pd.DataFrame({"day": pd.to_datetime(["2026-11-02", "2026-11-03"]).date})
    days = days.assign(value=[90.0, 80.0], lost=[10.0, 20.0])
    assert "失分最多的是**11月3日**（20.00 分）" in trends_sentences.calendar(days, "全市", 10)
    assert "都没有失分" in trends_sentences.calendar(days.assign(lost=0.0), "全市", 10)
    told = trends_sentences.calendar(days.assign(value=np.nan), "甲", 10)
    assert told == "近 10 周有 2 天督查，甲在其中 0 天有得分。"
