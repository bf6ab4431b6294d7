"""Moves of problems by workbook: what is wrong is located and held, everything else goes in."""

from datetime import date

import pytest

from tests.builders import xlsx
from tests.decisions.test_problem_moves import DAY, make, states
from tests.offices import copy_office
from wenming_metrics.access.viewer import Viewer, bind
from wenming_metrics.intake import commit
from wenming_metrics.queries.problems.lists import problem_view

pytestmark = pytest.mark.store

HEADERS = [
    "问题编号",
    "办理事项",
    "办理日期",
    "办理人",
    "单位",
    "整改时限",
    "办理原因",
    "核查方式",
    "批准人",
]


def row(number, act, day, who="甲", unit="", due="", reason="", way="", approver=""):
    return [number, act, f"2026-11-{9 + day:02}", who, unit, due, reason, way, approver]


def send(office, *rows):
    data = xlsx({"流转": [["整改流转表"], HEADERS, *rows]})
    preview = commit.inspect(office, data, "流转.xlsx")
    batch = commit.commit(office, preview, "测试") if preview.can_commit else None
    return batch, preview


@pytest.fixture
def office(tmp_path):
    return copy_office(tmp_path, "problem moves", make)


def test_a_whole_way_in_one_file_and_its_withdrawal(office):
    batch, preview = send(
        office,
        row("P1", "改派", 0, unit="乙街道", due="3个工作日", reason="属乙街道"),
        row("p1", "签收", 1),
        row("P1", "反馈", 2),
        row("P1", "核查通过", 3, who="乙", way="现场"),
        row("P1", "销号", 4, who="丙"),
        row("P2", "反馈", 2),
    )
    assert preview.reading.counts.held == 0, [problem.text for problem in preview.problems]
    assert states(office)[:2] == ["已销号", "待核查"]
    line = problem_view(office, 30, date(2026, 11, 20)).lines.set_index("number").loc["P1"]
    assert (line["unit_name"], line["due"]) == ("乙街道", DAY + 3)
    commit.withdraw(office, batch, "甲", "错")
    assert states(office)[:2] == ["整改中", "整改中"]
    # Sent again, with a problem that goes to another unit and back: nothing of the first time is in its way.
    batch, preview = send(
        office,
        row("P1", "改派", 0, unit="乙街道", due="3个工作日", reason="属乙街道"),
        row("P1", "改派", 1, unit="城管局", due="3个工作日", reason="还是城管局"),
        row("P1", "改派", 2, unit="乙街道", due="3个工作日", reason="定了"),
    )
    assert preview.reading.counts.held == 0, [problem.text for problem in preview.problems]
    line = problem_view(office, 30, date(2026, 11, 20)).lines.set_index("number").loc["P1"]
    assert line["unit_name"] == "乙街道"


def test_each_fault_is_located_and_holds_its_row_alone(office):
    _, preview = send(
        office,
        row("P1", "反馈", 2),
        row("P9", "反馈", 2),  # no such number
        row("P2", "销号", 2),  # not from where it is
        row("P2", "反馈", 2, unit="甲街道"),  # the problem of another unit
        row("P1", "核查不通过", 3, who="乙", due="3个工作日"),  # without a reason
        row("P1", "核查通过", 3, who="乙", way="现场"),
        row("P1", "核查不通过", 3, who="乙", reason="不彻底", due="3个工作日"),  # the other verdict
        row("P2", "反馈", -2),  # before it was found
        row("P2", "反馈", 3, unit="没有这个单位"),
        ["P2", "反馈", "改天", "甲"],
        row("P2", "盖章", 3),
        ["P2", "反馈", "2099-01-01", "甲"],  # a day to come
        row("P2", "反馈", 3),
    )
    held = {
        problem.row: problem.code
        for problem in preview.problems
        if problem.row and problem.severity == "待核"
    }
    assert held == {
        **{4: "流转-01", 5: "流转-03", 6: "流转-08", 7: "流转-04", 9: "流转-16", 10: "流转-05"},
        **{11: "单位-06", 12: "流转-19", 13: "流转-15", 14: "流转-06"},
    }
    assert preview.reading.outcome == "共 13 行，3 行可入库，10 条待核，暂不计分。"
    assert states(office)[:2] == ["待销号", "待核查"]


def test_a_problem_that_was_moved_meanwhile_sends_the_file_back_to_be_read(office):
    data = xlsx({"流转": [["整改流转表"], HEADERS, row("P1", "反馈", 2)]})
    preview = commit.inspect(office, data, "流转.xlsx")
    send(office, row("P1", "认定不属实", 1, reason="没有", approver="丁"))
    with pytest.raises(commit.IntakeError, match="请重新读取这个文件"):
        commit.commit(office, preview, "测试")
    assert states(office)[0] == "不属实"


def test_what_is_approved_does_not_come_in_by_a_file_of_who_may_not_approve(office):
    rows = (
        row("P1", "反馈", 2),
        row("P1", "核查通过", 3, who="乙", way="现场"),
        row("P1", "销号", 4, who="丙"),
    )
    clerk = Viewer("jing", "经办甲", "创建办经办", acts=frozenset({"入库"}))
    _, preview = send(bind(office, clerk), *rows)
    (fault,) = [problem for problem in preview.problems if problem.code == "流转-21"]
    assert (fault.sheet, fault.row) == ("流转", 5)
    assert "没有销号的权限，不能用表格办“销号”。" in fault.text
    assert states(office)[0] == "待销号"
