"""Sentences about lost points on data made to contradict them."""

import numpy as np
import pandas as pd
import pytest

from wenming_metrics.ui.losses.sentences import (
    arithmetic,
    darkest,
    few,
    gained,
    opening,
    uncounted,
    widest,
)


def of(**losses):
    return pd.Series(losses, dtype=float)


@pytest.mark.parametrize(
    ("total", "losses", "added", "said"),
    [
        (0.0, of(), 0, "某街道没有失分。"),
        (5.0, of(甲=5), 0, "某街道失 **5.00** 分，全在**甲**这一项。"),
        (
            10.0,
            of(甲=6, 乙=3, 丙=1),
            0,
            "某街道失 **10.00** 分，失分涉及**甲**、**乙**、**丙**，最多的一项占 60%。",
        ),
        (
            10.0,
            of(甲=5, 乙=5),
            0,
            "某街道失 **10.00** 分，失分涉及**甲**、**乙**，最多的一项占 50%。",
        ),
        (
            10.0,
            of(甲=3, 乙=2, 丙=1, 丁=2, 戊=2),
            0,
            "某街道失 **10.00** 分，失分较为分散，较多的是**甲**（占 30%）。",
        ),
        (
            10.0,
            of(甲=4, 乙=3, 丙=1.5, 丁=1, 戊=0.5),
            0,
            "某街道失 **10.00** 分，失分主要集中在**甲**、**乙**、**丙**（合计占 85%）。",
        ),
        (
            4.0,
            of(甲=1, 乙=1, 丙=1, 丁=1),
            0,
            "某街道失 **4.00** 分，失分分散在 4 项，最多的一项占 25%。",
        ),
        (3.0, of(甲=4, 加分=-1), 1, "某街道失 **3.00** 分（加分抵回 1.00 分），全在**甲**这一项。"),
        (-1.0, of(甲=1, 加分=-2), 2, "某街道加分多于失分，净加 **1.00** 分。"),
    ],
)
def test_the_first_line(total, losses, added, said):
    assert opening("某街道", "", total, losses, added) == said


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ([], "没有失分。"),
        ([3], "失分只有这一项。"),
        ([9, 1], "一项就占 90%（深色），其余 1 项合计占 10%。"),
        ([5, 4, 1], "前 2 项占 90%（深色），其余 1 项合计占 10%；最多的一项占 50%。"),
        ([7, 3], "2 项合起来才过八成（深色），最多的一项占 70%。"),
        ([1] * 10, "失分较为分散：10 项中，失分最多的 8 项合计才占八成，最多的一项占 10%。"),
    ],
)
def test_few_or_many(losses, said):
    assert few(losses) == said


def blocks(*losses):
    return pd.DataFrame([{"level": 0, "name": name, "loss": loss} for name, loss in losses])


def test_the_largest_block_is_named_only_where_there_is_one():
    assert widest(blocks(("甲", 3), ("乙", 1))).startswith("最大的一块是“甲”，占 75%。")
    assert widest(blocks(("甲", 1), ("乙", 1))) == "甲、乙失分一样多，各占 50%。"
    assert widest(blocks(("甲", 1))) == "失分全在“甲”。"
    assert widest(pd.DataFrame(columns=["level", "name", "loss"])) == "没有失分。"


def test_the_darkest_cell_is_named_only_where_there_is_one():
    table = pd.DataFrame({"环境": [1.0, 2.0], "秩序": [None, 0.5]}, ["甲", "乙"])
    assert darkest(table) == "颜色最深的是“乙”的“环境”，失 2.00 分。"
    assert darkest(table.clip(upper=0.5)).startswith("失分最多的 3 格并列，各 0.50 分")
    assert darkest(table.iloc[:1]) == "失分只在“甲”的“环境”一格（1.00 分）。"
    assert darkest(table * 0) == "没有失分。"


def test_what_did_not_count_is_told_only_where_there_is_some():
    assert uncounted(0.0) == ""
    assert "扣分 3 分因扣完为止没有计入" in uncounted(3.0)


def test_a_gain_below_the_loss_is_explained():
    assert gained("甲", 1, 80.0, 82.0, 2.0, 2.0).endswith("80.00 → **82.00**。")
    assert "扣完为止" in gained("甲", 1, 80.0, 81.0, 1.0, 2.0)
    assert gained("甲", 2, None, 50.0, 1.5, 1.5) == "甲把选中的 2 项都改好，可挽回 **1.50** 分。"


def test_what_is_given_back_together_is_not_less_than_what_one_gives():
    """The table has four decimals for the city; the score is rounded to two on both sides."""
    said = gained("全市", 6, 87.60, 87.60, 0.0048, 0.0048, 4)
    assert said == "全市把选中的 6 项都改好，可挽回 **0.0048** 分：87.60 → **87.60**。"
    assert "**0.01** 分：87.60 → **87.60**（得分是" in gained("甲", 2, 87.60, 87.60, 0.006, 0.006)
    assert "四舍五入" not in gained("甲", 1, 80.0, 82.0, 2.0, 2.0)


LINE = {
    **{
        "kind": "row",
        "owner_path": "环境",
        "mode": "rate",
        "full": 100.0,
        "weight": 0.6,
        "multiple": np.nan,
    },
    **{"rate": 0.8, "share": 1.0, "own": 12.0, "points": 3.0, "lost": 20_000, "possible": 50_000},
    **{"part": 2.0, "whole": 8.0, "uncounted": 0.0, "batch": -1, "reason": ""},
}


def worked(of_line=1.0, weight=None, shown=3.0, **told):
    line = pd.Series({**LINE, **told})
    return arithmetic(line, of_line, weight, shown).replace("\\", "")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "扣 2 分 ÷ 本期全部扣分 8 分 = 25.00%，失 12.0000 × 25.00% = 3.0000 分。"),
        (
            {"mode": "visit", "part": 0.4, "whole": 1.6},
            "扣 2 分 ÷ 满分 5 = 0.4000，占各次失分率合计 1.6000 的 25.00%",
        ),
        (
            {"mode": "deduct", "part": 1.25, "whole": 5.0, "uncounted": 0.75},
            "扣 2 分，扣完为止计 1.25 分 ÷ 计入的扣分合计 5 分 = 25.00%",
        ),
        ({"mode": "grade", "part": None, "whole": None}, "分摊，失 12.0000 × 25.00% = 3.0000 分"),
        ({"batch": 4}, "按扣分表计 2 分 ÷"),
        ({"share": 0.5}, "× 天数占比 50.00% = 12.0000 分"),
        ({"of_line": 0.5, "shown": 1.5}, "本行占 50.00%，计 1.5000 分。"),
        ({"weight": 0.04, "shown": 0.12}, "全市得分里这个单位占 4.00%，计 0.1200 分。"),
        (
            {"multiple": 2.4},
            "= 12.0000 分（测评办法给它 25.000%，没有查到的指标的权重分担过来，是 2.4 倍）；",
        ),
        ({"shown": 3.0012}, "（总数取两位小数，各行随着微调，表里列 3.0012 分）。"),
        ({"kind": "silent", "reason": "未查，按 0 分计"}, "“环境”失 3.0000 分，未查，按 0 分计。"),
        (
            {"kind": "adjusted", "reason": "表彰", "points": -1.0, "shown": -1.0},
            "表彰：加 1.0000 分。",
        ),
    ],
)
def test_the_arithmetic_of_a_row(told, said):
    assert said in worked(**told)
