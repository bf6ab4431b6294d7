"""What the sender confirms of problems without visits: units, days and scope."""

from datetime import date

import pytest

from tests.builders import FINDINGS, catalogue, read_sheets, register
from tests.uploads.case import finding
from wenming_metrics.reading.model.sender_answers import Looked

DAY = date(2026, 11, 16).toordinal()
ROAD, MARKET = ("河西街道", "人民路"), ("城东街道", "东风农贸(集贸)市场")
GARDEN = ("河西街道", "桂花苑小区")  # an alias


def confirmed(*rows, **said):
    sheets = {"问题清单": [FINDINGS, *(rows or [finding()])]}
    return read_sheets(sheets, confirm_visits=True, **said)


def told(reading) -> dict[str, str]:
    return {one.code: one.text for one in reading.problems}


def items_of(checks) -> list[list[int]]:
    return [part["item"].tolist() for _, part in checks.groupby("visit", sort=False)]


def test_a_scope_is_the_items_of_its_categories():
    reading = confirmed(scope=("公共环境", "公益宣传"))
    scope = reading.checks[reading.checks["basis"] == 1]
    assert catalogue().items["category"][scope["item"]].unique().tolist() == [
        "公共环境",
        "公益宣传",
    ]
    assert scope["item"].tolist() == [0, 2, 6]  # what applies to a road of these
    assert "1 次到访计了公共环境、公益宣传的测评项" in told(reading)["到访-11"]
    assert "到访-03" not in told(reading)


def test_a_problem_outside_the_scope_counts_itself():
    reading = confirmed(finding(测评项="机动车停放有序"), scope=("公共环境",))
    assert sorted(reading.checks["item"]) == [0, 2, 5]
    assert reading.checks["visit"].nunique() == 1


def test_a_category_that_is_none_is_told():
    reading = confirmed(scope=("公共环镜",))
    assert reading.is_rejected
    assert "没有“公共环镜”这个类别" in told(reading)["到访-12"]


def test_visits_without_a_problem_are_added_with_their_whole_scope():
    looked = (Looked(DAY, *MARKET), Looked(DAY + 1, *GARDEN))
    reading = confirmed(looked=looked)
    added = reading.checks[(reading.checks["basis"] == 1)].iloc[5:]
    applies = catalogue().applies
    assert items_of(added) == [list(applies[:, kind].nonzero()[0]) for kind in (0, 2)]
    assert added["day"].unique().tolist() == [DAY, DAY + 1]
    assert added["possible"].tolist() == catalogue().items["full_mark"][added["item"]].tolist()
    assert (added["lost"].sum(), added["result"].sum()) == (0, 0)
    places = register().sites
    assert added["unit"].unique().tolist() == places["unit"][[0, 2]].tolist()
    assert {"东风农贸(集贸)市场", "桂花苑"} <= set(reading.sites["name"])
    assert "另加了 2 次没有发现问题的到访，来源算市督查组" in told(reading)["到访-10"]
    assert reading.counts.rows == 1


def test_the_scope_holds_of_them_too():
    reading = confirmed(looked=(Looked(DAY, *MARKET),), scope=("公共秩序",))
    own = reading.checks[reading.checks["site"] == register().sites["site"][0]]
    assert own["item"].tolist() == [3, 4]


def test_a_visit_that_a_problem_tells_of_is_not_made_twice():
    reading = confirmed(looked=(Looked(DAY, *ROAD), Looked(DAY, *ROAD)))
    assert reading.checks["visit"].nunique() == 1
    assert "到访-10" not in told(reading)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (Looked(DAY, "不知街道", "人民路"), "名册里没有这个街道"),
        (Looked(DAY, "城东街道", "人民路"), "这个街道没有登记这个点位"),
        (Looked(DAY + 30, *ROAD), "今天以前"),
    ],
)
def test_what_cannot_be_a_visit_is_told(one, reason):
    reading = confirmed(looked=(one,))
    assert reading.is_rejected
    assert reason in told(reading)["到访-13"]


def test_the_source_of_added_visits_is_that_of_most_problems():
    rows = [finding(来源="第三方"), finding(来源="第三方", 点位名称="解放路"), finding()]
    public = [finding(来源="12345", 点位名称=f"{n}巷") for n in range(4)]
    reading = confirmed(*rows, *public, looked=(Looked(DAY, *MARKET),))
    own = reading.checks[reading.checks["site"] == register().sites["site"][0]]
    assert own["source"].unique().tolist() == [3]
