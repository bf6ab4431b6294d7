"""Workbooks of which the sender says something: what is said in turn."""

from __future__ import annotations

from datetime import date

from tests.builders import FINDINGS, VISITS, read_sheets
from tests.uploads.case import case, finding, visit
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.reading.model.sender_answers import EARNED, Looked

_DAY = date(2026, 11, 16)
_TWO = "1.非机动车乱停放5辆;2.沿街商铺出店经营2处"
_NUMBERED = ["督查编号", "测评项", "问题描述", "扣分"]
_POINTS = ["督查日期", "街道", "点位类型", "点位名称", "地面无积水垃圾(5分)", "公益广告完好(4分)"]


@case
def problems_by_number() -> Reading:
    """Problems that name only the number of their visit."""
    looked = [*([*visit(点位名称=f"{n}号路"), f"V-{n}"] for n in (1, 2, 3)), [*visit(), "V-3"]]
    looked.append([*visit(街道="成东街道"), "V-4"])
    rows = [[n, "垃圾桶不满溢", "桶满", 1] for n in ("V-1", "V-3", "V-4", "V-9", None)]
    return read_sheets(
        {"检查点位": [[*VISITS, "督查编号"], *looked], "问题清单": [_NUMBERED, *rows]}
    )


@case
def several_problems_in_a_cell() -> Reading:
    """Nobody has said whether they are to be taken apart."""
    rows = [FINDINGS, finding(问题描述=_TWO, 处数=7, 扣分=0.7)]
    return read_sheets({"问题清单": rows}, confirm_visits=True)


@case
def several_problems_taken_apart() -> Reading:
    """One cell that says clearly how many places each problem has, one that does not."""
    rows = [finding(问题描述=_TWO, 处数=places, 扣分=0.7) for places in (7, 8)]
    return read_sheets({"问题清单": [FINDINGS, *rows]}, confirm_visits=True, split=True)


@case
def scope_confirmed() -> Reading:
    """A scope, and a visit on which nothing was found."""
    looked = (Looked(_DAY.toordinal(), "城东街道", "东风菜场"),)
    said = {"confirm_visits": True, "scope": ("公共环境",), "looked": looked}
    return read_sheets({"问题清单": [FINDINGS, finding()]}, **said)


@case
def scope_that_is_none() -> Reading:
    """A category and visits that there are not."""
    looked = ((_DAY, "城东街道", "人民路"), (_DAY, "成东街道", "人民路"))
    looked = (*looked, (date(2027, 1, 1), "河西街道", "人民路"))
    return read_sheets(
        {"问题清单": [FINDINGS, finding()]},
        confirm_visits=True,
        scope=("公共环镜",),
        looked=tuple(Looked(day.toordinal(), *place) for day, *place in looked),
    )


@case
def bare_points() -> Reading:
    """Numbers in columns of items, of which nobody has said what they are."""
    row = [_DAY, "城东街道", "集贸市场", "东风菜场", 5, "3分"]
    return read_sheets({"检查表": [_POINTS, row]})


@case
def bare_points_earned() -> Reading:
    """They are points earned; one is more than there are."""
    rows = [[_DAY, "城东街道", "集贸市场", f"{n}号", n, "√"] for n in (4, 6)]
    return read_sheets({"检查表": [_POINTS, *rows]}, bare=EARNED)
