"""A small city with two issues, deadlines and answers, whose 通报 has every section to say something."""

from datetime import timedelta
from pathlib import Path

from tests.builders import xlsx
from tests.offices import RULES, copy_office, ingest, make_office
from tests.publishing.city import MONDAY, NEXT
from wenming_metrics.intake import commit
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.bulletin.confirmed import confirm_names, proposed_names
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT

GROUP, ENDS = "主城区", (FRONT, BACK)
LONG_NAME = "高新技术产业开发区临江新城街道"
STREETS = [(name, GROUP) for name in ("甲街道", "乙街道", "丙街道")]
STREETS += [("丁镇", "其他"), (LONG_NAME, "其他"), ("戊镇", "其他")]
REMARK = "墙面破损" * 1_250
"""5,000 signs."""
HEADERS = ["日期", "来源", "街道", "点位类型", "点位名称", "测评项", "问题描述", "处数", "扣分"]
HEADERS += ["编号", "整改时限", "责任单位"]
DEPARTMENTS = """
[[board]]
kind = "department"
title = "部门"
role = "responsible"
ranked = false
"""
LINES = [
    # street, site, item, points lost of 10, places, number, days to answer in; before and in the issue
    (0, "甲街道", "人民路小区", "环境卫生", 1, 1, "", None),
    (0, "乙街道", "解放市场", "环境卫生", 3, 2, "", None),
    (0, "丙街道", "和平小区", "停车秩序", 2, 1, "", None),
    (0, "丁镇", "丁镇集市", "停车秩序", 1, 1, "", None),
    (7, "甲街道", "人民路小区", "环境卫生", 4, 3, "1", 2),
    (7, "甲街道", "人民路小区", "停车秩序", 1, 1, "2", 30),
    (8, "甲街道", "人民路小区", "环境卫生", 2, 2, "3", 2),
    (7, "乙街道", "解放市场", "停车秩序", 2, 4, "4", 3),
    (7, "丙街道", "和平小区", "环境卫生", 1, 1, "", None),
    (9, "丁镇", "丁镇集市", "停车秩序", 5, 1, "5", 2),
    (9, LONG_NAME, "2号小区", "环境卫生", 2, 1, "", None),
]


def open_bulletin_city(folder: Path, remark: str = REMARK) -> Office:
    """Open an office of six streets in two groups; one of them nobody visits."""
    office = make_office(
        folder,
        [["A", "环境卫生", 10, "*"], ["B", "停车秩序", 10, "*"]],
        [
            {"code": "A", "name": "公共环境", "weight": 60},
            {"code": "B", "name": "公共秩序", "weight": 40},
        ],
        streets=STREETS,
        files={"rules.toml": RULES.format(extra="") + DEPARTMENTS},
    )
    for week in (0, 7):
        lines = [line for line in LINES if week <= line[0] < week + 7]
        rows = [_row(*line, remark if line[6] == "1" or not line[0] else "") for line in lines]
        _send(office, f"第{week}天", rows)
    answers = {
        "甲街道": ["1", "垃圾", "已整改", MONDAY + timedelta(8)],
        "城管局": ["4", "乱停", "已整改", MONDAY + timedelta(11)],
    }
    head = ["问题编号", "存在问题", "整改情况", "完成时间"]
    sheets = {
        unit: [[f"填报单位:{unit}  填报日期:2025.03.14"], head, answer]
        for unit, answer in answers.items()
    }
    data = xlsx(sheets)
    preview = commit.inspect(office, data, "反馈.xlsx")
    commit.commit(office, preview, "测试")
    return office


def _row(day, street, site, item, lost, places, number, limit, remark) -> list:
    on = MONDAY + timedelta(day)
    due = on + timedelta(limit) if limit else None
    duty = "城管局" if item == "停车秩序" else ""
    return [on, "市督查组", street, "小区", site, item, remark, places, lost, number, due, duty]


def _send(office: Office, name: str, rows: list[list]) -> None:
    sheets = {"问题清单": [["督查问题清单"], HEADERS, *rows]}
    answers = SenderAnswers(confirm_visits=True)
    ingest(office, xlsx(sheets), f"{name}.xlsx", answers=answers)


def signed_city(folder: Path) -> Office:
    """Open a copy of the city with both issues signed, which is made once in a run of the tests."""
    return copy_office(folder, "bulletin city", _sign_both)


def _sign_both(folder: Path) -> Office:
    office = open_bulletin_city(folder)
    for day in (MONDAY, NEXT):
        issue = signing.draft(office, day, "张三")
        lists = signing.draft_lists(office, issue)
        confirm_names(office, issue, lists, *(proposed_names(lists, end) for end in ENDS), "李四")
        signing.sign(office, issue.key, "王五", f"创建办〔2025〕{issue.number}号")
    return office
