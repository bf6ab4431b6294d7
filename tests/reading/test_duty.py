"""责任分解: who answers for what; a duty without a unit, or given twice, is held where it stands."""

import pytest

from tests.builders import read_sheets, register

HEADER = ("指标", "测评标准", "点位类型", "任务", "牵头市领导", "牵头单位", "责任单位", "分管领导")
HEADER += ("联络员", "办公电话", "期间", "完成时限")


def duties(*rows, header=HEADER, title="演示市创建工作责任分解表"):
    return read_sheets({"Sheet1": [[title], header, *rows]})


def row(**changes):
    usual = {
        **{"指标": "环境卫生", "测评标准": "路面整洁", "牵头市领导": "甲某", "牵头单位": "城管局"},
        **{"责任单位": "各街道(城东除外)、公安局", "分管领导": "乙某", "联络员": "丙某"},
        **{"办公电话": "8000001", "期间": "2026年"},
    }
    return [{**usual, **changes}.get(name) for name in HEADER]


def codes(reading):
    return [(problem.code, problem.row) for problem in reading.problems]


def test_a_duty_is_laid_out_to_each_unit_with_its_contacts_apart():
    reading = duties(row())
    units = register().units["name"]
    assert (reading.kind, codes(reading)) == ("duty", [("统称-02", 3)])
    names = [units[unit] for unit in reading.records["unit"]]
    assert names == ["河西街道", "云山镇", "南门街道", "公安局"]
    told = reading.records["told"][0]
    assert (told["standard"], told["leader"], told["period"]) == ("路面整洁", "甲某", "2026年")
    assert told["contact"] == {"chief": "乙某", "contact": "丙某", "phone": "8000001"}


def test_a_duty_without_a_unit_or_without_a_matter_is_held():
    reading = duties(
        row(牵头单位=None, 责任单位=None),
        row(指标=None, 测评标准=None, 责任单位="公安局"),
        row(责任单位="公安局"),
    )
    assert codes(reading) == [("责任-02", 3), ("责任-01", 4)]
    assert (reading.counts.good, reading.counts.held) == (1, 2)


def test_a_duty_is_handed_out_once_to_a_unit_in_a_period():
    reading = duties(
        row(责任单位="公安局、城管局"),
        row(责任单位="住建局、公安局"),
        row(责任单位="公安局", 期间="2027年"),
        row(责任单位="公安局", 测评标准="路面 整洁"),
        row(责任单位="公安局", 期间="2026年第三季度"),
        row(责任单位="公安局", 期间="2025年"),
    )
    told = [(p.code, p.row, p.details["first"]) for p in reading.problems]
    assert told == [("责任-03", 4, 3), ("责任-03", 6, 3), ("责任-03", 7, 3)]


@pytest.mark.parametrize(
    ("header", "title", "kind"),
    [
        (("任务", "牵头市领导", "责任单位"), "责任清单", "duty"),
        (("点位名称", "包保领导", "责任单位"), "点位包保一览表", "duty"),
        (("任务", "阶段", "责任单位", "完成时限", "进展"), "任务推进表", "campaign"),
        (("材料要求", "责任单位", "截止日期", "状态"), "申报材料责任分解表", "document"),
    ],
)
def test_other_kinds_with_responsible_units_stay_what_they_are(header, title, kind):
    cells = {"责任单位": "公安局", "截止日期": "2026-12-01", "完成时限": "2026-12-01"}
    reading = duties([cells.get(name, "某某") for name in header], header=header, title=title)
    assert reading.kind == kind
