"""Cells that cannot be taken as they are: days, points, results, formulas, merged and hidden cells."""

from __future__ import annotations

import dataclasses
from datetime import date

from openpyxl import Workbook

from tests.builders import (
    CHECKLIST,
    check_row,
    read_sheets,
)
from tests.uploads.case import case, checklist
from wenming_metrics.reading.model.reading import Reading


@case
def dates() -> Reading:
    """Every way a day can be unusable, and none of the ways it may be written."""
    written = ["11.13", "2026-11-13—15日", "2026-02-30", date(2026, 11, 24), "1998/3/1", None]
    good = ["2026年11月3日", 46346, "２０２６．１１．３", 20261103, "2026-11-03 09:40"]
    return checklist(
        *(check_row(督查日期=day, 点位名称=f"市场{n}") for n, day in enumerate([*written, *good]))
    )


@case
def numbers() -> Reading:
    """Deductions that cannot be taken as they are."""
    return checklist(
        check_row(检查结果="不符合", 扣分="若干", 点位名称="一号市场"),
        check_row(检查结果="不符合", 扣分=0.12345, 点位名称="二号市场"),
        check_row(检查结果="不符合", 扣分=6, 点位名称="三号市场"),
        check_row(检查结果="不符合", 扣分="/", 点位名称="四号市场"),
        check_row(检查结果="不符合", 扣分="扣0.5分", 点位名称="五号市场"),
    )


@case
def deductions_of_both_signs() -> Reading:
    """A minus among numbers that have none, or a number that has none among minuses."""
    first = [check_row(检查结果="不符合", 扣分=1, 点位名称=f"市场{n}") for n in range(3)]
    second = [check_row(检查结果="不符合", 扣分=-1, 点位名称=f"菜场{n}") for n in range(2)]
    odd = [check_row(检查结果="不符合", 扣分="-2分", 点位名称="三号市场"), check_row(扣分=0)]
    other = check_row(检查结果="不符合", 扣分=2, 点位名称="四号市场")
    sheets = {"检查表": [CHECKLIST, *first, *odd], "二组": [CHECKLIST, *second, other]}
    even = [
        check_row(检查结果="不符合", 扣分=points, 点位名称=f"{points}号路", 点位类型="主次干道")
        for points in (1, -1)
    ]
    return read_sheets(sheets | {"三组": [CHECKLIST, *even]})


@case
def marks_and_places() -> Reading:
    """分值 and 处数 that cannot be read."""
    header = [*CHECKLIST, "分值", "处数"]
    rows = [
        [*check_row(检查结果="×", 测评项="地面无积水垃圾"), 0, 1],
        [*check_row(检查结果="×", 测评项="公厕干净无异味"), "满分", 1],
        [*check_row(检查结果="×", 测评项="摊位整洁无出店经营"), 10, "多处"],
        [*check_row(检查结果="×", 测评项="公益广告完好", 扣分=8), 10, "3处"],
    ]
    return read_sheets({"检查表": [header, *rows]})


@case
def results() -> Reading:
    """Results that cannot be read, contradict the deduction, or are blank."""
    return checklist(
        check_row(检查结果="还行"),
        check_row(检查结果="符合", 扣分=1, 测评项="公厕干净无异味"),
        check_row(检查结果="/", 扣分=0.5, 测评项="摊位整洁无出店经营"),
        check_row(检查结果=None, 测评项="公益广告完好"),
        check_row(检查结果=None, 扣分=2, 测评项="非机动车停放有序"),
        check_row(检查结果="√", 点位名称="东风菜场", 来源="区督查组"),
    )


@case
def deductions_without_results() -> Reading:
    """No column 检查结果: 0 is kept, a blank is 未查, both said."""
    header = [name for name in CHECKLIST if name != "检查结果"]
    lost = [0, None, 1.5, "不扣分"]
    items = ["地面无积水垃圾", "公厕干净无异味", "摊位整洁无出店经营", "公益广告完好"]
    rows = [check_row(测评项=item, 扣分=points) for item, points in zip(items, lost, strict=True)]
    cut = CHECKLIST.index("检查结果")
    return read_sheets({"检查表": [header, *([*row[:cut], *row[cut + 1 :]] for row in rows)]})


@case
def merged_cells() -> Reading:
    """Cells merged downwards: names are taken for all rows, a shared deduction is not."""

    def merge(book: Workbook) -> None:
        sheet = book["检查表"]
        for area in ("A3:A5", "C3:C5", "I4:I5"):
            sheet.merge_cells(area)

    names = ["地面无积水垃圾", "公厕干净无异味", "公益广告完好"]
    rows = [check_row(测评项=name, 检查结果="×", 扣分=1) for name in names]
    return checklist(*rows, change=merge)


@case
def formulas() -> Reading:
    """A formula that was never computed, and one that failed."""

    def spoil(book: Workbook) -> None:
        sheet = book["检查表"]
        sheet["I3"], sheet["I4"], sheet["C5"] = "=0.5+0.5", "#DIV/0!", "#N/A"

    names = ["地面无积水垃圾", "公厕干净无异味", "公益广告完好"]
    return checklist(*(check_row(测评项=name, 检查结果="×") for name in names), change=spoil)


@case
def many_formulas() -> Reading:
    """More formulas without a value than can be named one by one: the file goes back."""
    rows = [check_row(检查结果="×", 扣分="=1+1", 点位名称=f"市场{n}") for n in range(1005)]
    reading = checklist(*rows)
    few = [p for p in reading.problems if p.severity == "退回"]
    return dataclasses.replace(reading, problems=tuple(few))


@case
def hidden_parts() -> Reading:
    """Hidden sheets, rows and columns are read all the same, and said."""

    def hide(book: Workbook) -> None:
        book["旧表"].sheet_state = "hidden"
        sheet = book["检查表"]
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions[4].hidden = True
        sheet.column_dimensions["I"].hidden = True

    names = ["公厕干净无异味", "公益广告完好", "地面无积水垃圾"]
    rows = [CHECKLIST, *(check_row(测评项=name) for name in names)]
    old = [CHECKLIST, check_row(督查日期="2026-11-02")]
    return read_sheets({"检查表": rows, "旧表": old}, hide)
