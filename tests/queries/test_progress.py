"""工作推进: materials, metrics and actions from uploaded rows, counted by hand."""

from datetime import date

import pandas as pd
import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office, register_units
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.progress.campaigns import campaigns, task_form, tasks
from wenming_metrics.queries.progress.documents import (
    document_form,
    document_matrix,
    document_rates,
    documents,
    reminders,
)
from wenming_metrics.queries.progress.latest import original
from wenming_metrics.queries.progress.metrics import metric_form, metric_summary, metrics
from wenming_metrics.queries.scores.records import records

DAY = date(2026, 11, 20)
DOCUMENT_HEAD = ["材料要求", "责任单位", "截止日期", "报送时间", "审核意见", "状态"]
METRIC_HEAD = ["单位", "指标", "期间", "数值", "计量单位", "分子", "分母", "目标值"]
ADVERT_HEAD = ["单位", "点位名称", "点位类型", "期间", "长度（米）", "公益广告数", "破损数"]
ADVERT_HEAD += ["每百米要求数"]
TASK_HEAD = ["专项行动", "任务", "责任单位", "截止日期", "进展"]


def documents_sheet(*rows):
    return xlsx({"台账": [["台账材料进度"], DOCUMENT_HEAD, *rows]})


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return progress_office(tmp_path_factory.mktemp("progress"))


def progress_office(folder):
    made = make_office(
        folder,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100}],
    )
    register_units(made, [(f"{name}街道", "主城区") for name in ("河西", "城东", "龙潭")])
    first_list = documents_sheet(
        ["说明报告", "河西街道", "2026-10-31", "", "", "未报"],
        ["说明报告", "城东街道", "2026-10-31", "2026-10-29", "图片不清,退回", "退回"],
        ["说明报告", "龙潭街道", "2026-10-31", "2026-11-03", "通过", "通过"],
        ["实景图片", "河西街道", "2026-11-20", "", "", "未报"],
        ["实景图片", "城东街道", "2026-12-31", "", "", "未报"],
        ["统计表", "龙潭街道", "2026-11-10", "2026-11-10", "", "待审"],
    )
    ingest(made, first_list, "台账一.xlsx")
    # Sent again: 河西 has handed in its report by now, and late; the rest of the list stands.
    ingest(
        made,
        documents_sheet(["说明报告", "河西街道", "2026-10-31", "2026-11-05", "通过", "通过"]),
        "台账二.xlsx",
    )
    values = [
        ["河西街道", "综合活跃度", "2026年9月", 90.1, "%", "", "", 50],
        ["河西街道", "综合活跃度", "2026年10月", 49.5, "%", "", "", 50],
        ["城东街道", "综合活跃度", "2026年10月", 62.59, "%", "", "", 50],
        ["河西街道", "信用活跃度", "2026年10月", 28.29, "%", "", "", ""],
        ["河西街道", "注册率", "2026年10月", "", "", 30, 400, 8],
        ["城东街道", "注册率", "2026年10月", "", "", 50, 600, 8],
        ["龙潭街道", "好人好事", "2026年第二季度", 20, "件", "", "", ""],
        ["龙潭街道", "好人好事", "2026年9月", 9, "件", "", "", ""],
        ["龙潭街道", "好人好事", "2026年第三季度", 31, "件", "", "", ""],
    ]
    ingest(made, xlsx({"指标": [["量化指标"], METRIC_HEAD, *values]}), "指标.xlsx")
    counted = [
        ["", "", "小区", "2026年10月", "", "", "", 2],
        ["河西街道", "一小区", "小区", "2026年10月", 200, 5, 2, ""],
    ]
    ingest(made, xlsx({"广告": [["公益广告统计表"], ADVERT_HEAD, *counted]}), "广告.xlsx")
    to_do = [
        ["背街小巷整治", "清理乱堆放", "河西街道", "2026-11-10", "80%"],
        ["背街小巷整治", "补划车位", "城东街道", "2026-11-10", "已完成"],
        ["背街小巷整治", "修补路面", "龙潭街道", "2026-12-10", "进行中"],
        ["文明交通", "路口劝导", "城东街道", "2026-12-31", "未启动"],
        ["文明旅游", "景区公约", "龙潭街道", "2026-11-01", "已完成"],
    ]
    ingest(made, xlsx({"行动": [["专项行动任务"], TASK_HEAD, *to_do]}), "行动.xlsx")
    return made


def test_each_material_has_the_state_of_the_list_that_came_last(office):
    listed = documents(office, DAY).set_index(["document", "unit_name"])
    states = {
        ("说明报告", "河西街道"): ("通过", False, 0),
        # Sent back on a day nobody wrote, and due 20 days ago.
        ("说明报告", "城东街道"): ("退回（第1轮）", True, 20),
        ("说明报告", "龙潭街道"): ("通过", False, 0),
        # Due today: today still counts.
        ("实景图片", "河西街道"): ("未报", False, 0),
        ("实景图片", "城东街道"): ("未到期", False, 0),
        ("统计表", "龙潭街道"): ("待审", False, 0),
    }
    assert {
        key: (line.state, bool(line.overdue), line.days_late)
        for key, line in zip(listed.index, listed.itertuples(), strict=True)
    } == states
    moved = listed.loc[("说明报告", "河西街道")]
    assert (moved["file"], moved["late"]) == ("台账二.xlsx", True)


def test_a_day_later_what_was_due_today_is_overdue(office):
    listed = documents(office, date(2026, 11, 21)).set_index(["document", "unit_name"])
    line = listed.loc[("实景图片", "河西街道")]
    assert (line["overdue"], line["days_late"]) == (True, 1)


def test_the_rates_say_what_they_are_shares_of(office):
    rates = document_rates(documents(office, DAY)).set_index("unit_name")
    city = rates.loc["全市"]
    # Owed: three reports, the picture due today, the table = 5; handed in 4, passed 2. Fell due: three
    # reports and the table = 4, in time 城东 and 龙潭's table = 2; overdue 城东's report.
    counts = ["owed", "handed", "passed", "fell_due", "in_time", "overdue"]
    assert city[counts].tolist() == [5, 4, 2, 4, 2, 1]
    assert city[["handed_rate", "passed_rate", "in_time_rate"]].tolist() == [80, 50, 50]
    assert rates[counts].iloc[1:].sum().tolist() == city[counts].tolist()
    assert rates.index[1] == "城东街道"


def test_the_matrix_has_a_line_for_each_material(office):
    matrix = document_matrix(documents(office, DAY)).set_index("document")
    assert matrix.loc["说明报告", "城东街道"] == "退回（第1轮），逾期"
    assert matrix.loc["统计表", "河西街道"] == ""
    assert len(matrix) == 3


def test_a_unit_is_reminded_of_what_is_overdue(office):
    lines = reminders(documents(office, DAY), DAY)
    assert lines["unit_name"].tolist() == ["城东街道"]
    assert "1.说明报告（应于2026-10-31前报送，退回（第1轮），逾期20天）" in lines["text"].iloc[0]


def test_metrics_of_different_names_never_share_a_line(office):
    listed = metrics(office).set_index(["indicator", "unit_name"])
    west = listed.loc[("综合活跃度", "河西街道")]
    # 49.5 against 50, after 90.1 a month before.
    assert (west["standing"], west["gap"]) == ("低于目标", -0.5)
    assert west["change"] == pytest.approx(49.5 - 90.1)
    assert listed.loc[("信用活跃度", "河西街道"), "figure"] == 28.29
    assert listed.loc[("信用活跃度", "河西街道"), "standing"] == "没有目标"
    # A quarter is held against a quarter, never against one of its own months.
    deeds = listed[listed["span"] == "quarter"].loc[("好人好事", "龙潭街道")]
    assert deeds[["period", "before", "change"]].tolist() == ["2026年第三季度", 20, 11]
    # 30/400 = 7.5, short of 8.
    assert listed.loc[("注册率", "河西街道"), "figure"] == 7.5


def test_counts_of_all_units_are_pooled(office):
    summary = metric_summary(metrics(office)).set_index("indicator")
    # The quarter hides no month, and neither counts a unit of the other.
    deeds = summary.loc["好人好事", ["span", "units", "highest"]].to_numpy().tolist()
    assert deeds == [["month", 1, 9], ["quarter", 1, 31]]
    # (30 + 50) / (400 + 600) = 8 %; the mean of 7.5 and 8.33 is another figure.
    assert summary.loc["注册率", "pooled"] == 8
    assert summary.loc["注册率", ["units", "with_target", "below"]].tolist() == [2, 2, 1]
    assert summary.loc["综合活跃度", ["units", "below"]].tolist() == [2, 1]


def test_what_is_put_back_as_it_was_stands_as_it_was(tmp_path):
    made = make_office(tmp_path, [["A", "环境", 10, "*"]], [{"code": "A", "weight": 100}])
    register_units(made, [("河西街道", "主城区")])
    for number, value in enumerate((90, 50, 90)):
        line = ["河西街道", "综合活跃度", "2026年10月", value, "%", "", "", ""]
        other = ["河西街道", "好人好事", "2026年10月", number, "件", "", "", ""]
        content = xlsx({"指标": [["量化指标"], METRIC_HEAD, line, other]})
        ingest(made, content, f"{number}.xlsx")
        listed = metrics(made).set_index("indicator")["figure"]
        assert listed.to_dict() == {"综合活跃度": value, "好人好事": number}
    assert records(made, "metric")["value"].tolist() == ["0", "50", "1", "90", "2"]


def test_an_action_stands_where_its_tasks_stand(office):
    summed = campaigns(tasks(office, DAY)).set_index("campaign")
    assert summed["state"].to_dict() == {
        "背街小巷整治": "滞后",
        "文明交通": "未启动",
        "文明旅游": "完成",
    }
    lanes = summed.loc["背街小巷整治"]
    # 80 % of the first task is not done, ten days after its day.
    assert lanes[["tasks", "done", "overdue", "next_due"]].tolist() == [3, 1, 1, "2026-11-10"]
    late = tasks(office, DAY).query("overdue")
    assert late[["unit_name", "days_late", "share"]].values.tolist() == [["河西街道", 10, 80.0]]


def test_a_list_that_goes_out_comes_back_the_same(office):
    before = documents(office, DAY)
    content = filled_file(office, "document", document_form(before))
    returned = commit.inspect(office, content, "台账材料.xlsx").reading
    assert returned.kind == "document"
    told = pd.DataFrame(returned.records["told"].tolist())
    assert told["requirement"].tolist() == before["requirement"].tolist()
    assert returned.records["unit"].tolist() == before["unit"].tolist()
    assert told["due"].tolist() == before["due"].tolist()
    words = {
        "未报": "未报",
        "未到期": "未报",
        "通过": "通过",
        "退回（第1轮）": "退回",
        "待审": "待审",
    }
    expected = [words[state] for state in before["state"]]
    assert told["state"].tolist() == expected


def test_metrics_and_tasks_come_back_as_they_went_out(office):
    """As they were stored, save for the order of the lines."""
    lines = {"metric": metric_form(metrics(office)), "campaign": task_form(tasks(office, DAY))}
    stored = {"metric": metrics(office), "campaign": tasks(office, DAY)}
    same = {
        **{"metric": ["indicator", "period", "value", "numerator", "denominator"]},
        **{"campaign": ["campaign", "task", "due", "progress"]},
    }
    for kind, form in lines.items():
        returned = commit.inspect(office, filled_file(office, kind, form), f"{kind}.xlsx").reading
        assert (returned.kind, returned.counts.held) == (kind, 0)
        told = pd.DataFrame(returned.records["told"].tolist())
        assert told[same[kind]].values.tolist() == stored[kind][same[kind]].values.tolist()
        assert returned.records["unit"].tolist() == stored[kind]["unit"].tolist()


def test_the_original_row_is_shown_without_its_contacts(office):
    line = documents(office, DAY).iloc[0]
    cells = original(office, int(line["batch"]), line["sheet"], int(line["source_row"]))
    assert cells["材料要求"] == "说明报告"
    assert "责任单位" in cells


def test_reviews_follow_one_another_and_what_comes_from_above_is_told(tmp_path):
    made = make_office(tmp_path, [["A", "环境", 10, "*"]], [{"code": "A", "weight": 100}])
    register_units(made, [("河西街道", "主城区")])
    rows = [
        ["台账材料进度"],
        ["材料要求", "责任单位", "截止日期", "初审", None, "复审", None, "状态"],
        [None, None, None, "报送时间", "审核意见", "报送时间", "审核意见", None],
        ["甲", "河西街道", "2026-10-31", "2026-10-29", "通过", None, None, None],
        ["乙", "河西街道", "2026-10-31", "2026-10-29", "通过", "2026-10-30", "通过", "已上传"],
        ["丙", "河西街道", "2026-10-31", "2026-10-29", "通过", "2026-10-30", "通过", "上级退回"],
        ["丁", "河西街道", "2026-10-31", None, None, None, None, "不适用"],
    ]
    ingest(made, xlsx({"台账": rows}), "台账.xlsx")
    lines = documents(made, DAY).set_index("document")
    states = {"甲": "待复审", "乙": "已上传", "丙": "上级退回", "丁": "不适用"}
    assert lines["state"].to_dict() == states
    # Handed in are all three; passed is what was uploaded; late again is what came back from above.
    assert lines["passed"].tolist() == [False, True, False, False]
    assert lines["overdue"].tolist() == [False, False, True, False]
    # What a unit need not hand in is in no base.
    assert lines["owed"].tolist() == [True, True, True, False]
