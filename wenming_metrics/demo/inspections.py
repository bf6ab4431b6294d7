"""What the teams found in the made-up city: visits and rows of the past days.

Streets differ in quality, some sites offend again and again, some items are weak everywhere
(飞线充电, 公益广告破损); the rest is chance. All chance comes from one generator.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from wenming_metrics.demo import findings
from wenming_metrics.demo.city import SEED, DemoCity, build_city, demo_catalogue
from wenming_metrics.demo.plans import SENDERS, build_plan
from wenming_metrics.domain.numbers import rounded

END = date(2026, 11, 20)
"""The last day of the committed samples."""
DAYS = 60
_FAILING = (0.035, 0.155)
"""An ordinary item fails this often, from the easiest to the hardest."""
_WEAK = {
    **{"无飞线充电现象": 0.32, "公益广告无褪色破损": 0.29, "楼道内无堆放杂物": 0.27},
    **{"非机动车入线停放": 0.27, "电动车不进楼入户": 0.25, "墙面杆体无小广告": 0.25},
    **{"盲道连续不被占": 0.25, "商铺无出店摆卖": 0.23, "架空线缆捆扎整齐": 0.23},
    **{"机动车按位停放": 0.22, "消防车道划线无占用": 0.21, "骑行人佩戴头盔": 0.21},
    **{"沿街公益广告数量达标": 0.20, "禁烟场所无人吸烟": 0.20, "无流动摊贩占道": 0.19},
}
_STREETS, _SITES, _AGAIN, _VISITS = 0.16, 0.2, 0.5, 0.15
"""Spread (in logits) of streets, of sites in a street, of an item at its site, of visits."""
_OFFENDERS, _OFFENCE = 0.04, 1.0
_PROGRESS = -0.12
"""Over the whole run things get slightly better (in logits)."""
_GROUP = {"主城区": -0.08, "城乡结合部": 0.06, "其他街道": 0.08}
_CLOSED, _SKIPPED, _ABSENT = 0.006, 0.012, 0.02
"""Share of visits that found the door shut, of items left out, of items that do not exist."""


@dataclass(frozen=True)
class Inspections:
    """Simulated days.

    city   - the registers that every name in the frames stands in
    plan   - see plans.build_plan
    visits - index `visit`: day, sender, source, visit_no, district, street, community,
             point_type, site, scope ("" = all items of the point type)
    rows   - one per item looked at: visit, item (number in the catalogue), result, deduction
             (points, 0 when 符合), places, description, lead, responsible (separated by 、),
             remark
    """

    city: DemoCity
    plan: pd.DataFrame
    visits: pd.DataFrame
    rows: pd.DataFrame


def simulate(
    city: DemoCity | None = None, *, seed: int = SEED, end: date = END, days: int = DAYS
) -> Inspections:
    """Simulate the inspections of `days` consecutive days up to and including `end`."""
    city = city or build_city(seed)
    rng = np.random.default_rng([seed, 3])
    plan = build_plan(city, [end - timedelta(days=n) for n in range(days - 1, -1, -1)], rng)
    visits = _visits(city, plan, rng)
    rows = _looked_at(visits, rng)
    failed = rng.random(len(rows)) < _chances(city, visits, rows, days, rng)
    rows = findings.describe(rows.assign(failed=failed), visits, rng)
    return Inspections(city, plan, visits, _states(rows, visits, rng))


def last_days(inspections: Inspections, count: int) -> Inspections:
    """Keep the last days only; the plan keeps the whole week of each."""
    days = sorted(inspections.visits["day"].unique())[-count:]
    visits = inspections.visits[inspections.visits["day"].isin(days)]
    weeks = inspections.plan.loc[inspections.plan["day"].isin(days), "round"].unique()
    plan = inspections.plan[inspections.plan["round"].isin(weeks)]
    rows = inspections.rows[inspections.rows["visit"].isin(visits.index)]
    return Inspections(inspections.city, plan, visits, rows)


def _visits(city: DemoCity, plan: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Turn the plan into visits; a few planned sites are not reached."""
    visits = plan[rng.random(len(plan)) > 0.02].reset_index(drop=True)
    keys = city.sites.rename(columns={"site_name": "site"})[["street", "site", "community"]]
    visits = visits.merge(keys, on=["street", "site"], how="left")
    visits["district"] = visits["street"].map(city.units.set_index("unit_name")["parent"])
    visits["sender"], visits["source"] = visits["team"], visits["team"].map(SENDERS)
    number = visits.groupby(["day", "sender"]).cumcount() + 1
    letter = visits["sender"].map(dict(zip(SENDERS, "ABTQ", strict=True)))
    day = pd.to_datetime(visits["day"]).dt.strftime("%Y%m%d")
    visits["visit_no"] = letter + day + "-" + number.astype(str).str.zfill(2)
    visits["scope"] = _scopes(visits, rng)
    columns = ["day", "sender", "source", "visit_no", "district", "street"]
    return visits[[*columns, "community", "point_type", "site", "scope"]].rename_axis("visit")


def _scopes(visits: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    """Narrow some visits of the district offices to two or three categories of items."""
    catalogue = demo_catalogue()
    kinds = {name: number for number, name in enumerate(catalogue.point_types["name"])}
    scopes = []
    for visit in visits.itertuples():
        scope = ""
        if visit.sender == "区创建办" and rng.random() < 0.3:
            item_categories = catalogue.items.loc[
                catalogue.applies[:, kinds[visit.point_type]], "category"
            ]
            categories = item_categories.unique()
            several = rng.choice(
                categories, min(len(categories), int(rng.integers(2, 4))), replace=False
            )
            scope = "、".join(several)
        scopes.append(scope)
    return scopes


def _looked_at(visits: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """List the items of each visit: what applies to the point type, within the scope."""
    catalogue = demo_catalogue()
    kind = pd.Series(range(len(catalogue.point_types)), catalogue.point_types["name"])
    applies = catalogue.applies.T[kind[visits["point_type"]].to_numpy()]
    visit, item = np.nonzero(applies)
    category = catalogue.items["category"].to_numpy()
    scope = visits["scope"].to_numpy()
    inside = [not scope[v] or category[i] in scope[v] for v, i in zip(visit, item, strict=True)]
    rows = pd.DataFrame({"visit": visit, "item": item})[inside]
    checklist = visits["sender"].str.startswith("督查").to_numpy()[rows["visit"]]
    looked_at = ~checklist | (rng.random(len(rows)) > _SKIPPED)
    return rows[looked_at].reset_index(drop=True)


def _chances(
    city: DemoCity, visits: pd.DataFrame, rows: pd.DataFrame, days: int, rng: np.random.Generator
) -> np.ndarray:
    """Give the chance of each row to fail, as the sum of what bears on it (in logits)."""
    names = demo_catalogue().items["name"]
    base = rng.permutation(np.linspace(*_FAILING, len(names)))
    base = np.where(names.isin(list(_WEAK)), names.map(_WEAK).fillna(0), base)
    streets = city.units[city.units["unit_kind"] == "街道"].set_index("unit_name")
    quality = rng.permutation(np.linspace(-1.9, 1.9, len(streets))) * _STREETS
    quality = pd.Series(quality + streets["group"].map(_GROUP).to_numpy(), streets.index)
    site_names = visits["street"] + visits["site"]
    code, sites = pd.factorize(site_names)
    site = rng.normal(0, _SITES, len(sites)) + _OFFENCE * (rng.random(len(sites)) < _OFFENDERS)
    again = rng.normal(0, _AGAIN, (len(sites), len(names)))
    visit = rng.normal(0, _VISITS, len(visits)) + quality[visits["street"]].to_numpy()
    age = (pd.to_datetime(visits["day"]) - pd.to_datetime(visits["day"].min())).dt.days
    visit += site[code] + _PROGRESS * age.to_numpy() / max(1, days)
    number, item = rows["visit"].to_numpy(), rows["item"].to_numpy()
    logit = np.log(base / (1 - base))[item] + visit[number] + again[code[number], item]
    return rounded(1 / (1 + np.exp(-logit)))


def _states(rows: pd.DataFrame, visits: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Set 符合, 不符合, and in checklists 不涉及 and 未开门."""
    checklist = visits["sender"].str.startswith("督查").to_numpy()
    shut = checklist & (rng.random(len(visits)) < _CLOSED)
    shut &= visits["point_type"].isin(findings.CAN_BE_SHUT).to_numpy()
    number = rows["visit"].to_numpy()
    absent = checklist[number] & ~rows["failed"].to_numpy() & (rng.random(len(rows)) < _ABSENT)
    result = np.where(rows["failed"], "不符合", np.where(absent, "不涉及", "符合"))
    result = np.where(shut[number], "未开门", result)
    rows = rows.assign(result=result)
    blank = rows["result"] != "不符合"
    rows.loc[blank, ["deduction", "places"]] = 0
    rows.loc[blank, ["description", "lead", "responsible", "remark"]] = ""
    return rows.drop(columns="failed")
