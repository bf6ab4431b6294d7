"""Two versions of the rules in one month: each day by its own, or the whole window under one."""

from datetime import date

import pytest

from tests.offices import checklist, ingest, make_office
from wenming_metrics.commands.printing import print_ranking
from wenming_metrics.domain import periods
from wenming_metrics.queries.office import under
from wenming_metrics.queries.ranking.overview import category_shares, city, top_losses
from wenming_metrics.queries.ranking.ranking import ranking, ranking_under
from wenming_metrics.queries.scores.rule_spans import names_of

WEEK = periods.window("week", date(2026, 11, 16))
BEFORE = periods.window("week", date(2026, 11, 9))


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """环境 has 60 % until 18 November, 40 % from the 19th on; half of it is lost on every day."""
    made = make_office(
        tmp_path_factory.mktemp("versions"),
        [["A", "环境", 10, "*"], ["B", "秩序", 10, "*"]],
        [{"code": "A", "weight": 60}, {"code": "B", "weight": 40}],
        later=[
            {
                "effective_from": "2026-11-19",
                "indicators": [{"code": "A", "weight": 40}, {"code": "B", "weight": 60}],
            }
        ],
        streets=[("甲街道", "主城区")],
    )
    days = (date(2026, 11, 10), date(2026, 11, 17), date(2026, 11, 20))
    rows = [
        [day, "市督查组", "甲街道", "小区", "一号", item, *found]
        for day in days
        for item, found in (("环境", ("不符合", 5)), ("秩序", ("符合", "")))
    ]
    ingest(made, checklist(rows), "督查表.xlsx")
    return made


def test_the_whole_window_under_one_version(office):
    # 0.5 x 60 + 40 = 70; 0.5 x 40 + 60 = 80; 3 and 4 days of 7: 75.71
    assert ranking(office, WEEK)["score"].tolist() == [75.71]
    assert ranking_under(office, WEEK, "street", "tiny")["score"].tolist() == [70.0]
    assert ranking_under(office, WEEK, "street", "tiny-2")["score"].tolist() == [80.0]
    with pytest.raises(KeyError):
        under(office, "tiny-3")


def test_a_later_version_changes_nothing_before_it(office):
    assert ranking(office, BEFORE)["score"].tolist() == [70.0]
    assert ranking(office, BEFORE)["trend"].tolist()[0][-1] == 70.0


def test_losses_of_the_city_are_those_of_both_versions(office):
    found = top_losses(office, WEEK)
    # 30 points x 3/7 under the old weights, 20 x 4/7 under the new ones
    assert found["loss"].tolist() == pytest.approx([30 * 3 / 7, 20 * 4 / 7], abs=1e-9)
    assert category_shares(office, WEEK)["loss"].tolist() == pytest.approx([170 / 7], abs=1e-9)
    assert city(office, WEEK).score == 75.71


def test_a_printed_list_names_both_versions(office, capsys):
    print_ranking(office, WEEK, ranking(office, WEEK))
    assert "办法：算例 1、算例 2" in capsys.readouterr().out


def test_a_list_names_the_versions_with_their_days(office):
    assert names_of(WEEK, office) == [
        "算例办法（版本 1，算例），11月16日—11月18日",
        "算例办法（版本 2，算例），11月19日—11月22日",
    ]
    assert names_of(BEFORE, office) == ["算例办法（版本 1，算例）"]
