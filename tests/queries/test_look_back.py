"""销号后回头看: chances that are known, kept by the draw, and more for what was sent back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wenming_metrics.queries.problems.look_back import draw_closed, looked_again
from wenming_metrics.scoring.tree.states import OPEN


def closed(counts, risky=()):
    names = [unit for unit, count in counts.items() for _ in range(count)]
    numbers = [f"P{n:03}" for n in range(len(names))]
    return pd.DataFrame(
        {
            **{"number": numbers, "unit_name": names, "site_name": "一号", "item_name": "环境"},
            **{"closed": 739_900, "is_relapsed": False, "day": 739_890, "batch": 1},
            **{"returns": [int(number in risky) for number in numbers], "seq": range(len(names))},
        }
    )


def test_every_unit_gets_its_share_and_at_least_so_many():
    drawn = draw_closed(closed({"甲": 60, "乙": 38, "丙": 2}), 20, 1, 739_000, 7)
    # 20 of 100: 12, 8 (7.6) and none (0.4) by share; 丙 gets one all the same.
    assert drawn["unit_name"].value_counts().to_dict() == {"甲": 12, "乙": 8, "丙": 1}
    assert drawn["number"].is_unique


def test_what_was_sent_back_is_likelier_by_what_the_rule_says():
    times = 500
    risky = {f"P{10 * n:03}" for n in range(times)}
    lines = closed({f"第{n}个": 10 for n in range(times)}, risky)
    drawn = draw_closed(lines, 3 * times, 0, 739_000, 1)
    assert drawn["unit_name"].value_counts().eq(3).all()  # each draws three of ten for itself
    is_risky = drawn["number"].isin(risky)
    # Risk 3 beside nine of 1: 3 x (0.5/10 + 0.5 x 3/12) = 0.525, the others 3 x (0.05 + 0.5/12) = 0.275.
    assert is_risky.sum() / times == pytest.approx(0.525, abs=0.07)
    places = drawn.loc[~is_risky, "seq"] % 10
    assert places.value_counts().to_numpy() / times == pytest.approx([0.275] * 9, abs=0.07)
    assert drawn.loc[is_risky, "chance"].to_numpy() == pytest.approx(0.525)
    assert drawn.loc[~is_risky, "chance"].to_numpy() == pytest.approx(0.275)


@settings(max_examples=20)
@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 5), st.integers(1, 9_999))
def test_a_draw_takes_as_many_as_its_chances_add_up_to(n_closed, size, least, seed):
    lines = closed({"甲": n_closed}, risky={"P000", "P001"})
    drawn = draw_closed(lines, size, least, 739_000, seed)
    wanted = min(n_closed, max(size, least))
    assert len(drawn) == wanted
    assert drawn["number"].is_unique
    assert np.all((drawn["chance"] > 0) & (drawn["chance"] <= 1))
    again = draw_closed(lines, size, least, 739_000, seed)
    pd.testing.assert_frame_equal(drawn, again)


def test_open_problems_and_those_closed_long_ago_are_not_drawn():
    lines = closed({"甲": 4})
    lines.loc[0, "closed"] = OPEN
    lines.loc[1, "closed"] = 738_000
    assert draw_closed(lines, 9, 1, 739_000, 3)["number"].tolist() == ["P002", "P003"]
    assert draw_closed(lines.head(2), 9, 1, 739_000, 3).empty


def test_those_likelier_to_be_drawn_stand_for_fewer():
    lines = pd.DataFrame(
        {"number": ["A", "B", "C", "D"], "held": [1, 1, 1, 0], "relapsed": [0, 0, 0, 1]}
    )
    chances = {"A": 0.25, "B": 0.25, "C": 0.5, "D": 1.0}
    found = looked_again(lines, chances)
    # D stands for itself among 4 + 4 + 2 + 1; they are worth 11^2 / (16 + 16 + 4 + 1) = 3.27 equal ones.
    assert (found.looked, found.came_back) == (4, 1)
    assert found.rate == pytest.approx(1 / 11)
    p, n, z = 1 / 11, 121 / 37, 1.959964
    centre, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    wilson = [(centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)]
    assert [found.low, found.high] == pytest.approx(wilson, abs=1e-6)
    assert "回头看过 4 条，反弹 1 条" in found.sentence
    assert looked_again(lines.iloc[:0], {}).sentence == "还没有回头看过。"
