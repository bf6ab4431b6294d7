"""How far chance alone takes a unit from the city's figure."""

import numpy as np
import pytest
from scipy.stats import binom

from wenming_metrics.scoring.survey.funnel import OUTER, funnel


@pytest.mark.parametrize("n", [5, 20, 37, 99, 140])
@pytest.mark.parametrize("share", [0.6, 0.93])
@pytest.mark.parametrize("level", [0.95, OUTER])
def test_whole_counts_outside_are_rare_ones(n, share, level):
    low, high = funnel(share, n, level)
    counts = np.arange(n + 1)
    rare_low = binom.cdf(counts, n, share) < (1 - level) / 2
    rare_high = binom.sf(counts - 1, n, share) < (1 - level) / 2
    assert ((counts / n < low - 1e-12) == rare_low).all()
    assert ((counts / n > high + 1e-12) == rare_high).all()


def test_between_counts_by_hand():
    # 20 asked, 90 %: F(14) = .0113, F(15) = .0432, so 15 less (.0432 - .025) / .0319
    low, high = funnel(0.9, 20)
    assert 20 * low == pytest.approx(15 - (0.04317 - 0.025) / 0.03192, abs=1e-3)
    assert high == 1, "20 of 20 is nothing out of the ordinary: it happens to one in eight"


def test_of_very_many_the_limits_are_those_of_the_normal_curve():
    assert funnel(0.9, 1e6) == pytest.approx((0.9 - 1.96 * 3e-4, 0.9 + 1.96 * 3e-4), abs=2e-6)
    wide = funnel(0.9, 1e6, OUTER)
    assert wide == pytest.approx((0.9 - 3.0902 * 3e-4, 0.9 + 3.0902 * 3e-4), abs=3e-6)


def test_values_that_are_no_yes_or_no_have_normal_limits():
    assert funnel(0.9, 25, spread=0.2) == pytest.approx(
        (0.9 - 1.959964 * 0.04, 0.9 + 1.959964 * 0.04)
    )


def test_nothing_asked_has_no_limits(recwarn):
    low, high = funnel(0.9, [0, np.nan, 30])
    assert np.isnan(low[:2]).all()
    assert low[2] < 0.9 < high[2]
    assert np.isnan(funnel(np.nan, [20, 200])).all()
    assert funnel(1.0, 20) == (1, 1)
    assert not recwarn


def test_more_questionnaires_closer_limits():
    low, high = funnel(0.9, [10, 20, 50, 99, 200, 1000])
    assert (np.diff(low) > 0).all()
    assert (np.diff(high) <= 0).all()
