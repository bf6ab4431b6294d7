"""Who takes off more for the same: beside least squares, and a city whose inspectors are known."""

import numpy as np
import pandas as pd
import pytest

from wenming_metrics.scoring.ranking.strictness import (
    ALIKE,
    CELL,
    HARDER,
    SOFTER,
    TOO_FEW,
    strictness,
)
from wenming_metrics.ui.losses.strictness import opening


def looked(rng: np.random.Generator, harder: float, units: int = 12) -> pd.DataFrame:
    """Make checks: 甲 goes to the worse half of the units more often, and takes off `harder` more."""
    size = 120 * units
    unit, item, who = rng.integers(0, units, size), rng.integers(0, 4, size), rng.random(size)
    is_first = who < np.where(unit < units / 2, 0.8, 0.2)
    truth = 0.3 - 0.2 * unit / units + 0.02 * item
    rate = truth + harder * is_first + rng.normal(0, 0.05, units)[unit] + rng.normal(0, 0.1, size)
    names = np.where(is_first, "甲", "乙")
    return pd.DataFrame({"who": names, "unit": unit, "point_type": 0, "item": item, "rate": rate})


def summed(checks: pd.DataFrame) -> pd.DataFrame:
    keys = ["who", *CELL]
    return checks.assign(count=1).groupby(keys)[["count", "rate"]].sum().reset_index()


def test_the_difference_is_that_of_least_squares_with_every_cell_its_own_level():
    checks = looked(np.random.default_rng(1), 0.04)
    cell = checks.groupby(CELL).ngroup().to_numpy()
    design = np.column_stack([checks["who"] == "甲", cell[:, None] == np.arange(cell.max() + 1)])
    expected = np.linalg.lstsq(design.astype(float), checks["rate"].to_numpy(), rcond=None)[0][0]
    first, second = strictness(summed(checks)).itertuples()
    assert (first.who, second.who) == ("甲", "乙")
    assert first.gap == pytest.approx(100 * expected)
    assert second.gap == pytest.approx(-first.gap)
    assert (first.checks, first.units) == ((checks["who"] == "甲").sum(), 12)
    assert (first.verdict, second.verdict) == (HARDER, SOFTER)


def test_who_is_sent_to_worse_places_is_not_harder_and_the_interval_holds_the_truth():
    rng = np.random.default_rng(2)
    lines = [strictness(summed(looked(rng, 0.0))).set_index("who").loc["甲"] for _ in range(60)]
    held = [line.gap_low <= 0 <= line.gap_high for line in lines]
    assert np.mean(held) >= 0.9
    assert np.mean([line.verdict == ALIKE for line in lines]) >= 0.9


def test_eight_teams_that_are_alike_are_seldom_told_apart():
    """Each at 95 % of its own, one of eight would stand out in a third of the draws."""
    rng = np.random.default_rng(5)
    told = 0
    for _ in range(60):
        size = 1200
        unit = rng.integers(0, 12, size)
        names = rng.choice(list("甲乙丙丁戊己庚辛"), size)
        rate = 0.2 + 0.01 * unit + rng.normal(0, 0.1, size)
        checks = pd.DataFrame(
            {"who": names, "unit": unit, "point_type": 0, "item": 0, "rate": rate}
        )
        told += (strictness(summed(checks))["verdict"] != ALIKE).any()
    assert told <= 7


@pytest.mark.parametrize(("harder", "verdict"), [(0.0, ALIKE), (0.001, ALIKE), (0.1, HARDER)])
def test_differences_that_are_all_equal_are_no_certainty(harder, verdict):
    units = np.repeat(np.arange(8), 2)
    sums = pd.DataFrame({"who": ["甲", "乙"] * 8, "unit": units, "point_type": 0, "item": 0})
    sums = sums.assign(count=20, rate=[20 * harder, 0] * 8)
    line = strictness(sums).set_index("who").loc["甲"]
    assert line.gap == pytest.approx(100 * harder)
    assert line.gap_high - line.gap_low > 1
    assert line.verdict == verdict


@pytest.mark.parametrize("units", [1, 5])
def test_few_units_say_nothing(units):
    lines = strictness(summed(looked(np.random.default_rng(3), 0.3, units)))
    assert lines["verdict"].tolist() == [TOO_FEW] * 2
    assert lines[["gap", "gap_low", "gap_high"]].isna().all(axis=None)
    assert "样本不足" in opening(lines)


def test_who_shares_nothing_with_others_is_listed_without_a_figure():
    checks = looked(np.random.default_rng(4), 0.0)
    lines = strictness(summed(pd.concat([checks, checks.assign(who="丙", item=9)]))).set_index(
        "who"
    )
    assert (lines.loc["丙", "checks"], lines.loc["丙", "verdict"]) == (0, TOO_FEW)
    assert strictness(summed(checks.iloc[:0])).empty


@pytest.mark.parametrize(
    ("gaps", "told"),
    [
        ({"甲": (2.314, HARDER), "乙": (0.1, ALIKE)}, "**甲**比别人多扣2.31个百分点，大于误差"),
        ({"甲": (0.3, ALIKE), "乙": (-1.5, SOFTER)}, "**乙**比别人少扣1.50个百分点，大于误差"),
        ({"甲": (0.3, ALIKE), "乙": (-0.3, ALIKE)}, "看不出谁扣得严、谁扣得松"),
    ],
)
def test_what_is_said(gaps, told):
    lines = pd.DataFrame(
        [(who, *gap) for who, gap in gaps.items()], columns=["who", "gap", "verdict"]
    )
    assert told in opening(lines)
