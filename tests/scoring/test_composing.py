"""Composite scores by hand: `tests/cases/composite/`, and what each step must keep."""

import shutil
import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.rules.catalogue import load_catalogue
from wenming_metrics.rules.composite import composite_faults, load_profiles, profiles_of
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.rules.load import load_rules
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.scoring.tree.adjusting import LEDGER
from wenming_metrics.scoring.tree.composite import INCOMPLETE, awards_of, compose, worked_line

FOLDER = Path(__file__).resolve().parent.parent / "cases" / "composite"
CASES = [
    case
    for path in sorted(FOLDER.glob("*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
]
_GIVEN = (
    *("missing", "years", "full_mark", "coefficient", "above_full", "adjustments"),
    *("combine", "prize"),
)


def settings_of(**changes):
    """Give a file with one profile."""
    components = [{"name": "督查", "from": "inspection", "weight": 100}]
    usual = {"id": "算例", "title": "算例", "source": "算例", "effective_from": date(2026, 1, 1)}
    return {"profile": [{**usual, "period": "year", "component": components, **changes}]}


def profile_of(case):
    names, scales = ("name", "weight", "full_mark", "rounding"), case.get("scales", {})
    parts = [
        {**dict(zip(names, part, strict=True)), "from": "survey"} | scales.get(part[0], {})
        for part in case["components"]
    ]
    given = {name: case[name] for name in _GIVEN if name in case}
    told = settings_of(component=parts, **given)
    assert composite_faults(told, {}) == []
    (found,) = profiles_of(told)
    return found


def figures(case):
    """Give the values of the units per year: arrays (component, unit)."""
    of_unit = [values if "years" in case else [values] for *_, values in case["units"]]
    years = zip(*of_unit, strict=True)
    return [
        np.array([[v if v != "" else np.nan for v in of] for of in year], float).T for year in years
    ]


def composed_of(case):
    names = [name for name, *_ in case["units"]]
    units = pd.DataFrame({"unit_name": names, "group": [group for _, group, _ in case["units"]]})
    units["unit"] = range(len(names))
    decisions = [
        (names.index(name), names.index(name), 1, kind, to_points(points), "", "", "", "", n)
        for n, (name, kind, points) in enumerate(case.get("decisions", []))
    ]
    ledger = pd.DataFrame(decisions, columns=list(LEDGER))
    return compose(units, figures(case), profile_of(case), ledger)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_worked_case(case):
    found = composed_of(case)
    units = found.units.set_index("unit_name")
    scored = units[units["score"].notna()]
    assert scored["score"].to_dict() == case["expect"]
    assert set(units.index[units["status"] == INCOMPLETE]) == set(units.index) - set(case["expect"])
    if "ranks" in case:
        assert scored["rank"].to_dict() == case["ranks"]
    for name, line in case.get("line", {}).items():
        assert worked_line(found, int(units.at[name, "unit"]), profile_of(case)) == line
    awards = awards_of(found.units, profile_of(case)).set_index(units.index)
    assert awards["prize"].to_dict() == case.get("prizes", dict.fromkeys(units.index, ""))
    assert awards["award"].to_dict() == case.get("awards", dict.fromkeys(units.index, 0))
    for name, why in case.get("why", {}).items():
        assert awards.at[name, "award_why"] == why
    if case.get("combine") != "geometric":  # there points are powers, and add up to nothing
        check_sums(found, "years" in case)


def check_sums(found, weighs_years):
    """Points, years and ledger lines add up to the exact score."""
    parts = found.years.assign(points=found.years["share"] * found.years["total"])
    sums = (parts if weighs_years else found.component_lines).groupby("unit")["points"].sum()
    sums += found.ledger.groupby("column")["counted"].sum().reindex(sums.index, fill_value=0)
    scored = found.units[found.units["score"].notna()]
    assert sums[scored["unit"]].to_numpy() == pytest.approx(scored["exact"], abs=1e-9)


def test_shipped_examples_are_of_a_place_and_a_day():
    found = load_profiles(ROOT / "data" / "profiles")
    assert len({one.id for one in found}) == len(found) >= 6
    for one in found:
        assert one.is_example
        assert one.source
        weights = sum(part.weight for part in one.components)
        assert weights == pytest.approx(one.full_mark, abs=1e-9)
    by_id = {one.id: one for one in found}
    assert by_id["hengyang-2020"].years == (0.15, 0.25, 0.60)
    assert by_id["wenzhou-2011"].coefficient["二类街道"] == 1.15
    assert [part.weight for part in by_id["wuhan-2022"].components] == [54, 6, 40]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": 1}, "缺少 source，或写法不对。"),
        ({"effective_to": date(2025, 1, 1)}, "effective_to 应为不早于"),
        ({"period": "week"}, "period 应为 month、quarter、half、year 之一。"),
        ({"missing": "full"}, "missing 应为"),
        ({"month": "sum"}, "month 应为"),
        ({"board": "village"}, "board 应为"),
        ({"wieght": 1}, "不认识的设置 wieght"),
        ({"full_mark": 0}, "full_mark 应为大于 0 的数。"),
        ({"decimals": 12}, "decimals 应为"),
        ({"coefficient": {"甲": 0}}, "“甲”的系数"),
        ({"years": [15, 25, 50]}, "合计 100，现在是 90。"),
        ({"years": [40, 60], "period": "month"}, "period 应为 year"),
        ({"adjustments": {"cap": 1}}, "adjustments.cap"),
        ({"component": []}, "至少要有一项"),
        ({"component": [{"name": "督查", "from": "inspection", "weight": 90}]}, "之和是 90，应为"),
        ({"component": [{"name": "督查", "from": "督查", "weight": 100}]}, "的 from 应为"),
        ({"component": [{"name": "第三方", "from": "external", "weight": 100}]}, "的 from 应为"),
        ({"component": [{"from": "inspection", "weight": 100}]}, "有一项没有 name。"),
        ({"component": [{"name": "督查", "from": "inspection"}]}, "的 weight 应为"),
        (
            {"component": [{"name": "督", "from": "inspection", "weight": 100, "full_mark": 0}]},
            "的 full_mark 应为",
        ),
        (
            {"component": [{"name": "督", "from": "inspection", "weight": 100, "rounding": "up"}]},
            "的 rounding 应为",
        ),
        (
            {"component": [{"name": "督", "from": "inspection", "weight": 50, "mark": 1}] * 2},
            "有两项的 name 相同。",
        ),
    ],
)
def test_what_is_wrong_is_said(changes, said):
    told = [str(fault) for fault in composite_faults(settings_of(**changes), {})]
    assert any(said in text for text in told), told
    assert all(text.startswith("composite.toml：方案“算例”：") for text in told)


def test_faults_stand_beside_those_of_the_rules(tmp_path):
    folder = Path(shutil.copytree(ROOT / "data" / "rules" / "demo-2026", tmp_path / "demo-2026"))
    text = (ROOT / "data" / "profiles" / "jining-2017.toml").read_text("utf-8")
    (folder / "composite.toml").write_text(text.replace("weight = 85", "weight = 80"), "utf-8")
    with pytest.raises(RuleSetError) as caught:
        load_rules(folder, load_catalogue(ROOT / "data" / "catalogue"))
    assert [str(fault) for fault in caught.value.faults] == [
        "composite.toml：方案“jining-2017”：各项权重之和是 95，应为 100。"
    ]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(0, 100), min_size=6, max_size=6),
    st.sampled_from(["renormalise", "zero", "exclude"]),
    st.floats(0, 100),
    st.booleans(),
)
def test_another_units_figures_change_nothing(given_values, missing, other, lacks):
    case = {"components": [["甲", 60, 100, "exact"], ["乙", 25, 100, "exact"]], "missing": missing}
    case["components"].append(["丙", 15, 100, "printed"])
    one, two = given_values[:3], given_values[3:]
    if lacks:
        one[1] = ""
    scores = []
    for values in (two, [other, "", other]):
        found = composed_of({**case, "units": [["一", "组", one], ["二", "组", values]]})
        scores.append(found.units["score"].iloc[0])
    assert scores[0] == scores[1] or np.isnan(scores).all()
    assert not scores[0] > 100
    assert not scores[0] < 0


def test_points_are_not_added_twice():
    told = settings_of(adjustments={"bonus_cap": 5})
    assert composite_faults(told, {}) == []
    (fault,) = composite_faults(told, {"adjustments": {"bonus_cap": 3}})
    assert "同一笔加减分会计两次" in str(fault)
