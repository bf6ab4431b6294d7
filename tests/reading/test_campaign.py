"""专项行动: tasks, who does them, how far they are."""

import pytest

from tests.builders import read_sheets, register

HEADER = ("任务", "牵头单位", "责任单位", "阶段", "完成时限", "进展", "联系人", "备注")


def campaign(*rows, header=HEADER, title="2026年背街小巷整治专项行动任务表"):
    return read_sheets({"Sheet1": [[title], header, *rows]})


def row(**changes):
    usual = {
        **{"任务": "清理小巷乱堆放", "牵头单位": "城管局", "责任单位": "各街道(城东除外)"},
        **{"阶段": "集中整治", "完成时限": "11月30日前", "进展": "已完成80%,正在推进"},
        **{"联系人": "甲", "备注": None},
    }
    return [{**usual, **changes}[name] for name in HEADER]


def told(reading, name):
    return [one[name] for one in reading.records["told"]]


def codes(reading):
    return [problem.code for problem in reading.problems]


def test_a_task_is_laid_out_to_each_unit():
    reading = campaign(row())
    units = register().units["name"]
    assert (reading.kind, codes(reading)) == ("campaign", ["统称-02"])
    assert [units[unit] for unit in reading.records["unit"]] == ["河西街道", "云山镇", "南门街道"]
    first = reading.records["told"][0]
    assert first["campaign"] == "2026年背街小巷整治专项行动任务表"
    assert (first["due"], first["phase"], first["share"]) == ("2026-11-30", "集中整治", "80")
    assert (first["state"], first["contact"]) == ("进行中", "责任人：甲")
    assert [units[unit] for unit in first["lead"]] == ["城管局"]


@pytest.mark.parametrize(
    ("progress", "state", "share"),
    [
        ("已完成", "已完成", ""),
        ("尚未启动", "未开始", ""),
        (0.5, "", "50"),
        ("100%", "已完成", "100"),
        (None, "", ""),
    ],
)
def test_progress_in_few_words(progress, state, share):
    reading = campaign(row(责任单位="公安局", 进展=progress))
    assert (told(reading, "state"), told(reading, "share")) == ([state], [share])


def test_what_is_missing_is_said():
    reading = campaign(row(任务=None, 责任单位="公安局"), row(责任单位=None, 牵头单位=None))
    assert codes(reading) == ["专项-01", "专项-02"]
    assert reading.records["unit"].tolist() == [-1]


def test_without_responsible_units_the_leading_one_answers():
    reading = campaign(row(责任单位=None), row(责任单位="公安局", 完成时限="11月中旬"))
    assert reading.records["unit"].tolist() == [12, 13]
    assert codes(reading) == ["台账-03"]


def test_the_leader_of_a_task_is_kept_with_its_contact():
    reading = campaign([*row(责任单位="公安局"), "丙"], header=(*HEADER, "分管领导"))
    assert told(reading, "contact") == ["责任领导：丙；责任人：甲"]


def test_progress_in_an_unknown_column_is_asked_about_before_tasks_are_stored():
    """The sheet is a campaign by its known titles; its progress would be lost."""
    header = tuple("目前做到哪一步" if name == "进展" else name for name in HEADER)
    reading = campaign(
        row(责任单位="公安局"), row(任务="补划停车线", 责任单位="公安局"), header=header
    )
    assert "表头-10" in codes(reading)
    assert reading.records.empty
