"""The loss ledger: what was lost without a row, what did not count, what putting right gives back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.test_properties import row_frames, rule_sets, scored, searched
from wenming_metrics.scoring.losses.ledger import (
    LEVELS,
    blocks,
    counted_of,
    crossing,
    graded_owners,
    passes_tell,
    regained,
    silent_losses,
    sum_lines,
)
from wenming_metrics.scoring.losses.losses import trace

FIXED = st.sampled_from(["renormalise_local", "renormalise_global", "full", "zero"])


def ledger_of(rules, rows):
    """Scores, and the checks traced and with what counted of them."""
    found, fine = scored(rows, rules)
    owner, points = trace(fine, found, rules)
    lines = fine.assign(owner=owner, points=points)
    return found, lines.join(counted_of(lines, found, rules))


@searched(8)
@given(rule_sets(), row_frames())
def test_rows_and_what_stands_on_no_row_make_up_what_each_unit_lost(rules, rows):
    found, lines = ledger_of(rules, rows)
    silent = silent_losses(lines, found, rules, slice(0, len(found.scores)))
    lost = np.zeros(len(found.scores))
    for part in (lines, silent):
        np.add.at(lost, part["column"].to_numpy(), part["points"].to_numpy())
    has = ~np.isnan(found.scores)
    assert lost[has] == pytest.approx(100 - found.scores[has], abs=1e-9)
    assert (silent["points"] > 0).all()
    assert (silent["reason"] != "").all()
    # Each check has its part of what its owner lost.
    known = lines[(lines["whole"] > 0) & (lines["own"] > 1e-9)]
    known = known[~found.filled[known["owner"], known["column"]]]
    share = known["own"] * known["part"] / known["whole"]
    assert share.to_numpy() == pytest.approx(known["points"].to_numpy(), abs=1e-9)
    assert (lines["uncounted"] >= 0).all()
    assert (lines["uncounted"] <= lines["lost"] / 10_000 + 1e-7).all()


@searched(6)
@given(rule_sets(), row_frames())
def test_checks_that_lost_nothing_are_left_out_where_they_change_nothing(rules, rows):
    found, lines = ledger_of(rules, rows)
    tell = passes_tell(rules)[lines["node"]]
    kept = lines[(lines["lost"] > 0) | tell]
    assert set(lines.index[lines["owner"].isin(graded_owners(rules))]) <= set(kept.index)
    owner, points = trace(kept, found, rules)
    assert (owner == kept["owner"]).all()
    assert np.array_equal(points, kept["points"])  # to the last bit
    assert (lines.loc[~lines.index.isin(kept.index), "points"] == 0).all()


@searched(8)
@given(rule_sets(FIXED), row_frames(), st.data())
def test_what_is_regained_is_what_the_score_gains_without_the_losses(rules, rows, data):
    found, lines = ledger_of(rules, rows)
    dropped = np.array(data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines))))
    gained = np.bincount(
        lines["column"], regained(lines, dropped, rules), minlength=len(found.scores)
    )
    # The other way: the rows behind the dropped checks as if they had passed, all scored anew.
    keys = ["visit", "unit", "item", "point_type"]
    gone = pd.MultiIndex.from_frame(rows[keys]).isin(
        pd.MultiIndex.from_frame(lines.loc[dropped, keys])
    )
    right = rows.assign(
        lost=np.where(gone, 0, rows["lost"]), result=np.where(gone, 0, rows["result"])
    )
    after = scored(right, rules)[0].scores
    has = ~np.isnan(found.scores)
    assert gained[has] == pytest.approx((after - found.scores)[has], abs=1e-9)


@searched(3)
@given(rule_sets(FIXED), row_frames())
def test_where_no_check_stands_nothing_is_regained(rules, rows):
    _, lines = ledger_of(rules, rows)
    assert regained(lines.iloc[:0], np.array([]), rules).tolist() == []


def tree(*paths):
    """Lines of points with the names above them."""
    lines = pd.DataFrame([{"points": points, "level1": a, "level2": b} for a, b, points in paths])
    blank = dict.fromkeys(LEVELS[2:], "")
    return lines.assign(**blank, kind="row", site=range(len(lines)), uncounted=0.0)


def test_blocks_of_a_level_lie_one_after_the_other_the_largest_first():
    lines = tree(("甲", "子", 1.0), ("乙", "丑", 2.0), ("乙", "寅", 3.0), ("加减分", "加分", -1.0))
    found = blocks(lines, 0, "points")
    told = [(one.name, one.level, one.start, one.loss) for one in found.itertuples(index=False)]
    assert told == [
        ("乙", 0, 0.0, 5.0),
        ("寅", 1, 0.0, 3.0),
        ("丑", 1, 3.0, 2.0),
        ("甲", 0, 5.0, 1.0),
        ("子", 1, 5.0, 1.0),
    ]
    assert blocks(lines[lines["level1"] == "甲"], 2, "points").empty


def test_sums_are_by_name_and_gains_stand_last():
    found = sum_lines(
        tree(("甲", "", 1.0), ("乙", "", 2.0), ("甲", "", 4.0), ("丙", "", -1.0)),
        "level1",
        "points",
    )
    assert found["name"].tolist() == ["甲", "乙", "丙"]
    assert found["loss"].tolist() == [5.0, 2.0, -1.0]
    assert found["count"].tolist() == [2, 1, 1]


@pytest.mark.parametrize(
    ("losses", "count"), [([8, 1, 1], 1), ([5, 3, 2], 2), ([1] * 10, 8), ([3, 0, -2], 1)]
)
def test_so_few_reach_eighty_percent(losses, count):
    assert crossing(losses) == count
