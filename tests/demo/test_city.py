"""The made-up city: its registers, its rule files read plainly, and that a seed fixes it all."""

import csv
from collections import Counter
from itertools import pairwise

import pytest

from wenming_metrics.demo.city import build_city, build_sites, build_units
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.vocabulary import normalise

RULES = ROOT / "data" / "rules" / "demo-2026"
CATALOGUE = ROOT / "data" / "catalogue"
CATEGORIES = "公共环境 公共秩序 交通秩序 基础设施 消防安全 公益宣传 服务设施 文明行为".split()


@pytest.fixture(scope="module")
def city():
    return build_city()


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_city_has_the_expected_units(city):
    kinds = Counter(city.units["unit_kind"])
    groups = Counter(city.units.loc[city.units["unit_kind"] == "街道", "group"])
    assert {k: n for k, n in kinds.items() if k != "社区"} == {
        **{"区": 6, "街道": 43, "部门": 27, "二层单位": 9},
    }
    assert 150 <= kinds["社区"] <= 190
    assert groups == {"主城区": 18, "城乡结合部": 14, "其他街道": 11}


def test_units_have_unique_names_codes_and_a_parent_above_them(city):
    units = city.units
    assert units["unit_name"].is_unique
    assert units["unit_code"].is_unique
    above: set[str] = {""}
    for unit in units.itertuples():
        assert unit.parent in above, unit.unit_name
        above.add(unit.unit_name)


def test_no_name_or_alias_of_a_unit_is_ambiguous(city):
    words = []
    for unit in city.units.itertuples():
        known = [unit.unit_name, *filter(None, unit.aliases.split("|"))]
        words += {normalise(word) for word in known}
    assert [word for word, count in Counter(words).items() if count > 1] == []


def test_streets_have_enough_sites_of_enough_kinds(city):
    sites = city.sites.groupby("street")
    assert len(sites) == 43
    assert 1_100 <= len(city.sites) <= 1_300
    assert sites.size().between(20, 35).all()
    assert sites["point_type"].nunique().between(14, 22).all()
    assert set(city.sites["point_type"]) == {
        row["name"] for row in rows_of(CATALOGUE / "point_types.csv")
    }


def test_names_and_aliases_of_sites_are_unique_within_a_street(city):
    for street, sites in city.sites.groupby("street"):
        words = [*sites["site_name"], *filter(None, sites["aliases"])]
        assert len(words) == len(set(words)), street
        inside = city.units.loc[city.units["parent"] == street, "unit_name"]
        assert set(sites["community"]) <= set(inside)


def test_registers_are_fixed_by_the_seed():
    assert build_units(7).equals(build_units(7))
    assert build_sites(7).equals(build_sites(7))
    assert not build_sites(7).equals(build_sites(8))


def test_catalogue_items_are_unique_and_short():
    items = rows_of(CATALOGUE / "items.csv")
    names = [row["name"] for row in items]
    words = names + [alias for row in items for alias in row["aliases"].split("|") if alias]
    assert 155 <= len(items) <= 165
    assert len({row["code"] for row in items}) == len(items)
    assert [word for word, count in Counter(map(normalise, words)).items() if count > 1] == []
    assert all(6 <= len(name) <= 18 for name in names)
    assert {row["category"] for row in items} == set(CATEGORIES)
    assert all(1 <= float(row["full_mark"]) <= 5 for row in items)


def test_every_point_type_has_13_to_18_items():
    types = rows_of(CATALOGUE / "point_types.csv")
    items = rows_of(CATALOGUE / "items.csv")
    count = Counter(code for row in items for code in row["point_types"].split("|"))
    assert [row["code"] for row in types] == [f"PT{n:02d}" for n in range(1, 27)]
    assert set(count) == {row["code"] for row in types}
    assert all(13 <= number <= 18 for number in count.values()), count


def test_weights_of_siblings_sum_to_100():
    totals: Counter[str] = Counter()
    for row in rows_of(RULES / "indicators.csv"):
        assert float(row["weight"]) > 0
        totals[row["parent"]] += float(row["weight"])
    assert {parent: total for parent, total in totals.items() if total != 100} == {}


def test_every_leaf_has_an_item_and_only_two_items_have_no_leaf():
    nodes = rows_of(RULES / "indicators.csv")
    mapping = rows_of(RULES / "items.csv")
    leaves = {row["code"] for row in nodes} - {row["parent"] for row in nodes}
    items = {row["code"] for row in rows_of(CATALOGUE / "items.csv")}
    assert 135 <= len(leaves) <= 150
    assert {row["indicator"] for row in mapping} == leaves
    assert len(items - {row["item"] for row in mapping}) == 2


def test_split_items_cover_their_point_types_once():
    applies = {
        row["code"]: row["point_types"].split("|") for row in rows_of(CATALOGUE / "items.csv")
    }
    parts: dict[str, list[str]] = {}
    for row in rows_of(RULES / "items.csv"):
        parts.setdefault(row["item"], []).extend(row["point_types"].split("|"))
    split_up = {item: codes for item, codes in parts.items() if codes != [""]}
    assert len(split_up) >= 3
    for item, codes in split_up.items():
        assert sorted(codes) == sorted(applies[item]), item


def test_responsible_units_stand_in_the_register(city):
    names = set(city.units["unit_name"]) | {"各街道"}
    for row in rows_of(RULES / "indicators.csv"):
        assert set(filter(None, row["responsible"].split("|"))) <= names, row["code"]
        assert row["lead"] in names | {""}, row["code"]


def test_csv_files_are_utf8_without_mark_and_carriage_returns():
    for path in [*CATALOGUE.glob("*.csv"), *RULES.glob("*.csv")]:
        data = path.read_bytes()
        assert not data.startswith(b"\xef\xbb\xbf"), path.name
        assert b"\r" not in data, path.name
        assert data.endswith(b"\n"), path.name


def test_codes_of_the_catalogue_rise_within_a_category():
    codes = [row["code"] for row in rows_of(CATALOGUE / "items.csv")]
    for before, after in pairwise(codes):
        if before[:2] == after[:2]:
            assert int(after[3:]) == int(before[3:]) + 1
