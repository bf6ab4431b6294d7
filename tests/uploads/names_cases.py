"""Names that register and catalogue do not know, or not so."""

from __future__ import annotations

import dataclasses
from datetime import date

import pandas as pd

from tests.builders import (
    CHECKLIST,
    check_row,
    read_sheets,
    register,
)
from tests.uploads.case import case, checklist
from wenming_metrics.domain.registers import Register, build_sites
from wenming_metrics.reading.model.reading import Reading


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
