"""What problems cost by a table: the detailed rules of 2016, cell by cell, and what a row writes."""

from types import SimpleNamespace

import pandas as pd
import pytest

from wenming_metrics.rules.model import Deductions
from wenming_metrics.scoring.tree.pricing import price_findings
from wenming_metrics.vocabulary import DECIDED, SOURCE_CODES, WRITTEN

FOUND, LATE, RUNNING = "已发现", "未及时整改", "连续通报"
TABLE_2016 = {
    "city": {FOUND: 3_000, LATE: 10_000, RUNNING: 20_000},
    "district": {FOUND: 2_000, LATE: 5_000, RUNNING: 10_000},
    "bureau": {FOUND: 1_000, LATE: 3_000, RUNNING: 6_000},
}
CELLS = [(source, state) for source, line in TABLE_2016.items() for state in line]


def rules(lines=None, **settings):
    lines = lines or [
        (SOURCE_CODES.index(source), state, "", points)
        for source, line in TABLE_2016.items()
        for state, points in line.items()
    ]
    prices = pd.DataFrame(lines, columns=["source", "state", "severity", "points"])
    return SimpleNamespace(prices=prices, pricing=Deductions(**settings))


def finding(**changes):
    """A problem of the city's team, without a deduction of its own: its full mark is 5."""
    usual = {
        **{"source": 0, "severity": 0, "given": 0, "lost": 50_000, "places": 1, "day": 100},
        **{"due": 103, "told": 0, "late": False, "again": False, "relapsed": False},
        "running": False,
    }
    return usual | changes


def priced(*lines, of=None, **settings):
    return price_findings(pd.DataFrame(lines), of or rules(**settings))


@pytest.mark.parametrize(("source", "state"), CELLS)
def test_every_cell_of_the_table_of_2016(source, state):
    flags = {"late": state == LATE, "running": state == RUNNING}
    one = priced(finding(source=SOURCE_CODES.index(source), **flags)).iloc[0]
    assert one["points"] == TABLE_2016[source][state]
    assert one["by_table"] == TABLE_2016[source][state]
    assert one["by_row"] == 50_000


def test_what_a_person_decided_stands_before_the_table():
    for given, points in ((0, 3_000), (WRITTEN, 3_000), (DECIDED, 20_000)):
        line = finding(given=given, lost=20_000)
        assert priced(line, first="table")["points"].item() == points


def test_the_highest_state_takes_the_place_of_the_others():
    both = finding(late=True, running=True)
    assert priced(both)["points"].item() == 20_000
    assert priced(both, combine="sum")["points"].item() == 3_000 + 10_000 + 20_000


def test_being_late_is_booked_on_the_deadline():
    one = priced(finding(late=True)).iloc[0]
    assert one[["base", "more", "booked"]].tolist() == [3_000, 7_000, 103]
    whole = priced(finding(late=True), booked="found").iloc[0]
    assert whole[["base", "more", "booked"]].tolist() == [3_000, 7_000, 100]


def test_what_the_row_says_of_being_late_is_booked_with_the_row():
    one = priced(finding(late=True, told=2)).iloc[0]
    assert one[["base", "more", "booked"]].tolist() == [10_000, 0, 100]


def test_places_multiply_the_price_and_not_what_the_row_writes():
    assert priced(finding(places=3))["points"].item() == 9_000
    assert priced(finding(places=0))["points"].item() == 3_000
    assert priced(finding(places=3), per="row")["points"].item() == 3_000
    own = finding(places=3, given=1, lost=5_000)
    assert priced(own)[["by_row", "by_table", "points"]].iloc[0].tolist() == [5_000, 9_000, 5_000]


@pytest.mark.parametrize(("first", "points"), [("row", 5_000), ("table", 3_000)])
def test_what_goes_first(first, points):
    one = priced(finding(given=1, lost=5_000), first=first).iloc[0]
    assert one[["by_row", "by_table", "points"]].tolist() == [5_000, 3_000, points]


def test_a_row_that_takes_nothing_takes_nothing():
    assert priced(finding(given=1, lost=0))["points"].item() == 0


def test_being_late_comes_after_what_the_row_wrote():
    one = priced(finding(given=1, lost=5_000, late=True)).iloc[0]
    assert one[["base", "more", "points"]].tolist() == [5_000, 5_000, 10_000]
    dear = priced(finding(given=1, lost=15_000, late=True)).iloc[0]
    assert dear[["base", "more", "points"]].tolist() == [15_000, 0, 15_000]


def test_what_is_still_open_costs_nothing_new():
    assert priced(finding(again=True))["points"].item() == 0
    assert priced(finding(again=True, running=True))["points"].item() == 20_000
    table = [(-1, FOUND, "", 3_000), (-1, "重复", "", 1_000), (-1, "反弹", "", 4_000)]
    assert priced(finding(again=True), of=rules(table))["points"].item() == 1_000
    assert priced(finding(relapsed=True), of=rules(table))["points"].item() == 4_000


def test_without_a_price_the_row_counts():
    one = priced(finding(source=3)).iloc[0]
    assert one[["by_table", "points"]].tolist() == [-1, 50_000]
    late = priced(finding(source=3, late=True), of=rules([(-1, LATE, "", 10_000)])).iloc[0]
    assert late[["by_table", "points"]].tolist() == [10_000, 50_000]


def test_the_nearest_line_of_the_table_counts():
    table = [
        *((0, FOUND, "严重", 9_000), (-1, FOUND, "严重", 7_000)),
        *((0, FOUND, "", 3_000), (-1, FOUND, "", 1_000)),
    ]
    for lines in (table, table[::-1]):
        found = priced(
            *(
                finding(source=source, severity=severity)
                for source in (0, 1)
                for severity in (0, 3)
            ),
            of=rules(lines),
        )
        assert found["points"].tolist() == [3_000, 9_000, 1_000, 7_000]


def test_no_problems_cost_nothing():
    assert price_findings(pd.DataFrame([finding()]).iloc[:0], rules()).empty
