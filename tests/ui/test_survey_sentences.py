"""What is said of rates must be true, above all of data made to contradict it."""

import pandas as pd
import pytest

from tests.ui.survey_frames import CITY, NAN, totals, units
from wenming_metrics.queries.survey.trend import BROKEN, MOVED, STEADY
from wenming_metrics.rules.survey.model import DisclosureLimits, Rate, Survey
from wenming_metrics.ui.survey import sentences as words
from wenming_metrics.ui.survey import sentences_more as telling
from wenming_metrics.ui.survey.answers import cross_table, question_bars
from wenming_metrics.ui.survey.frames import table_of, units_of

RATE = Rate("satisfied", "满意度", "q", target=90.0)
SURVEY = Survey("s", "问卷", "算例", (), (RATE,))


def judged(frame, **verdicts):
    found = frame.assign(judged=frame["state"].isin(["", "caution"]), verdict=0)
    for name, verdict in verdicts.items():
        found.loc[found["unit_name"] == name, "verdict"] = verdict
    return found


def said(total=None, frame=CITY, **verdicts):
    line = totals().iloc[0] if total is None else total
    return words.opening("2026年第三季度", RATE, SURVEY, line, judged(frame, **verdicts))


def test_the_first_sentence_says_the_figure_its_margin_its_target_and_who_differs():
    assert said(甲街道=2, 丁街道=-2) == (
        "2026年第三季度，全市满意度 **93.20%**（误差范围 91.4–94.7%，有效 1,660 份），"
        "高于目标 90（3.2 个百分点）。可以比较的 4 个单位里，1 个明显高于全市：**甲街道**；"
        "1 个明显低于全市：**丁街道**；其余 2 个没有明显差别，先后不说明高低。"
    )
    assert (
        words.left_out(CITY, 10) == "不参与比较的：1 个样本不足，仅供参考；1 个样本过少，不公布。"
    )


def test_noise_is_not_sold_as_an_order():
    told = said(乙街道=-1)
    assert "没有一个与全市有明显差别" in told
    assert "明显高于" not in told
    assert "明显低于" not in told
    assert "其余" not in said(frame=CITY.head(1), 甲街道=2)


def test_a_small_sample_is_never_said_to_differ():
    small = judged(CITY.iloc[4:], 戊街道=0)
    assert words.differences(small) == ""
    assert "戊街道" not in said()


@pytest.mark.parametrize(
    ("shown", "low", "high", "told"),
    [
        (93.2, 91.4, 94.7, "高于目标 90（3.2 个百分点）"),
        (90.5, 88.0, 92.0, "高于目标 90（0.5 个百分点），但在误差范围内，不能断定已达标"),
        (89.5, 87.0, 92.0, "低于目标 90（0.5 个百分点），但在误差范围内，不能断定没有达标"),
        (80.0, 78.0, 82.0, "低于目标 90（10.0 个百分点）"),
        (90.0, 88.0, 92.0, "正好达到目标 90"),
        (95.0, NAN, NAN, "高于目标 90（5.0 个百分点）"),
    ],
)
def test_a_target_is_reached_only_beyond_the_margin_of_error(shown, low, high, told):
    line = totals(shown, low=low, high=high).iloc[0]
    assert words.against_target(line, 90.0) == told
    assert words.against_target(line, None) == ""


def test_a_unit_hidden_beside_another_is_not_called_small():
    lines = units(("庚", "", 80, 90.0, 7, "hidden", None), ("辛", "", 0, 0.0, 0, "hidden", None))
    assert words.left_out(lines, 10) == (
        "不参与比较的：1 个为免倒算，一并不公布；1 个没有有效问卷。"
    )


def test_the_office_is_told_what_to_collect():
    assert words.to_collect(CITY, 30) == (
        "补到 30 份才能比较：戊街道差 10 份、己街道差 24 份，一共还差 34 份。"
    )
    assert words.to_collect(CITY.head(3), 30) == ""
    many = words.to_collect(CITY, 500)
    assert "差 300 份、" in many
    assert "等 6 个单位，一共还差 2,474 份" in many


def test_without_answers_nothing_is_claimed():
    nobody = totals(NAN).iloc[0]
    assert (
        said(nobody, CITY.tail(1)) == "2026年第三季度没有可以公布的满意度：1 个单位的问卷都过少。"
    )
    told = words.opening("2026年第三季度", RATE, SURVEY, None, judged(CITY.head(0)))
    assert told == "2026年第三季度没有可以公布的满意度：没有有效问卷。"


def test_lines_below_a_figure_say_what_it_rests_on():
    line = totals().assign(n_eff=174.01, n=183, covered=3).iloc[0]
    assert words.basis(line, 90.0) == (
        "误差范围 91.4–94.7%（95%置信水平）",
        "目标 90，高 3.2 个百分点",
        "有效 183 份，加权后相当于 174 份独立问卷",
        "4 个单位里 3 个有问卷",
    )
    plain = words.basis(totals().iloc[0], None)
    assert plain == ("误差范围 91.4–94.7%（95%置信水平）", "有效 1,660 份")


def test_those_who_do_not_know_are_told_apart_from_blank_refused_and_not_asked():
    one = pd.Series({"n": 98, "unknown": 2, "blank": 3, "refused": 1, "not_asked": 4})
    assert words.unknown(one, DisclosureLimits(), False) == (
        "另有答不了解、说不清的 2.0%（2 份），未计入；拒答 1 份；空白 3 份；没有问到这一题 4 份。"
    )
    many = pd.Series({"n": 98, "unknown": 22, "blank": 0, "refused": 0, "not_asked": 0})
    assert "18.3%（22 份），未计入，比例偏高" in words.unknown(many, DisclosureLimits(), False)
    assert "22.4%（22 份），已计入分母" in words.unknown(many, DisclosureLimits(), True)
    many["unknown"] = 0
    assert words.unknown(many, DisclosureLimits(), False) == ""


def test_a_hidden_unit_gives_nothing_away_in_the_table():
    lines = table_of(judged(CITY, 甲街道=2), 2, 10)
    last = lines[lines["unit_name"] == "己街道"].iloc[0]
    assert last[["place", "figure", "margin", "against", "remark"]].tolist() == [
        *("", "—", "", "", "样本过少，不公布")
    ]
    small = lines[lines["unit_name"] == "戊街道"].iloc[0]
    assert (small["place"], small["remark"], small["against"]) == ("", "样本不足，仅供参考", "")


def test_only_large_enough_units_are_compared_and_chance_is_left_alone():
    # Around 90 %, 200 questionnaires, binomial limits: 82.64 and 96.21 (99.8 %), 85.40 and 94.23
    # (95 %); of the normal curve they would be 83.44 and 96.56, 85.84 and 94.16.
    lines = [
        *(("甲", "", 200, 96.3, 2, "", 1), ("乙", "", 200, 96.1, 2, "", 2)),
        *(("丙", "", 200, 90.5, 2, "", 3), ("丁", "", 200, 85.3, 2, "", 4)),
        *(("戊", "", 200, 82.5, 2, "", 5), ("己", "", 12, 20.0, 2, "small", None)),
        ("庚", "", 4, 0.0, 0, "hidden", None),
    ]
    found = units_of(units(*lines), "satisfied", 90.0).set_index("unit_name")
    assert found["verdict"].to_dict() == dict(
        zip("甲乙丙丁戊己庚", (2, 1, 0, -1, -2, 0, 0), strict=True)
    )
    assert found.index[found["judged"]].tolist() == list("甲乙丙丁戊")
    assert units_of(units(*lines), "satisfied", NAN)["judged"].sum() == 0
    assert units_of(CITY, "satisfied", 93.2, "其他")["unit_name"].tolist() == [
        *("丁街道", "戊街道", "己街道")
    ]


def groups(*lines):
    names = ["option_title", "k", "n", "value", "low", "high", "hidden"]
    return pd.DataFrame(lines, columns=names)


def test_groups_of_people_are_ordered_only_beyond_chance():
    # 56/70 and 48/80 differ by 5.2 to 33.4 points (Newcombe 1998), 90/100 and 85/100 do not.
    apart = groups(
        ("男", 56, 70, 80.0, 69.18, 87.69, False), ("女", 48, 80, 60.0, 49.04, 70.04, False)
    )
    assert telling.people(apart, "性别", 1) == (
        "全市按性别看，最高的是**男** 80.0%，最低的是**女** 60.0%，相差 20.0 个百分点，超出误差。"
    )
    alike = groups(
        ("男", 90, 100, 90.0, 82.56, 94.48, False), ("女", 85, 100, 85.0, 76.72, 90.69, False)
    )
    assert "在误差以内，不能认定高低" in telling.people(alike, "性别", 1)
    hidden = groups(("男", NAN, 5, NAN, NAN, NAN, True))
    assert telling.people(hidden, "性别", 1) == "各人群的份数都太少，不公布。"


def waves(*lines):
    return pd.DataFrame(lines, columns=["title", "figure", "value", "n", "moved"])


def test_a_course_names_a_move_only_beyond_chance_and_never_over_a_new_definition():
    first, last = ("二季度", "85.00%", 85.0, 1600, ""), ("三季度", "93.20%", 93.2, 1660)
    up = telling.course(waves(first, (*last, MOVED)))
    assert up == "三季度 **93.20%**（1,660 份）；比二季度上升 8.2 个百分点，超出误差。"
    assert "下降 8.2" in telling.course(waves((*last, ""), (*first[:4], MOVED)))
    still = telling.course(waves(first, (*last, STEADY)))
    assert "基本持平（相差 8.2 个百分点，在误差以内）" in still
    new = telling.course(waves(first, (*last, BROKEN)))
    assert new.endswith("与二季度相比，口径调整，前后不可比。")
    assert "上升" not in new
    none = ("二季度", "—", NAN, 4, "")
    assert "二季度没有可以公布的数，不比较" in telling.course(waves(none, (*last, "")))
    assert telling.course(waves(none)) == "最近一期没有可以公布的数。"
    assert "只有这一期" in telling.course(waves(first))


def test_suspicion_is_not_a_verdict():
    two = pd.DataFrame({"counts": [True, False]})
    told = telling.flagged(two)
    assert told.startswith("有 **2 份**问卷疑似代填，其中 1 份已由人认定不计。")
    assert "没有发现" in telling.flagged(two.head(0))
    assert "现在都照常计入" in telling.flagged(two.head(1))


def test_quotas_add_up_and_the_whole_unit_is_not_counted_twice():
    board = pd.DataFrame(
        [
            ("甲街道", "", 40, 40, 0),
            ("乙街道", "", 40, 25, 15),
            ("乙街道", "18—30岁", 10, 2, 8),
        ],
        columns=["unit_name", "stratum", "planned", "done", "gap"],
    )
    assert telling.quotas(board) == (
        "计划 80 份，已完成 **65 份**；2 项配额里 1 项还没有完成，共差 15 份，"
        "差得最多的是**乙街道**，差 15 份。"
    )
    assert "1 项配额都已完成" in telling.quotas(board.head(1))
    parts = telling.quotas(board.tail(1))
    assert "差得最多的是**乙街道（18—30岁）\u2060**，差 8 份" in parts
    nothing = board.head(2).assign(planned=NAN, gap=NAN)
    assert telling.quotas(nothing) == "这一期没有配额；已收 **65 份**。"


def answers(*lines):
    names = ["option", "option_title", "n", "share", "base", "state", "hidden"]
    return pd.DataFrame(lines, columns=names).assign(question="q1", title="您满意吗")


def test_no_answers_stand_apart_from_the_options():
    told = answers(
        ("a", "满意", 85, 85.0, 100, "valid", False),
        ("b", "不满意", 13, 13.0, 100, "valid", False),
        ("u", "说不清", 2, 2.0, 100, "unknown", False),
        ("r", "拒答", 0, 0.0, 100, "refused", False),
        ("#blank", "空白", 3, NAN, 100, "blank", False),
    )
    (one,) = question_bars(told)
    assert [bar.title for bar in one.options] == ["满意", "不满意"]
    assert [(bar.title, bar.count) for bar in one.apart] == [("说不清", 2), ("空白", 3)]
    assert one.basis == "100 份回答"


def test_counts_of_too_few_are_not_laid_out():
    told = answers(
        ("a", "满意", NAN, NAN, NAN, "valid", True),
        ("u", "说不清", NAN, NAN, NAN, "unknown", True),
    )
    (one,) = question_bars(told)
    assert one.basis == "样本过少，不公布"
    assert {(bar.count, bar.share) for bar in (*one.options, *one.apart)} == {(None, None)}


def test_cells_of_units_by_people_hide_what_is_hidden():
    cells = pd.DataFrame(
        [
            (1, "甲街道", "男", 24, 92.31, False),
            (1, "甲街道", "女", 4, NAN, True),
            (2, "乙街道", "男", 0, NAN, True),
            (2, "乙街道", "女", 30, 80.0, False),
        ],
        columns=["unit", "unit_name", "option_title", "n", "shown", "hidden"],
    )
    table = cross_table(cells, 1)
    assert table.columns.tolist() == ["unit_name", "男", "女"]
    assert table.iloc[0].tolist() == ["甲街道", "92.3%（24）", "不公布"]
    assert table.iloc[1].tolist() == ["乙街道", "—", "80.0%（30）"]
