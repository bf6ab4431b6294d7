"""What is more than the usual ups and downs: worked series, and what must hold for any series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenming_metrics.scoring.trend import control_limits as rules
from wenming_metrics.scoring.trend.control_limits import (
    CLOSE,
    NONE,
    OUTSIDE,
    SHIFT,
    TREND,
    control,
    limits,
)

SERIES = [86.2, 87.1, 85.4, 86.9, 88.0, 86.5, 85.9, 87.4, 86.1, 87.7, 85.2, 86.8]
RISEN = [88.4, 88.9, 88.6, 88.1, 89.2, 88.7, 88.5, 88.3]


def test_eight_points_above_the_mean_are_a_shift():
    found = control(SERIES + RISEN)
    assert found.mean[0] == pytest.approx(87.395)
    assert (found.low[0], found.high[0]) == pytest.approx((84.497, 90.293))
    assert list(found.signal) == [NONE] * 12 + [SHIFT] * 8
    assert list(found.side[12:]) == [1] * 8
    assert rules.run_length(found.values) == 8


def test_one_step_out_of_the_ordinary_does_not_widen_the_range(monkeypatch):
    series = np.array([1, 2, 1, 2, 10, *[1, 2] * 6, 1], float)
    assert limits(series) == pytest.approx((1.944444, -0.715556, 4.604444), abs=1e-6)
    assert control(series).signal[4] == OUTSIDE
    monkeypatch.setattr(rules, "SCREEN", np.inf)
    assert limits(series) == pytest.approx((1.944444, -3.062614, 6.951503), abs=1e-6)


def test_the_last_point_does_not_widen_the_limits_that_it_is_held_against():
    # With the point itself the mean step is 13 / 7 and the range reaches to 92.06.
    found = control([86, 87, 86, 87.5, 86, 87.5, 86, 91])
    usual = [86, 87, 86, 87.5, 86, 87.5, 86]
    mean, step = sum(usual) / 7, (1 + 1 + 1.5 * 4) / 6
    assert list(found.signal) == [NONE] * 7 + [OUTSIDE]
    assert (found.mean[0], found.high[0]) == pytest.approx((mean, mean + 2.66 * step))
    assert set(control([*usual, 88.5]).signal) == {NONE}
    assert OUTSIDE not in control([86, 87, 91]).signal  # three points are no measure


def test_one_point_of_a_level_series_is_the_one_that_stands_out():
    assert list(control([87.1] * 19 + [87.2]).signal) == [NONE] * 19 + [OUTSIDE]


def test_seven_points_that_rise_are_a_trend_and_six_are_none():
    rising = [50, 53, 48, 52, 47, 51, 46, 47, 48, 49, 50, 51, 52]
    assert list(control(rising).signal[6:]) == [TREND] * 7
    assert rules.trend_length(np.array(rising, float)) == 7
    six = [50, 53, 48, 52, 47, 51, 47, 48, 49, 50, 51, 52]
    assert TREND not in control(six).signal
    level = [50, 53, 48, 52, 46, 47, 48, 49, 49, 50, 51, 52]
    assert TREND not in control(level).signal


def test_two_of_three_near_the_edge():
    found = control([50, 51, 49] * 4 + [55, 51, 55, 50])
    assert list(found.signal[12:]) == [CLOSE, NONE, CLOSE, NONE]


def test_a_series_that_never_moves_has_no_signal():
    found = control([87.1] * 20)
    assert set(found.signal) == {NONE}
    assert found.low[0] == found.high[0] == pytest.approx(87.1)
    assert rules.run_length(found.values) == 0


def test_new_rules_begin_a_new_mean():
    found = control([80, 81, 80, 81, 90, 91, 90, 91], [4])
    assert found.mean[0] == pytest.approx(80.5)
    assert found.mean[7] == pytest.approx(90.5)
    assert list(found.stretch) == [0] * 4 + [1] * 4
    assert set(found.signal) == {NONE}


@given(st.lists(st.integers(0, 40).map(lambda drawn: drawn / 4), min_size=2, max_size=30))
def test_turned_upside_down_the_same_is_said_of_the_other_side(values):
    one, other = control(values), control([100 - value for value in values])
    assert list(one.signal) == list(other.signal)
    assert list(one.side) == list(-other.side)
