"""The city that the Monday workbooks speak of: 4 streets, 4 communities, departments, 12 items."""

from __future__ import annotations

import csv
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from tests.builders import context_of, empty_register
from wenming_metrics.domain.registers import FOREVER, Register, build_sites, build_units
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.rules.catalogue import load_catalogue
from wenming_metrics.rules.model import Catalogue

TODAY = date(2026, 11, 23)
_UNITS = """
D1|东湖区|district|||
S1|城东街道|street|东湖区|主城区|城东
S2|河西街道|street|东湖区|主城区|河西街道办、河西
S3|云山街道|street|东湖区|主城区|
S4|龙潭街道|street|东湖区|主城区|龙潭
C1|东风社区|community|城东街道||东风
C2|桥头社区|community|河西街道||
C3|云山社区|community|云山街道||
B1|城管局|department|||
B2|公安局|department|||
B3|住建局|department|||
B4|文旅局|department|||
B5|教育局|department|||
B6|团市委|department|||
X1|交警二大队|section|公安局||
X2|市环卫处|section|城管局||
X3|消防大队|section|公安局||
"""
_TYPES = "code,name,aliases\nM,农贸市场,集贸市场\nR,主次干道,\nH,小区,\nB,背街小巷,\n"
_ITEMS = """code,name,category,full_mark,point_types,aliases
A01,地面无积水、无垃圾,公共环境,5,*,
A02,摊位整洁、无出店经营,公共环境,5,M,
A03,公厕干净无异味,公共环境,5,M,
A04,非机动车停放有序,公共秩序,5,*,
A05,设公平秤,公共秩序,3,M,
A06,核心价值观公益广告≥2处,公益宣传,4,*,
A07,遵德守礼提示牌,公益宣传,3,*,
A08,消防器材在有效期,消防安全,5,*,
B01,公共秩序,公共秩序,5,*,
B02,消防安全,消防安全,5,*,
B03,公共环境,公共环境,5,*,
"""


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Eight items of markets and three that stand for a whole category; four point types."""
    with TemporaryDirectory() as folder:
        Path(folder, "point_types.csv").write_text(_TYPES, encoding="utf-8")
        Path(folder, "items.csv").write_text(_ITEMS, encoding="utf-8")
        return load_catalogue(Path(folder))


@lru_cache(maxsize=1)
def register() -> Register:
    """Seventeen units and one registered site."""
    names = ["unit_code", "name", "kind", "parent_name", "group", "aliases"]
    frame = pd.DataFrame(list(csv.reader(_UNITS.split(), delimiter="|")), columns=names)
    frame["aliases"] = [text.split("、") if text else [] for text in frame["aliases"]]
    units = build_units(
        empty_register(),
        frame.assign(successor_name="", population=pd.NA, valid_from=0, valid_to=FOREVER),
    )
    places = pd.DataFrame(
        [("东风农贸(集贸)市场", 0, 1, 5, [])],
        columns=["name", "point_type", "street", "unit", "aliases"],
    )
    return build_sites(units, places)


def context(**changes: object) -> Context:
    """What the Monday workbooks are read against."""
    usual = {"register": register(), "catalogue": catalogue(), "today": TODAY}
    return context_of(**{**usual, **changes})
