"""What missing leaves earned is said under the list, and who misses much."""

import pandas as pd

from wenming_metrics.ui.ranking.view import filled_notes


def said(filled: float, coverage: float) -> str:
    line = {"unit_name": "甲街道", "score": 88.0, "filled": filled, "coverage": coverage}
    return " ".join(filled_notes(pd.DataFrame([line]), 0.30))


def test_points_filled_in_are_printed_and_much_of_it_is_flagged():
    assert "甲街道 12.50 分" in said(12.5, 0.6)
    assert "缺项超过 30%：甲街道" in said(12.5, 0.6)
    assert "缺项超过" not in said(12.5, 0.8)
    assert said(0.0, 0.5) == ""
