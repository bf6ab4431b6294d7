"""公益广告 from uploaded rows: against what the office asks of each type per 100 m, counted by hand."""

import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.progress.adverts import advert_form, advert_sums, adverts

HEAD = [
    "单位",
    "点位名称",
    "点位类型",
    "期间",
    "长度（米）",
    "公益广告数",
    "破损数",
    "每百米要求数",
]
OCTOBER = "2026年10月"
WEST, EAST = "河西街道", "城东街道"


def sheet(*rows):
    return xlsx({"广告": [["公益广告统计表"], HEAD, *rows]})


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = make_office(
        tmp_path_factory.mktemp("adverts"),
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100}],
        streets=[(WEST, "主城区"), (EAST, "主城区")],
        sites=[["大市场", "市场", WEST]],
    )
    first = sheet(
        ["", "", "小区", OCTOBER, "", "", "", 1],
        [WEST, "一小区", "小区", OCTOBER, 350, 5, 2, ""],
        [EAST, "二小区", "小区", OCTOBER, 120, 3, 0, ""],
        [EAST, "三小区", "小区", "2026年9月", 100, 9, 9, ""],
        # Its type is the register's; it asks for itself.
        [WEST, "大市场", "", OCTOBER, 90, 1, 1, 5],
        [EAST, "无要求市场", "市场", OCTOBER, 100, 4, 1, ""],
        [EAST, "无长度小区", "小区", OCTOBER, "", 2, 0, ""],
    )
    ingest(made, first, "十月.xlsx")
    # Counted again; September's sheet came after it in time, and stands for nothing later.
    ingest(made, sheet([EAST, "三小区", "小区", OCTOBER, 100, 9, 8, ""]), "重数.xlsx")
    return made


def test_each_site_is_held_against_what_its_type_asks(office):
    lines = adverts(office).set_index("site")
    needed = {"一小区": 4, "二小区": 2, "三小区": 1, "大市场": 5}  # 3.5, 1.2, 1 and 4.5, rounded up
    assert lines["needed"].dropna().to_dict() == needed
    missing = {"大市场": 5, "一小区": 1, "二小区": 0, "三小区": 0, "无要求市场": 0, "无长度小区": 0}
    assert lines["missing"].to_dict() == missing
    assert lines["whole"].to_dict() == {
        **{"大市场": 0, "一小区": 3, "二小区": 3, "三小区": 1, "无要求市场": 3, "无长度小区": 2}
    }
    assert set(lines.index[lines["standing"] == "没有目标"]) == {"无要求市场", "无长度小区"}
    assert lines.loc["大市场", "point_type"] == "市场"


def test_the_sums_of_units_and_of_types_are_those_of_the_sites(office):
    lines = adverts(office)
    by_type = advert_sums(lines, "point_type").set_index("point_type")
    names = ["sites", "asked", "below", "count", "damaged", "whole", "needed", "missing"]
    assert by_type.loc["市场", names].tolist() == [2, 1, 1, 5, 2, 3, 5, 5]
    assert by_type.loc["小区", names].tolist() == [4, 3, 1, 19, 10, 9, 7, 1]
    # 9 of 19 whole; 7 whole along the 570 m that are written.
    assert by_type.loc["小区", "whole_rate"] == pytest.approx(47.368421)
    assert by_type.loc["小区", "per_stretch"] == pytest.approx(1.228070)
    by_unit = advert_sums(lines, "unit_name")
    assert by_unit[names].sum().tolist() == by_type[names].sum().tolist()


def test_the_list_comes_back_as_it_went_out(office):
    content = filled_file(office, "adverts", advert_form(office, adverts(office)))
    returned = commit.inspect(office, content, "公益广告.xlsx").reading
    assert (returned.kind, returned.counts.held, len(returned.records)) == ("adverts", 0, 7)
    again = {(told["site"], told["ad_count"]) for told in returned.records["told"]}
    assert again >= {("大市场", "1"), ("三小区", "9"), ("", "")}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ([WEST, "一小区", "小区", OCTOBER, 350, "5处左右", 2, ""], "广告-01"),
        ([WEST, "一小区", "小区", OCTOBER, -350, 5, 2, ""], "广告-01"),
        (["", "", "小区", OCTOBER, "", 5, 2, ""], "广告-02"),
        ([WEST, "一小区", "小区", OCTOBER, 350, 5, "", ""], "广告-03"),
        ([WEST, "一小区", "小区", OCTOBER, 350, 5, 6, ""], "广告-04"),
        ([WEST, "一小区", "小区", OCTOBER, 0, 5, 2, ""], "广告-05"),
        (["", "一小区", "小区", OCTOBER, 350, 5, 2, ""], "记录-03"),
        *(
            ([WEST, "一小区", "小区", OCTOBER, length, 5, 2, ""], "广告-01")
            for length in ("80%", "100分", "100元", "2天", 1_000_001, "9" * 400, "1001公里")
        ),
        (["", "", "小区", OCTOBER, "", "", "", 1001], "广告-01"),
        (["", "", "小区", OCTOBER, "", "", "", "5%"], "广告-01"),
        ([WEST, "一小区", "小区", OCTOBER, 350, "5元", 2, ""], "广告-01"),
        ([WEST, "小计", "小区", OCTOBER, 350, 5, 2, ""], "广告-06"),
        ([WEST, "河西街道合计", "小区", OCTOBER, 350, 5, 2, ""], "广告-06"),
        ([EAST, "二 小区", "市场", OCTOBER, 350, 5, 2, ""], "记录-02"),
        ([WEST, "一小区", "小区", "2099年1月", 350, 5, 2, ""], "日期-02"),
        ([WEST, "别的地方", "", OCTOBER, 350, 5, 2, ""], "点位-03"),
        ([WEST, "一小区", "花园", OCTOBER, 350, 5, 2, ""], "点位-02"),
    ],
)
def test_a_count_that_is_not_sure_is_held(office, row, code):
    good = [EAST, "二小区", "小区", OCTOBER, 120, 3, 0, ""]
    reading = commit.inspect(office, sheet(good, row), "再报.xlsx").reading
    assert [(p.code, p.row) for p in reading.problems] == [(code, 4)]
    assert (reading.counts.good, reading.counts.held) == (1, 1)


def test_what_is_asked_of_types_needs_no_column_of_units(office):
    head, row = ["点位类型", "期间", *HEAD[5:]], ["小区", OCTOBER, "", "", 2]
    reading = commit.inspect(
        office, xlsx({"广告": [["公益广告统计表"], head, row]}), "要求.xlsx"
    ).reading
    assert (reading.kind, reading.counts.held) == ("adverts", 0)
    assert [told["ad_required"] for told in reading.records["told"]] == ["2"]


@pytest.mark.parametrize(
    ("heading", "length", "metres"),
    [
        ("长度（米）", "1.2公里", "1200.0"),
        ("长度（米）", "1.2km", "1200.0"),
        ("长度（米）", "1,200米", "1200"),
        ("长度（m）", 90.5, "90.5"),
    ],
)
def test_metres_are_read_in_the_unit_that_is_written(office, heading, length, metres):
    head = [heading if name.startswith("长度") else name for name in HEAD]
    row = [EAST, "二小区", "小区", OCTOBER, length, 3, 0, ""]
    content = xlsx({"广告": [["公益广告统计表"], head, row]})
    reading = commit.inspect(office, content, "再报.xlsx").reading
    assert [told["ad_length"] for told in reading.records["told"]] == [metres]


def test_the_count_of_the_latest_day_stands_and_is_judged_by_what_was_asked_then(tmp_path):
    made = make_office(
        tmp_path,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100}],
        streets=[(WEST, "主城区"), (EAST, "主城区")],
    )
    first = sheet(
        ["", "", "小区", OCTOBER, "", "", "", 1],
        ["", "", "小区", "2099年1月", "", "", "", 9],
        [WEST, "甲 路", "小区", OCTOBER, 100, 3, 0, ""],
        [WEST, "乙路", "小区", "2026年9月", 100, 3, 0, ""],
        [WEST, "丙路", "小区", "2026年", 100, 3, 0, ""],
    )
    ingest(made, first, "一.xlsx")
    again = sheet(
        [WEST, "甲路", "市场", OCTOBER, 100, 4, 0, ""],
        [WEST, "丙路", "小区", "2026年11月", 100, 7, 0, ""],
        [EAST, "甲路", "小区", OCTOBER, 100, 5, 0, ""],
    )
    ingest(made, again, "二.xlsx")
    lines = adverts(made).set_index(["unit_name", "site"])
    assert lines["count"].to_dict() == {
        **{(WEST, "甲路"): 4, (WEST, "乙路"): 3, (WEST, "丙路"): 7, (EAST, "甲路"): 5}
    }
    assert lines["standing"].to_dict() == {
        **{(WEST, "甲路"): "没有目标", (WEST, "乙路"): "没有目标"},
        **{(WEST, "丙路"): "达到目标", (EAST, "甲路"): "达到目标"},
    }
    assert lines.loc[(WEST, "甲路"), "point_type"] == "市场"
