"""What missing leaves earned is said under the list, and who misses much."""

from streamlit.testing.v1 import AppTest


def page(filled: float, coverage: float) -> None:
    import pandas as pd

    from wenming_metrics.ui.ranking.page import draw_filled

    line = {"unit_name": "甲街道", "score": 88.0, "filled": filled, "coverage": coverage}
    draw_filled(pd.DataFrame([line]), 0.30)


def said(filled: float, coverage: float) -> str:
    app = AppTest.from_function(page, kwargs={"filled": filled, "coverage": coverage}).run()
    assert not app.exception
    return " ".join(one.value for one in app.caption)


def test_points_filled_in_are_printed_and_much_of_it_is_flagged():
    assert "甲街道 12.50 分" in said(12.5, 0.6)
    assert "缺项超过 30%：甲街道" in said(12.5, 0.6)
    assert "缺项超过" not in said(12.5, 0.8)
    assert said(0.0, 0.5) == ""
