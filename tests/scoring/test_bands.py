"""How sure scores and places are: against statsmodels, by hand, by drawing; and where nothing can be said."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.api import WLS

from wenming_metrics.queries.ranking.bands import ERROR, mark_unclear
from wenming_metrics.scoring.ranking.bands import (
    FEW_SITES,
    clearly_apart,
    place_bands,
    place_chances,
    score_errors,
    sites_needed,
    spell_bands,
    spread_between,
    sum_sites,
    tiers,
)
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT


def sites(*lines):
    return pd.DataFrame(lines, columns=["column", "site", "lost", "weight"])


def units(scores, errors, site_counts=None, ranks=None, group="甲组"):
    frame = pd.DataFrame({"score": scores, "error": errors, "group": group})
    frame["sites"] = 5 if site_counts is None else site_counts
    frame["freedom"] = 14.0
    places = frame["score"].rank(method="min", ascending=False)
    frame["rank"] = (places if ranks is None else pd.Series(ranks)).astype("Int64")
    return frame


def test_the_error_is_the_cluster_robust_one_of_statsmodels():
    rng = np.random.default_rng(2)
    site = rng.integers(0, 25, 300)
    weight, lost_share = rng.uniform(0.1, 1, 300), rng.beta(1, 6, 300)
    site_sums = pd.DataFrame({"site": site, "lost": weight * lost_share, "weight": weight})
    errors = score_errors(sum_sites(site_sums.assign(column=0)), np.zeros(1, int))
    model = WLS(lost_share, np.ones(300), weights=weight)
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": site})
    assert errors["error"].iloc[0] / weight.sum() == pytest.approx(fit.bse[0], rel=1e-6)


def test_a_unit_of_few_sites_leans_on_its_group():
    # unit 0: sites of 50 points that lost 4 and 6, off their mean by 1 and 1: s² = 2²·2/1 = 8
    # unit 1: sites of 50 that lost 2 and 12, off by 5 and 5: s² = 2²·50/1 = 200; pool (8 + 200)/2
    lines = sites((0, 1, 4, 50), (0, 2, 6, 50), (1, 3, 2, 50), (1, 4, 12, 50), (2, 5, 30, 100))
    errors = score_errors(lines, np.zeros(3, int))
    moderated = [(10 * 104 + 8) / 11, (10 * 104 + 200) / 11, 104]
    expected = [(moderated[0] / 2) ** 0.5, (moderated[1] / 2) ** 0.5, moderated[2] ** 0.5]
    assert errors["error"].tolist() == pytest.approx(expected, abs=1e-9)
    assert errors["sites"].tolist() == [2, 2, 1]


def test_one_site_visited_ten_times_is_one_site():
    once = score_errors(sites((0, 1, 5, 50), (0, 2, 1, 50)), np.zeros(1, int))
    often = sites(*[(0, 1, 0.5, 5)] * 10, *[(0, 2, 0.1, 5)] * 10)
    again = score_errors(sum_sites(often), np.zeros(1, int))
    assert again["error"].iloc[0] == pytest.approx(once["error"].iloc[0])
    banded = place_bands(units([90.0, 88.0], [3.0, 3.0], [1, 5]), 100)
    assert banded["standing"].tolist() == [FEW_SITES, "居中"]
    assert spell_bands(units([90.0, 88.0], [3.0, 3.0], [1, 5]).join(banded))["place_band"] == [
        FEW_SITES,
        "1–2",
    ]


def test_the_chances_of_places_are_those_that_drawing_gives():
    rng = np.random.default_rng(4)
    score, error = rng.normal(85, 4, 9), rng.uniform(1, 3, 9)
    chances = place_chances(score, error)
    assert chances.sum(0) == pytest.approx(np.ones(9), abs=1e-3)
    assert chances.sum(1) == pytest.approx(np.ones(9), abs=1e-9)
    between = spread_between(score, error)
    weights = 1 / (error**2 + between)
    mean = (weights * score).sum() / weights.sum()
    drawn = error**2 / (error**2 + between)
    deviation = np.sqrt(error**2 * (1 - drawn) + drawn**2 / weights.sum())
    draws = rng.normal(drawn * mean + (1 - drawn) * score, deviation, (100_000, 9))
    ranks = (-draws).argsort(1).argsort(1)
    for unit in range(9):
        seen = np.bincount(ranks[:, unit], minlength=9) / 100_000
        assert chances[unit] == pytest.approx(seen, abs=0.006)


def test_units_far_apart_have_a_band_of_one_place():
    banded = place_bands(units([95.0, 85.0, 75.0, 65.0], [0.5] * 4), 100)
    assert banded["place_low"].tolist() == banded["place_high"].tolist() == [1, 2, 3, 4]
    assert banded["tier"].tolist() == [1, 2, 3, 4]
    assert banded["standing"].tolist() == ["靠前", "靠前", "靠后", "靠后"]
    assert banded["alike"].tolist() == [0] * 4


def test_where_nothing_tells_units_apart_every_place_is_in_the_band():
    banded = place_bands(units([90.2, 90.1, 90.0], [4.0] * 3), 100)
    assert banded["place_low"].tolist() == [1, 1, 1]
    assert banded["place_high"].tolist() == [3, 3, 3]
    assert banded["tier"].tolist() == [1, 1, 1]


def test_the_middle_of_an_odd_group_is_neither_front_nor_back():
    banded = place_bands(units([95.0, 85.0, 75.0], [0.1] * 3), 100)
    assert banded["standing"].tolist() == ["靠前", "居中", "靠后"]


@pytest.mark.parametrize(
    "frame",
    [
        units([100.0, 100.0], [0.0, 0.0]),
        units([90.0, 80.0], [np.nan, np.nan], [1, 1]),
        units([np.nan, np.nan], [np.nan, np.nan], [0, 0]),
        units([90.0], [3.0]),
        units([], []),
    ],
    ids=["all full marks", "one site each", "nobody looked at", "a group of one", "nobody"],
)
def test_where_nothing_can_be_said_nothing_is(frame):
    banded = place_bands(frame, 100)
    texts = spell_bands(frame.join(banded))
    assert not any("nan" in text.lower() for column in texts.values() for text in column)
    assert len(banded) == len(frame)


def test_a_tier_ends_where_a_unit_lies_clearly_below_its_mean():
    # 91, 90, 89: mean 90; 85 lies 5 below, limit 2.1·√(1 + 1/3) = 2.42; 84 joins 85
    score = np.array([91.0, 85.0, 90.0, 89.0, 84.0])
    assert tiers(score, np.ones(5)).tolist() == [1, 2, 1, 1, 2]


def test_two_scores_are_apart_from_two_errors_of_their_difference_on():
    # errors 3 and 4: that of the difference is 5, the limit 10.5
    apart = clearly_apart(np.array([90.0, 79.4, 79.6]), np.array([3.0, 4.0, 4.0]))
    assert apart[0].tolist() == [False, True, False]


def test_how_many_sites_tell_two_units_apart():
    # spreads 6 and 8: 2.1²·(36 + 64)/gap² = 441/gap²: gap 3: 49; gap 4: 27.56 → 28; no gap, none
    needed = sites_needed(np.array([3.0, 4.0, 0.0]), np.full(3, 6.0), np.full(3, 8.0))
    assert needed.tolist() == [49, 28, pd.NA]


def test_bands_do_not_depend_on_the_order_of_units_nor_on_a_constant():
    frame = units([88.0, 92.0, 79.0, 85.5, 90.0], [2.0, 3.0, 2.5, 1.5, 4.0])
    banded = place_bands(frame, 100)
    shuffled = place_bands(frame.iloc[[3, 1, 4, 0, 2]], 100).reindex(frame.index)
    lower = place_bands(frame.assign(score=frame["score"] - 7), 100)
    for name in ("place_low", "place_high", "tier", "standing", "alike"):
        assert shuffled[name].tolist() == banded[name].tolist() == lower[name].tolist()


def test_a_list_says_who_does_not_differ_from_the_next():
    banded = pd.DataFrame({"unit": [1, 2, 3, 4], "rank": [1, 2, 3, 4], "group": "甲组"})
    banded = banded.assign(score=[95.0, 94.0, 80.0, 70.0], standing="居中", **{ERROR: 1.0})
    lists = pd.DataFrame({"unit": [1, 4], "side": [FRONT, BACK], "group": "甲组", "left_out": 0})
    marked = mark_unclear(lists.assign(remark=["并列", ""]), banded)
    assert marked["remark"].tolist() == ["并列，与后一名无明显差别", ""]
