"""Figures that a sender prints are held against our own: both are told where they differ, and only
there; nothing that is printed is changed."""

import pytest

from tests.builders import CHECKLIST, VISITS, check_row, read_sheets
from tests.questionnaires import survey
from tests.uploads.case import visit

STREETS = ("城东街道", "河西街道", "云山镇", "南门街道")


def read_scores(header, *rows, title="2026年9月第三方测评得分", **changes):
    return read_sheets({"得分": [[title], header, *rows]}, **changes)


def differences(reading):
    """Give what was told of printed figures: code, cell, printed, ours."""
    return [
        (
            p.code,
            f"{p.column}{p.row}",
            p.details.get("printed"),
            p.details.get("sum", p.details.get("rank")),
        )
        for p in reading.problems
        if p.code in ("核对-01", "核对-02", "核对-03", "上测-04", "行-02", "指标-06", "计票-03")
    ]


def ranked(ranks, totals=(90, 85, 80, 75), groups=None):
    rows = [[r, s, t] for r, s, t in zip(ranks, STREETS, totals, strict=True)]
    if groups:
        rows = [[*row, group] for row, group in zip(rows, groups, strict=True)]
    return read_scores(["名次", "街道", "总得分", *(["分组"] if groups else [])], *rows)


@pytest.mark.parametrize(
    ("ranks", "totals"),
    [
        ((1, 2, 3, 4), (90, 85, 80, 75)),
        ((1, 1, 3, 4), (90, 90, 80, 75)),
        ((1, 1, 2, 3), (90, 90, 80, 75)),
        ((1, 2, 3, 4), (90, 90, 80, 75)),  # parted by decimals that are not printed
        (("第1名", "第2名", "第3名", "第4名"), (90, 85, 80, 75)),
        ((3, 7, 12, 40), (90, 85, 80, 75)),  # an excerpt of a longer list
        ((1, 2, "—", 3), (90, 85, 83, 75)),  # a unit out of competition
    ],
)
def test_ranks_that_the_totals_give_are_not_spoken_of(ranks, totals):
    assert differences(ranked(ranks, totals)) == []


@pytest.mark.parametrize(
    ("ranks", "totals", "cell", "rank"),
    [
        ((1, 2, 3, 3), (90, 85, 80, 75), "A6", "4"),
        ((1, 3, 3, 4), (90, 85, 80, 75), "A4", "2"),
        ((1, 3, 3, 4), (90, 90, 80, 75), "A4", "1 至 2"),
        ((3, 40, 12, 50), (90, 85, 80, 75), "A4", "3 至 12"),
    ],
)
def test_a_rank_that_the_totals_do_not_give_is_told(ranks, totals, cell, rank):
    reading = ranked(ranks, totals)
    (told,) = differences(reading)
    assert told[:2] == ("核对-02", cell)
    assert told[3] == rank
    assert [one["printed_rank"] for one in reading.records["told"]] == [str(r) for r in ranks]


def test_two_ranks_that_are_swapped_are_both_told():
    told = differences(ranked((2, 1, 3, 4)))
    assert [(cell, printed, rank) for _, cell, printed, rank in told] == [
        ("A3", "2", "1"),
        ("A4", "1", "2"),
    ]


def test_ranks_may_start_anew_in_each_group():
    groups = ("甲组", "甲组", "乙组", "乙组")
    assert differences(ranked((1, 2, 1, 2), groups=groups)) == []
    assert differences(ranked((1, 2, 3, 4), groups=groups)) == []
    (told,) = differences(ranked((1, 2, 1, 3), groups=groups))
    assert told[1:] == ("A6", "3", "2")


QUARTERS = ["街道", "期间", "总得分", "较上季度"]


def quarters(change, before="2026年第二季度", total=86.95):
    rows = [["城东街道", before, 87.45, None], ["城东街道", "2026年第三季度", total, change]]
    return read_scores(QUARTERS, *rows)


@pytest.mark.parametrize("change", ["↓0.50", -0.5, "-0.50", -0.51])
def test_a_change_to_the_total_of_the_period_before(change):
    assert differences(quarters(change)) == []


def test_a_change_that_is_none_is_told_where_the_period_before_stands_there():
    assert differences(quarters("↑1.24")) == [("核对-01", "D4", "↑1.24", "-0.50")]
    assert differences(quarters("↑1.24", before="2026年第一季度")) == []


def test_a_change_beside_the_total_of_the_month_before():
    header = ["街道", "实地", "问卷", "总得分", "上月得分", "升降"]
    rows = [["城东街道", 83.4, 9.3, 92.7, 91.5, "+1.2"], ["河西街道", 82, 9.1, 91.1, 91.8, "-0.7"]]
    assert differences(read_scores(header, *rows, ["云山镇", 81.3, 9, 90.3, None, None])) == []
    wrong = ["云山镇", 81.3, 9, 90.3, 89.9, "-0.4"]
    assert differences(read_scores(header, *rows, wrong)) == [("核对-01", "F5", "-0.4", "0.4")]
    spoken = ["云山镇", 81.3, 9, 90.3, 89.9, "提高0.9个百分点"]
    reading = read_scores(header, *rows, spoken)
    assert differences(reading) == []
    assert reading.records["told"].iloc[2]["change"] == "提高0.9个百分点"


def matrix(*rows):
    head = [
        ["街道", "总得分", "实地考察(85%)", None, "问卷调查(15%)", None],
        [None, None, "原始得分", "加权得分", "满意度(%)", "加权得分"],
    ]
    merged = ("A2:A3", "B2:B3", "C2:D2", "E2:F2")
    return read_sheets(
        {"得分": [["2026年9月第三方测评得分"], *head, *rows]},
        lambda book: [book["得分"].merge_cells(area) for area in merged],
    )


RIGHT = [
    ["城东街道", 86.95, 86.37, 73.41, 90.29, 13.54],
    ["河西街道", 88.93, 88.45, 75.18, 91.67, 13.75],
    ["云山镇", 80.0, 80.0, 68.0, 80.0, 12.0],
]


def changed(row, position, value):
    lines = [list(line) for line in RIGHT]
    lines[row][position] = value
    return lines


def test_weighted_scores_are_checked_row_by_row():
    assert [d for d in differences(matrix(*RIGHT)) if d[0] != "上测-04"] == []
    told = differences(matrix(*changed(2, 3, 86.0)))
    assert ("核对-01", "D6", "86", "68.00") in told
    assert not [d for d in told if d[1] == "B6"]  # the total is that of the raw scores
    assert [d for d in told if d[0] == "核对-01"] == [("核对-01", "D6", "86", "68.00")]
    told = differences(matrix(*changed(1, 5, 17.35)))
    assert [d for d in told if d[0] == "核对-01"] == [("核对-01", "F5", "17.35", "13.75")]


def test_a_total_that_neither_its_weighted_nor_its_raw_scores_give():
    told = [d for d in differences(matrix(*changed(0, 1, 89.65))) if d[0] == "核对-01"]
    assert told == [("核对-01", "B4", "89.65", "86.95")]


FULL = ["街道", "总得分", "公共环境(40分)", "公共秩序(35分)", "公益宣传(25分)"]


@pytest.mark.parametrize("total", [90.35, 90.3, 90.4])
def test_scores_that_add_up_as_far_as_rounding_goes(total):
    assert differences(read_scores(FULL, ["城东街道", total, 36.2, 32.1, 22.05])) == []


def test_scores_that_do_not_add_up_and_one_above_its_full_mark():
    reading = read_scores(FULL, ["城东街道", 93.5, 36.2, 32.1, 22.05], ["河西街道", 94, 45, 30, 19])
    assert differences(reading) == [
        ("核对-01", "B3", "93.5", "90.35"),
        ("核对-03", "C4", "45", None),
    ]
    assert [one["total"] for one in reading.records["told"]] == ["93.5", "94"]


def test_a_way_to_add_up_that_no_header_speaks_of_is_seen_in_the_rows():
    header = ["街道", "总得分", "环境", "秩序", "加分", "减分"]
    rows = [["城东街道", 89, 45, 44, 1, 1], ["河西街道", 85.5, 43, 41, 2, 0.5]]
    assert differences(read_scores(header, *rows)) == []
    wrong = ["云山镇", 80, 40, 41, 0, 2]
    assert differences(read_scores(header, *rows, wrong)) == [("核对-01", "B5", "80", "79.0")]
    header = ["街道", "总得分", "甲", "乙"]
    assert differences(read_scores(header, ["城东街道", 90, 70.1, 3.4])) == []


def test_one_row_per_indicator():
    header = ["街道", "指标", "分值", "得分"]
    rows = [["城东街道", "公共环境", 60, 50], ["城东街道", "公共秩序", 40, 41]]
    reading = read_scores(header, *rows, ["城东街道", "总分", 100, 90])
    assert differences(reading) == [("核对-03", "D4", "41", None), ("核对-01", "D5", "90", "91")]
    assert differences(read_scores(header, rows[0], ["城东街道", "总分", 100, 90])) == []


def test_means_and_sums_of_scores():
    rows = [["城东街道", 88.93, 30], ["河西街道", 86.95, 20]]
    header = ["街道", "总得分", "有效样本"]
    for label, cells in (("平均分", [87.94, None]), ("合计", [None, 50]), ("平均", [87.9, 25])):
        assert differences(read_scores(header, *rows, [label, *cells])) == []
    told = read_scores(header, *rows, ["平均分", 89.74, 25])
    (problem,) = [p for p in told.problems if p.code == "行-02"]
    assert (problem.row, problem.column) == (5, "B")
    assert "“总得分”写 89.74，按各行计算是 87.94" in problem.text
    assert len(told.records) == 2


def test_means_of_groups_stand_under_their_rows():
    rows = [["城东街道", 90], ["河西街道", 80], ["平均", 85], ["云山镇", 70], ["南门街道", 60]]
    reading = read_scores(["街道", "总得分"], *rows, ["平均", 65], ["全市平均", 75])
    assert differences(reading) == []
    reading = read_scores(["街道", "总得分"], *rows, ["平均", 66], ["全市平均", 75])
    assert [d[:2] for d in differences(reading)] == [("行-02", "B8")]


METRIC = ["单位", "指标", "数值", "分子", "分母"]


def metric(*row):
    return read_sheets({"指标": [["2026年9月量化指标"], METRIC, ["城东街道", "占比", *row]]})


@pytest.mark.parametrize(
    ("value", "numerator", "denominator"),
    [
        *(("0.55%", 148, 26898), (18.58, 21, 113), ("18.58%", 21, 113), (0.95, 95, 100)),
        *(("18.5%", 21, 113), ("19%", 21, 113)),
    ],
)
def test_a_rate_that_its_counts_give(value, numerator, denominator):
    assert [p.code for p in metric(value, numerator, denominator).problems] == []


@pytest.mark.parametrize("value", ["15.88%", 15.88, "0.56%"])
def test_a_rate_that_its_counts_do_not_give(value):
    (problem,) = metric(value, 21, 113).problems
    assert (problem.code, problem.row, problem.column) == ("指标-06", 3, "C")
    assert problem.details["rate"] == "18.58"


def wide_metric(*rows, header=("街道", "应完成户数", "完成户数", "完成率(%)")):
    return read_sheets({"指标": [["2026年9月量化指标"], list(header), *rows]})


def test_rates_beside_their_counts():
    right = [["城东街道", 26898, 148, 0.55], ["河西街道", 113, 21, 18.58], ["云山镇", 60, 40, 66.6]]
    assert differences(wide_metric(*right)) == []
    wrong = wide_metric(*right, ["南门街道", 80, 60, 57])
    assert differences(wrong) == [("核对-01", "D6", "57", "75.00")]
    assert differences(wide_metric(["南门街道", 80, 60, 57])) == [("核对-01", "D3", "57", "75")]
    header = ("街道", "注册人数", "活跃人数", "好评率(%)")
    assert differences(wide_metric(["南门街道", 80, 60, 57], header=header)) == []


def test_sums_of_metrics_and_the_rate_of_all():
    rows = [["城东街道", 100, 50, 50], ["河西街道", 300, 270, 90]]
    assert differences(wide_metric(*rows, ["合计", 400, 320, 80])) == []
    (problem,) = [p for p in wide_metric(*rows, ["合计", 410, 320, 85]).problems]
    assert (problem.code, problem.row) == ("行-02", 5)
    assert "“应完成户数”写 410，按各行计算是 400" in problem.text
    assert "“完成率(%)”写 85" in problem.text


def test_districts_and_their_streets_in_one_table_are_not_counted_twice():
    rows = [["东湖区", 400, 320, 80], ["城东街道", 100, 50, 50], ["河西街道", 300, 270, 90]]
    assert differences(wide_metric(*rows, ["合计", 400, 320, 80])) == []
    (problem,) = [p for p in wide_metric(*rows, ["合计", 400, 370, 80]).problems if p.row == 6]
    assert (problem.code, "“完成户数”写 370" in problem.text) == ("行-02", True)


def test_one_row_shows_no_way_to_add_up():
    header = ["街道", "总得分", "日常督查", "月度测评"]
    rows = [["城东街道", 88, 90, 86], ["河西街道", 84, 85, 90]]
    assert differences(read_scores(header, *rows)) == []


def counted(*rows, header=("街道", "回收份数", "非常满意", "满意", "不满意", "满意率(%)")):
    title = ["2026年三季度问卷汇总"]
    return read_sheets({"汇总": [title, list(header), *rows]}, survey=survey())


def test_rates_of_a_counted_table():
    right = [["城东街道", 113, 21, 60, 32, 71.68], ["河西街道", 50, 20, 25, 5, 90]]
    assert differences(counted(*right)) == []
    assert differences(counted(*right, ["云山镇", 40, 20, 15, 5, 78.5])) == [
        ("核对-01", "F5", "78.5", "87.50")
    ]


def test_a_check_is_not_read_as_a_sum_where_items_have_no_points():
    blank = [None] * (len(CHECKLIST) - 1)
    rows = [
        check_row(检查结果="×", 扣分=1),
        check_row(检查结果="×", 扣分=0.5, 测评项="公益广告完好"),
    ]
    for total, codes in ((1.5, ["行-01"]), (1, ["行-02"]), (2, ["行-02"])):
        reading = read_sheets({"检查表": [list(CHECKLIST), *rows, ["合计", *blank[:-1], total]]})
        assert [p.code for p in reading.problems] == codes


@pytest.mark.parametrize(
    ("lost", "score", "codes"),
    [
        *((3, 97, []), (3, 86.96, []), (3, 20, []), (3, 87, [])),
        *((2, 97, ["得分-02"]), (3, 79, ["得分-03"]), (None, None, [])),
    ],
)
def test_what_a_visit_prints_is_held_against_its_problems(lost, score, codes):
    header = ["督查编号", "测评项", "问题描述", "扣分"]
    found = [["V-1", "地面无积水垃圾", "积水", 1], ["V-1", "垃圾桶不满溢", "满溢", 2]]
    visits = [[*visit(), "V-1", lost, score], [*visit(点位名称="解放路"), "V-2", 0, 100]]
    sheets = {
        "检查点位": [[*VISITS, "督查编号", "扣分小计", "得分"], *visits],
        "问题清单": [header, *found],
    }
    # A list of visits with scores is taken for a checklist until a person says what it is.
    reading = read_sheets(sheets, kinds={"检查点位": "visits"})
    assert [(p.code, p.row) for p in reading.problems if p.code != "点位-01"] == [
        (code, 2) for code in codes
    ]
