"""督查安排 from the draw to the plan: kept with its chances, held for coverage, its forms come back."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest

from tests.offices import checklist, ingest, make_office
from wenming_metrics.decisions.inspection_plan import (
    draw_week,
    keep_plan,
    next_monday,
    read_teams,
)
from wenming_metrics.domain.periods import today
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.progress.site_draw import DrawTerms, InspectionTeam, site_risks
from wenming_metrics.queries.progress.week_plan import (
    carried_out,
    check_forms,
    planned_week,
    week_lines,
)

STREETS = [("河西街道", "主城区"), ("城东街道", "主城区"), ("龙潭街道", "其他")]
SITES = [
    [f"{street}{n}号", ("小区", "市场")[n % 2], street] for street, _ in STREETS for n in range(6)
]
TEAMS = (InspectionTeam("市组"), InspectionTeam("河西组", ("河西街道",)))


def plan_office(folder):
    items = [["A", "环境", 10, "*"], ["B", "摊位", 5, "T2"]]
    weights = [{"code": "A", "weight": 60}, {"code": "B", "weight": 40}]
    office = make_office(folder, items, weights, streets=STREETS, sites=SITES)
    day = (today() - timedelta(days=3)).isoformat()
    rows = [
        [day, "市", "河西街道", "小区", "河西街道0号", "环境", "不符合", 10],
        [day, "市", "城东街道", "小区", "城东街道0号", "环境", "符合", 0],
    ]
    ingest(office, checklist(rows), "督查.xlsx")
    return office


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return plan_office(tmp_path_factory.mktemp("plan"))


def test_a_site_weighs_by_time_loss_and_returns(office):
    risks = site_risks(office, next_monday()).set_index("site_name")
    days = (next_monday() - today()).days + 3
    west, east = risks.loc["河西街道0号"], risks.loc["城东街道0号"]
    # Two visits, 10 points lost at one: twice the mean there, nothing at the other.
    assert (west["loss"], east["loss"]) == (2, 0)
    assert east["risk"] == pytest.approx(days / 7)
    assert west["risk"] == pytest.approx(3 * days / 7)
    # Never looked at: 26 weeks, and the loss of the mean.
    assert risks.loc["龙潭街道3号", "risk"] == 26 * 2


def test_a_draw_is_the_plan_that_coverage_is_held_against(office):
    drawn = draw_week(office, next_monday(), DrawTerms(8, of_unit=2, of_type=1), TEAMS, seed=5)
    assert "河西街道" not in set(drawn.lines.loc[drawn.lines["team"] == "河西组", "street_name"])
    assert (drawn.lines["street_name"].value_counts() >= 2).all()
    assert planned_week(office, next_monday()).empty
    keep_plan(office, drawn, "张三")
    lines = week_lines(office, next_monday())
    assert sorted(lines["site"]) == sorted(drawn.lines["site"])
    chances = dict(zip(drawn.lines["site"], 100 * drawn.lines["chance"], strict=True))
    assert dict(zip(lines["site"], lines["chance"], strict=True)) == pytest.approx(
        chances, abs=1e-4
    )
    with pytest.raises(IntakeError, match="已经有抽取的计划"):
        keep_plan(office, drawn, "张三")
    done = carried_out(office, next_monday())
    assert done["planned"].sum() == len(drawn.lines)
    assert done[["visited", "due", "missed"]].to_numpy().sum() == 0


def test_the_check_forms_come_back_as_checks(office):
    if planned_week(office, next_monday()).empty:
        keep_plan(office, draw_week(office, next_monday(), DrawTerms(8), TEAMS, seed=5), "张三")
    files = check_forms(office, next_monday())
    assert len(files) == 2
    name, content = next(iter(files.items()))
    # Days to come are held, row by row.
    coming = commit.inspect(office, content, name)
    assert {problem.code for problem in coming.problems if problem.severity == "待核"} == {
        "日期-02"
    }
    # On the day, what an inspector writes is read; what was not looked at is no check.
    book = openpyxl.load_workbook(BytesIO(content))
    sheet = book["检查表"]
    columns = {cell.value: cell.column for cell in sheet[2]}
    for row in range(3, sheet.max_row + 1):
        sheet.cell(row, columns["督查日期"], today().isoformat())
    sheet.cell(3, columns["检查结果"], "符合")
    sheet.cell(4, columns["检查结果"], "不符合")
    filled = BytesIO()
    book.save(filled)
    back = commit.inspect(office, filled.getvalue(), name)
    assert (back.can_commit, back.reading.counts.held) == (True, 0)
    assert sorted(back.reading.checks["result"])[:2] == [0, 1]
    assert set(back.reading.checks["result"]) == {0, 1, 3}


@pytest.mark.parametrize(
    ("terms", "teams", "words"),
    [
        (DrawTerms(0), TEAMS, "1 以上"),
        (DrawTerms(5, random_share=0.2), TEAMS, "30%"),
        (DrawTerms(5), (), "至少一个督查组"),
        (DrawTerms(5), (InspectionTeam("甲"), InspectionTeam("甲")), "重复"),
        (DrawTerms(5), (InspectionTeam("甲", ("演示区",)),), "没有可以去的督查组"),
    ],
)
def test_terms_that_cannot_be_are_told(office, terms, teams, words):
    with pytest.raises(IntakeError, match=words):
        draw_week(office, next_monday(), terms, teams)


def test_a_past_week_is_not_drawn(office):
    with pytest.raises(IntakeError, match="已经过去"):
        draw_week(office, date(2026, 11, 2), DrawTerms(5), TEAMS)


def test_teams_are_read_as_people_write_them():
    assert read_teams(["市组", " 区组=东湖区，南岭区 ", ""]) == (
        InspectionTeam("市组"),
        InspectionTeam("区组", ("东湖区", "南岭区")),
    )
