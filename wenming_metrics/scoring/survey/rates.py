"""Figures of questionnaires (知晓率, 参与率, 满意度 ...): what each says, summed by place. Pure.

A place is whatever figures are asked of: a unit, or a group of people. Questionnaires and counted
tables give the same sums, and figures are made of sums only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_bins, exact_product, exact_sum, half_up, rounded
from wenming_metrics.rules.survey.answers import NOT_ASKED, Answers
from wenming_metrics.rules.survey.model import (
    COUNT,
    MULTIPLE,
    REFUSED,
    SCALE,
    SHARE,
    UNKNOWN,
    VALID,
    DisclosureLimits,
    Question,
    Rate,
    Survey,
)
from wenming_metrics.rules.survey.wording import states_of
from wenming_metrics.scoring.survey.intervals import LEVEL, limits, mean_limits
from wenming_metrics.scoring.survey.suppression import suppress_list

BLANKS, UNASKED = "#blank", "#not_asked"
"""Stand for options where a question was left blank, or was not asked."""
SAYS = (VALID, UNKNOWN, REFUSED, "blank", "not_asked")
"""What a questionnaire may say to one question; numbers in `Judged.state`."""
_VALID, _UNKNOWN, _REFUSED, _BLANK, UNASKED_STATE = range(len(SAYS))
HIDDEN, SMALL, CAUTION, WIDE = "hidden", "small", "caution", "wide"
ALIKE, CAUTION_ALIKE = "alike", "caution_alike"
"""States of a figure: not shown · grey, without a place · with a place and a mark · without a place,
for its interval is too wide; "" = nothing to say. The last two: as "" and CAUTION, without a place, for
the group does not differ."""
_ERRORS_IN_INTERVAL = 2 * 1.959964
"""An interval of 95 % is so many standard errors wide."""
SUMS = ("k", "n", "weight", "weighted", "squares", "weights_squared", *SAYS[1:])
"""k - sum of what the answers in the base are worth; n - questionnaires in the base; weight - their
weights; weighted, squares - sums of weight x worth, weight x worth squared; and how many say what."""
COUNTED = ["place", "question", "option", "n"]
"""Columns of counts: place (number), codes of question and option (BLANKS, UNASKED), n."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What each questionnaire says for one figure: value (0 to 1, 0 outside the base), in_base,
    state (number in SAYS)."""

    value: np.ndarray
    in_base: np.ndarray
    state: np.ndarray


def worth_of(question: Question, rate: Rate) -> dict[str, float]:
    """Give what each answer that is in a rate's base is worth, 0 to 1; not of counted figures."""
    if rate.method != SHARE:
        return dict(rate.values)
    states = states_of(question)
    valid = rate.base or [code for code, state in states.items() if state == VALID]
    unknown = [code for code, state in states.items() if state == UNKNOWN]
    base = [*valid, *(unknown if rate.unknown == "in" else [])]
    return {code: float(code in rate.numerator) for code in base}


def judge(answers: Answers, question: Question, worth: Mapping[str, float], blank: bool) -> Judged:
    """Say of each questionnaire whether it is in a base, and what it is worth there.

    Takes: worth - answers in the base, see `worth_of`; blank - whether those without an answer are
           in the base too, where they are worth nothing
    """
    unasked = pd.Series(NOT_ASKED, answers.frame.index)
    raw = answers.frame.get(question.code, unasked).to_numpy(np.int64)
    look_up = _ticked if question.kind == MULTIPLE else _chosen
    value, in_base, state = look_up(answers, question, worth, raw)
    answered = raw >= 0 if question.kind != MULTIPLE else raw > 0
    state = np.where(answered, state, np.where(raw == NOT_ASKED, UNASKED_STATE, _BLANK))
    in_base = np.where(answered, in_base, (state == _BLANK) & blank)
    return Judged(np.where(answered & in_base, value, 0.0), in_base, state.astype(np.int8))


def _chosen(
    answers: Answers, question: Question, worth: Mapping[str, float], raw: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Look up answers of which one is given: value, in_base, state."""
    if question.kind == SCALE:
        numbers, raw = np.unique(np.maximum(raw, 0), return_inverse=True)
        codes = [str(number) for number in numbers.tolist()]
    else:
        codes = list(answers.options.get(question.code, ()))
    states = states_of(question)
    value = np.array([worth.get(code, 0.0) for code in codes] or [0.0])
    in_base = np.array([code in worth for code in codes] or [False])
    state = np.array([SAYS.index(states.get(code, VALID)) for code in codes] or [_VALID])
    code_index = np.maximum(raw, 0)
    return value[code_index], in_base[code_index], state[code_index]


def _ticked(
    answers: Answers, question: Question, worth: Mapping[str, float], raw: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Look up answers of which several may be given; only 不了解 or 拒答 ticked is just that."""
    codes, states = answers.options.get(question.code, ()), states_of(question)
    masks = dict.fromkeys((VALID, UNKNOWN, REFUSED, "top"), 0)
    for bit, code in enumerate(codes):
        masks[states.get(code, VALID)] |= 1 << bit
        masks["top"] |= bool(worth.get(code)) << bit
    bits = np.maximum(raw, 0)
    ticked = [bits & masks[name] > 0 for name in (VALID, UNKNOWN)]
    state = np.select(ticked, [_VALID, _UNKNOWN], _REFUSED)
    unknown = any(states.get(code) == UNKNOWN for code in worth)
    in_base = (state == _VALID) | ((state == _UNKNOWN) & unknown)
    return (bits & masks["top"] > 0).astype(float), in_base, state


def judge_rate(answers: Answers, survey: Survey, rate: Rate) -> Judged:
    """Say of each questionnaire whether it is in the base of a rate, and what it is worth there."""
    question = survey.question(rate.question)
    if question.kind == COUNT:
        nothing = np.zeros(len(answers.frame))
        return Judged(nothing, nothing > 0, np.full(len(nothing), UNASKED_STATE, np.int8))
    return judge(answers, question, worth_of(question, rate), rate.blank == "in")


def sum_judged(
    judged: Judged, place_numbers: np.ndarray, size: int, weight: np.ndarray
) -> pd.DataFrame:
    """Sum what questionnaires say by place. Takes: place_numbers - number, -1 for none. Returns: SUMS"""
    is_placed = place_numbers >= 0

    def total(of: np.ndarray, where: np.ndarray) -> np.ndarray:
        return exact_bins(place_numbers[is_placed], np.where(where, of, 0)[is_placed], size)

    base, once = judged.in_base, np.ones(len(place_numbers))
    sums = {
        **{"k": total(judged.value, base), "n": total(once, base), "weight": total(weight, base)},
        "weighted": total(weight * judged.value, base),
        "squares": total(weight * judged.value**2, base),
        "weights_squared": total(weight**2, base),
    }
    state_counts = {
        SAYS[number]: total(once, judged.state == number) for number in range(1, len(SAYS))
    }
    return pd.DataFrame({**sums, **state_counts})[list(SUMS)]


def sum_counts(counts: pd.DataFrame, survey: Survey, rate: Rate, size: int) -> pd.DataFrame:
    """Sum counted tables (COUNTED) for a rate by place. Returns: SUMS, every weight is 1"""
    question = survey.question(rate.question)
    question_counts = counts[counts["question"] == question.code]
    table = np.zeros((size, 0))
    codes = question_counts["option"].unique().tolist()
    if codes:
        table = question_counts.pivot_table(
            index="place", columns="option", values="n", aggfunc="sum"
        )
        table = table.reindex(index=range(size), columns=codes).fillna(0).to_numpy(float)
    worth = worth_of(question, rate)
    base = set(rate.base) if question.kind == COUNT else set(worth)
    base |= {BLANKS} if rate.blank == "in" else set()
    top = set(rate.numerator) if question.kind == COUNT else set(worth)
    value = np.array([_worth(code, worth, rate, counted=code in top) for code in codes], float)
    n = table[:, [code in base for code in codes]].sum(1)
    states = {**states_of(question), BLANKS: "blank", UNASKED: "not_asked"}
    state_counts = {
        name: table[:, [states.get(code) == name for code in codes]].sum(1) for name in SAYS[1:]
    }
    k, squares = (exact_product(table, power) for power in (value, value**2))
    sums = {"k": k, "n": n, "weight": n, "weighted": k, "squares": squares, "weights_squared": n}
    return pd.DataFrame({**sums, **state_counts})[list(SUMS)]


def _worth(code: str, worth: Mapping[str, float], rate: Rate, *, counted: bool) -> float:
    if not counted:
        return 0.0
    return 1.0 if code in rate.numerator else worth.get(code, 0.0)


def count_answers(answers: Answers, survey: Survey, place_numbers: np.ndarray) -> pd.DataFrame:
    """Count the answers to every question by place.

    Takes:   place_numbers - number per questionnaire, -1 for none
    Returns: COUNTED, and weight (sum of weights); options that nobody gave are left out
    """
    weight, frames = answers.frame["weight"].to_numpy(float), []
    for question in survey.questions:
        if question.code not in answers.frame or question.kind == COUNT:
            continue
        raw = answers.frame[question.code].to_numpy(np.int64)
        codes = answers.options.get(question.code, ())
        for option, gave in _answers_by_option(question, codes, raw):
            is_placed = gave & (place_numbers >= 0)
            n = np.bincount(place_numbers[is_placed])
            counted_places = np.flatnonzero(n)
            columns = {
                "place": counted_places,
                "question": question.code,
                "option": option,
                "n": n[counted_places],
            }
            frames.append(
                pd.DataFrame(
                    {
                        **columns,
                        "weight": exact_bins(place_numbers[is_placed], weight[is_placed])[
                            counted_places
                        ],
                    }
                )
            )
    counts = pd.concat(frames) if frames else pd.DataFrame(columns=[*COUNTED, "weight"])
    return counts.reset_index(drop=True)


def _answers_by_option(
    question: Question, codes: Sequence[str], raw: np.ndarray
) -> list[tuple[str, np.ndarray]]:
    """List per option who gave it."""
    blank = raw == 0 if question.kind == MULTIPLE else np.zeros(len(raw), bool)
    blank = blank | ((raw < 0) & (raw != NOT_ASKED))
    if question.kind == MULTIPLE:
        by_option = [(code, (raw > 0) & (raw >> bit & 1 > 0)) for bit, code in enumerate(codes)]
    elif question.kind == SCALE:
        by_option = [(str(step), raw == step) for step in range(question.low, question.high + 1)]
    else:
        by_option = [(code, raw == number) for number, code in enumerate(codes)]
    return [*by_option, (BLANKS, blank), (UNASKED, raw == NOT_ASKED)]


def make_figures(
    sums: pd.DataFrame, method: str, decimals: int, say: DisclosureLimits, hidden: np.ndarray
) -> pd.DataFrame:
    """Make the figures of some places of their sums.

    Takes:   sums - SUMS; method - of rules.survey.METHODS; hidden - places of which nothing is told
    Returns: k, n, n_eff (independent questionnaires that weighted ones are worth), value (exact %),
             shown (rounded %), low, high (%), unknown, refused, blank, not_asked (how many), state;
             NaN where nobody is in the base, and for what is hidden: only n and n_eff are told then
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (sums["weighted"] / sums["weight"]).to_numpy(float)
        n_eff = (sums["weight"] ** 2 / sums["weights_squared"]).to_numpy(float)
        squares = (sums["squares"] / sums["weight"]).to_numpy(float) * n_eff
    if method == SHARE:
        low, high = limits(value * n_eff, n_eff)
    else:
        low, high = mean_limits(value * n_eff, squares, n_eff)
    low, high = rounded(100 * low), rounded(100 * high)
    state = state_of(sums["n"].to_numpy(), rounded(high - low), say, hidden)
    figures = {"k": sums["k"], "value": 100 * value, "low": low, "high": high}
    figures["shown"] = half_up(figures["value"], decimals)
    figures |= {name: sums[name] for name in SAYS[1:]}
    visible = {name: np.where(state == HIDDEN, np.nan, figure) for name, figure in figures.items()}
    n = sums["n"].astype(int)
    return pd.DataFrame({**visible, "n": n, "n_eff": n_eff, "state": state})


def state_of(
    n: np.ndarray, width: np.ndarray, say: DisclosureLimits, hidden: np.ndarray
) -> np.ndarray:
    """Say what a figure of n questionnaires may tell. Takes: width - of its interval, in points"""
    conditions = [hidden | (n < say.hide), n < say.flag, width > say.max_width, n < say.caution]
    return np.select(conditions, [HIDDEN, SMALL, WIDE, CAUTION], "").astype(object)


def mark_alike(figures: pd.DataFrame) -> pd.Series:
    """Give the states of figures, with those that are not told apart from the rest of their group.

    A group is ranked where its figures differ by more than samples of one and the same would in 19 of
    20 cases: Σ n (value − mean)² ÷ variance, the mean and the variance of one answer taken over the
    group, against chi square. A group of one has nobody to be told from.

    Takes: figures - group, value, low, high (an interval of 95 %), n_eff, state
    """
    from scipy.special import chdtri

    state = figures["state"].copy()
    for _, lines in figures[state.isin(["", CAUTION])].groupby("group", sort=False):
        n, value = lines["n_eff"].to_numpy(float), lines["value"].to_numpy(float)
        error = (lines["high"] - lines["low"]).to_numpy(float) / _ERRORS_IN_INTERVAL
        variance = exact_sum(n * n * error**2) / exact_sum(n)
        mean = exact_sum(n * value) / exact_sum(n)
        spread = exact_sum(n * (value - mean) ** 2)
        if len(lines) > 1 and rounded(spread) <= rounded(
            variance * chdtri(len(lines) - 1, 1 - LEVEL)
        ):
            state[lines.index] = np.where(lines["state"] == CAUTION, CAUTION_ALIKE, ALIKE)
    return state


def rank_figures(figures: pd.DataFrame, ties: str = "competition") -> pd.Series:
    """Give the place of each figure inside its group, the largest first, NaN without a place.

    Takes: figures - group, shown, state
    """
    ranked = figures["shown"].where(figures["state"].isin(["", CAUTION]))
    method = {"competition": "min", "dense": "dense"}[ties]
    return ranked.groupby(figures["group"]).rank(method=method, ascending=False)


def hide_units(
    tables: Sequence[tuple[np.ndarray, np.ndarray | None]], groups: Sequence[str], hide: int
) -> tuple[np.ndarray, bool]:
    """Say of which units nothing may be told, so that no total gives one of them away.

    Takes:   tables - (n, k) per unit, one for each figure that is made of the same question
    Returns: bool per unit, the same for all figures; whether totals of groups may be told: where
             a group as a whole is too small, its total must not follow from that of the city
    """
    groups = np.asarray(groups, object)
    names = list(dict.fromkeys(groups.tolist()))
    sums = [[n[groups == name].sum() for name in names] for n, _ in tables]
    by_group = not any(0 < n < hide for of in sums for n in of)
    hidden = np.zeros(len(groups), bool)
    for n, k in tables:
        hidden |= suppress_list(n, hide, groups.tolist() if by_group else [""] * len(n), k)
    return hidden, by_group


def total_of_sums(
    sums: pd.DataFrame, method: str, how: str, people: np.ndarray
) -> dict[str, float]:
    """Make the figure of some units together of their sums, where no single answers are known.

    Takes:   how - of rules.survey.CITY; people - of each unit
    Returns: value, low, high (0 to 1), n_eff, deff; NaN where nobody is in the base
    """
    nonempty = sums[sums["n"] > 0]
    n = nonempty["n"].to_numpy(float)
    share = {"pooled": n, "units": np.ones(len(n)), "population": people[sums["n"] > 0]}[how]
    if not n.sum():
        return dict.fromkeys(("value", "low", "high", "n_eff", "deff"), np.nan)
    mean = (nonempty["k"] / nonempty["n"]).to_numpy(float)
    value = float(exact_product(share, mean) / exact_sum(share))
    share = share / exact_sum(share)
    spread = mean * (1 - mean) if method == SHARE else nonempty["squares"] / n - mean**2
    variance = float(exact_sum(share**2 * spread / np.maximum(n - 1, 1)))
    alone = value * (1 - value)
    n_eff = min(n.sum(), alone / variance) if variance > 0 else n.sum()
    low, high = limits(value * n_eff, n_eff)
    figures = {"value": value, "low": float(rounded(low)), "high": float(rounded(high))}
    return {**figures, "n_eff": float(n_eff), "deff": float(n.sum() / n_eff)}
