"""The Monday checklist and the Monday list of problems give exactly what is expected of them."""

import pytest

from tests.builders import xlsx
from tests.monday import city, files
from wenming_metrics.reading.model.reading import BASIS_FINDING, WIDE
from wenming_metrics.reading.read import read
from wenming_metrics.vocabulary import RESULTS, SOURCE_CODES

KEPT, FAILED, NOT_APPLYING, UNSEEN, SHUT = range(5)


def code(problem) -> tuple:
    return problem.code, problem.row, problem.column


@pytest.fixture(scope="module")
def checklist():
    return read(files.checklist_book(), files.CHECKLIST_NAME, city.context())


@pytest.fixture(scope="module")
def findings():
    context = city.context(confirm_visits=True)
    return read(files.findings_book(), files.FINDINGS_NAME, context)


def test_the_wide_checklist_is_turned_to_long_form(checklist):
    assert [sheet.kind for sheet in checklist.sheets] == [WIDE]
    assert checklist.outcome == "共 3 行，2 行可入库，1 条待核，暂不计分，跳过 2 行。"
    assert checklist.sender == "第二组"
    checks = checklist.checks
    assert checks["source_row"].tolist() == [5] * 8 + [6] * 8
    assert checks["item"].tolist() == [*range(8)] * 2
    found = checks["result"].value_counts().to_dict()
    assert found == {KEPT: 10, FAILED: 4, NOT_APPLYING: 1, UNSEEN: 1}
    lost = checks.loc[checks["result"] == FAILED, "lost"].tolist()
    assert lost == [50_000, 20_000, 10_000, 20_000]  # 5 + 2 + 1 + 2 = 10
    assert checks["possible"].tolist() == [
        *(50_000, 50_000, 50_000, 50_000, 30_000, 40_000, 0, 50_000),
        *(50_000, 50_000, 50_000, 50_000, 30_000, 40_000, 30_000, 0),
    ]


def test_type_year_and_names_come_from_where_people_write_them(checklist):
    types = city.catalogue().point_types["name"]
    assert {types[at] for at in checklist.checks["point_type"]} == {"农贸市场"}
    assert {d.isoformat() for d in map(city.date.fromordinal, checklist.checks["day"])} == {
        "2026-11-13"
    }
    units = city.register().units["name"]
    assert units[checklist.checks["unit"].iloc[0]] == "东风社区"
    assert units[checklist.checks["unit"].iloc[8]] == "桥头社区"
    assert checklist.sites["name"].tolist() == ["东风农贸(集贸)市场", "桥头菜市场"]


def test_a_merge_against_the_register_is_asked(checklist):
    assert checklist.held[["source_row", "codes"]].to_numpy().tolist() == [[7, ("单位-03",)]]
    (asked,) = [one for one in checklist.problems if one.code == "单位-03"]
    assert code(asked) == ("单位-03", 7, "D")
    assert "云山街道" in asked.text
    assert "河西街道" in asked.text


def test_printed_figures_are_held_against_the_rows_and_never_copied(checklist):
    told = {code(one): one.text for one in checklist.problems}
    assert "28（满分 35）" in told["得分-01", 5, "O"]
    assert "25/32（78.13%）" in told["得分-01", 5, "O"]
    assert "32（满分 35）" in told["得分-01", 6, "O"]
    assert "27/30（90.00%）" in told["得分-01", 6, "O"]
    assert "扣分小计 10 与上面各行之和相等" in told["行-01", 8, ""]
    assert not [one for one in told if one[0] == "得分-02"]


def change(old: str, new: str) -> str:
    assert files._CHECKLIST.count(old) == 1
    return files._CHECKLIST.replace(old, new)


def read_changed(old: str, new: str, name: str = "农贸市场", **changes):
    book = files.build({name: (change(old, new), files._CHECKLIST_MERGED.replace("C6:C7 ", ""))})
    return read(book, files.CHECKLIST_NAME, city.context(**changes))


def test_a_market_that_was_closed_is_neither_clean_nor_missed():
    found = read_changed("7\t3\t2026/11/14\t\t云山社区", "7\t3\t2026/11/14\t云山街道\t云山社区")
    assert found.counts.held == 0
    closed = found.checks[found.checks["source_row"] == 7]
    assert closed["result"].tolist() == [SHUT] * 8
    assert RESULTS[SHUT] == "未开门"
    assert closed[["lost", "possible"]].to_numpy().sum() == 0


def test_a_bare_number_in_a_cell_is_not_guessed():
    found = read_changed("√\t×\t√\t-2\t√", "√\t×\t√\t2\t√")
    assert [code(one) for one in found.problems if one.code == "结果-05"] == [("结果-05", 5, "I")]
    assert 5 in found.held["source_row"].tolist()
    assert 5 not in found.checks["source_row"].tolist()  # the row waits whole


def test_a_subtotal_that_does_not_add_up_is_told():
    found = read_changed("√\t7\t28\t②3处出店", "√\t6\t28\t②3处出店")
    (told,) = [one for one in found.problems if one.code == "得分-02"]
    assert code(told) == ("得分-02", 5, "N")
    assert "写的扣分小计是 6，各项扣分相加是 7" in told.text


def test_a_column_that_is_no_item_is_asked():
    found = read_changed("⑤设公平秤(3分)", "⑤公平称(3分)")
    assert found.is_rejected
    (asked,) = [one for one in found.problems if one.code == "表头-09"]
    assert asked.column == "J"
    assert "设公平秤" in asked.text


def test_two_years_in_the_title_say_nothing_of_a_day():
    found = read_changed("检查时间:2026年11月13日—15日", "检查时间:2025年12月31日—2026年1月2日")
    assert ("日期-05", 5, "B") in [code(one) for one in found.problems]


def test_the_list_of_problems(findings):
    assert findings.outcome == "共 3 行，3 行可入库，跳过 1 行。"
    own = findings.checks[findings.checks["basis"] == BASIS_FINDING]
    assert own["source_row"].tolist() == [4, 5, 6]
    assert own["places"].tolist() == [7, 2, 0]
    assert own["lost"].tolist() == [7_000, 5_000, 0]
    assert [SOURCE_CODES[at] for at in own["source"]] == ["city", "third_party", "public"]
    days = [d.isoformat() for d in map(city.date.fromordinal, own["day"])]
    assert days == ["2026-11-15"] * 3


def test_what_the_public_reports_adds_neither_site_nor_points(findings):
    public = findings.checks[findings.checks["source"] == SOURCE_CODES.index("public")]
    assert len(public) == 1
    assert public["possible"].tolist() == [0]
    assert "到访-05" in {one.code for one in findings.problems}


def test_roles_stand_in_three_columns_and_climb_to_their_parents(findings):
    units = city.register().units["name"]
    own = findings.checks[findings.checks["basis"] == BASIS_FINDING]
    named = findings.roles.assign(name=[units[unit] for unit in findings.roles["unit"]])
    told = {
        row: {
            role: part["name"].tolist() for role, part in named[named["seq"] == seq].groupby("role")
        }
        for row, seq in zip(own["source_row"], own["seq"], strict=True)
    }
    assert told[4] == {1: ["城东街道"], 2: ["城东街道", "城管局"], 3: ["交警二大队"]}
    assert told[5] == {1: ["河西街道"], 2: ["桥头社区", "住建局", "消防大队"]}
    assert told[6] == {1: ["市环卫处"], 2: ["云山街道"]}


def test_two_problems_in_one_cell_are_told(findings):
    (told,) = [one for one in findings.problems if one.code == "问题-01"]
    assert code(told) == ("问题-01", 4, "H")
    assert "写了 2 条问题" in told.text


def test_every_column_is_read_or_missed_by_nobody(findings):
    assert not [one for one in findings.problems if one.code == "表头-08"]


def test_numbers_and_deadlines_of_the_list(findings):
    told = findings.findings.merge(findings.checks[["seq", "source_row"]], on="seq")
    days = [city.date.fromordinal(day).isoformat() for day in told["due"]]
    assert list(zip(told["source_row"], told["number"], days, strict=True)) == [
        (4, "DC1115-001", "2026-11-18"),  # 3 working days after Sunday the 15th
        (5, "", "2026-11-15"),  # 立行立改
        (6, "DC1115-003", "2026-11-18"),
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [("11月13日—15日", "日期-06"), (11.1, "日期-07"), ("11月中旬", "日期-01")],
)
def test_days_that_are_no_single_day_are_asked(written, said):
    title = ["2026年11月督查检查表"]
    header = ["日期", "街道", "点位类型", "点位名称", "测评项", "检查结果"]
    row = [written, "城东街道", "小区", "东风小区", "公共环境", "符合"]
    found = read(xlsx({"检查表": [title, header, row]}), "x.xlsx", city.context())
    assert [one.code for one in found.problems if one.row == 3][:1] == [said]
    assert found.counts.held == 1
