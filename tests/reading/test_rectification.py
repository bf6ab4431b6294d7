"""整改反馈: what units answer, row by row, as they really write it."""

import pytest

from tests.builders import read_sheets, xlsx
from tests.monday.city import context
from wenming_metrics.reading.read import read
from wenming_metrics.reading.records.rectification import said_state

HEADER = ("问题编号", "点位", "存在问题", "整改措施", "整改情况", "完成时间", "备注")
TITLE = "填报单位(盖章):城东街道办事处    填报人:甲    填报日期:2026.11.18"
PICTURE = '=DISPIMG("ID_2C3D4E5F60718293A4B5C6D7E8F90A1B",1)'


def monday() -> bytes:
    """Build file 5 of a Monday: a unit's answer, with merged numbers and no year in dates."""
    rows = [
        ["城东街道关于11月15日督查问题整改情况的反馈"],
        ["填报单位(盖章):城东街道办事处    填报人:王某    电话:13800138000    填报日期:2026.11.18"],
        [
            *("序号", "问题编号", "点位", "存在问题", "整改措施", "整改情况", "完成时间"),
            *("责任领导", "责任人及电话", "整改前照片", "整改后照片", "备注"),
        ],
        [
            *("1", "DC1115-001", "人民路", "1.非机动车乱停放"),
            *("组织志愿者摆放整齐,补划停车线", "已整改", "当日", "张某(副主任)"),
            *("李某13800138000", "图1", PICTURE),
        ],
        [
            *(None, None, None, "2.出店经营2处", "已劝导商户入店", "已整改并长期坚持", "11.16"),
            *("同上", "同上", None, None, "属城管中队职责,建议转城管局"),
        ],
        [
            *("2", "DC1108-017", "东风小区", "雨污管网破损外溢", "已列入2027年老旧小区改造"),
            *("正在整改", "预计2027年6月", None, None, None, None, "申请延期（挂账）"),
        ],
        [
            *("3", None, "东风路公厕", "洗手台损坏", "已更换", "已完成", "2026.11.17"),
            *("张某", "王某", None, "图2", "自查自改"),
        ],
        ["分管领导签字:                    主要领导签字:"],
    ]

    def merge(book):
        sheet = book.active
        for area in ("A1:L1", "A2:L2", "A4:A5", "B4:B5", "C4:C5"):
            sheet.merge_cells(area)
        sheet["K4"].data_type = "s"  # WPS saves the text of the formula as its value

    return xlsx({"Sheet1": rows}, merge)


def answers(*rows, header=HEADER, title=TITLE):
    return read_sheets({"整改反馈": [[title], header, *rows]})


def told(reading, name):
    return [one[name] for one in reading.records["told"]]


def row(**changes):
    usual = {
        **{"问题编号": "DC1115-001", "点位": "人民路", "存在问题": "乱停放"},
        **{"整改措施": "摆放整齐", "整改情况": "已整改", "完成时间": "2026-11-16", "备注": None},
    }
    return [{**usual, **changes}[name] for name in HEADER]


def test_the_answer_of_a_monday():
    reading = read(monday(), "城东街道整改反馈表11.18(修改稿)(1).xls", context())
    records = reading.records
    assert (reading.kind, reading.outcome) == ("rectification", "共 4 行，4 行可入库，跳过 1 行。")
    assert records["unit"].tolist() == [1] * 4
    assert {str(day) for day in told(reading, "filed")} == {"2026-11-18"}
    assert told(reading, "problem_no") == ["DC1115-001", "DC1115-001", "DC1108-017", ""]
    assert told(reading, "state") == ["反馈已整改", "反馈已整改", "申请挂账", "自查自改"]
    assert told(reading, "finished") == ["当日", "2026-11-16", "预计2027年6月", "2026-11-17"]
    assert told(reading, "photo_before") == [1, 0, 0, 0]
    assert told(reading, "photo_after") == [1, 0, 0, 1]
    assert told(reading, "not_ours") == [0, 1, 0, 0]
    assert told(reading, "contact")[1] == "责任领导：张某(副主任)；责任人：李某13800138000"
    codes = [(problem.code, problem.row) for problem in reading.problems]
    assert ("整改-06", 5) in codes
    assert ("整改-05", 7) in codes
    assert not [p for p in reading.problems if p.severity != "提醒"]


@pytest.mark.parametrize(
    ("said", "state"),
    [
        *((said, "反馈已整改") for said in ("已整改", "已完成", "整改到位", "已整改并长期坚持")),
        *((said, "整改中") for said in ("正在整改", "整改中", "部分完成", "已列入明年计划")),
        *((said, "反馈已整改") for said in ("已完成整改,持续推进长效管理", "已劝导到位", "√")),
        *((said, "整改中") for said in ("已完成80%", "已部分整改", "完成99.5%")),
        *((said, "反馈已整改") for said in ("完成100%", "100%", "已整改100%", "整改完成率100.0%")),
        *((said, "反映不属实") for said in ("经核实反映不属实", "现场未发现该问题")),
        *((said, "未整改") for said in ("未整改", "尚未完成", "无法整改")),
        *(
            (said, "反馈已整改")
            for said in ("改好了", "已改好", "已改正", "都改好了", "已落实", "改完了")
        ),
        *((said, "整改中") for said in ("改了一半", "改好了一半", "已改一半", "正在改")),
        *((said, "整改中") for said in ("已整改一半", "尽快整改到位", "争取月底改好")),
        *((said, "未整改") for said in ("没改好", "还没改", "没有改好", "未改好", "没改")),
    ],
)
def test_what_was_done_in_few_words(said, state):
    assert told(answers(row(整改情况=said, 完成时间=None)), "state") == [state]


_DONE = """已清运 已清理干净 已拆除 已修复 已更换 已劝离 立行立改，已清理 已按要求整改 已整改，部分照片见附件
已整改，未发现反弹现象 已整改，不存在问题 已整改到位，现场未发现垃圾 已整改，加强巡查，防止反弹 已整改到位，无反弹
已整改，加强管理防反弹 已整改，杜绝反弹 已整改5处，共5处 整改任务已完成 已整改，待验收 已要求商户，现已清理完毕 已协调物业整改到位 已于10月底整改到位"""
_ASKED = """要求立即整改到位 人员已到位 督促其整改到位 已完成招标 已整改通知 完成整改方案编制 已整改2处，共5处
已整改，仍有1处未清 已整改，后被破坏 已整改3/5 已整改（除3号楼外） 已整改（遗留1处） 已整改，剩余2处 5处问题，已整改2处
已要求商户整改到位 整改方案已落实 已拆除，待新建 已整改，未能防止反弹 已清理一处，还有两处 已处理，未发现该问题
下一步整改到位 逐步整改到位 年内完成整改 批复后完成 协调物业整改到位 请相关单位整改到位 已清运，明日继续 已更换，又坏
已修复，效果差 已整改，余2处 已整改，缺1块"""
_TO_COME = "待资金到位 资金到位后整改 施工完成后整改到位 11月20日前完成整改 已更换部分灯具"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        *((answer, "反馈已整改") for answer in _DONE.split()),
        *((answer, "") for answer in _ASKED.split()),
        *((answer, "整改中") for answer in _TO_COME.split()),
        *((answer, "反映不属实") for answer in ("已核实，不存在该问题", "已处理，反映不属实")),
    ],
)
def test_a_word_for_done_counts_only_for_what_is_done(answer, state):
    assert said_state(answer, "") == state


def test_what_says_nothing_is_held():
    unsure = (
        "收到",
        "好了",
        "基本整改到位",
        "基本改好",
        "已整改（反弹）",
        "已整改，又出现",
        "已整改？",
    )
    reading = answers(*(row(整改情况=said) for said in unsure), row(整改情况=None))
    assert [problem.code for problem in reading.problems] == [*["整改-01"] * 7, "整改-09"]
    assert reading.counts.held == 8


@pytest.mark.parametrize("column", ["整改情况", "备注"])
def test_a_delay_is_asked_for_not_taken(column):
    changed = {"整改情况": "整改中", "完成时间": None, column: "整改中，申请延期"}
    assert told(answers(row(**changed)), "state") == ["申请挂账"]


@pytest.mark.parametrize(
    ("when", "told_", "codes"),
    [
        ("2026-11-19", "2026-11-19", ["整改-02"]),
        ("11.17", "2026-11-17", []),
        ("立行立改", "当日", []),
        ("月中", "月中", ["整改-04"]),
        ("预计年底", "预计年底", []),
        ("/", "", []),
        (None, "", []),
    ],
)
def test_the_day_of_completion(when, told_, codes):
    reading = answers(row(完成时间=when))
    assert told(reading, "finished") == [told_]
    assert [problem.code for problem in reading.problems] == codes


def test_finished_in_days_to_come():
    reading = answers(row(完成时间="2026-11-24"), title="城东街道整改反馈")
    (problem,) = reading.problems
    assert (problem.code, problem.details) == ("整改-11", {"today": "2026-11-23"})
    assert (reading.counts.good, reading.counts.held) == (0, 1)


def test_a_day_to_come_of_what_is_under_way_is_kept():
    reading = answers(row(完成时间="2026-11-24", 整改情况="整改中"), title="城东街道整改反馈")
    (problem,) = reading.problems
    assert (problem.code, problem.details) == ("整改-02", {"limit": "今天（2026-11-23）"})
    assert reading.counts.held == 0


def test_one_s_own_duty_is_not_another_s():
    reading = answers(row(备注="属我街道职责,已安排"), row(备注="此处不归我街道管"))
    assert told(reading, "not_ours") == [0, 1]


def test_a_day_without_year_lies_before_the_answer():
    title = TITLE.replace("2026.11.18", "2027年1月5日")
    assert told(answers(row(完成时间="12.30"), title=title), "finished") == ["2026-12-30"]


def test_finished_before_it_was_seen():
    header = (*HEADER, "督查时间")
    reading = answers([*row(), "2026-11-17"], header=header)
    assert [problem.code for problem in reading.problems] == ["整改-03"]


def test_two_answers_under_one_number():
    reading = answers(row(), row(整改情况="正在整改", 完成时间=None), row(问题编号="dc1115-002"))
    # Neither can be taken for right: both wait, the third row does not.
    assert [(problem.code, problem.row) for problem in reading.problems] == [
        ("整改-07", 3),
        ("整改-07", 4),
    ]
    assert "第 4 行答的是“整改中”，这一行答的是“反馈已整改”" in reading.problems[0].text
    assert told(reading, "problem_no") == ["DC1115-002"]


def test_answers_to_the_problems_of_one_cell_do_not_contradict_each_other():
    reading = answers(
        row(存在问题="1.垃圾"), row(存在问题="2.积水", 整改情况="正在整改", 完成时间=None)
    )
    assert [problem.code for problem in reading.problems] == []


def test_the_list_that_was_sent_out_comes_back_filled_in():
    header = ("编号", "来源", "责任单位", "存在问题", "扣分", "整改情况", "整改后照片")
    rows = [["1", "市督查组", "河西街道", "垃圾满溢", 1, "已整改", "无"]]
    reading = read_sheets({"整改情况反馈": [header, *rows]})
    assert reading.kind == "rectification"
    assert reading.records["unit"].tolist() == [3]
    assert told(reading, "photo_after") == [0]
    assert told(reading, "photo_before") == [None]


def test_who_answers_may_stand_in_a_title_or_nowhere():
    rows = [HEADER, row()]
    titled = read_sheets({"Sheet1": [["河西街道整改情况反馈"], *rows]})
    assert titled.records["unit"].tolist() == [3]
    nobody = read_sheets({"Sheet1": [["整改情况反馈"], *rows]})
    assert nobody.records["unit"].tolist() == [-1]
    assert [problem.code for problem in nobody.problems] == ["整改-08"]


def test_several_responsible_units_do_not_tell_who_answered():
    header = ("责任单位", *HEADER)
    rows = [["城东街道、城管局", *row()], ["城管局", *row(问题编号="DC1115-003")]]
    named = answers(*rows, header=header)
    assert named.records["unit"].tolist() == [2, 2]
    assert named.problems == ()
    summary = answers(*rows, header=header, title="整改反馈汇总")
    assert summary.records["unit"].tolist() == [-1, 12]
    assert [problem.code for problem in summary.problems] == ["整改-08"]


def test_responsible_units_may_stand_in_two_columns():
    header = ("责任单位", "责任部门", *HEADER)
    units = [("城东街道", ""), ("", "城管局"), ("城东街道", "城管局"), ("城东街道", "没有的局")]
    rows = [[*pair, *row(问题编号=f"DC1115-{n}")] for n, pair in enumerate(units)]
    summary = answers(*rows, header=header, title="整改反馈汇总")
    assert summary.records["unit"].tolist() == [2, 12, -1]
    assert sorted(problem.code for problem in summary.problems) == ["单位-06", "整改-08"]


def test_who_leads_answers_where_no_single_unit_is_responsible():
    header = ("牵头单位", "责任单位", *HEADER)
    rows = [
        ["城管局", "城东街道、河西街道", *row()],
        ["城管局", "河西街道", *row(问题编号="DC1115-003")],
        ["城管局", "", *row(问题编号="DC1115-004")],
    ]
    reading = answers(*rows, header=header, title="整改反馈汇总")
    assert reading.records["unit"].tolist() == [12, 3, 12]
    assert reading.problems == ()
    alone = answers(["城管局", *row()], header=("牵头单位", *HEADER), title="整改反馈汇总")
    assert alone.records["unit"].tolist() == [12]


def test_a_row_speaks_of_one_unit():
    header = ("反馈单位", *HEADER)
    reading = answers(["城东街道、河西街道", *row()], ["河西街道办事处", *row()], header=header)
    assert [problem.code for problem in reading.problems] == ["记录-01"]
    assert reading.records["unit"].tolist() == [3]


def test_what_an_answer_repeats_of_the_list_is_kept_as_written():
    header = (*HEADER, "整改时限", "交办日期", "严重程度")
    reading = answers([*row(), "3个工作日", "11月15日", "较重"], header=header)
    repeated = [told(reading, name) for name in ("deadline", "handed_out", "severity")]
    assert repeated == [["3个工作日"], ["11月15日"], ["较重"]]
    assert "表头-08" not in {problem.code for problem in reading.problems}


@pytest.mark.parametrize(
    ("handed_out", "finished", "day"),
    [
        ("2026-11-03", "11月16日", "2026-11-16"),
        ("2025-12-20", "1月4日", "2026-01-04"),  # the hand-out was in the year before
        ("2025-12-20", "12月28日", "2025-12-28"),
        ("2026-11-20", "11月16日", "11月16日"),  # a year after the hand-out is still to come
        (None, "11月16日", "11月16日"),
        ("2027年", "2月30日", "2月30日"),
    ],
)
def test_a_day_without_a_year_follows_the_hand_out_of_its_row(handed_out, finished, day):
    cells = [*row(完成时间=finished), handed_out]
    reading = answers(cells, header=(*HEADER, "交办日期"), title="填报单位：城东街道办事处")
    assert told(reading, "finished") == [day]
    codes = [problem.code for problem in reading.problems]
    assert codes.count("整改-04") == (not day.startswith("202"))
