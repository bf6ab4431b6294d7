"""The sentences of 总览, on data made to contradict them: what is noise is not told as news."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.offices import checklist, copy_office, ingest, make_office
from tests.polls import THIRD, definitions, people, poll_office, put
from tests.problems_view import view
from wenming_metrics.domain.periods import Window, window
from wenming_metrics.publishing.issues import CHECKING, DRAFT, SIGNED, Issue
from wenming_metrics.queries.ranking.bands import bands, join_bands
from wenming_metrics.queries.ranking.movement import CityMovement, city_movement
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.survey.rates import rates
from wenming_metrics.rules.calendar import Slot
from wenming_metrics.scoring.ranking.ranking import RANKED
from wenming_metrics.ui.overview import sentences
from wenming_metrics.ui.overview.alerts import address_of_undecided

STREETS = [(f"{name}街道", "主城区") for name in "甲乙丙丁戊己庚辛"]
WEEK = window("week", date(2026, 11, 18))
SITES, ITEMS = 8, ("甲项", "乙项", "丙项", "丁项", "戊项")


def week_rows(monday: int, failing: dict[str, int]) -> list[list]:
    """Make a week: every street has eight sites with five items each; some fail `failing` of a site's five."""
    lines = []
    for number, (street, _) in enumerate(STREETS):
        for site in range(SITES):
            # Sites differ a little from each other, and from week to week.
            failed = failing.get(street, (site + number + monday) % 3)
            for position, item in enumerate(ITEMS):
                is_bad = position < failed
                row = [date(2026, 11, monday + site % 5), "市督查组", street, "小区"]
                row += [f"{street}{site}号点", item, "不符合" if is_bad else "符合"]
                lines.append([*row, 1 if is_bad else 0])
    return lines


def two_weeks(folder):
    """甲街道 falls from 80 to 65, all others stay where they are, give or take a site."""
    items = [[code, name, 1, "*"] for code, name in zip("ABCDE", ITEMS, strict=True)]
    office = make_office(
        folder, items, [{"code": code, "weight": 20} for code in "ABCDE"], streets=STREETS
    )
    before = week_rows(9, {"甲街道": 1})
    after = week_rows(16, {"甲街道": 2})
    steady = [row for row in after if row[2] != "甲街道" or row[4][-3] not in "0"]
    ingest(office, checklist(before), "前.xlsx")
    ingest(office, checklist(steady), "后.xlsx")
    return office


@pytest.fixture
def fallen_office(tmp_path):
    return copy_office(tmp_path, "a street falls", two_weeks)


def test_a_street_that_falls_is_said_to_have_fallen_and_noise_is_not(fallen_office):
    ranked = join_bands(ranking(fallen_office, WEEK), bands(fallen_office, WEEK))
    lines = ranked.set_index("unit_name")
    assert lines.loc["甲街道", "score_change"] == -20
    others = lines.drop("甲街道")["score_change"]
    assert others.abs().max() > 0, "the others move too, by noise"
    assert sentences.fallen(ranked) == "得分明显下降：甲街道▼20.00"
    calm = ranked.assign(clear_change=pd.array([False] * len(ranked), "boolean"))
    assert sentences.fallen(calm) == ""
    assert sentences.fallen(ranked.drop(columns="clear_change")) == ""


def test_the_citys_step_is_held_against_its_own_error(fallen_office):
    """Equal weights: the error of the mean is √Σe² ÷ n, of the step the root of both squares."""
    moves = city_movement(fallen_office, WEEK)
    earlier = window("week", date(2026, 11, 11))
    squares = [
        (bands(fallen_office, week)["score_error"] ** 2).sum() / len(STREETS) ** 2
        for week in (earlier, WEEK)
    ]
    assert moves.error == pytest.approx(np.sqrt(sum(squares)))
    scores = [city(fallen_office, week).score for week in (earlier, WEEK)]
    assert list(moves.values[-2:]) == scores
    assert moves.change == pytest.approx(scores[1] - scores[0])
    assert moves.is_like
    assert moves.is_clear == (abs(moves.change) > 2.1 * moves.error)


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        (CityMovement((90.0, 75.0), -15.0, 2.0, True), "比上周明显**下降15.00分**"),
        (CityMovement((75.0, 90.0), 15.0, 2.0, True), "比上周明显**上升15.00分**"),
        (
            CityMovement((90.0, 88.5), -1.5, 1.0, True),
            "比上周降1.50分，在误差以内，无明显变化",
        ),
        (CityMovement((90.0, 75.0), -15.0, None, True), "比上周降15.00分"),
        (CityMovement((90.0, 75.0), -15.0, 1.0, False), "上周查的多是别的街道，不作比较"),
        (CityMovement((None, 75.0), None, None, False), "上周没有得分，不作比较"),
        (CityMovement((75.0, 75.0), 0.0, 1.0, True), "与上周持平"),
        (None, "上周没有得分，不作比较"),
    ],
)
def test_movement_is_told_as_news_only_where_it_is_more_than_noise(moves, told):
    assert sentences.city_step(moves, "上周") == told


def standings(*lines):
    names = ["group", "unit_name", "rank", "standing"]
    frame = pd.DataFrame(lines, columns=names)
    return frame.assign(status=RANKED).astype({"rank": "Int64"})


def test_the_ends_of_groups_say_where_places_cannot_be_told():
    ranked = standings(
        ("城区", "甲街道", 1, "靠前"),
        ("城区", "乙街道", 2, "居中"),
        ("城区", "丙街道", 3, "居中"),
        ("郊区", "丁镇", 1, "靠前"),
    )
    told = sentences.group_ends(ranked)
    assert told == ["城区甲街道第一、丙街道末位（除甲街道外，首末位与居中单位差别不明显）"]
    blurred = ranked.assign(standing="居中")
    assert sentences.group_ends(blurred) == [
        "城区甲街道第一、丙街道末位（各组首末位与居中单位差别不明显）"
    ]
    tied = ranked.assign(rank=1)
    assert sentences.group_ends(tied) == []


def test_what_is_late_is_told_with_whom_and_for_how_many_days():
    late = view(("城管局", 3, 12), ("甲街道", 1, 30), ("教育局", 1, 2))
    assert sentences.overdue(late) == (
        "逾期5条：城管局3条（最长12天）、甲街道1条（最长30天）等3个单位"
    )
    assert sentences.late(late) == "逾期未改5条，最长30天，城管局最多"
    assert sentences.overdue(view(("城管局", 0, 0))) == ""
    assert sentences.late(view(("城管局", 0, 0))) == "没有逾期未改的问题"


def test_the_third_time_at_a_site_is_an_alert_the_second_is_not():
    sites = pd.DataFrame({"site_name": ["甲市场", "乙小区", "丙路"], "days": [4, 3, 2]})
    assert sentences.coming_back(sites) == "第三次反复：甲市场等2个点位"
    assert sentences.coming_back(sites[2:]) == ""


def issue(state, cutoff="2026-11-23T12:00:00+08:00"):
    return Issue(
        1, 2026, 47, "周通报", Window(WEEK.kind, WEEK.start, WEEK.end, 47), cutoff, state, "", ""
    )


def test_what_waits_for_a_word_of_the_leader():
    told = sentences.to_decide(
        {"挂账申请": 2, "待销号": 1}, [issue(CHECKING), issue(SIGNED)], CHECKING
    )
    assert told == "待决定：挂账申请2条、待销号1条、周通报待签发"
    assert sentences.to_decide({}, [issue(DRAFT)], CHECKING) == ""


@pytest.mark.parametrize(
    ("undecided", "address"),
    [
        ({"待销号": 6}, {"fix_state": "待销号"}),
        ({"挂账申请": 2, "待销号": 1}, {}),
        ({}, {}),
    ],
)
def test_what_waits_alone_for_closure_is_listed_alone(undecided, address):
    assert address_of_undecided(undecided) == address


def test_the_issue_that_closes_today_is_told_and_a_signed_one_is_not():
    slot = Slot(2026, 47, Window(WEEK.kind, WEEK.start, WEEK.end, 47), "2026-11-23T12:00:00+08:00")
    on = date(2026, 11, 23)
    assert sentences.issue_due([(slot, None)], on, in_use=False) == (
        "第47期（11月16日—22日）今天12:00截止，未拟稿"
    )
    assert sentences.issue_due([(slot, issue(SIGNED))], on, in_use=True) == ""
    later = date(2026, 11, 25)
    assert sentences.issue_due([(slot, None)], later, in_use=False) == ""
    assert sentences.issue_due([(slot, issue(DRAFT))], later, in_use=True) == (
        "周通报第47期（11月16日—22日）已过截止时间2天，草稿"
    )


def survey_line(folder, *rows):
    made = poll_office(
        folder, [("甲街道", "主城区"), ("乙街道", "主城区")], {"survey.toml": definitions()}
    )
    put(made, THIRD, [line for group in rows for line in group])
    return sentences.survey_line(rates(made, THIRD), THIRD.end)


def test_rates_stand_beside_their_targets_and_numbers(tmp_path):
    """知晓率 aims at 90: 99 of 100 lies above it beyond chance; the others have no target."""
    many = people(99, "甲街道", knows="yes", rating="good"), people(1, "甲街道", knows="no")
    told = survey_line(tmp_path, *many)
    assert "知晓率99.00%（高于目标9.0，100份），满意度100.00%（99份）" in told


def test_what_chance_explains_and_small_samples_are_said(tmp_path):
    people_asked = (
        people(91, "甲街道", knows="yes", rating=""),
        people(9, "甲街道", knows="no", rating=""),
    )
    few = people(20, "甲街道", rating="good"), people(1, "甲街道", rating="bad")
    told = survey_line(tmp_path, *people_asked, *few)
    assert "知晓率91.00%（与目标持平，100份）" in told
    assert "满意度95.24%（21份，样本不足，仅供参考）" in told


def test_three_questionnaires_show_nothing_but_that_there_are_three(tmp_path):
    told = survey_line(tmp_path, people(3, "甲街道", knows="yes", rating="good"))
    assert told.count("样本过少，不公布（3份）") == 3
    assert "%" not in told
