"""Exact numbers: checked against decimal arithmetic and worked examples."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenming_metrics.rounding import allocate, half_up, rate, to_points


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
