"""What sentences claim is so, on data made to contradict them: ties, turns, differences of nothing.

Each builder is given figures in which the claim is false or true of several; what it names is compared
with what the figures say, worked out here.
"""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.test_words import SHARES, VISITED, city, units
from wenming_metrics.scoring.ranking.ranking import RANKED
from wenming_metrics.ui.frame import words
from wenming_metrics.ui.portrait import sentences as portrait
from wenming_metrics.ui.problems import sentences as problems
from wenming_metrics.ui.survey import sentences as survey
from wenming_metrics.ui.survey import sentences_more
from wenming_metrics.ui.trends import sentences as trends

FEW = settings(max_examples=40)
STEPS = st.sampled_from([-1.0, -0.01, -0.004, 0.0, 0.004, 0.01, 1.0])
NAMES = list("甲乙丙丁戊己")


def lists(values, least=1, most=6):
    return st.lists(values, min_size=least, max_size=most)


def named(text: str) -> set[str]:
    """List what a sentence names, in bold or in quotation marks."""
    parts = re.findall(r"\*\*([^*]+)\*\*|“([^”]+)”", text)
    return {
        name.strip("\u2060")
        for part in parts
        for name in re.sub(r"等 \d+ 个", "", "".join(part)).split("、")
    }


def largest(values) -> set[str]:
    return {name for name, value in zip(NAMES, values, strict=False) if value == max(values)}


def told(text: str, first: set[str]) -> None:
    """Hold what is named as the first against who is: all of them, or some and how many."""
    assert named(text) <= first
    assert named(text) == first or f"等 {len(first)} 个" in text, text


@given(lists(st.integers(1, 3)))
@FEW
def test_the_leading_loss_and_the_most_problems_name_all_who_have_as_many(counts):
    total = sum(counts)
    shares = pd.DataFrame({"name": NAMES[: len(counts)], "loss": counts})
    shares = shares.assign(share=shares["loss"] / total).sort_values("loss", ascending=False)
    sentence = words.overview(city(), VISITED, shares, "今日")
    told(sentence.split("失分最多的是")[1], largest(counts))
    listed = pd.DataFrame({"unit_name": NAMES[: len(counts)], "failed": counts})
    told(words.listing(listed), largest(counts))


@given(lists(st.tuples(st.integers(1, 3), st.integers(-2, 2)), 2))
@FEW
def test_who_is_first_and_who_rose_are_those_whose_places_say_so(places):
    best_rank = min(rank for rank, _ in places) - 1  # somebody is always first
    lines = [
        (name, "城区", RANKED, rank - best_rank, change, 90.0 - rank, 1)
        for name, (rank, change) in zip(NAMES, places, strict=False)
    ]
    sentence = words.ranking(units(*lines))
    first = {line[0] for line in lines if line[3] == 1}
    head, _, risen = sentence.partition("；上升最多的是")
    told(head, first)
    assert ("并列第一" in head) == (len(first) > 1)
    best = max(line[4] for line in lines)
    assert bool(risen) == (best > 0)
    if risen:
        assert f"↑{best}" in risen
        assert {n for n in NAMES if n in risen} <= {line[0] for line in lines if line[4] == best}


@given(lists(STEPS))
@FEW
def test_rises_falls_and_no_change_are_counted_and_named_by_their_sign(steps):
    moved = np.round(np.asarray(steps), 2)
    lines = pd.DataFrame({"name": NAMES[: len(steps)], "moved": moved})
    sentence = trends.spread(lines, "上周")
    up, down = int((moved > 0).sum()), int((moved < 0).sum())
    assert f"上升 {up} 个，下降 {down} 个，持平 {len(moved) - up - down} 个" in sentence
    for sign, word, count in ((1, "升", up), (-1, "降", down)):
        clause = re.search(f"；{word}得最多的是([^；]*)", sentence)
        assert bool(clause) == bool(count)
        if clause:
            told(clause[1], largest(moved * sign))


@given(STEPS, st.sampled_from([-2, 0, 3]), st.booleans())
@FEW
def test_a_unit_rose_fell_or_stayed_as_its_figures_say(step, places, clear):
    line = pd.Series(
        {"status": RANKED, "group": "城区", "tied": False, "rank": 2, "score": 88.0}
        | {"rank_change": places, "score_change": step, "clear_change": clear}
    )
    sentence = portrait.standing(line, "甲", "本周", 5, "上周")
    assert ("变化不大于误差" in sentence) == (not clear)
    if clear:
        turn = "上升" if places > 0 else "下降" if places < 0 else "持平"
        assert re.search(f"名次[比与]上周{turn}", sentence)
        seen = round(step, 2)
        turn = "上升" if seen > 0 else "下降" if seen < 0 else "持平"
        assert f"得分{turn}" in sentence


@given(lists(st.sampled_from([80.0, 80.04, 85.0, 90.0]), 1, 5))
@FEW
def test_the_weakest_indicators_are_all_those_as_far_behind(rates):
    lines = pd.DataFrame({"name": NAMES[: len(rates)], "rate": rates, "middle": 85.0})
    lines = lines.assign(level=1, state=portrait.SEEN, units=3)
    sentence = portrait.against(lines, "城区")
    gaps = [round(85.0 - round(rate, 1), 1) for rate in rates]
    assert ("差得最多的是" in sentence) == (max(gaps) > 0)
    if max(gaps) > 0:
        told(sentence.split("差得最多的是")[1], largest(gaps))


@given(lists(st.integers(0, 3)))
@FEW
def test_the_days_that_cost_most_are_all_named(lost):
    days = pd.DataFrame({"lost": np.asarray(lost, float), "value": 80.0})
    days = days.assign(day=[pd.Timestamp(2026, 11, n + 1).date() for n in range(len(lost))])
    sentence = trends.calendar(days, "甲街道", 26)
    assert ("都没有失分" in sentence) == (max(lost) == 0)
    if max(lost):
        first = {f"11月{n + 1}日" for n, value in enumerate(lost) if value == max(lost)}
        told(sentence.split("失分最多的是")[1], first)


@given(lists(st.integers(1, 4)))
@FEW
def test_who_holds_what_is_late_is_named_before_nobody_with_as_much(overdue):
    overdue = sorted(overdue, reverse=True)
    by_unit = pd.DataFrame({"unit_name": NAMES[: len(overdue)], "overdue": overdue, "most_late": 1})
    counts = {"found": 40, "handed": 30, "undated": 0, "carried": 0}
    counts |= {"overdue": sum(overdue)}
    lines = pd.DataFrame({"state": ["待核查"], "is_open": [True], "handed": [1]})
    view = SimpleNamespace(
        by_unit=by_unit, lines=lines, rate_of=lambda code: {"numerator": counts[code]}
    )
    sentence = problems.opening(view)
    holders = named(sentence)
    left = [count for name, count in zip(NAMES, overdue, strict=False) if name not in holders]
    inside = [count for name, count in zip(NAMES, overdue, strict=False) if name in holders]
    assert not left or not inside or min(inside) > max(left)
    assert ("主要在" in sentence) <= (2 * sum(inside) > sum(overdue))
    assert ("分散在" in sentence) == (not holders)
    told(f"**{problems.late_longest(view)[3]}**等 {overdue.count(overdue[0])} 个", largest(overdue))


@given(
    st.sampled_from([60.0, 89.98, 89.999, 90.0, 90.001, 90.02, 99.0]), st.sampled_from([0, 0.5, 9])
)
@FEW
def test_a_rate_lies_above_or_below_its_target_by_what_is_told(figure, margin):
    total = pd.Series({"shown": figure, "low": figure - margin, "high": figure + margin})
    sentence = survey.against_target(total, 90)
    word = "高于" if figure > 90 else "低于" if figure < 90 else "正好达到"
    assert sentence.startswith(word)
    assert "（0.0 个" not in sentence
    assert ("误差范围内" in sentence) == (0 < abs(figure - 90) <= margin)


@given(lists(st.sampled_from([80.0, 80.001, 85.0, 90.0]), 2, 4))
@FEW
def test_groups_of_people_that_answer_alike_have_no_highest(rates):
    lines = pd.DataFrame({"option_title": NAMES[: len(rates)], "value": rates, "hidden": False})
    lines = lines.assign(low=lines["value"] - 0.1, high=lines["value"] + 0.1)
    sentence = sentences_more.people(lines, "年龄", 2)
    spelled = {f"{rate:.2f}" for rate in rates}
    assert ("最高的是" in sentence) == (len(spelled) > 1)


@given(lists(st.integers(0, 4)))
@FEW
def test_who_lacks_most_questionnaires_is_everyone_who_lacks_as_many(gaps):
    board = pd.DataFrame({"unit_name": NAMES[: len(gaps)], "stratum": "", "gap": gaps})
    board = board.assign(planned=10, done=[10 - gap for gap in gaps])
    sentence = sentences_more.quotas(board)
    assert ("都已完成" in sentence) == (not any(gaps))
    if any(gaps):
        told(sentence.split("差得最多的是")[1], largest(gaps))


def test_shares_that_look_alike_are_told_alike():
    even = SHARES.assign(loss=[1.001, 1.0], share=[0.5002, 0.4998])
    sentence = words.overview(city(), VISITED, even, "今日")
    assert named(sentence.split("失分最多的是")[1]) == {"公共环境", "公共秩序"}
    assert "各占 50%" in sentence
