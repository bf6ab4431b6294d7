"""The registers of the made-up city: districts, streets, communities, departments, sites."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from wenming_metrics.demo import names
from wenming_metrics.rules.catalogue import load_catalogue, split
from wenming_metrics.rules.model import Catalogue
from wenming_metrics.runtime.settings import ROOT

SEED = 2026
"""The seed of the committed samples."""
UNIT_COLUMNS = [
    *("unit_code", "unit_name", "unit_kind", "parent", "group"),
    *("aliases", "population", "valid_from", "valid_to"),
]
SITE_COLUMNS = ["site_name", "point_type", "street", "community", "aliases"]
_HERE = Path(__file__).resolve().parent
_COMMUNITIES = ((3, 4, 5), (0.25, 0.5, 0.25))
_PEOPLE = {
    "主城区": (60_000, 120_000),
    "城乡结合部": (40_000, 90_000),
    "其他街道": (20_000, 60_000),
}

_EVERYWHERE = {
    **{"小区": 5, "主次干道": 3, "背街小巷": 3, "社区": 2, "主要交通路口": 2, "公交站点": 2},
    **{"中小学校": 1.5, "室外公共厕所": 1.5, "银行网点": 1, "集贸市场": 1, "商场超市": 1},
    "新时代文明实践中心": 1,
}
"""Point types that every street has, and how readily it has more of them."""
_SOMETIMES = {
    "政务大厅": (0.35, 0.35, 0.35),
    "窗口单位": (0.6, 0.5, 0.4),
    "公交车": (0.5, 0.35, 0.2),
    "出租车": (0.45, 0.2, 0.1),
    "公共广场": (0.7, 0.5, 0.5),
    "宾馆酒店": (0.7, 0.5, 0.3),
    "公园": (0.6, 0.5, 0.4),
    "建筑工地": (0.7, 0.8, 0.4),
    "景区景点": (0.35, 0.3, 0.4),
    "医院": (0.7, 0.5, 0.5),
    "公共文化设施": (0.6, 0.35, 0.3),
    "商业大街": (0.85, 0.4, 0.15),
    "城乡接合部": (0.0, 0.95, 0.7),
}
"""Chance of the other types in a street of 主城区, 城乡结合部, 其他街道."""
_GROUPS = ("主城区", "城乡结合部", "其他街道")


@dataclass(frozen=True)
class DemoCity:
    """The two registers as they are written to workbooks; see build_units and build_sites."""

    units: pd.DataFrame
    sites: pd.DataFrame


def build_city(seed: int = SEED) -> DemoCity:
    """Build both registers."""
    return DemoCity(build_units(seed), build_sites(seed))


def demo_catalogue() -> Catalogue:
    """Read the catalogue that the made-up city is inspected by."""
    return load_catalogue(ROOT / "data" / "catalogue")


def read_words(name: str) -> pd.DataFrame:
    """Read one of the word lists beside this module as text, blanks as ""."""
    return pd.read_csv(_HERE / name, dtype=str, keep_default_na=False)


def build_units(seed: int = SEED) -> pd.DataFrame:
    """Build the register of units, parents before children.

    Returns: unit_code, unit_name, unit_kind (区/街道/社区/部门/二层单位), parent (name or ""),
             group (of streets, else ""), aliases (separated by |), population (Int64, missing
             for departments), valid_from, valid_to (dates, all missing: always in use)
    """
    rng = np.random.default_rng([seed, 1])
    streets = read_words("streets.csv")
    streets["population"] = [int(rng.integers(*_PEOPLE[group])) for group in streets["group"]]
    rows = _districts(streets) + _streets(streets) + _communities(streets, rng) + _departments()
    units = pd.DataFrame(rows, columns=UNIT_COLUMNS[:7])
    units["population"] = units["population"].astype("Int64")
    return units.assign(valid_from=pd.NaT, valid_to=pd.NaT)


def build_sites(seed: int = SEED) -> pd.DataFrame:
    """Build the register of sites, in the order of the streets.

    Returns: site_name (unique within a street), point_type (name), street, community, aliases
    """
    units = build_units(seed)
    rng = np.random.default_rng([seed, 2])
    frames = []
    for street in units[units["unit_kind"] == "街道"].itertuples():
        inside = units.loc[units["parent"] == street.unit_name, "unit_name"].tolist()
        kinds = _point_types(street.unit_name, street.group, len(inside), rng)
        rows = names.site_rows(street.unit_name, inside, kinds, rng)
        frames.append(pd.DataFrame(rows, columns=SITE_COLUMNS))
    return pd.concat(frames, ignore_index=True)


def _districts(streets: pd.DataFrame) -> list[tuple]:
    people = streets.groupby("district", sort=False)["population"].sum()
    return [
        (f"Q{number}", name, "区", "", "", name.removesuffix("区"), int(total))
        for number, (name, total) in enumerate(people.items(), 1)
    ]


def _streets(streets: pd.DataFrame) -> list[tuple]:
    return [
        (
            f"J{n:02d}",
            s.name,
            "街道",
            s.district,
            s.group,
            names.street_aliases(s.name),
            s.population,
        )
        for n, s in enumerate(streets.itertuples(index=False), 1)
    ]


def _communities(streets: pd.DataFrame, rng: np.random.Generator) -> list[tuple]:
    words = iter(rng.permutation(names.community_words(streets["name"].tolist())))
    rows = []
    for number, street in enumerate(streets.itertuples(index=False), 1):
        count = int(rng.choice(_COMMUNITIES[0], p=_COMMUNITIES[1]))
        shares = rng.dirichlet(np.full(count, 8.0))
        for nth, share in enumerate(shares, 1):
            word, rural = str(next(words)), street.name.endswith("镇") and nth > 1
            name = word + ("村" if rural else "社区")
            people = int(share * street.population)
            aliases = names.community_aliases(name)
            rows.append((f"S{number:02d}{nth:02d}", name, "社区", street.name, "", aliases, people))
    return rows


def _departments() -> list[tuple]:
    offices, sections = [], []
    for number, office in enumerate(read_words("departments.csv").itertuples(index=False), 1):
        offices.append((f"B{number:02d}", office.name, "部门", "", "", office.aliases, None))
        for name in split(office.sections):
            code = f"E{len(sections) + 1:02d}"
            sections.append((code, f"市{name}", "二层单位", office.name, "", name, None))
    return offices + sections


def _point_types(street: str, group: str, communities: int, rng: np.random.Generator) -> list[str]:
    """Choose the kinds of the street's sites: some everywhere, some by chance, some twice."""
    group_index = _GROUPS.index(group)
    chosen = [kind for kind, chance in _SOMETIMES.items() if rng.random() < chance[group_index]]
    kinds = [*_EVERYWHERE, *chosen, *(["乡镇"] if street.endswith("镇") else [])][:22]
    weights = np.array([_EVERYWHERE.get(kind, 0.4) for kind in kinds])
    for _ in range(max(0, int(rng.integers(23, 34)) - len(kinds))):
        more = str(rng.choice(kinds[: len(weights)], p=weights / weights.sum()))
        full = more in ("社区", "政务大厅", "乡镇") and kinds.count(more) >= communities
        kinds.append("小区" if full or more in ("政务大厅", "乡镇") else more)
    return kinds
