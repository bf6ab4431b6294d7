"""Rows that stand in two sheets of one file: counted once, or asked about; splits change nothing."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import CHECKLIST, FINDINGS, VISITS, check_row, read_sheets
from tests.questionnaires import HEADERS, in_text, rows, survey
from tests.uploads.case import finding, visit

ITEMS = ("垃圾桶不满溢", "地面无积水垃圾", "公益广告完好", "非机动车停放有序")
NUMBERED = [*FINDINGS, "问题编号"]


def codes(reading):
    return [problem.code for problem in reading.problems]


def numbered(*numbers):
    return [[*finding(测评项=ITEMS[n], 问题描述=f"第{n}处"), f"D{n}"] for n in numbers]


def listed(sheets, **answers):
    tables = {name: [NUMBERED, *lines] for name, lines in sheets.items()}
    return read_sheets({**tables, "检查点位": [VISITS, visit()]}, **answers)


def lost(reading):
    failed = reading.checks[reading.checks["result"] == 1]
    return sorted(zip(failed["item"].tolist(), failed["lost"].tolist(), strict=True))


def test_a_sheet_of_all_beside_sheets_of_each_counts_once_and_says_so():
    both = listed({"河西": numbered(0, 1), "南门": numbered(2), "汇总": numbered(0, 1, 2)})
    alone = listed({"汇总": numbered(0, 1, 2)})
    assert lost(both) == lost(alone)
    assert codes(both) == ["重复-04", "重复-04"]
    assert [(p.sheet, p.details["other"], p.details["count"]) for p in both.problems] == [
        ("河西", "汇总", 2),
        ("南门", "汇总", 1),
    ]
    assert (both.counts.rows, both.counts.skipped) == (4, 3)
    assert sorted(both.findings["number"]) == ["D0", "D1", "D2"]


def test_three_copies_with_numbers_count_once():
    reading = listed({name: numbered(0, 1) for name in ("一", "二", "三")})
    assert lost(reading) == lost(listed({"一": numbered(0, 1)}))


def test_the_same_rows_written_another_way_are_the_same():
    again = [[*row] for row in numbered(0, 1)]
    for row in again:
        row[0], row[FINDINGS.index("扣分")] = "2026年11月16日", "1"
        row[2] = f"{row[2]}\u200b"
    reading = listed({"汇总": numbered(0, 1), "河西": [[*again[1]], [*again[0]]]})
    assert codes(reading) == ["重复-04"]


@pytest.mark.parametrize(
    "copy",
    [
        [[*row[:-1], None] for row in numbered(0, 1)],
        [[*row[:-1], "D1"] for row in numbered(0, 1)],
        numbered(0, 3),
    ],
)
def test_without_a_number_each_or_in_part_the_file_waits_with_both_sheets_named(copy):
    first = [*copy[:1], *numbered(2)] if copy == numbered(0, 3) else copy
    reading = listed({"汇总": first, "河西": copy})
    assert reading.is_rejected
    (problem,) = [problem for problem in reading.problems if problem.severity == "退回"]
    assert (problem.code, problem.sheet, problem.details["other"]) == ("重复-03", "河西", "汇总")
    assert len(reading.checks) == 0


def test_a_hidden_copy_of_a_checklist_waits_until_its_sender_says_what_it_is():
    lines = [CHECKLIST, check_row(检查结果="×", 扣分=1), check_row(测评项="公益广告完好")]

    def hide(book):
        book["检查表 (2)"].sheet_state = "hidden"

    def read(**answers):
        return read_sheets({"检查表": lines, "检查表 (2)": lines}, hide, **answers)

    assert "重复-03" in codes(read())
    once = read(equal_rows="once")
    assert (codes(once), lost(once)) == (["重复-04", "隐藏-01"], [(0, 10_000)])
    every = read(equal_rows="count")
    assert (codes(every)[0], lost(every)) == ("重复-05", [(0, 10_000)] * 2)


def test_rows_that_passed_in_two_sheets_are_one_check_anyway():
    lines = [CHECKLIST, check_row(), check_row(测评项="公益广告完好")]
    assert codes(read_sheets({"一组": lines, "二组": lines})) == []


def test_a_copy_that_was_changed_adds_up_and_says_so():
    """Nothing of it is equal: 1 of the one sheet and 2 of the other are taken off the same item."""
    lines = [[CHECKLIST, check_row(检查结果="不符合", 扣分=points)] for points in (1, 2)]
    reading = read_sheets({"一组": lines[0], "一组（改）": lines[1]})
    assert lost(reading) == [(0, 10_000), (0, 20_000)]
    assert [problem.text for problem in reading.problems] == [
        "“一组（改）”：有 1 行的到访和测评项在工作表“一组”里也有，内容不完全相同，每项计一次，扣分相加，不超过满分。"
        "如果是同一张表改过几行又抄了一遍，请只留一张。[重复-06]"
    ]
    passed = [CHECKLIST, check_row()]
    assert codes(read_sheets({"一组": passed, "二组": lines[0]})) == ["重复-06"]


def test_wide_checklists_and_what_differs_in_one_item():
    header = ["督查日期", "街道", "点位类型", "点位名称", "地面无积水垃圾", "公益广告完好"]
    row = ["2026-11-16", "城东街道", "集贸市场", "东风菜场", "×", "√"]
    other = [*row[:-1], "×"]
    assert "重复-03" in codes(read_sheets({"一": [header, row], "二": [header, row]}))
    assert "重复-03" not in codes(read_sheets({"一": [header, row], "二": [header, other]}))


def test_records_of_other_kinds():
    points = [["单位", "加减分日期", "加减分类型", "加减分值", "事由"]]
    points += [["城东街道", "2026-11-03", "加分", 2, "获表彰"]]
    assert codes(read_sheets({"一": points, "二": points})) == ["重复-03"]
    metrics = [["单位", "期间", "开放率", "好评率"], ["城东街道", "2026年9月", 95, 90]]
    later = [metrics[0], ["城东街道", "2026年9月", 95, 91]]
    assert "重复-03" not in codes(read_sheets({"量化指标": metrics, "指标数据": later}))


def test_questionnaires_are_known_by_their_moment_only():
    lines = [list(HEADERS), *rows(in_text)]
    assert "重复-03" in codes(read_sheets({"2026年三季度": lines, "副本": lines}, survey=survey()))
    at = HEADERS.index("提交答卷时间")
    bare = [[*line[:at], *line[at + 1 :]] for line in lines]
    reading = read_sheets({"2026年三季度": bare, "另一组": bare}, survey=survey())
    assert "重复-03" not in codes(reading)


@pytest.fixture(scope="module")
def twelve():
    """Twelve findings that differ, and what is read of them in one sheet."""
    lines = [
        [
            *finding(测评项=ITEMS[n % 4], 扣分=1 + n % 2, 问题描述=f"第{n}处"),
            f"D{n % 6}" if n % 3 else None,
        ]
        for n in range(12)
    ]
    return lines, listed({"问题清单": lines})


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(12)), st.lists(st.integers(0, 2), min_size=12, max_size=12))
def test_splits_into_sheets_without_equal_rows_change_nothing(twelve, order, sheet_of):
    lines, whole = twelve
    split = {}
    for n in order:
        split.setdefault(f"表{sheet_of[n]}", []).append(lines[n])
    parts = listed(split)
    assert not [code for code in codes(parts) if code in ("重复-03", "重复-04", "重复-05")]
    columns = ["visit", "unit", "item", "lost", "places", "result"]
    both = [
        reading.checks[columns].sort_values(columns, ignore_index=True)
        for reading in (whole, parts)
    ]
    pd.testing.assert_frame_equal(*both)


def test_of_many_like_sheets_the_first_pairs_are_named():
    sheets = {f"第{number}组": [CHECKLIST, check_row()] for number in range(8)}
    sheets |= {
        name: [rows[0], check_row(检查结果="不符合", 扣分=1)] for name, rows in sheets.items()
    }
    reading = read_sheets(sheets)
    assert (reading.is_rejected, [p.code for p in reading.problems]) == (True, ["重复-03"] * 20)


def test_a_site_counted_otherwise_in_another_sheet_is_held_there():
    head = ("单位", "点位名称", "点位类型", "期间", "公益广告数", "破损数")
    sheets = {
        name: [["公益广告统计表"], head, ["城东街道", "三小区", "小区", "2026年10月", count, 0]]
        for name, count in (("甲表", 9), ("乙表", 1))
    }
    reading = read_sheets(sheets)
    (problem,) = [problem for problem in reading.problems if problem.code == "记录-02"]
    assert problem.text.startswith("“乙表”第 3 行：同一单位、同一期的这一项在“甲表”第 3 行已经有")
    assert [facts["ad_count"] for facts in reading.records["told"]] == ["9"]
