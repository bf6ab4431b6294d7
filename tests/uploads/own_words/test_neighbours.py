"""Tables that lie between two kinds, or beside ours: told by how their columns go together.

All are decoded once, and read one by one as files of their own.
"""

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

import pytest

from tests.builders import xlsx
from tests.uploads.own_words.corpus import TODAY, context
from wenming_metrics.reading.model.grid import Workbook
from wenming_metrics.reading.model.reading import SURE, Recognised
from wenming_metrics.reading.read import read_workbook
from wenming_metrics.reading.recognise.column_evidence import header_points
from wenming_metrics.reading.sandbox.process import decode

STREETS = ["柳浪街道", "文笔街道", "听泉街道", "桂香街道"]
OFFICES = ["市公安局", "市商务局", "市教育局", "市城市管理局"]
SITES = ["枫林新村", "云溪路", "兰峰广场", "竹川路公厕"]
FOUND = ["楼道堆物", "路面破损积水", "果皮箱满溢", "墙面小广告未清理"]
PEOPLE = ["张某", "李某", "王某", "赵某"]
CODES = ["XQ001", "XQ002", "XQ003", "XQ004"]
DONE = ["已整改", "整改中", "已整改", "已整改"]


def days(first: date) -> list[date]:
    return [first + timedelta(days=number) for number in range(4)]


TABLES = {
    "air": {"日期": days(date(2026, 11, 2)), "街道": STREETS, "PM2.5": [21, 30, 28, 17]}
    | {"PM10": [40, 51, 47, 33], "首要污染物": ["甲", "乙", "甲", "乙"]},
    "rooms": {"会议室": ["一号", "二号", "三号", "四号"], "预订部门": OFFICES}
    | {"开始时间": days(date(2026, 12, 2)), "结束时间": days(date(2026, 12, 3))},
    "power": {
        "单位": OFFICES,
        "本月用电量": [9120, 8310, 7700, 6650],
        "电费": [512, 498, 430, 377],
    },
    "welfare": {"街道": STREETS, "户数": [900, 800, 700, 600], "残疾人": [31, 22, 40, 18]},
    "pupils": {"学生姓名": PEOPLE, "预约时间": days(TODAY), "问题描述": FOUND, "处理状态": DONE},
    "lessons": {
        "督导姓名": PEOPLE,
        "听课日期": days(date(2026, 11, 2)),
        "教学内容": list("甲乙丙丁"),
    }
    | {"评价评分": [91, 88, 85, 90], "评价等级": ["优", "良", "良", "优"]},
    "rooms of pupils": {"宿舍号": ["101", "102", "103", "104"], "学生姓名": PEOPLE}
    | {"甲栏": list("甲乙丙丁"), "扣分项": list("甲乙丙丁"), "扣分": [1, 2, 1, 1]}
    | {"违纪情况说明": FOUND, "提交时间": days(date(2026, 11, 2))},
    "cars asked for": {
        "申请部门": OFFICES,
        "用车事由": list("甲乙丙丁"),
        "用车时间": days(date(2026, 12, 2)),
    }
    | {"目的地": SITES},
    "guards walked by": {"上报人(保安)": PEOPLE, "巡查时间": days(date(2026, 11, 2))}
    | {"巡查地点": SITES, "巡查状态": ["正常", "正常", "异常", "正常"]},
    "places on file": {"街道": STREETS, "场所名称": SITES, "楼层数": [1, 2, 1, 3]}
    | {"经营状态": ["正常", "正常", "异常", "正常"], "档案编号": CODES},
    "health": {"体检日期": days(date(2026, 11, 2)), "体检机构": SITES, "检查项目": list("甲乙丙丁")}
    | {"检查结果": ["合格", "合格", "不合格", "合格"], "健康证号": CODES},
    "all of them failed": {"街道": STREETS, "点位名称": SITES, "测评内容": FOUND, "问题": FOUND}
    | {"测评结果": ["不符合"] * 4},
    "some passed": {"街道": STREETS, "点位名称": SITES, "测评内容": ["是否整洁"] * 4}
    | {"问题": [FOUND[0], None, FOUND[2], None], "测评结果": ["不符合", "符合"] * 2},
    "days to come": {"出动日": days(date(2026, 12, 2)), "小组": ["督查一组", "督查二组"] * 2}
    | {"镇街": STREETS, "要看的点位": SITES},
    "days gone by": {"出动日": days(date(2026, 11, 2)), "小组": ["督查一组", "督查二组"] * 2}
    | {"镇街": STREETS, "要看的点位": SITES},
    "estates": {"小区编码": CODES, "小区名称": SITES, "小区地址": [f"{n}号" for n in range(4)]}
    | {
        "所属社区": ["明居社区", "安顺社区", "兴荣社区", "永泰社区"],
        "命名时间": days(date(2019, 3, 1)),
    },
    "streets and communities": {"镇街": STREETS, "性质": ["社区"] * 4}
    | {"社区或村": ["明居社区", "安顺社区", "兴荣社区", "永泰社区"]},
    "work shared out": {"工作内容": ["清理楼道", "修补路面", "增设果皮箱", "清洗墙面"]}
    | {"牵头部门": OFFICES, "主办部门": OFFICES[::-1]},
    "still to be done": {
        "点位": SITES,
        "存在问题": FOUND,
        "拟整改措施": ["更换面板，加强巡查"] * 4,
    },
}


@lru_cache(maxsize=1)
def sheets() -> dict:
    """Give the decoded sheet of each table."""
    book = xlsx(
        {
            f"s{number}": [list(columns), *map(list, zip(*columns.values(), strict=True))]
            for number, columns in enumerate(TABLES.values())
        }
    )
    return dict(zip(TABLES, decode(book).sheets, strict=True))


def taken_for(name: str) -> Recognised | None:
    alone = replace(sheets()[name], name="表一", index=0)
    return next(
        iter(read_workbook(Workbook((alone,)), "表一.xlsx", "", context()).recognised), None
    )


@pytest.mark.parametrize(
    "name", [*"air rooms power welfare pupils lessons health".split(), "cars asked for"]
)
def test_a_table_of_other_business_is_of_no_kind(name):
    table = taken_for(name)
    assert table is None or not table.certainty


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("all of them failed", "findings"),
        ("some passed", "checklist"),
        ("days to come", "plan"),
        ("days gone by", "visits"),
        ("guards walked by", "visits"),
        ("places on file", "sites"),
        ("estates", "sites"),
        ("streets and communities", "units"),
        ("still to be done", "findings"),
    ],
)
def test_neighbours_are_told_apart_by_what_stands_below(name, kind):
    table = taken_for(name)
    assert table.proposed == kind
    assert table.certainty != SURE


def test_how_a_visit_came_out_is_asked_about_where_no_item_is_named():
    """Read as a visit alone, the place that was not in order would be a clean one."""
    (state,) = [c for c in taken_for("guards walked by").columns if c.header == "巡查状态"]
    assert state.is_doubtful


def test_a_day_of_handing_in_alone_makes_no_questionnaire():
    """By its one known title the list of faults was read as answers, for sure."""
    assert taken_for("rooms of pupils").certainty != SURE


def test_who_does_what_is_no_campaign_without_a_day_or_a_state():
    assert taken_for("work shared out").proposed != "campaign"


def test_of_two_columns_of_units_the_finer_is_named_and_the_other_is_above_it():
    table = taken_for("streets and communities")
    roles = dict(zip([c.header for c in table.columns], table.roles["units"], strict=True))
    assert roles["社区或村"] == "unit_name"
    assert roles["镇街"] == "parent"


@pytest.mark.parametrize(
    ("header", "role", "is_possible"),
    [
        ("隐患位置", "description", False),
        ("隐患位置", "site", True),
        ("走访人员名称", "site", False),
        ("证明材料名称", "site", False),
        ("任务类型", "task", False),
        ("是否存在问题", "description", False),
        ("整改后照片编号", "rectified", False),
        ("限几日内改好", "deadline", True),
        ("验收情况", "rectified", True),
        ("是否已完成整改", "rectified", True),
        ("分管路长姓名", "chief", True),
        ("自评分", "earned_total", False),
        ("考核分", "earned_total", True),
        ("限什么时候整改好", "deadline", True),
        ("限什么时候整改好", "rectified", False),
        ("整改最后修改时间", "deadline", False),
        ("改完的照片", "photo_before", False),
        ("改完的照片", "photo_after", True),
        ("签收日期", "handed_out", True),
        ("不合格处置完成数", "numerator", True),
        ("未完成整改数", "numerator", False),
        ("符不符合", "result", True),
        ("交没交", "result", False),
        ("评分说明", "remark", False),
        ("看到什么不好", "description", True),
        ("哪里不好", "site", False),
        ("谁来管", "responsible", True),
        ("监理单位", "responsible", False),
        ("问题上报部门", "responsible", False),
        ("配合单位", "responsible", False),
        ("处理截至时间", "day", False),
        ("最新进展描述", "measure", True),
        ("指标描述", "description", False),
        ("一票否决", "result", False),
        ("哪些单位帮着办", "assisting", True),
        ("综合指标分值", "total", True),
    ],
)
def test_the_words_of_a_header_say_what_its_column_may_be(header, role, is_possible):
    assert (header_points(header)[role] >= 4) == is_possible
