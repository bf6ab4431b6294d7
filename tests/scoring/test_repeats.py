"""反复问题 by hand: what people put together, what came back of what, the last looks, the counts."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from wenming_metrics.scoring.losses.repeats import (
    closings,
    count,
    failed_twice,
    judge_together,
    put_under,
    rechecked,
    returning,
    total,
    worst_sites,
)
from wenming_metrics.scoring.losses.similarity import ALIKE, alike, bigrams
from wenming_metrics.scoring.tree.states import OPEN
from wenming_metrics.vocabulary import ANSWERED

MONDAY = 738_004
NO_ANSWERS = pd.DataFrame(
    {"finding": [0], "state": [""], "happened_on": [0], "known_at": [""]}
).iloc[:0]


def found(*lines, same=()):
    """Findings as (day, item, closed day or None); all at site 1; `same` - pairs of places."""
    frame = pd.DataFrame(
        {
            "batch": 1,
            "seq": range(len(lines)),
            "site": 1,
            "item": [line[1] for line in lines],
            "day": [MONDAY + line[0] for line in lines],
            "visit": [line[0] for line in lines],
            "due": 0,
            "state": 0,
        }
    )
    pairs = pd.DataFrame(same, columns=["seq", "other_seq"]).assign(batch=1, other_batch=1)
    return frame.assign(under=put_under(frame, pairs))


def judged(lines, answers=(), days=range(MONDAY, MONDAY + 100), **changes):
    told = pd.DataFrame(
        [(at, ANSWERED, MONDAY + day, "a") for at, day in answers], columns=NO_ANSWERS.columns
    )
    usual = {"as_of": days.stop - 1, "relapse_days": 30, "running": 2, **changes}
    marks = judge_together(lines, told if answers else NO_ANSWERS, **usual)
    return lines.drop(columns="state").join(marks, how="right")


def test_findings_are_put_together_by_pairs_in_any_order():
    lines = found((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), same=[(3, 1), (1, 0), (2, 9)])
    assert lines["under"].tolist() == [-1, 1, -1, 1, -1]


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=8), st.randoms())
def test_the_order_of_what_people_said_does_not_matter(pairs, random):
    lines = [(day, day) for day in range(8)]
    shuffled = [pair[::-1] if random.random() < 0.5 else pair for pair in pairs]
    random.shuffle(shuffled)
    assert found(*lines, same=pairs)["under"].equals(found(*lines, same=shuffled)["under"])


def test_another_item_counts_only_when_a_person_says_so():
    apart = judged(found((0, 1), (5, 2)))
    assert apart["again"].tolist() == [False, False]
    put = judged(found((0, 1), (5, 2), same=[(0, 1)]))
    assert put["again"].tolist() == [False, True]
    assert put["state"].tolist() == [1, 3]
    assert put["next"].tolist() == [MONDAY + 5, 0]


def test_what_was_put_together_counts_under_both_items():
    # B (item 2) is put to A (item 1), which is closed; C repeats B under item 2, D under item 1
    lines = judged(found((0, 1), (5, 2), (9, 2), (12, 1), same=[(0, 1)]), answers=[(0, 3)])
    assert lines["again"].tolist() == [False, False, True, True]
    assert lines["relapsed"].tolist() == [False, True, False, False]
    assert lines["next"].tolist() == [MONDAY + 5, MONDAY + 9, 0, 0]


def test_an_answer_to_what_was_put_together_closes_it_under_both_items():
    lines = judged(found((0, 1), (5, 2), (9, 1), same=[(0, 1)]), answers=[(0, 3), (1, 7)])
    assert lines["relapsed"].tolist() == [False, True, True]
    assert closings(lines, range(MONDAY, MONDAY + 40), 30)["reopened"].tolist() == [True, True]


def test_a_relapse_after_an_answer_to_the_other_item():
    lines = judged(found((0, 1), (5, 2), same=[(0, 1)]), answers=[(0, 3)])
    assert lines["again"].tolist() == [False, False]
    assert lines["relapsed"].tolist() == [False, True]


def test_what_was_closed_and_what_came_back_of_it():
    # closed on 3, found again on 20: reopened; item 2 closed on 4, never again; item 3 never closed
    lines = judged(found((0, 1), (0, 2), (0, 3), (20, 1)), answers=[(0, 3), (1, 4)])
    month = range(MONDAY + 10, MONDAY + 40)
    told = closings(lines, month, 30)
    assert told["item"].tolist() == [1, 2]
    assert told["reopened"].tolist() == [True, False]
    looks = pd.DataFrame({"site": 1, "item": [2, 2, 3], "day": [MONDAY + d for d in (4, 33, 20)]})
    assert rechecked(told, looks, month, 30).tolist() == [True, True]
    early = looks.assign(day=MONDAY + 9)  # looked at, but not on these days
    assert rechecked(told, early, month, 30).tolist() == [True, False]
    late = looks.assign(day=MONDAY + 35)  # 31 days after it was closed
    assert rechecked(told, late, month, 30).tolist() == [True, False]


def test_what_no_longer_can_come_back_is_no_part_of_the_whole():
    lines = judged(found((0, 1), (0, 2), (7, 2)), answers=[(0, 3), (1, 3)])
    assert closings(lines, range(MONDAY + 34, MONDAY + 60), 30).empty  # 30 days are over
    assert closings(lines, range(MONDAY + 33, MONDAY + 60), 30)["item"].tolist() == [1]
    assert closings(lines, range(MONDAY, MONDAY + 4), 30).empty  # closed on the last day


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 70), st.integers(1, 2)), min_size=1, max_size=9),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 70)), max_size=6),
    st.integers(0, 60),
)
def test_problems_that_came_back_are_those_called_so(lines, answers, start):
    lines = sorted(lines)
    answers = [(at, day) for at, day in answers if at < len(lines)]
    days = range(MONDAY + start, MONDAY + 71)
    marked = judged(found(*lines), answers, days)
    told = closings(marked, days, 30)
    came_back = marked[(marked["day"] >= days.start) & marked["relapsed"]]
    assert told["reopened"].sum() == len(came_back[["item", "day"]].drop_duplicates())


def looks(*lines):
    """Looks as (day, item, failed)."""
    frame = pd.DataFrame(lines, columns=["day", "item", "failed"])
    return frame.assign(site=1, visit=frame["day"], day=frame["day"] + MONDAY)


def test_two_of_the_last_three_looks():
    lines = found((0, 1), (8, 1), (0, 2), (8, 2))
    wanted = failed_twice(lines, range(MONDAY + 7, MONDAY + 14))
    seen = [(0, 1, 1), (4, 1, 0), (8, 1, 1)]  # 2 of 3
    seen += [(0, 2, 1), (2, 2, 0), (4, 2, 0), (8, 2, 1)]  # 2 of 4, 1 of the last 3
    assert returning(lines, looks(*seen), wanted).tolist() == [True, True, False, False]
    assert failed_twice(lines, range(MONDAY + 9, MONDAY + 14)).empty  # not found on these days


def test_two_looks_are_enough_and_one_is_not():
    lines = found((0, 1), (8, 1), (8, 2))
    wanted = failed_twice(lines, range(MONDAY, MONDAY + 14))
    seen = looks((0, 1, 1), (8, 1, 1), (8, 2, 1))
    assert returning(lines, seen, wanted).tolist() == [True, True, False]


def test_looks_at_either_item_where_a_person_put_them_together():
    lines = found((0, 1), (8, 2), same=[(0, 1)])
    wanted = failed_twice(lines, range(MONDAY + 7, MONDAY + 14))
    failing = looks((0, 1, 1), (8, 2, 1))
    assert returning(lines, failing, wanted).tolist() == [True, True]
    passed = looks((0, 1, 1), (8, 1, 0), (8, 2, 1))  # what that visit found is the same problem
    assert returning(lines, passed, wanted).tolist() == [True, True]
    between = looks((0, 1, 1), (3, 1, 0), (5, 1, 0), (8, 2, 1))  # 1 of the last 3
    assert returning(lines, between, wanted).tolist() == [False, False]


def counted(*lines):
    """Problems of a window as (unit, site, again, relapsed, running, returning)."""
    names = ["unit", "site", "again", "relapsed", "running", "returning"]
    return pd.DataFrame(lines, columns=names).astype(dict.fromkeys(names[2:], bool))


def test_counts_and_of_what_they_are_a_part():
    problems = counted(
        ("甲", 1, 1, 0, 1, 1), ("甲", 1, 0, 0, 0, 0), ("甲", 2, 0, 1, 0, 0), ("甲", 3, 0, 0, 0, 0),
        ("乙", 4, 0, 0, 0, 0),
    )  # fmt: skip
    closed = pd.DataFrame(
        {"unit": ["甲"] * 4 + ["丙"], "rechecked": [1, 1, 0, 0, 0], "reopened": [1, 0, 0, 0, 0]}
    )
    told = count(problems, closed, "unit").set_index("name")
    first = told.loc["甲"]
    assert first[["found", "any", "again", "relapsed", "running"]].tolist() == [4, 2, 1, 1, 1]
    assert first[["sites", "returning"]].tolist() == [3, 1]
    assert first[["closed", "rechecked", "reopened"]].tolist() == [4, 2, 1]
    assert first[["any_rate", "again_rate", "reopened_rate"]].tolist() == [50, 25, 25]
    assert first["recheck_rate"] == 50
    assert np.isclose(first["returning_rate"], 100 / 3)
    assert np.isnan(told.loc["乙", "reopened_rate"])  # nothing was closed: no rate, and not 0
    assert told.loc["丙", ["found", "closed"]].tolist() == [0, 1]
    whole = total(problems, closed)
    assert (whole["found"], whole["any"], whole["sites"], whole["closed"]) == (5, 2, 4, 5)
    assert total(problems.iloc[:0], closed.iloc[:0])["found"] == 0


def test_the_sites_that_keep_coming_back():
    lines = pd.DataFrame(
        [
            (1, 1, 0, False, False), (1, 1, 9, True, True), (1, 2, 9, False, True),
            (2, 1, 0, False, False), (2, 1, 4, False, False), (2, 1, 9, True, True),
            (3, 1, 0, False, False), (3, 1, 5, True, False),  # came back before these days
        ],
        columns=["site", "item", "day", "again", "current"],
    )  # fmt: skip
    lines = lines.assign(closed=[OPEN, OPEN, OPEN, 1, OPEN, OPEN, OPEN, OPEN], under=-1)
    lines = lines.assign(relapsed=False, running=False, returning=False)
    told = worst_sites(lines, 10)
    assert told["site"].tolist() == [2, 1]
    assert told["days"].tolist() == [3, 2]
    assert told["times"].tolist() == [3, 2]  # the other item of site 1 did not come back
    assert told["open"].tolist() == [2, 2]
    assert told["lines"].tolist() == [(3, 4, 5), (0, 1)]


def dice(one, other):
    """The definition, by sets of texts."""
    first, second = ({text[n : n + 2] for n in range(len(text) - 1)} for text in (one, other))
    return 2 * len(first & second) / (len(first) + len(second))


def test_what_is_compared_of_a_text():
    # 楼道|道乱|乱堆|堆放|放杂|杂物: counts, marks and spaces say nothing
    assert len(bigrams("楼道乱堆放杂物3处。")) == len(bigrams(" 楼道 乱堆放,杂物(12 个)")) == 6
    assert len(bigrams("啊啊啊啊")) == 1
    assert len(bigrams("脏乱")) == len(bigrams("")) == 0  # too short to say anything


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text("楼道堆放杂", min_size=3, max_size=7), min_size=2, max_size=6))
def test_likeness_is_that_of_the_definition(texts):
    lines = worded(*[(1, n, n, text) for n, text in enumerate(texts)])
    told = alike(lines, range(1, 9), 60)
    wanted = {
        (one, other): dice(texts[one], texts[other])
        for other in range(len(texts))
        for one in range(other)
        if dice(texts[one], texts[other]) > ALIKE
    }
    pairs = zip(told["one"], told["other"], strict=True)
    assert dict(zip(pairs, told["likeness"].round(9), strict=True)) == {
        pair: round(likeness, 9) for pair, likeness in wanted.items()
    }


def worded(*lines):
    return pd.DataFrame(lines, columns=["site", "item", "day", "text"])


def test_like_wording_under_another_item_on_another_day():
    lines = worded(
        (1, 1, 10, "楼道堆放杂物"),
        (1, 2, 20, "楼道乱堆放杂物"),
        (1, 1, 25, "楼道堆放杂物"),  # after the other, too
        (1, 3, 10, "楼道堆放杂物"),  # on the same day as the first
        (1, 2, 21, "路灯不亮无人管"),
        (2, 2, 20, "楼道堆放杂物"),  # another site
    )
    told = alike(lines, range(15, 30), 12)
    pairs = list(zip(told["one"], told["other"], strict=True))
    assert set(pairs) == {(0, 1), (3, 1), (1, 2)}  # 3 and 2 lie 15 days apart
    assert told["likeness"].round(6).unique().tolist() == [round(8 / 11, 6)]
    assert alike(lines, range(26, 30), 60).empty
    assert alike(lines.iloc[:0], range(26, 30), 60).empty


def test_turns_of_phrase_of_many_texts_say_nothing():
    tail = "没有做到请尽快安排人员处理"
    signs = [chr(0x4E00 + n) for n in range(400)]
    heads = ["".join(signs[4 * n : 4 * n + 4]) for n in range(100)]
    lines = worded(*[(n, 1, 1, head + tail) for n, head in enumerate(heads)])
    pair = worded((500, 1, 1, heads[0] + tail), (500, 2, 5, heads[1] + tail))
    assert len(alike(pair, range(5, 6), 60)) == 1  # of two texts nobody can know
    both = pd.concat([lines, pair], ignore_index=True)
    assert alike(both, range(5, 6), 60).empty
