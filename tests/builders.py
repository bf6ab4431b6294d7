"""A small made-up city and workbooks made from rows, for tests.

Two districts, four streets, six communities, three departments and one section, eight items, three
point types. 演示市 and everything in it is invented.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from wenming_metrics.domain.registers import (
    FOREVER,
    SITE_COLUMNS,
    UNIT_COLUMNS,
    Register,
    build_sites,
    build_units,
)
from wenming_metrics.reading.model.reading import Context, Reading, SenderAnswers
from wenming_metrics.reading.read import read
from wenming_metrics.rules.catalogue import load_catalogue
from wenming_metrics.rules.model import Catalogue

TODAY = date(2026, 11, 23)
CHECKLIST = (
    "督查日期",
    "来源",
    "街道",
    "社区",
    "点位类型",
    "点位名称",
    "测评项",
    "检查结果",
    "扣分",
)
FINDINGS = (
    "督查日期",
    "来源",
    "街道",
    "点位类型",
    "点位名称",
    "测评项",
    "问题描述",
    "处数",
    "扣分",
)
VISITS = ("督查日期", "来源", "街道", "点位类型", "点位名称", "检查范围")
_UNITS = """
D1|东湖区|district||||
D2|南岭区|district||||
S1|城东街道|street|东湖区|城区组|城东|
S2|河西街道|street|东湖区|城区组|河西街道办|
S3|云山镇|street|南岭区|乡镇组||
S4|南门街道|street|南岭区|城区组||
C1|东风社区|community|城东街道||东风|
C2|花园社区|community|城东街道|||
C3|桥头社区|community|河西街道|||
C4|花园社区|community|河西街道|||
C5|云山社区|community|云山镇|||
C6|南门社区|community|南门街道|||
B1|城管局|department||部门组|市城管局|
B2|公安局|department||部门组||
B3|住建局|department||部门组||
X1|交警二大队|section|公安局|||
"""
_TYPES = "code,name,aliases\nM,集贸市场,农贸市场|菜市场\nR,主次干道,主干道\nH,小区,居民小区\n"
_ITEMS = """code,name,category,full_mark,point_types,aliases
A01,地面无积水垃圾,公共环境,5,*,地面整洁
A02,公厕干净无异味,公共环境,5,M,
A03,垃圾桶不满溢,公共环境,4,R|H,
B01,摊位整洁无出店经营,公共秩序,5,M,
B02,非机动车停放有序,公共秩序,5,M|R,停放有序
B03,机动车停放有序,公共秩序,5,R|H,停放有序
C01,公益广告完好,公益宣传,4,*,
D01,消防通道畅通,消防安全,5,H,
"""


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Eight items in four categories, three point types."""
    with TemporaryDirectory() as folder:
        Path(folder, "point_types.csv").write_text(_TYPES, encoding="utf-8")
        Path(folder, "items.csv").write_text(_ITEMS, encoding="utf-8")
        return load_catalogue(Path(folder))


@lru_cache(maxsize=1)
def register() -> Register:
    """Sixteen units and three registered sites."""
    names = ["unit_code", "name", "kind", "parent_name", "group", "aliases", "_"]
    frame = pd.DataFrame(list(csv.reader(_UNITS.split(), delimiter="|")), columns=names)
    frame["aliases"] = [text.split("、") if text else [] for text in frame["aliases"]]
    frame = frame.assign(successor_name="", population=pd.NA, valid_from=0, valid_to=FOREVER)
    units = build_units(empty_register(), frame)
    places = [
        ("东风农贸(集贸)市场", 0, 2, 6, ["东风菜场"]),
        ("人民路", 1, 3, 3, []),
        ("桂花苑", 2, 3, 8, ["桂花苑小区"]),
    ]
    columns = ["name", "point_type", "street", "unit", "aliases"]
    return build_sites(units, pd.DataFrame(places, columns=columns))


def context(**changes: object) -> Context:
    """The context of the small city on Monday 2026-11-23."""
    usual = {"register": register(), "catalogue": catalogue(), "today": TODAY}
    return context_of(**{**usual, **changes})


def context_of(**told: object) -> Context:
    """Make a context; what the sender answers may be given by its own names."""
    answers = {one.name: told.pop(one.name) for one in fields(SenderAnswers) if one.name in told}
    return Context(**{"answers": SenderAnswers(**answers), **told})


def xlsx(
    sheets: Mapping[str, Sequence[Sequence[object]]],
    change: Callable[[Workbook], None] | None = None,
) -> bytes:
    """Make a workbook from rows per sheet; `change` may mend it before it is saved."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet: Worksheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if change:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read_sheets(
    sheets: Mapping[str, Sequence[Sequence[object]]],
    change: Callable[[Workbook], None] | None = None,
    **changes: object,
) -> Reading:
    """Read a workbook made from rows in the small city."""
    return read(xlsx(sheets, change), "测试.xlsx", context(**changes))


def check_row(**changes: object) -> list[object]:
    """One good row of a checklist, in the order of CHECKLIST, with some cells changed."""
    usual = {
        **{"督查日期": date(2026, 11, 16), "来源": "市督查组", "街道": "城东街道"},
        **{"社区": "东风社区", "点位类型": "集贸市场", "点位名称": "东风农贸(集贸)市场"},
        **{"测评项": "地面无积水垃圾", "检查结果": "符合", "扣分": None},
    }
    return [{**usual, **changes}[name] for name in CHECKLIST]


def sum_settled(settled: pd.DataFrame) -> pd.DataFrame:
    """Sum what `scoring.tree.settling.settle` gives of single checks over their periods."""
    summed = settled.assign(periods=1, taken=settled["counted"])
    return summed.groupby(["node", "column"], as_index=False)[["periods", "taken"]].sum()


def empty_register() -> Register:
    """Give a register without units and sites."""
    return Register(pd.DataFrame(columns=UNIT_COLUMNS), pd.DataFrame(columns=SITE_COLUMNS))
