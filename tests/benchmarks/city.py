"""The city of the benchmarks: 83 streets, some 4,000 sites, and the checks of any day.

The made-up city of the demo is half that size; its word lists and its way of naming are used. All
chance of a day comes from the seed and the day, so that a day is the same in every store.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle, islice

import numpy as np
import pandas as pd

from tests.builders import empty_register
from wenming_metrics.demo import names
from wenming_metrics.demo.city import build_units as demo_units
from wenming_metrics.demo.city import demo_catalogue, read_words
from wenming_metrics.demo.findings import EVERY_STREET, demo_rules
from wenming_metrics.domain.registers import FOREVER, Register, build_sites, build_units
from wenming_metrics.reading.model.reading import CHECK_COLUMNS, ROLE_COLUMNS
from wenming_metrics.reading.resolve.names import visit_key
from wenming_metrics.rules.model import Catalogue
from wenming_metrics.vocabulary import ROLE_CODES, UNIT_KINDS

SEED = 2026
FAILING = 0.18
_TEAMS = ("市督查组", "区督查组", "局督查组", "第三方")
"""Those whose findings count, by their numbers; each looks at a quarter of a day's sites."""
_STREETS, _COMMUNITIES, _SITES = 83, 4, 48
_MANY = ("小区", "主次干道", "背街小巷", "主要交通路口", "公交站点", "小区")
"""Kinds of the sites that a street has beyond one of each kind."""
_BETTER, _WORSE = 0.6, 1.4
"""How often things fail in the best and in the worst street, beside the mean."""


@dataclass(frozen=True, eq=False)
class City:
    """Register of the benchmarks' city and, per street and item, what its checks draw on.

    units, places - the register as a reading of its workbook gives it, see `reading.model.reading.Reading`
    sites   - positions in `register.sites`: unit, street, point_type as arrays
    ease    - per unit number: how often things fail there beside the mean
    duty    - (item, point type) -> unit that a failed check names, -1 = the street itself
    """

    units: pd.DataFrame
    places: pd.DataFrame
    register: Register
    catalogue: Catalogue
    seed: int
    sites: dict[str, np.ndarray]
    ease: np.ndarray
    duty: np.ndarray


@lru_cache(maxsize=2)
def build_city(seed: int = SEED) -> City:
    """Build the register and what the checks of every day draw on."""
    rng = np.random.default_rng([seed, 11])
    units = _units(seed)
    register = build_units(empty_register(), units)
    places = _sites(register, rng)
    register = build_sites(register, places)
    columns = ("site", "unit", "street", "point_type")
    sites = {name: register.sites[name].to_numpy(np.int64) for name in columns}
    ease = np.ones(len(register.units))
    streets = np.flatnonzero(register.units["kind"] == "street")
    ease[streets] = rng.permutation(np.linspace(_BETTER, _WORSE, len(streets)))
    return City(units, places, register, demo_catalogue(), seed, sites, ease, _duty(register))


def day_checks(
    city: City, day: int, count: int, again: int = 0, failing: float = FAILING
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the checks of one day: each site at most once, all items of its point type.

    Takes:   again - another file of the same day has another number, and other findings;
             failing - the share that fails, over all streets
    Returns: checks and roles as `reading.model.reading.Reading` has them; what fails names a unit
    """
    rng = np.random.default_rng([city.seed, 12, day, again])
    applies = city.catalogue.applies.T
    size = applies.sum(axis=1)
    visited = rng.permutation(len(city.sites["site"]))
    until = np.searchsorted(size[city.sites["point_type"][visited]].cumsum(), count) + 1
    visited = visited[:until]
    visit, item = (part[:count] for part in np.nonzero(applies[city.sites["point_type"][visited]]))
    if len(visit) < count:
        raise ValueError(f"the city has fewer than {count} checks a day")
    source = np.arange(len(visited)) * len(_TEAMS) // len(visited)
    keys = city.sites["site"][visited].tolist()
    numbers = zip(source.tolist(), keys, strict=True)
    word = str(again or "")
    visits = np.array([visit_key(day, team, word, site) for team, site in numbers], np.int64)
    at = visited[visit]
    failed = rng.random(count) < failing * city.ease[city.sites["street"][at]]
    marks = city.catalogue.items["full_mark"].to_numpy(np.int64)[item]
    lost = np.where(rng.random(count) < 0.5, marks, marks // 2)
    columns = {
        **{"seq": np.arange(count), "day": day, "source": source[visit], "visit": visits[visit]},
        **{name: city.sites[name][at] for name in ("site", "unit", "point_type")},
        **{"item": item, "basis": 0, "result": failed, "possible": marks},
        **{"lost": np.where(failed, lost, 0), "sheet": 0, "source_row": np.arange(count) + 2},
        "places": np.where(failed, rng.integers(1, 6, count), 0),
    }
    checks = pd.DataFrame({name: columns[name] for name in CHECK_COLUMNS}).astype(CHECK_COLUMNS)
    named = city.duty[item, city.sites["point_type"][at]]
    named = np.where(named < 0, city.sites["street"][at], named)
    rows = np.flatnonzero(failed)
    role = ROLE_CODES.index("responsible")
    roles = pd.DataFrame({"seq": rows, "role": role, "unit": named[rows]}).astype(ROLE_COLUMNS)
    return checks, roles


def day_table(city: City, checks: pd.DataFrame, roles: pd.DataFrame) -> list[list[object]]:
    """Spell checks as the rows of a workbook, header first."""
    catalogue, units = city.catalogue, city.register.units
    sites = city.register.sites.set_index("site").loc[checks["site"]]
    items = catalogue.items.loc[checks["item"]]
    failed = checks["result"].to_numpy() == 1
    told = pd.Series(units["name"].to_numpy()[roles["unit"]], roles["seq"]).reindex(checks["seq"])
    says = "第{}处{}没有做到,请尽快安排人员处理"
    texts = [
        says.format(row % 997, item) if bad else None
        for row, (item, bad) in enumerate(zip(items["name"], failed, strict=True))
    ]
    columns = {
        "督查日期": [pd.Timestamp.fromordinal(day).date() for day in checks["day"]],
        "来源": [_TEAMS[number] for number in checks["source"]],
        "街道": units["name"].to_numpy()[sites["street"]],
        "社区": units["name"].to_numpy()[sites["unit"]],
        "点位类型": catalogue.point_types["name"].to_numpy()[sites["point_type"]],
        "点位名称": sites["name"],
        "测评项编号": items["code"],
        "测评项": items["name"],
        "检查结果": np.where(failed, "不符合", "符合"),
        "扣分": checks["lost"].to_numpy() / 10_000,
        "处数": [int(count) or None for count in checks["places"]],
        "问题描述": texts,
        "责任单位": [None if pd.isna(name) else name for name in told],
    }
    return [list(columns), *map(list, zip(*columns.values(), strict=True))]


def _units(seed: int) -> pd.DataFrame:
    """Lay out the units as a reading of their register would give them."""
    demo = demo_units(seed)
    lists = read_words("streets.csv")
    more = lists.assign(name="新" + lists["name"])
    streets = pd.concat([lists, more], ignore_index=True)[:_STREETS]
    kept = demo[demo["unit_kind"].isin(["区", "部门", "二层单位"])]
    words = names.community_words(streets["name"].tolist())
    communities = [f"{word}{side}社区" for side in ("", "东", "西") for word in words]
    rows = [(u.unit_code, u.unit_name, u.unit_kind, u.parent, "") for u in kept.itertuples()]
    for number, street in enumerate(streets.itertuples(), 1):
        rows.append((f"J{number:02d}", street.name, "街道", street.district, street.group))
        for place in range(_COMMUNITIES):
            name = communities[(number - 1) * _COMMUNITIES + place]
            rows.append((f"S{number:02d}{place:02d}", name, "社区", street.name, ""))
    kinds = {title: kind for kind, title in UNIT_KINDS.items()}
    frame = pd.DataFrame(rows, columns=["unit_code", "name", "kind", "parent_name", "group"])
    told = {"aliases": [[] for _ in rows], "population": pd.NA, "successor_name": ""}
    return frame.assign(
        kind=frame["kind"].map(kinds), **told, valid_from=0, valid_to=FOREVER
    ).sort_values("kind", key=lambda kind: kind.map(list(UNIT_KINDS).index), kind="stable")


def _sites(register: Register, rng: np.random.Generator) -> pd.DataFrame:
    """Give every street one site of each kind, and more of those there are many of."""
    types = demo_catalogue().point_types["name"].tolist()
    wanted = [*types, *islice(cycle(_MANY), _SITES - len(types))]
    units = register.units
    numbers = dict(zip(units["name"], units["unit"], strict=True))
    frames = []
    for street in units[units["kind"] == "street"].itertuples():
        inside = units.loc[units["parent"] == street.unit, "name"].tolist()
        rows = names.site_rows(street.name, inside, wanted, rng)
        frames.append(pd.DataFrame(rows, columns=["name", "type", "street", "unit", "aliases"]))
    found = pd.concat(frames, ignore_index=True)
    return pd.DataFrame(
        {
            "name": found["name"],
            "point_type": found["type"].map(types.index),
            "street": found["street"].map(numbers),
            "unit": found["unit"].map(numbers),
            "aliases": [[] for _ in range(len(found))],
        }
    )


def _duty(register: Register) -> np.ndarray:
    rules = demo_rules()
    numbers = dict(zip(register.units["name"], register.units["unit"], strict=True))
    first = [(duty or [EVERY_STREET])[0] for duty in rules.nodes["responsible"]]
    unit_of = np.array([numbers.get(name, -1) for name in first], np.int64)
    return np.where(rules.leaf_of >= 0, unit_of[rules.leaf_of], -1)
