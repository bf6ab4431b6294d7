"""Small nasty cells: what is stored is what their sender sees, or the row waits, or a word is said of it.

What each should be is written beside it by hand; a row that waits has None.
"""

from datetime import date

import pytest

from tests.builders import CHECKLIST, check_row, read_sheets

LOSSES = {
    # as written: points (1e-4) that are stored
    **{"３": 30_000, "扣 1 分": 10_000, "1\xa0": 10_000, "\u200b1": 10_000, "三分": 30_000},
    **{"半分": 5_000, "1.000": 10_000, ".5": 5_000, "1(2处)": 10_000, "2（①号点）": 20_000},
    **dict.fromkeys(("1 2", "1\n2", "1\r\n0.5", "1. 5", "0.5、1", "1+0.5", "0.5×2", "1~2"), None),
    **dict.fromkeys(("5²", "1①", "½", "Ⅲ", "1½", "0,5", "1，5", "1·5", "1.", "5E-1"), None),
    **dict.fromkeys(("50%", "5‰", "8折", "0.5分/处", "1分5", "半", "贰分", "1-", "+1", "ー1"), None),
    **dict.fromkeys(("无", "未扣", "扣完", "待定", "N/A", True, date(2026, 1, 5)), None),
}
PLACES = {
    **{"3 处": 3, "２": 2, "2.0": 2, "共3处": 3, "3处（已整改1处）": 3, "0": 0},
    **dict.fromkeys(("1 2", "2\n3", "2²", "1①", "3、4", "3+1", "3-5处", "约3", "多处", "-1"), None),
    **dict.fromkeys(("1.5", "3处/次", "3处2个", "1,000"), None),
}


def failed(number, **changes):
    return check_row(点位名称=f"市场{number}", 检查结果="不符合", **changes)


def kept(reading, name):
    checks = reading.checks
    return dict(zip(checks["source_row"].tolist(), checks[name].tolist(), strict=True))


def test_points_lost_are_those_that_are_seen_or_the_row_waits():
    lines = [failed(n, 扣分=written) for n, written in enumerate(LOSSES)]
    reading = read_sheets({"检查表": [CHECKLIST, *lines]})
    lost = kept(reading, "lost")
    found = {written: lost.get(row) for row, written in enumerate(LOSSES, 2)}
    assert found == LOSSES
    assert reading.counts.held == sum(points is None for points in LOSSES.values())


def test_places_are_those_that_are_seen_or_the_row_waits():
    lines = [[*failed(n, 扣分=1), written] for n, written in enumerate(PLACES)]
    reading = read_sheets({"检查表": [[*CHECKLIST, "处数"], *lines]})
    places = kept(reading, "places")
    assert {written: places.get(row) for row, written in enumerate(PLACES, 2)} == PLACES


def told(table, name):
    """Give what is kept of each row, by what the column before the last one has."""
    records = read_sheets({"表": table}).records
    facts = {row - 3: said for row, said in zip(records["source_row"], records["told"], strict=True)}
    return {
        line[-1]: facts.get(n) and facts[n].get(name, "") for n, line in enumerate(table[2:])
    }


def campaign(*values, header="进展"):
    rows = [[f"任务{n}", "城管局", value] for n, value in enumerate(values)]
    return [["2026年专项行动任务表"], ["任务", "责任单位", header], *rows]


PROGRESS = {
    **dict.fromkeys(("已完成", "全部完成", "按期完成", "提前完成", "已办结", "完成100%"), "已完成"),
    **dict.fromkeys(("10月20日前已完成", "已于10月前完成", "超额完成120%", "100%"), "已完成"),
    **dict.fromkeys(("预计月底完成", "计划12月完成", "月底前完成", "待完成", "力争完成"), "进行中"),
    **dict.fromkeys(("基本完成", "完成一半", "完成八成", "完成3/4", "完成50%", "部分完成"), "进行中"),
    **dict.fromkeys(("没有完成", "无法完成", "难以完成", "不能按期完成", "未按时完成"), "进行中"),
    **dict.fromkeys(("已完成5个，剩余3个", "完成率50%", "完成（50%）", "完成90%以上"), "进行中"),
    **dict.fromkeys(("完成情况良好", "完成时限12月"), ""),
    **dict.fromkeys(("未启动", "0%"), "未开始"),
}


def test_a_task_is_done_when_that_is_what_is_written():
    assert told(campaign(*PROGRESS), "state") == PROGRESS


def test_how_much_is_done_is_one_share_or_none():
    shares = {"80％": "80", "完成（50%）": "50", "-5%": "", "50-60%": "", "120%": "", 0.5: "50"}
    assert told(campaign(*shares), "share") == shares
    # Beside 50 nobody knows whether 1 is all or a hundredth; the header may say it.
    numbers = {50: "50", 1: "1", 100: "100"}
    assert told(campaign(*numbers), "share") == dict.fromkeys(numbers, "")
    assert told(campaign(*numbers, header="进展(%)"), "share") == numbers


ANSWERS = {
    **dict.fromkeys(("已整改", "整改到位", "已整改，待复查", "提前整改完成"), "反馈已整改"),
    **dict.fromkeys(("已将垃圾清运完成", "已按要求在11月5日前完成整改"), "反馈已整改"),
    **dict.fromkeys(("已整改（部分）", "即将完成", "将于11月30日整改完成", "11月底前完成"), "整改中"),
    **dict.fromkeys(("整改不到位", "不能整改", "没有完成", "尚未完成"), "未整改"),
    **dict.fromkeys(("基本整改", "承诺整改", "1"), None),
}


def test_a_problem_is_put_right_when_that_is_what_is_written():
    rows = [[f"WT{n:03}", "城管局", answer] for n, answer in enumerate(ANSWERS)]
    assert told([["整改反馈"], ["问题编号", "责任单位", "整改情况"], *rows], "state") == ANSWERS


@pytest.mark.parametrize(
    ("title", "header", "cell", "scale"),
    [
        ("2026年9月量化指标", "数值", "95‰", "‰"),
        ("2026年9月量化指标", "数值（%）", 95.3, "%"),
        ("2026年9月量化指标", "数值（万）", 95.3, "万"),
        ("2026年9月量化指标（单位：万元）", "数值", 95.3, "万元"),
        ("2026年9月量化指标", "数值", 95.3, ""),
    ],
)
def test_what_a_number_counts_is_kept_wherever_it_is_written(title, header, cell, scale):
    assert told([[title], ["单位", "指标", header], ["城东街道", "开放率", cell]], "scale") == {
        cell: scale
    }


def test_people_are_counted_in_what_the_header_says_and_no_city_has_a_milliard():
    def people(header, *cells):
        rows = [[f"第{n}街道", "街道", "东湖区", cell] for n, cell in enumerate(cells)]
        units = read_sheets({"表": [["单位名称", "单位类别", "上级单位", header], *rows]}).units
        return units["population"].tolist()

    assert people("常住人口（千人）", 6, "8.2") == [6_000, 8_200]
    assert people("常住人口(万人)", "8.2", 82_000, "8.2万") == [82_000, 82_000]
    assert people("常住人口", "12 000", "12,000") == [12_000]


def test_one_total_over_two_units_is_no_total_of_either():
    table = [["2026年10月第三方测评得分"], ["名次", "街道", "总得分"], [1, "城东街道", 95]]
    table += [[2, "河西街道", None], [3, "云山镇", 90]]
    reading = read_sheets({"表": table}, lambda book: book.active.merge_cells("C3:C4"))
    assert reading.records["source_row"].tolist() == [5]
    assert [p.code for p in reading.problems if p.severity == "待核"] == ["合并-02"] * 2
