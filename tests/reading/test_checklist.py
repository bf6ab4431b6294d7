"""A checklist: columns in any order, points, visits, sites, roles, counts."""

from datetime import date

import pytest

from tests.builders import CHECKLIST, check_row, read_sheets, register
from wenming_metrics.reading.model.reading import CHECK_COLUMNS, ROLE_COLUMNS, SITE_COLUMNS
from wenming_metrics.vocabulary import RESULTS, ROLE_CODES

_ITEMS = ("地面无积水垃圾", "公厕干净无异味", "摊位整洁无出店经营", "公益广告完好")


def _read(*rows, header=CHECKLIST):
    return read_sheets({"检查表": [header, *rows]})


def test_frames_have_their_columns_and_types():
    reading = _read(check_row())
    for frame, columns in (
        (reading.checks, CHECK_COLUMNS),
        (reading.roles, ROLE_COLUMNS),
        (reading.sites, SITE_COLUMNS),
    ):
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == columns


def test_one_row_says_everything():
    reading = _read(check_row(检查结果="×", 扣分="扣0.5分"))
    (check,) = reading.checks.to_dict("records")
    units = register().units["code"]
    assert (check["day"], check["source"]) == (date(2026, 11, 16).toordinal(), 0)
    assert (units[check["unit"]], check["item"], check["point_type"]) == ("C1", 0, 0)
    assert (RESULTS[check["result"]], check["lost"], check["possible"]) == ("不符合", 5000, 50000)
    assert (check["basis"], check["places"], check["sheet"], check["source_row"]) == (0, 1, 0, 2)
    assert check["site"] == register().sites["site"][0]
    assert reading.sites["name"].tolist() == ["东风农贸(集贸)市场"]
    assert (reading.kind, reading.outcome) == ("inspection", "共 1 行，1 行可入库。")
    assert len(reading.sha256) == 64


@pytest.mark.parametrize("turn", range(1, len(CHECKLIST)))
def test_columns_may_come_in_any_order(turn):
    def turned(row):
        return ["", *row[turn:], *row[:turn]]

    straight, other = _read(check_row()), _read(turned(check_row()), header=turned(list(CHECKLIST)))
    assert other.checks.equals(straight.checks)


def test_titles_above_and_blank_columns_do_not_matter():
    rows = [
        [None, "演示市督查检查表"],
        [],
        [None, None, "督查组:二组"],
        [None, None, *CHECKLIST],
        [None, None, *check_row()],
    ]
    reading = read_sheets({"检查表": rows})
    assert reading.checks["source_row"].tolist() == [5]
    assert reading.sheets[0].header_row == 4


def test_headers_are_told_with_their_positions():
    header = ["序号", "检查日期", "镇街", "点位性质", "检查地点", "检查内容", "是否符合", "天气"]
    row = [1, "2026-11-16", "城东", "农贸市场", "东风菜场", "地面整洁", "√", "晴"]
    reading = _read(row, header=header)
    assert [(cell.position, cell.text, cell.name) for cell in reading.sheets[0].headers] == [
        (0, "序号", ""),
        (1, "检查日期", "day"),
        (2, "镇街", "street"),
        (3, "点位性质", "point_type"),
        (4, "检查地点", "site"),
        (5, "检查内容", "item"),
        (6, "是否符合", "result"),
        (7, "天气", ""),
    ]
    assert reading.counts.good == 1


@pytest.mark.parametrize(
    ("result", "deduction", "state", "lost", "possible"),
    [
        ("符合", None, "符合", 0, 50000),
        ("符合", 0, "符合", 0, 50000),
        ("不符合", None, "不符合", 50000, 50000),
        ("不符合", 0, "不符合", 0, 50000),
        ("不符合", 1.5, "不符合", 15000, 50000),
        (None, 1.5, "不符合", 15000, 50000),
        (None, None, "未查", 0, 0),
        ("/", None, "不涉及", 0, 0),
        ("—", "—", "未查", 0, 0),
        ("暂停营业", None, "未开门", 0, 0),
    ],
)
def test_result_and_deduction(result, deduction, state, lost, possible):
    (check,) = _read(check_row(检查结果=result, 扣分=deduction)).checks.to_dict("records")
    assert (RESULTS[check["result"]], check["lost"], check["possible"]) == (state, lost, possible)


def test_a_mark_of_its_own_beats_the_catalogue():
    header = [*CHECKLIST, "分值"]
    reading = _read([*check_row(检查结果="×"), 8], [*check_row(), None], header=header)
    assert reading.checks["possible"].tolist() == [80000, 50000]
    assert reading.checks["lost"].tolist() == [80000, 0]


def test_rows_of_one_visit_share_its_number():
    same = [check_row(测评项=item) for item in _ITEMS]
    other = check_row(督查日期="2026-11-17")
    third = check_row(来源="第三方")
    visits = _read(*same, other, third).checks["visit"]
    assert visits[:4].nunique() == 1
    assert visits.nunique() == 3


def test_the_same_file_gives_the_same_numbers_and_the_order_of_rows_does_not_matter():
    rows = [check_row(测评项=item, 点位名称=f"{n}号市场") for n, item in enumerate(_ITEMS)]
    keys = ["visit", "site", "unit", "item", "lost", "possible"]
    straight, back = _read(*rows).checks[keys], _read(*rows[::-1]).checks[keys]
    assert straight.equals(back[::-1].reset_index(drop=True))


def test_a_site_is_one_under_its_name_its_alias_and_with_stray_spaces():
    names = ["东风农贸(集贸)市场", "东风农贸(集贸) 市场", "东风菜场"]
    checks = _read(*(check_row(点位名称=n, 测评项=i) for n, i in zip(names, _ITEMS, strict=False)))
    assert checks.checks["site"].nunique() == 1
    assert checks.checks["visit"].nunique() == 1


def test_community_and_type_come_from_the_registered_site_where_they_are_blank():
    (check,) = _read(check_row(社区=None, 点位类型=None)).checks.to_dict("records")
    assert (register().units["code"][check["unit"]], check["point_type"]) == ("C1", 0)


def test_a_community_without_street_climbs_to_its_street():
    reading = _read(check_row(街道=None, 社区="桥头社区", 点位名称="桥头市场"))
    (site,) = reading.sites.to_dict("records")
    codes = register().units["code"]
    assert (codes[site["unit"]], codes[site["street"]]) == ("C3", "S2")


def test_several_units_in_several_roles():
    header = [*CHECKLIST, "牵头单位", "责任单位", "责任部门", "配合单位"]
    row = [
        *check_row(检查结果="×"),
        "城管局",
        "公安局\uff0c住建局;公安局",
        "交警二大队",
        "城东街道\n桥头社区",
    ]
    reading = _read(check_row(测评项=_ITEMS[1]), row, header=header)
    codes = register().units["code"]
    named = [
        (seq, ROLE_CODES[role], codes[unit])
        for seq, role, unit in reading.roles.to_numpy().tolist()
    ]
    assert named == [
        (1, "lead", "B1"),
        (1, "responsible", "B2"),
        (1, "responsible", "B3"),
        (1, "responsible", "X1"),
        (1, "assisting", "S1"),
        (1, "assisting", "C3"),
    ]


def test_roles_follow_their_rows_when_others_are_held():
    header = [*CHECKLIST, "责任单位"]
    held = [*check_row(街道="不知何处街道"), "公安局"]
    reading = _read(held, [*check_row(检查结果="×"), "城管局"], header=header)
    assert reading.roles.to_numpy().tolist() == [[0, 2, 12]]
    assert reading.held.to_dict("records") == [{"sheet": 0, "source_row": 2, "codes": ("单位-01",)}]


def test_every_row_is_counted_once():
    reading = _read(
        check_row(),
        check_row(街道="成东街道"),
        [None] * len(CHECKLIST),
        CHECKLIST,
        ["合计", *[None] * 7, 0],
        check_row(测评项="公厕干净无异味"),
        ["注:以上"],
    )
    counts = reading.counts
    assert (counts.rows, counts.good, counts.held, counts.skipped) == (3, 2, 1, 3)
    assert reading.outcome == "共 3 行，2 行可入库，1 条待核，暂不计分，跳过 3 行。"


def test_merged_cells_are_read_in_all_their_rows():
    rows = [check_row(测评项=item) for item in _ITEMS]
    for row in rows[1:]:
        row[0] = row[2] = row[3] = None

    def merge(book):
        for column in "ACD":
            book["检查表"].merge_cells(f"{column}2:{column}5")

    reading = read_sheets({"检查表": [CHECKLIST, *rows]}, merge)
    assert reading.counts.good == 4
    assert reading.checks["visit"].nunique() == 1


def test_a_header_over_two_rows_is_passed_over():
    second = [None] * len(CHECKLIST)

    def merge(book):
        book["检查表"].merge_cells("A1:A2")
        book["检查表"].merge_cells("B1:B2")

    reading = read_sheets({"检查表": [CHECKLIST, second, check_row()]}, merge)
    assert (reading.counts.rows, reading.checks["source_row"].tolist()) == (1, [3])


def test_sheets_of_one_file_are_numbered_through():
    first = [CHECKLIST, check_row()]
    second = [CHECKLIST, check_row(测评项=_ITEMS[1])]
    checks = read_sheets({"农贸市场": first, "市场": second}).checks
    assert checks[["seq", "sheet", "source_row"]].to_numpy().tolist() == [[0, 0, 2], [1, 1, 2]]
    assert checks["visit"].nunique() == 1


def test_blocks_keep_the_original_cells_of_the_sheets_that_are_read():
    reading = read_sheets({"草稿": [["随手记"]], "检查表": [CHECKLIST, check_row()]})
    assert [index for index, _ in reading.blocks] == [1]


def test_a_minus_in_a_column_of_deductions_is_told_or_held():
    """-2 among minuses is a deduction and is said to be read so; among others it is doubtful."""
    lost = lambda *points: [  # noqa: E731
        check_row(检查结果="不符合", 扣分=written, 点位名称=f"市场{n}")
        for n, written in enumerate(points)
    ]
    alike = read_sheets({"检查表": [CHECKLIST, *lost(-2, "-1", 0)]})
    assert alike.checks["lost"].tolist() == [20_000, 10_000, 0]
    assert [problem.code for problem in alike.problems if problem.code[:2] == "数值"] == ["数值-07"]
    mixed = read_sheets({"检查表": [CHECKLIST, *lost(1, 2, -2, "扣1分")]})
    assert mixed.checks["lost"].tolist() == [10_000, 20_000, 10_000]
    (problem,) = [problem for problem in mixed.problems if problem.code == "数值-06"]
    assert (problem.row, problem.found) == (4, "-2")
