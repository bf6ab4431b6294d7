"""Problems that name the number of their visit, and nothing else of when and where."""

from datetime import date

from tests.builders import VISITS, read_sheets
from tests.uploads.case import visit

HEADER = ["督查编号", "测评项", "问题描述", "扣分"]
FOUND = ["V-1", "垃圾桶不满溢", "路口垃圾桶满溢", 1]


def joined(*rows, visits=None, header=HEADER, **changes):
    looked = visits or [[*visit(), "V-1"], [*visit(点位名称="解放路"), "V-2"]]
    sheets = {"检查点位": [[*VISITS, "督查编号"], *looked], "问题清单": [header, *rows]}
    return read_sheets(sheets, **changes)


def codes(reading) -> list[str]:
    return [one.code for one in reading.problems if one.code != "点位-01"]


def test_day_source_and_place_come_from_the_visit():
    looked = [[*visit(来源="第三方"), "V-1"]]
    reading = joined(FOUND, visits=looked)
    assert codes(reading) == []
    (found,) = reading.checks[reading.checks["basis"] == 2].to_dict("records")
    there = reading.checks[reading.checks["basis"] == 1].iloc[0]
    for name in ("day", "source", "visit", "site", "unit", "point_type"):
        assert found[name] == there[name], name
    assert (found["day"], found["source"]) == (date(2026, 11, 16).toordinal(), 3)
    assert (found["lost"], found["source_row"]) == (10_000, 2)


def test_the_year_of_a_short_day_is_that_of_the_visits():
    looked = [["2025年督查点位"], [*VISITS, "督查编号"], [*visit(督查日期="11月16日"), "V-1"]]
    sheets = {"检查点位": looked, "问题清单": [["2026年问题清单"], HEADER, FOUND]}
    reading = read_sheets(sheets)
    assert codes(reading) == []
    assert set(reading.checks["day"]) == {date(2025, 11, 16).toordinal()}


def test_a_table_without_descriptions_is_known_by_number_item_and_deduction():
    reading = joined(["V-2", "垃圾桶不满溢", 1], header=["督查编号", "测评项", "扣分"])
    assert [sheet.kind for sheet in reading.sheets] == ["visits", "findings"]
    found = reading.checks[reading.checks["basis"] == 2]
    assert found["lost"].tolist() == [10_000]
    assert "解放路" in set(reading.sites["name"])


def test_numbers_that_lead_nowhere_or_to_several_visits_are_held():
    looked = [
        *([*visit(), "V-1"], [*visit(点位名称="解放路"), "V-1"]),
        *([*visit(点位名称="青年路"), "V-3"], [*visit(点位名称="新路", 街道="不知街道"), "V-4"]),
    ]
    rows = [[number, *FOUND[1:]] for number in ("V-1", "V-9", None, "V-3", "V-4")]
    reading = joined(*rows, visits=looked)
    own = {one.row: one.code for one in reading.problems if one.sheet == "问题清单"}
    assert own == {2: "到访-08", 3: "到访-07", 4: "到访-06", 6: "到访-09"}
    told = {one.code: one.text for one in reading.problems if one.code.startswith("到访")}
    assert "“问题清单”第 3 行“督查编号”（A3）：“检查点位”表里没有督查编号“V-9”" in told["到访-07"]
    assert "2 次不同的到访" in told["到访-08"]
    assert "“检查点位”第 5 行" in told["到访-09"]
    assert reading.checks[reading.checks["basis"] == 2]["source_row"].tolist() == [5]
    assert reading.counts.rows == 9
    assert reading.counts.held == 5  # four problems and one visit


def test_a_visit_written_twice_is_one_visit():
    reading = joined(FOUND, visits=[[*visit(), "V-1"], [*visit(), "V-1"]])
    assert codes(reading) == ["到访-04"]
    assert reading.counts.held == 0


def test_without_numbered_visits_the_columns_are_missed():
    sheets = {"检查点位": [VISITS, visit()], "问题清单": [HEADER, FOUND]}
    reading = read_sheets(sheets)
    assert codes(reading) == ["表头-04"]
    assert "督查日期" in reading.problems[0].text


def test_own_columns_go_before_those_of_the_visit():
    header = [*HEADER, "点位类型"]
    reading = joined([*FOUND, "小区"], header=header)
    assert reading.checks[reading.checks["basis"] == 2]["point_type"].tolist() == [2]
