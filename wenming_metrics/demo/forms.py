"""How each sender of the made-up city lays out a sheet: headings, dates, marks, names of units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.demo.city import DemoCity, demo_catalogue
from wenming_metrics.demo.inspections import Inspections
from wenming_metrics.rules.catalogue import split

Cell = str | int | float | date | None
_WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789."}
_OTHER_NAME, _WIDE_DIGITS, _IN_WORDS = 0.5, 0.03, 0.04
"""Share of names that a sheet writes by an alias, of marks in full-width digits, of marks in words."""


@dataclass(frozen=True)
class DemoForm:
    """The sheet of one sender.

    title   - text above the header; sheet - name of the sheet
    columns - (heading, field of the rows) from left to right
    day     - turns a date into what the cell holds
    results - what the cell says for 符合 and 不符合
    loose   - whether units, items and numbers are written as people type them
    """

    title: str
    sheet: str
    columns: tuple[tuple[str, str], ...]
    day: Callable[[date], Cell]
    results: tuple[str, str] = ("符合", "不符合")
    loose: bool = False


def as_date(day: date) -> Cell:
    """Keep a real date."""
    return day


def as_words(day: date) -> Cell:
    """Write 2026年11月3日."""
    return f"{day.year}年{day.month}月{day.day}日"


def with_slashes(day: date) -> Cell:
    """Write 2026/11/3."""
    return f"{day.year}/{day.month}/{day.day}"


def _columns(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (pair.split("=") for pair in text.split())
    return tuple((heading, field) for heading, field in pairs)


CHECKLISTS = {
    "督查一组": DemoForm(
        "演示市文明城市创建日常督查记录表",
        "督查记录",
        _columns(
            "督查日期=day 来源=source 督查组=sender 督查编号=visit_no 区=district 街道=street "
            "社区=community 点位类型=point_type 点位名称=site 测评项编号=item_code 测评项=item "
            "检查结果=result 扣分=deduction 分值=full_mark 处数=places 问题描述=description "
            "牵头单位=lead 责任单位=responsible 备注=remark"
        ),
        as_date,
    ),
    "督查二组": DemoForm(
        "督查二组现场检查表",
        "检查表",
        _columns(
            "检查点位=site 点位类别=point_type 镇街=street 村居=community 检查日期=day "
            "督查来源=source 检查内容=item 是否符合=result 失分=deduction 问题处数=places "
            "存在问题=description 责任部门=responsible 备注=remark"
        ),
        as_words,
        ("√", "×"),
        loose=True,
    ),
}
"""Senders whose rows are everything looked at."""

FINDINGS = {
    "第三方": DemoForm(
        "实地考察发现问题清单",
        "问题清单",
        _columns(
            "检查编号=visit_no 检查日期=day 督查来源=source 区县=district 街道(镇)=street "
            "所属社区=community 点位类别=point_type 检查点位=site 项目编号=item_code "
            "测评标准=item 扣分值=deduction 问题处数=places 问题=description 责任部门=responsible "
            "问题编号=problem_no 整改时限=deadline"
        ),
        with_slashes,
    ),
    "区创建办": DemoForm(
        "区创建办巡查问题清单",
        "问题清单",
        _columns(
            "日期=day 来源=source 所属街道=street 所属社区=community 点位类型=point_type "
            "点位=site 检查项=item 存在问题=description 处数=places 失分=deduction "
            "牵头单位=lead 责任单位=responsible 备注=remark 问题编号=problem_no 整改时限=deadline"
        ),
        as_date,
        loose=True,
    ),
}
"""Senders whose rows are the problems found; the visits stand on a second sheet."""

VISITS = _columns(
    "督查日期=day 来源=source 督查编号=visit_no 街道=street 社区=community "
    "点位类型=point_type 点位名称=site 检查范围=scope"
)
PLAN = _columns("计划日期=day 督查组=team 街道=street 点位类型=point_type 点位名称=site 轮次=round")
UNITS = _columns(
    "单位编号=unit_code 单位名称=unit_name 单位类别=unit_kind 上级单位=parent 分组=group "
    "别名=aliases 常住人口=population 启用日期=valid_from 停用日期=valid_to"
)
SITES = _columns(
    "点位名称=site_name 点位类型=point_type 所属街道=street 所属社区=community 别名=aliases"
)


def full_rows(inspections: Inspections) -> pd.DataFrame:
    """Join each row with its visit and its item: every field that a form may show."""
    items = demo_catalogue().items
    rows = inspections.rows.join(inspections.visits, on="visit")
    row_items = items.loc[rows["item"]]
    return rows.assign(
        item_code=row_items["code"].to_numpy(),
        item=row_items["name"].to_numpy(),
        full_mark=row_items["full_mark"].to_numpy() / 10_000,
    )


def dress(
    rows: pd.DataFrame, form: DemoForm, city: DemoCity, rng: np.random.Generator
) -> pd.DataFrame:
    """Write rows as the sender of a form does: other names, marks and dates of its own.

    Takes:   rows - see full_rows; form; city - for the other names; rng
    Returns: the columns of the form under their fields, cells as they are written (None = blank)
    """
    worn = rows.copy()
    good, bad = form.results
    failed = worn["result"] == "不符合"
    if form.loose:
        worn = _other_names(worn, city, rng)
    worn["result"] = worn["result"].replace({"符合": good, "不符合": bad})
    worn["day"] = [form.day(day) for day in worn["day"]]
    zero = 0 if form.results[0] == "符合" and not form.loose else None
    marks = [
        _mark(value, form.loose, rng) if hit else zero
        for value, hit in zip(worn["deduction"], failed, strict=True)
    ]
    worn["deduction"] = pd.Series(marks, worn.index, dtype=object)
    worn["full_mark"] = pd.Series([_plain(v) for v in worn["full_mark"]], worn.index, dtype=object)
    worn["places"] = worn["places"].astype(object).where(failed, None)
    return worn[[field for _, field in form.columns]].astype(object).replace({"": None})


def _other_names(rows: pd.DataFrame, city: DemoCity, rng: np.random.Generator) -> pd.DataFrame:
    catalogue = demo_catalogue()
    units = city.units.set_index("unit_name")["aliases"].map(split)
    sites = city.sites.set_index("site_name")["aliases"].map(split)
    aliases_by_field = {
        "street": units.to_dict(),
        "point_type": catalogue.point_types.set_index("name")["aliases"].to_dict(),
        "item": catalogue.items.set_index("name")["aliases"].to_dict(),
        "site": sites[~sites.index.duplicated(keep=False)].to_dict(),
    }
    changed = rows.copy()
    for field, names in aliases_by_field.items():
        once = {name: _other_name(name, names, rng) for name in sorted(changed[field].unique())}
        changed[field] = changed[field].map(once)
    once = {
        name: _other_name(name, aliases_by_field["street"], rng) for name in sorted(units.index)
    }
    changed["responsible"] = [
        "\uff0c".join(once.get(name, name) for name in text.split("、")) if text else ""
        for text in changed["responsible"]
    ]
    return changed


def _other_name(name: str, names: dict[str, list[str]], rng: np.random.Generator) -> str:
    aliases = names.get(name) or []
    if aliases and rng.random() < _OTHER_NAME:
        return aliases[int(rng.integers(len(aliases)))]
    return name


def _mark(value: float, loose: bool, rng: np.random.Generator) -> Cell:
    number = _plain(value)
    if loose:
        how = rng.random()
        if how < _WIDE_DIGITS:
            return str(number).translate(_WIDE)
        if how < _WIDE_DIGITS + _IN_WORDS:
            return f"扣{number}分"
    return number


def _plain(value: float) -> int | float:
    """Write 1 rather than 1.0."""
    return int(value) if float(value).is_integer() else float(value)
