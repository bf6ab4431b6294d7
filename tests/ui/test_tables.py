"""What is shown adds up to what stands above it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenming_metrics.ui.tables import shown_losses


@given(st.lists(st.floats(0, 20), min_size=1, max_size=40))
def test_shown_losses_add_up_to_the_shown_total(losses):
    total = round(float(np.sum(losses)), 2)
    shown = shown_losses(losses, total, 2)
    assert shown.sum() == pytest.approx(total if sum(losses) > 0 else 0, abs=1e-9)
    assert (shown >= 0).all()


def test_rows_share_a_total_that_was_rounded():
    assert shown_losses([0.33333, 0.33333, 0.33333], 1.0, 4).tolist() == [0.3334, 0.3333, 0.3333]


def test_nothing_lost():
    assert shown_losses([0.0, 0.0], 0.0, 2).tolist() == [0.0, 0.0]
