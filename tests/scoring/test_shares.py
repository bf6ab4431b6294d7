"""Intervals of shares and of means, differences, sizes: published figures, and what must hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wenming_metrics.scoring.survey.intervals import (
    between,
    difference,
    effective,
    limits,
    mean_limits,
    more_needed,
    needed,
)

FEW = settings(max_examples=8, deadline=None)
COUNTS = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
ANSWERS = st.lists(st.sampled_from([0, 0.25, 0.5, 0.75, 1]), min_size=1, max_size=60)


def mean_of(values: list[float]) -> tuple[float, float]:
    x = np.array(values, float)
    return mean_limits(x.sum(), (x**2).sum(), len(x))


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (18, 20, 0.698966, 0.972134),
        (0, 10, 0, 0.277533),
        (29, 29, 0.883030, 1),
        (20, 20, 0.8389, 1),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, as the next three
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (85, 98, 0.786, 0.921),
    ],
)
def test_wilson_as_published(k, n, low, high):
    assert limits(k, n) == pytest.approx((low, high), abs=6e-5 if k != 85 else 6e-4)


def test_wilson_to_all_digits_at_both_levels():
    # figures of Public Health England's own calculation
    assert limits(65, 100) == pytest.approx((0.5525444329688797, 0.7363575175690247), abs=1e-12)
    wide = limits(65, 100, 0.998)
    assert wide == pytest.approx((0.4954946574070431, 0.7783540614089697), abs=1e-12)


def test_wilson_and_the_number_needed_are_those_of_statsmodels():
    from statsmodels.stats.proportion import proportion_confint, samplesize_confint_proportion

    k, n = np.array([0, 1, 7.5, 20, 33.3, 400]), np.array([3, 20, 20, 20, 40.4, 1000])
    for level in (0.8, 0.95, 0.998):
        theirs = proportion_confint(k, n, alpha=1 - level, method="wilson")
        assert np.array(limits(k, n, level)) == pytest.approx(np.array(theirs), abs=1e-15)
        for share in (0.2, 0.5, 0.77):
            size = samplesize_confint_proportion(share, 0.05, alpha=1 - level)
            assert needed(share, 0.05, level) == np.ceil(size)


def test_nothing_asked_gives_no_interval_and_no_warning(recwarn):
    low, high = limits([0, 3, 5], [0, 10, np.nan])
    assert np.isnan([low[0], high[0], low[2], high[2]]).all()
    assert low[1] < 0.3 < high[1]
    assert np.isnan(mean_limits(0, 0, 0)).all()
    assert np.isnan(difference(0, 0, 3, 5)).all()
    assert np.isnan(effective(0, 0, 0))
    assert not recwarn


def test_newcombe_as_published_and_as_statsmodels_has_it():
    from statsmodels.stats.proportion import confint_proportions_2indep

    assert difference(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    for case in [(9, 10, 3, 10), (20, 20, 18, 25), (0, 30, 0, 12)]:
        theirs = confint_proportions_2indep(*case, method="newcomb", compare="diff")
        assert difference(*case) == pytest.approx(theirs, abs=1e-12)


def test_intervals_may_overlap_where_shares_differ():
    first, second = limits(56, 70), limits(48, 80)
    assert first[0] < second[1], "their intervals overlap"
    assert difference(56, 70, 48, 80)[0] > 0, "and yet they differ"


def test_the_difference_of_any_two_figures_widens_with_either():
    narrow = between((0.9, 0.88, 0.92), (0.8, 0.77, 0.83))
    assert narrow == pytest.approx((0.1 - np.hypot(0.02, 0.03), 0.1 + np.hypot(0.02, 0.03)))
    assert np.isnan(between((0.9, 0.88, 0.92), (np.nan, np.nan, np.nan))).all()


def test_one_sample_four_satisfactions():
    # 60 / 25 / 8 / 4 / 1, two more 说不清 are in no base
    counts, five = np.array([60, 25, 8, 4, 1]), np.array([1, 0.75, 0.5, 0.25, 0])
    assert counts.sum() == 98
    index = counts @ five / 98
    low, high = mean_limits(counts @ five, counts @ five**2, 98)
    assert 100 * index == pytest.approx(85.46, abs=0.005)
    assert 100 * (high - low) / 2 == pytest.approx(4.4, abs=0.2)
    marks = np.array([1, 0.8, 0.6, 0.3, 0])
    low, high = mean_limits(counts @ marks, counts @ marks**2, 98)
    assert low < 0.8776 < high
    assert [round(100 * k / 98, 2) for k in (85, 93)] == [86.73, 94.90]


@FEW
@given(COUNTS)
def test_values_of_0_and_1_are_a_share(case):
    k, n = case
    assert mean_limits(k, k, n) == pytest.approx(limits(k, n), abs=1e-9)
    low, high = limits(k, n)
    assert 0 <= low <= k / n + 1e-12
    assert k / n - 1e-12 <= high <= 1


@FEW
@given(ANSWERS)
def test_the_interval_of_a_mean_holds_it_and_stays_inside(values):
    low, high = mean_of(values)
    assert 0 <= low < high <= 1
    assert low - 1e-9 <= np.mean(values) <= high + 1e-9
    assert effective(sum(values), sum(v * v for v in values), len(values)) >= len(values)


@FEW
@given(ANSWERS)
def test_asking_twice_as_many_narrows_every_interval(values):
    once, twice = mean_of(values), mean_of(values * 2)
    assert twice[1] - twice[0] < once[1] - once[0]


def test_twenty_equal_answers_are_no_proof():
    low, high = mean_of([0.75] * 20)
    assert low < 0.73
    assert high > 0.77
    assert mean_of([1] * 20) == pytest.approx(limits(20, 20))


def test_more_spread_more_doubt():
    together, apart = mean_of([0.75] * 10 + [0.5] * 10), mean_of([1] * 12 + [0.25] * 3 + [0] * 5)
    assert np.mean([0.75, 0.5]) == pytest.approx(12.75 / 20, abs=0.02)
    assert together[1] - together[0] < apart[1] - apart[0]


def test_questionnaires_needed():
    assert needed(0.9, [0.05, 0.03]).tolist() == [139, 385]
    assert needed(0.5, 0.05) == 385
    assert needed(1, 0.05) == 35, "at 35 of 35 the interval is ten points wide"
    assert np.diff(limits([34, 35], [34, 35]), axis=0)[0] == pytest.approx(
        [0.1015, 0.0989], abs=1e-4
    )


def test_more_questionnaires_needed():
    more = more_needed([0, 18, 130, 399, 3], [0, 20, 139, 400, np.nan], 0.05)
    assert more[0] == 385, "nothing known: as for one half"
    assert 119 < more[1] < 385, "more than the share found asks for, less than one half"
    assert more[2:4].tolist() == [0, 0]
    assert np.isnan(more[4])


@FEW
@given(COUNTS)
def test_what_is_narrow_enough_needs_no_more(case):
    low, high = limits(*case)
    assert (more_needed(*case, 0.05) == 0) == (high - low <= 0.1)
