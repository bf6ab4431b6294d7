"""Workbooks with faults, as offices really send them; what is said of each stands beside this file.

`<name>.problems.txt` holds the outcome and then every problem, word for word. After a change of
wording run `python -m tests.uploads.cases` and read the difference before keeping it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from openpyxl import Workbook

from tests.builders import (
    CHECKLIST,
    FINDINGS,
    VISITS,
    check_row,
    context,
    read_sheets,
    register,
    xlsx,
)
from wenming_metrics.reading.model import Reading
from wenming_metrics.reading.read import read
from wenming_metrics.units import Register, build_sites

FOLDER = Path(__file__).parent
CASES: dict[str, Callable[[], Reading]] = {}
_DAY = date(2026, 11, 16)
_UNITS = (
    "单位编号",
    "单位名称",
    "单位类别",
    "上级单位",
    "别名",
    "常住人口",
    "启用日期",
    "停用日期",
)
_PLACES = ("点位名称", "点位类型", "街道", "社区", "别名")


def case(make: Callable[[], Reading]) -> Callable[[], Reading]:
    """Name a case by its function."""
    CASES[make.__name__] = make
    return make


def told(reading: Reading) -> str:
    """Write a reading as the file beside the case: outcome, then all problems."""
    lines = [reading.outcome, *(f"{p.severity} {p.text}" for p in reading.problems)]
    return "\n".join(lines) + "\n"


def checklist(*rows: list[object], change: Callable[[Workbook], None] | None = None) -> Reading:
    """Read a checklist of some rows under a title."""
    title = ["演示市实地督查检查表"]
    return read_sheets({"检查表": [title, CHECKLIST, *rows]}, change)


def finding(**changes: object) -> list[object]:
    """One good row of a list of problems, with some cells changed."""
    usual = {
        **{"督查日期": _DAY, "来源": "市督查组", "街道": "河西街道", "点位类型": "主次干道"},
        **{"点位名称": "人民路", "测评项": "垃圾桶不满溢", "问题描述": "路口垃圾桶满溢"},
        **{"处数": "2处", "扣分": 1},
    }
    return [{**usual, **changes}[name] for name in FINDINGS]


def visit(**changes: object) -> list[object]:
    """One good row of a sheet of visits, with some cells changed."""
    usual = {
        **{"督查日期": _DAY, "来源": "市督查组", "街道": "河西街道", "点位类型": "主次干道"},
        **{"点位名称": "人民路", "检查范围": None},
    }
    return [{**usual, **changes}[name] for name in VISITS]


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
def territories() -> Reading:
    """Streets and communities that the register does not know so."""
    return checklist(
        check_row(街道="成东街道"),
        check_row(社区="东方社区", 测评项="公厕干净无异味"),
        check_row(街道="河西街道办", 社区="云山社区", 点位名称="云山综合市场"),
        check_row(街道=None, 社区=None),
        check_row(街道=None, 社区="花园社区", 点位名称="花园市场"),
        check_row(街道=None, 社区="西门村", 点位名称="西门市场"),
        check_row(街道=None, 社区="云山社区", 点位名称="云山市场"),
    )


@case
def districts() -> Reading:
    """A district that contradicts the street, and one that nobody knows."""
    header = ["区", *CHECKLIST]
    rows = [["南岭区", *check_row()], ["北岭区", *check_row(测评项="公厕干净无异味")]]
    return read_sheets({"检查表": [header, *rows]})


@case
def units_out_of_date() -> Reading:
    """A street that was dissolved before the day of the inspection."""
    units = register().units.copy()
    units.loc[2, "valid_to"] = date(2026, 6, 30).toordinal()
    old = dataclasses.replace(register(), units=units)
    rows = [["检查表"], CHECKLIST, check_row(), check_row(督查日期="2026-06-30")]
    return read_sheets({"检查表": rows}, register=old)


@case
def responsible_units() -> Reading:
    """Units named in a role: unknown, collective, several, ambiguous."""
    header = [*CHECKLIST, "牵头单位", "责任单位", "配合单位"]
    rows = [
        [*check_row(检查结果="×"), "城管局", "市城管局、公安局", "公安局交警二大队"],
        [*check_row(检查结果="×", 测评项="公厕干净无异味"), "城管句", "公安局", None],
        [*check_row(检查结果="×", 测评项="摊位整洁无出店经营"), None, "各街道", "/"],
        [
            *check_row(
                检查结果="×", 测评项="公益广告完好", 街道="云山镇", 社区=None, 点位名称="云山市场"
            ),
            None,
            "花园社区",
            None,
        ],
    ]
    return read_sheets({"检查表": [header, *rows]})


@case
def sites_and_types() -> Reading:
    """Sites that no register names, point types that the catalogue does not know."""
    sites = register().sites
    twin = pd.DataFrame(
        {
            "name": ["东风早市"],
            "point_type": [0],
            "street": [2],
            "unit": [6],
            "aliases": [["东风菜场"]],
        }
    )
    rows = [
        check_row(点位名称="城东 早市"),
        check_row(点位名称="城东早市", 测评项="公厕干净无异味"),
        check_row(点位类型="集市场所"),
        check_row(点位类型=None),
        check_row(点位类型=None, 点位名称="无名巷口"),
        check_row(点位名称=None),
        check_row(点位类型="小区", 测评项="公益广告完好"),
        check_row(点位名称="东风菜场"),
    ]
    both = build_sites(Register(register().units, sites), twin)
    return read_sheets({"检查表": [CHECKLIST, *rows]}, register=both)


@case
def items() -> Reading:
    """Items that are unknown, missing, ambiguous, contradictory or looked at in the wrong place."""
    header = ["测评项编号", *CHECKLIST]
    rows = [
        [None, *check_row(测评项="地面无积水与垃圾")],
        ["Z99", *check_row()],
        ["A01", *check_row(测评项="公益广告完好")],
        [None, *check_row(测评项=None)],
        [
            None,
            *check_row(
                测评项="停放有序",
                街道="河西街道",
                社区=None,
                点位名称="人民路",
                点位类型="主次干道",
            ),
        ],
        [
            "D01",
            *check_row(
                测评项=None, 街道="河西街道", 社区=None, 点位名称="人民路", 点位类型="主次干道"
            ),
        ],
        [None, *check_row(测评项="停放有序")],
        [None, *check_row(测评项="①公厕干净无异味(5分)")],
    ]
    return read_sheets({"检查表": [header, *rows]})


@case
def sources() -> Reading:
    """来源 left blank, or a word that nobody knows."""
    return checklist(
        check_row(来源=None),
        check_row(来源="某某单位", 测评项="公厕干净无异味"),
        check_row(来源="12345转办", 测评项="公益广告完好"),
    )


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
    """A table of scores that is not an inspection."""
    header = ["名次", "街道", "总得分", "较上季度", "备注"]
    return read_sheets({"表3 街道得分": [header, [1, "河西街道", 88.93, 1.24, None]]})


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
def findings_alone() -> Reading:
    """Problems without the visits they come from."""
    return read_sheets({"问题清单": [FINDINGS, finding()]})


@case
def findings_confirmed() -> Reading:
    """The same, after the user has confirmed the scope."""
    rows = [FINDINGS, finding(), finding(测评项="公益广告完好", 扣分=None), finding(来源="随手拍")]
    return read_sheets({"问题清单": rows}, confirm_visits=True)


@case
def findings_of_the_public() -> Reading:
    """Problems from the public have no visit by nature."""
    return read_sheets({"12345": [FINDINGS, finding(来源="12345转办"), finding(来源="随手拍")]})


@case
def findings_and_visits() -> Reading:
    """Visits with scopes, problems that belong to them and one that does not."""
    visits = [
        VISITS,
        visit(),
        visit(点位名称="花园路", 检查范围="公共环境、C01"),
        visit(点位名称="花园路"),
        visit(点位名称="解放路", 检查范围="公共环鏡"),
        visit(点位名称="东湖菜场", 点位类型="集贸市场", 检查范围="消防安全"),
    ]
    findings = [
        FINDINGS,
        finding(),
        finding(点位名称="解放路"),
        finding(点位名称="花园路", 扣分=9),
        finding(点位名称="花园路", 扣分="/"),
    ]
    return read_sheets({"检查点位": visits, "问题清单": findings})


@case
def findings_beside_a_checklist() -> Reading:
    """A problem whose item the checklist judges as well."""
    row = check_row(
        街道="河西街道",
        社区=None,
        点位类型="主次干道",
        点位名称="人民路",
        测评项="垃圾桶不满溢",
        检查结果="×",
    )
    return read_sheets({"检查表": [CHECKLIST, row], "问题清单": [FINDINGS, finding()]})


@case
def plan() -> Reading:
    """A plan may lie in the future; a site planned twice on a day is said."""
    header = ["计划日期", "督查组", "街道", "点位类型", "点位名称", "轮次"]
    later = _DAY + timedelta(days=30)
    rows = [
        [later, "一组", "城东街道", "集贸市场", "东风菜场", "第一轮"],
        [later, "二组", "城东街道", "集贸市场", "东风农贸(集贸)市场", "第一轮"],
        ["下周", "二组", "城东街道", "集贸市场", "东风菜场", "第一轮"],
    ]
    return read_sheets({"督查计划": [header, *rows]})


@case
def unit_register() -> Reading:
    """A register of units with every fault a row may have."""
    rows = [
        _UNITS,
        [None, "北门街道", "街道", "东湖区", "北门", 52000, None, None],
        [None, "北门社区", "社区", "北门街道", None, "1.2万", None, None],
        [None, "新区", "片区", None, None, None, None, None],
        [None, None, "街道", "东湖区", None, None, None, None],
        [None, "西门社区", "社区", "西门街道", None, None, None, None],
        [None, "西门二社区", "社区", None, None, None, None, None],
        [None, "北门街道", "街道", "东湖区", None, None, None, None],
        [None, "港口街道", "街道", "东湖区", None, "很多", None, None],
        [None, "码头街道", "街道", "东湖区", None, None, "2026-01-01", "2025-12-31"],
        [None, "东站街道", "街道", "东湖区", None, None, "明年", None],
        ["B1", "城管中队", "二层单位", "城管局", None, None, None, None],
        ["S9", "城东街道", "街道", "东湖区", None, None, None, None],
        ["S4", "南门新街道", "街道", "南岭区", None, None, None, None],
        [None, "市场局", "部门", None, "综合办", None, None, None],
        [None, "民政局", "部门", None, "综合办", None, None, None],
        [None, "稽查大队", "二层单位", "综合办", None, None, None, None],
    ]
    return read_sheets({"单位名册": rows})


@case
def site_register() -> Reading:
    """Units and sites in one workbook; the new street is known to the sites."""
    units = [_UNITS, [None, "北门街道", "街道", "东湖区", None, None, None, None]]
    places = [
        _PLACES,
        ["北门菜场", "菜市场", "北门街道", None, "北门市场、北门集市"],
        ["北门 菜场", "集贸市场", "北门街道", None, None],
        ["西门菜场", "集贸市场", "西门街道", None, None],
    ]
    return read_sheets({"单位名册": units, "点位名册": places})


@case
def empty_workbook() -> Reading:
    """A workbook with sheets that hold nothing."""
    return read_sheets({"Sheet1": [], "Sheet2": []})


@case
def text_not_a_workbook() -> Reading:
    """A CSV that was only renamed."""
    return read("督查日期,街道\n2026-11-03,城东街道\n".encode(), "督查.xlsx", context())


@case
def web_page_named_xls() -> Reading:
    """A system's export: HTML named .xls."""
    return read(b"<html><table><tr><td>1</td></tr></table></html>", "导出.xls", context())


@case
def half_a_file() -> Reading:
    """A transfer that broke off."""
    data = xlsx({"检查表": [CHECKLIST, check_row()]})
    return read(data[: len(data) // 2], "督查.xlsx", context())


def write() -> None:
    """Write the expected texts of all cases anew."""
    for name, make in CASES.items():
        (FOLDER / f"{name}.problems.txt").write_text(told(make()), encoding="utf-8")


if __name__ == "__main__":
    write()
