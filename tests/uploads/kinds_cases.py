"""Kinds of sheet beside the checklist: problems, visits, plans, registers."""

from __future__ import annotations

from datetime import date, timedelta

from tests.builders import (
    CHECKLIST,
    FINDINGS,
    VISITS,
    check_row,
    read_sheets,
)
from tests.uploads.case import case, finding, visit
from wenming_metrics.reading.model.reading import Reading

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
def merged_units() -> Reading:
    """A street that was merged needs a last day and a successor of its kind."""
    header = [*_UNITS, "并入单位"]
    rows = [
        header,
        ["S4", "南门街道", "街道", "南岭区", None, None, None, "2026-06-30", "城东街道"],
        ["S1", "城东街道", "街道", "东湖区", None, None, None, None, "南门街道"],
        ["S9", "北门街道", "街道", "东湖区", None, None, None, "2026-06-30", "城管局"],
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
