"""What questionnaires say for a figure, and of which units nothing may be told."""

import tomllib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from wenming_metrics.rules.survey.answers import BLANK, NOT_ASKED, Answers
from wenming_metrics.rules.survey.load import survey_of
from wenming_metrics.rules.survey.model import DisclosureLimits
from wenming_metrics.scoring.survey.intervals import limits
from wenming_metrics.scoring.survey.rates import (
    BLANKS,
    count_answers,
    hide_units,
    judge_rate,
    mark_alike,
    rank_figures,
    state_of,
    sum_counts,
    sum_judged,
)

SURVEY = """
id = "a"
title = "a"
source = "a"
[[question]]
code = "clean"
title = "卫生"
kind = "scale"
low = 1
high = 5
[[question]]
code = "heard"
title = "渠道"
kind = "multiple"
option = [
    { code = "tv", title = "电视" },
    { code = "web", title = "网络" },
    { code = "none", title = "记不清", state = "unknown" },
]
[[rate]]
code = "top"
title = "高分"
question = "clean"
numerator = ["4", "5"]
[[rate]]
code = "index"
title = "指数"
question = "clean"
method = "values"
values = { 1 = 0.0, 2 = 0.25, 3 = 0.5, 4 = 0.75, 5 = 1.0 }
[[rate]]
code = "media"
title = "听说"
question = "heard"
numerator = ["tv", "web"]
blank = "in"
"""
TV, WEB, NONE = 1, 2, 4


@pytest.fixture(scope="module")
def survey():
    return survey_of(tomllib.loads(SURVEY))


@pytest.fixture(scope="module")
def answers():
    frame = pd.DataFrame(
        {
            "weight": 1.0,
            "clean": [5, 4, 3, 1, BLANK, NOT_ASKED],
            "heard": [TV, TV | WEB, NONE, 0, BLANK, NOT_ASKED],
        }
    )
    return Answers(frame, {"heard": ("tv", "web", "none")}, frozenset({"heard"}))


@pytest.mark.parametrize(
    ("rate", "k", "n", "unknown", "blank", "not_asked"),
    [
        ("top", 2, 4, 0, 1, 1),  # 5 and 4 of 5, 4, 3, 1
        ("index", 2.25, 4, 0, 1, 1),  # 1 + 0.75 + 0.5 + 0
        ("media", 2, 4, 1, 2, 1),  # two named some, one could not say, two blanks count
    ],
)
def test_scales_and_several_answers(survey, answers, rate, k, n, unknown, blank, not_asked):
    said = judge_rate(answers, survey, survey.rate(rate))
    (line,) = sum_judged(said, np.zeros(6, np.int64), 1, np.ones(6)).to_dict("records")
    told = [line[name] for name in ("k", "n", "unknown", "blank", "not_asked")]
    assert told == [k, n, unknown, blank, not_asked]


def test_counted_answers_give_the_same_sums(survey, answers):
    counts = count_answers(answers, survey, np.zeros(6, np.int64))
    assert counts.set_index(["question", "option"])["n"].loc[("heard", BLANKS)] == 2
    for code in ("top", "index"):
        rate = survey.rate(code)
        one = sum_judged(judge_rate(answers, survey, rate), np.zeros(6, np.int64), 1, np.ones(6))
        pd.testing.assert_frame_equal(sum_counts(counts, survey, rate, 1), one)


def test_states_and_places():
    say = DisclosureLimits(hide=10, flag=30, caution=50, max_width=30)
    n = np.array([9, 10, 30, 30, 50])
    state = state_of(n, np.array([5, 5, 31, 29, 20.0]), say, np.array([False] * 5))
    assert state.tolist() == ["hidden", "small", "wide", "caution", ""]
    shown = pd.DataFrame({"group": "a", "shown": [99, 98, 97, 90, 90.0], "state": state})
    assert rank_figures(shown).tolist()[3:] == [1, 1]
    assert rank_figures(shown).isna().tolist() == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("yes", "differ"),
    [([90, 91, 89, 92, 90], False), ([60, 70, 80, 90, 95], True), ([84, 88, 92, 96, 90], False)],
)
def test_a_group_is_ranked_where_its_figures_differ(yes, differ):
    """Held against the chi square test of a table of counts, another way to ask the same."""
    yes = np.array(yes)
    assert (chi2_contingency([yes, 100 - yes]).pvalue < 0.05) == differ
    low, high = limits(yes, np.full(5, 100))
    figures = pd.DataFrame(
        {"group": "a", "value": yes, "low": 100 * low, "high": 100 * high, "n_eff": 100.0}
    )
    figures = figures.assign(shown=yes, state=["", "", "caution", "", ""])
    few = figures.iloc[[0]].assign(group="b", state="small", shown=10.0)
    alone = figures.iloc[[0]].assign(group="c", state="", shown=10.0)
    marked = pd.concat([figures, few, alone], ignore_index=True)
    marked["state"] = mark_alike(marked)
    assert marked["state"][:3].isin(["alike", "caution_alike"]).all() != differ
    assert rank_figures(marked)[:5].notna().all() == differ
    assert marked["state"][5:].tolist() == ["small", ""]


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), min_size=2, max_size=9))
def test_hidden_units_never_stand_alone(units):
    """In every group whose total is told, and in the city, the hidden ones are several people."""
    groups, sizes = [group for group, _ in units], np.array([n for _, n in units])
    said = sizes * 2 / 3
    hidden, by_group = hide_units([(sizes, said), (sizes, sizes / 2)], groups, 10)
    assert hidden[(sizes > 0) & (sizes < 10)].all()
    totals = [np.array([one == group for one in groups]) for group in "abc"] if by_group else []
    for own in (*totals, np.ones(len(sizes), bool)):
        alone = hidden & own
        whole = sizes[own].sum()
        assert not alone.any() or sizes[alone].sum() >= min(10, whole)
        assert alone.sum() != 1 or whole < 10
