"""Exact numbers: checked against decimal arithmetic and worked examples."""

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenming_metrics.domain.numbers import (
    allocate,
    exact_bins,
    exact_product,
    exact_sum,
    half_up,
    rate,
    rounded,
    to_points,
)


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (0.5, 5000),
        ("2", 20000),
        (0.3, 3000),
        (0.0001, 1),
        (0.00001, None),
        ("x", None),
        ("nan", None),
    ],
)
def test_points_are_exact_or_refused(value, points):
    assert to_points(value) == points


@given(st.integers(-(10**7), 10**7), st.integers(0, 4))
def test_half_up_equals_decimal_arithmetic(thousandths, decimals):
    value = Decimal(thousandths) / 1000
    expected = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert half_up(float(value), decimals) == float(expected)


def test_half_up_differs_from_the_usual_functions():
    # 2.675 is 2.67499... in binary: round() and numpy give 2.67, a person writes 2.68.
    assert half_up(np.array([2.675, 1.005, 86.955]), 2).tolist() == [2.68, 1.01, 86.96]
    assert np.isnan(half_up(np.nan, 2))


@given(st.integers(1, 10**6), st.data())
def test_rate_is_half_up_of_the_exact_fraction(whole, data):
    part = data.draw(st.integers(0, whole))
    exact = (Decimal(part) / Decimal(whole) * 10**9).quantize(Decimal(1), ROUND_HALF_UP)
    assert rate(np.array([part]), np.array([whole]))[0] == int(exact)


@given(st.lists(st.floats(0, 50), min_size=1, max_size=30))
def test_allocated_parts_add_up(values):
    parts = allocate(np.array(values), float(np.sum(values)), 2)
    assert round(sum(parts) * 100) == round(float(half_up(np.sum(values), 2)) * 100)
    assert np.abs(parts - values).max() < 0.011 * max(1, len(values))


def test_allocate_gives_the_rest_to_the_largest_remainders():
    # 33.333 three times: 33.34 goes to the first, for the remainders are equal.
    assert allocate(np.full(3, 100 / 3), 100.0, 2).tolist() == [33.34, 33.33, 33.33]


def test_numbers_are_rounded_to_1e_9_and_gaps_stay():
    assert rounded(np.array([0.1234567894, np.inf, np.nan])).tolist()[:2] == [0.123456789, np.inf]
    assert np.isnan(rounded(np.nan))


FRACTIONS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


@given(FRACTIONS, st.randoms(use_true_random=False))
def test_sums_are_the_nearest_float_in_whatever_order(values, chance):
    grained = np.round(values, 12)  # a number far below the largest is no figure's
    order = chance.sample(range(len(grained)), len(grained))
    whole = exact_sum(grained)
    assert whole == pytest.approx(math.fsum(grained), rel=1e-15, abs=1e-13)
    assert whole == exact_sum(grained[order]) == exact_sum(np.tile(grained, (3, 1)).T, 0)[1]
    bins = np.arange(len(grained)) % 3
    added = exact_bins(bins, grained, 3)
    assert added.tolist() == exact_bins(bins[order], grained[order], 3).tolist()


@given(FRACTIONS, st.randoms(use_true_random=False))
def test_products_are_the_nearest_float_in_whatever_order(values, chance):
    first = np.array(values)
    second = np.array([chance.random() for _ in values])
    order = chance.sample(range(len(first)), len(first))
    parts = zip(map(Fraction, first.tolist()), map(Fraction, second.tolist()), strict=True)
    exact = float(sum(one * other for one, other in parts))
    whole = float(exact_product(first, second))
    assert whole == pytest.approx(exact, rel=1e-15, abs=1e-12)
    assert whole == float(exact_product(first[order], second[order]))
    matrix = exact_product(np.stack([first, first]), np.stack([second, second, second]).T)
    assert set(matrix.ravel().tolist()) == {whole}


def test_a_gap_makes_only_its_own_sum_a_gap():
    table = np.array([[0.1, np.nan], [0.2, 0.3]])
    assert np.isnan(exact_sum(table)).tolist() == [True, False]
    assert np.isnan(exact_product(table, np.ones(2))).tolist() == [True, False]
    assert exact_sum(np.zeros((0, 2)), 0).tolist() == [0, 0]
    assert exact_product(np.zeros((2, 0)), np.zeros(0)).tolist() == [0, 0]
