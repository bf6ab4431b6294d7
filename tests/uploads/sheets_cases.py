"""Sheets and files: headers, rows that are no data, tables of other kinds, files that are none."""

from __future__ import annotations

from datetime import date

from tests.builders import (
    CHECKLIST,
    check_row,
    context,
    read_sheets,
    xlsx,
)
from tests.uploads.case import case, checklist
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.reading.read import read

_DAY = date(2026, 11, 16)


@case
def totals_and_notes() -> Reading:
    """Totals that agree and do not, notes, a repeated header, rows with only a number."""
    header = ["序号", *CHECKLIST]
    blank = [None] * len(CHECKLIST)
    return read_sheets(
        {
            "检查表": [
                ["演示市实地督查检查表"],
                ["督查组:第二组  天气:晴"],
                header,
                [1, *check_row(检查结果="×", 扣分=1)],
                [2, *check_row(检查结果="×", 测评项="公益广告完好")],
                ["小计", *blank[:-1], 5],
                header,
                [3, *check_row(检查结果="×", 扣分=2, 测评项="公厕干净无异味")],
                ["小计", *blank[:-1], 3],
                ["合计", *blank[:-1], 7],
                ["平均", *blank[:-1], 2.33],
                [4, *blank],
                [None, *blank],
                ["注:√符合,×不符合。检查人签字:"],
            ]
        }
    )


@case
def repeated_items() -> Reading:
    """The same item twice on one visit counts once."""
    return checklist(check_row(检查结果="×", 扣分=1), check_row(检查结果="×", 扣分=2), check_row())


@case
def double_columns() -> Reading:
    """Two columns for one meaning: the one with the proper title is read."""
    header = [*CHECKLIST, "检查内容"]
    return read_sheets({"检查表": [header, [*check_row(), "看地面"]]})


@case
def same_header_twice() -> Reading:
    """The very same header twice: nobody can tell which one counts."""
    return read_sheets({"检查表": [[*CHECKLIST, "扣分"], [*check_row(), 1]]})


@case
def missing_columns() -> Reading:
    """A checklist without 点位名称."""
    cut = CHECKLIST.index("点位名称")
    rows = [CHECKLIST, check_row()]
    return read_sheets({"检查表": [[*row[:cut], *row[cut + 1 :]] for row in rows]})


@case
def visits_with_scores_only() -> Reading:
    """One line per site with a score: what was looked at is not written."""
    header = ["督查日期", "街道", "点位类型", "点位名称", "得分"]
    return read_sheets({"Sheet1": [header, [_DAY, "城东街道", "集贸市场", "东风菜场", 92]]})


@case
def wide_checklist() -> Reading:
    """One column per item, under a header of two rows."""
    first = ["序号", "检查日期", "所属街道", "社区", "点位名称", "公共环境", None, "备注"]
    second = [None] * 5 + ["①地面无积水、无垃圾(5分)", "②公厕干净无异味(5分)"]
    row = [1, "2026-11-13", "城东", "东风", "东风菜场", "√", "×", None]
    return read_sheets({"农贸市场": [["检查表"], first, second, row]})


@case
def no_header() -> Reading:
    """Rows without any header."""
    return read_sheets({"Sheet1": [check_row(), check_row()]})


@case
def another_table() -> Reading:
    """A table that is none of those that are read."""
    header = ["街道", "日期", "菜名", "备注"]
    return read_sheets({"食堂": [header, ["河西街道", "2026-11-02", "豆腐", None]]})


@case
def a_sheet_beside() -> Reading:
    """A second sheet without a header is named, an empty one is not."""
    return read_sheets({"检查表": [CHECKLIST, check_row()], "草稿": [["随手记", 1]], "Sheet3": []})


@case
def registers_beside_inspection() -> Reading:
    """Registers have to come first, in a file of their own."""
    units = [["单位名称", "单位类别"], ["北门街道", "街道"]]
    return read_sheets({"检查表": [CHECKLIST, check_row()], "单位名册": units})


@case
def empty_workbook() -> Reading:
    """A workbook with sheets that hold nothing."""
    return read_sheets({"Sheet1": [], "Sheet2": []})


@case
def text_not_a_workbook() -> Reading:
    """A note that was only renamed."""
    return read("今天查了城东街道。\n明天查河西街道。\n".encode(), "督查.xlsx", context())


@case
def web_page_named_xls() -> Reading:
    """A system's export: HTML named .xls."""
    return read(b"<html><table><tr><td>1</td></tr></table></html>", "导出.xls", context())


@case
def half_a_file() -> Reading:
    """A transfer that broke off."""
    data = xlsx({"检查表": [CHECKLIST, check_row()]})
    return read(data[: len(data) // 2], "督查.xlsx", context())
