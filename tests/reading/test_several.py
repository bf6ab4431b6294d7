"""A cell that lists several problems: told, or taken apart when the sender says so."""

import pytest

from tests.builders import FINDINGS, catalogue, read_sheets
from tests.uploads.case import finding
from wenming_metrics.reading.inspection.split_cells import list_problems, share

TWO = "1.非机动车乱停放5辆;2.沿街商铺出店经营2处"


def apart(**cells):
    rows = [FINDINGS, finding(), finding(**cells)]
    return read_sheets({"问题清单": rows}, confirm_visits=True, split=True)


def of_row(reading, row=3):
    checks = reading.checks
    return checks[(checks["basis"] == 2) & (checks["source_row"] == row)]


def codes(reading) -> list[str]:
    return [one.code for one in reading.problems if one.code.startswith("问题")]


def test_two_problems_become_two_checks_of_one_item_and_visit():
    reading = apart(问题描述=TWO, 处数=7, 扣分=0.7)
    found = of_row(reading)
    assert found["places"].tolist() == [5, 2]
    assert found["lost"].tolist() == [5_000, 2_000]
    assert found[["item", "visit", "site", "unit"]].drop_duplicates().shape[0] == 1
    told = reading.pieces
    assert told["seq"].tolist() == found["seq"].tolist()
    assert list(zip(told["piece"], told["words"], strict=True)) == [
        (1, "非机动车乱停放5辆"),
        (2, "沿街商铺出店经营2处"),
    ]
    assert codes(reading) == ["问题-02"]
    assert "处数 5+2，扣分 0.5+0.2" in reading.problems[-1].text
    assert reading.counts.rows == reading.counts.good == 2


def test_without_the_answer_it_stays_one_problem_of_seven_places():
    rows = [FINDINGS, finding(问题描述=TWO, 处数=7, 扣分=0.7)]
    reading = read_sheets({"问题清单": rows}, confirm_visits=True)
    found = of_row(reading, 2)
    assert (found["places"].tolist(), found["lost"].tolist()) == ([7], [7_000])
    assert codes(reading) == ["问题-01"]
    assert reading.pieces.empty


@pytest.mark.parametrize(
    ("words", "places"),
    [(TWO, 8), ("1.乱停放3处5辆;2.出店经营2处", 7), ("1.乱停放5辆;2.出店经营", 7)],
)
def test_places_that_do_not_add_up_leave_the_row_whole(words, places):
    reading = apart(问题描述=words, 处数=places, 扣分=0.7)
    assert of_row(reading)["places"].tolist() == [places]
    assert codes(reading) == ["问题-03"]


def test_a_problem_that_names_no_number_is_one_place_if_that_adds_up():
    found = of_row(apart(问题描述="①垃圾桶满溢②三处积水③井盖破损", 处数=5, 扣分=1))
    assert found["places"].tolist() == [1, 3, 1]
    assert found["lost"].tolist() == [2_000, 6_000, 2_000]


def test_places_that_are_not_counted_share_the_points_equally():
    found = of_row(apart(问题描述="1.乱停放5辆 2.出店经营 3.积水", 处数="/", 扣分=1))
    assert found["places"].tolist() == [0, 0, 0]
    assert found["lost"].tolist() == [3_334, 3_333, 3_333]


def test_a_blank_number_of_places_is_one_each():
    found = of_row(apart(问题描述=TWO, 处数=None, 扣分=None))
    assert found["places"].tolist() == [1, 1]
    assert found["lost"].sum() == 40_000  # the whole mark, as of a row that writes no deduction


def test_roles_hold_of_every_problem_and_a_held_row_is_not_taken_apart():
    header = [*FINDINGS, "责任单位", "问题编号"]
    rows = [[*finding(问题描述=TWO, 处数=7), "城管局、公安局", "DC1115-001"],
            [*finding(问题描述=TWO, 处数=7, 街道="不知街道"), "城管局", "DC1115-002"]]  # fmt: skip
    reading = read_sheets({"问题清单": [header, *rows]}, confirm_visits=True, split=True)
    own = of_row(reading, 2)["seq"].tolist()
    assert reading.roles.groupby("seq")["unit"].count().to_dict() == dict.fromkeys(own, 2)
    assert reading.findings["number"].tolist() == ["DC1115-001-1", "DC1115-001-2"]
    assert codes(reading) == ["问题-02"]
    assert reading.counts.held == 1


def test_only_lists_are_lists():
    assert list_problems("楼道堆物,飞线充电") == []
    assert list_problems("3.5米宽的通道被占") == []
    assert list_problems("(1)积水;(2)异味") == ["积水", "异味"]


@pytest.mark.parametrize("whole", range(0, 40, 7))
@pytest.mark.parametrize("weights", [[1], [5, 2], [0, 0, 0], [3, 0, 1, 1]])
def test_shares_add_up(whole, weights):
    found = share(whole, weights)
    assert sum(found) == whole
    assert min(found) >= 0


THREE = "1.垃圾桶不满溢：桶满2处；2.公益广告完好：破损1处；3.非机动车停放有序：破损1处"


def test_problems_that_name_their_own_items_become_findings_on_these_unasked():
    # Three problems, 4 places, 2 points: by places 1, 0.5, 0.5, each on the item that it names.
    sheet = {"问题清单": [FINDINGS, finding(问题描述=THREE, 处数=4, 扣分=2)]}
    reading = read_sheets(sheet, confirm_visits=True)
    found = of_row(reading, 2)
    titles = catalogue().items["name"].tolist()
    assert [titles[number] for number in found["item"]] == [
        "垃圾桶不满溢",
        "公益广告完好",
        "非机动车停放有序",
    ]
    assert found["places"].tolist() == [2, 1, 1]
    assert found["lost"].tolist() == [10_000, 5_000, 5_000]
    marks = catalogue().items["full_mark"].tolist()
    assert found["possible"].tolist() == [marks[number] for number in found["item"]]
    assert codes(reading) == ["问题-07"]
    assert "垃圾桶不满溢、公益广告完好、非机动车停放有序，处数 2+1+1，扣分 1+0.5+0.5" in (
        reading.problems[-1].text
    )


def test_without_a_deduction_each_loses_the_mark_of_its_own_item():
    sheet = {"问题清单": [FINDINGS, finding(问题描述=THREE, 处数=4, 扣分=None)]}
    found = of_row(read_sheets(sheet, confirm_visits=True), 2)
    assert found["lost"].tolist() == [40_000, 40_000, 50_000]  # 4, 4 and 5 points


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("places", [3, 9])
def test_what_cannot_be_shared_among_named_items_waits(places, split):
    sheet = {"问题清单": [FINDINGS, finding(问题描述=THREE, 处数=places, 扣分=2)]}
    reading = read_sheets(sheet, confirm_visits=True, split=split)
    assert codes(reading) == ["问题-08"]
    assert (len(of_row(reading, 2)), reading.counts.held) == (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "1.垃圾桶不满溢：桶满2处；2.地上有积水2处",  # the second names none
        "1.垃圾桶不满溢：桶满2处；2.垃圾桶不满溢：再满2处",  # both are of the row's own item
        "1.东侧：桶满2处；2.西侧：破损2处",
    ],
)
def test_cells_that_do_not_name_several_items_are_told_as_before(text):
    sheet = {"问题清单": [FINDINGS, finding(问题描述=text, 处数=4, 扣分=2)]}
    reading = read_sheets(sheet, confirm_visits=True)
    assert codes(reading) == ["问题-01"]
    assert of_row(reading, 2)["lost"].tolist() == [20_000]
