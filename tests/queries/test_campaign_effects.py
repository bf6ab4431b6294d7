"""专项行动 before, during and after: counted by hand from a few checks, and said with care."""

from datetime import date

import pandas as pd
import pytest

from tests.builders import read_sheets, xlsx
from tests.offices import checklist, ingest, make_office
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.progress.campaign_effects import (
    AFTER,
    BEFORE,
    DURING,
    LINKED,
    OTHERS,
    campaign_effects,
    effect_sentence,
    lost_ground,
)
from wenming_metrics.queries.progress.campaigns import phase_on, plans, task_form, tasks

HEAD = [
    "专项行动",
    "任务",
    "责任单位",
    "阶段",
    "阶段开始",
    "阶段结束",
    "方案文号",
    "成员单位",
    "涉及测评项",
]
ROWS = [
    ["摊点行动", "", "", "动员部署", "2026-10-11", "2026-10-13", "创办〔2026〕7号", "城东街道", ""],
    ["摊点行动", "清理摊点", "河西街道", "集中整治", "2026-10-14", "2026-10-20", "", "", "摊位"],
]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    items = [["A", "路面", 10, "*"], ["B", "摊位", 5, "*"]]
    office = make_office(
        tmp_path_factory.mktemp("effects"),
        items,
        [{"code": "A", "weight": 50}, {"code": "B", "weight": 50}],
        streets=[("河西街道", "主城区"), ("城东街道", "主城区")],
    )
    lost = {"2026-10-05": (5, 2), "2026-10-15": (1, 2), "2026-10-25": (4, 2)}
    rows = [
        [day, "市", "河西街道", "市场", f"市场{n}", item, "不符合", points]
        for day, (stall, road) in lost.items()
        for n in range(2)
        for item, points in (("摊位", stall), ("路面", road))
    ]
    ingest(office, checklist(rows), "督查.xlsx")
    ingest(office, xlsx({"行动": [["专项行动任务"], HEAD, *ROWS]}), "行动.xlsx")
    return office


def test_the_items_of_an_action_are_counted_beside_all_others(office):
    # Ten days of action from 10-11, ten before from 10-01, after up to the day asked, 10-26.
    effects = campaign_effects(office, date(2026, 10, 26)).set_index(["span", "side"])
    # Two checks of 5 points lose 2 x 5, 2 x 1, 2 x 4 of 10; of 10 points 2 x 2 of 20 each time.
    assert effects["lost_rate"].to_dict() == {
        **{(BEFORE, LINKED): 100, (DURING, LINKED): 20, (AFTER, LINKED): 80},
        **{(span, OTHERS): 20 for span in (BEFORE, DURING, AFTER)},
    }
    assert (effects["checks"] == 2).all()
    days = effects.loc[(AFTER, LINKED), ["first", "last"]].tolist()
    assert days == [date(2026, 10, 21), date(2026, 10, 26)]
    assert effects.loc[(BEFORE, LINKED), "first"] == date(2026, 10, 1)
    # The sum of both sides is all that was looked at.
    assert effects["checks"].sum() == 12


def test_little_is_said_of_few_checks_and_no_cause_of_many(office):
    effects = campaign_effects(office, date(2026, 10, 26))
    assert effect_sentence(effects) == "各时段检查都少于 30 项次，不作比较。"
    assert lost_ground(effects) == []
    many = effects.assign(checks=30)
    sentence = effect_sentence(many)
    assert "涉及的测评项扣分占比下降80.0个百分点，同期其余测评项持平" in sentence
    assert sentence.endswith("两者相差不等于行动的效果。")
    # All failed at all times: nothing got worse. 10 of 60, then 30 of 60, is more than chance.
    assert lost_ground(many.assign(failed=30)) == []
    counts = {(DURING, LINKED): 10, (AFTER, LINKED): 30}
    failed = [counts.get((line.span, line.side), 10) for line in many.itertuples()]
    assert lost_ground(many.assign(checks=60, failed=failed)) == ["摊点行动"]
    # 10 and 13 of 60 differ by 5 points, with an error of 7.1.
    failed = [13 if n == 30 else n for n in failed]
    assert lost_ground(many.assign(checks=60, failed=failed)) == []


def test_a_plan_is_told_with_its_phases(office):
    (plan,) = plans(office).itertuples()
    assert (plan.document_no, plan.assisting, plan.linked_items) == (
        *("创办〔2026〕7号", "城东街道", "摊位"),
    )
    assert (plan.first, plan.last) == ("2026-10-11", "2026-10-20")
    assert phase_on(plan.phases, date(2026, 10, 14)) == "集中整治"
    assert phase_on(plan.phases, date(2026, 10, 21)) == ""
    lines = tasks(office, date(2026, 10, 26))
    assert lines["task"].tolist() == ["清理摊点"]
    content = filled_file(office, "campaign", task_form(lines))
    returned = commit.inspect(office, content, "行动.xlsx").reading
    told = pd.DataFrame(returned.records["told"].tolist())
    assert (returned.kind, told["first"].tolist()) == ("campaign", ["2026-10-14"])
    assert told["linked_items"].tolist() == ["摊位"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({4: "2026-10-22"}, "专项-04"),
        ({4: "十月中"}, "专项-03"),
        ({4: "2026-10-12"}, "专项-05"),
    ],
)
def test_phases_that_cannot_be_are_held_where_they_stand(change, code):
    second = [change.get(n, cell) for n, cell in enumerate(ROWS[1])]
    reading = read_sheets({"行动": [["专项行动任务"], HEAD, ROWS[0], second]})
    assert [(problem.code, problem.row) for problem in reading.problems] == [(code, 4)]
    assert reading.counts.held == 1
