"""两率一度 in tables: by question, by group of people, by unit and group of people.

Whatever is too small to be told stays untold in all of them together: no total less what is shown
gives it away. How many were asked (n) is told always.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.rates import estimate_among
from wenming_metrics.queries.survey.sums import hidden_units
from wenming_metrics.queries.survey.waves import Taken, kept_answers, pick, take
from wenming_metrics.rules.survey.answers import NOT_ASKED, Answers
from wenming_metrics.rules.survey.model import COUNT, MULTIPLE, Question, Rate
from wenming_metrics.rules.survey.wording import name_option, states_of
from wenming_metrics.scoring.survey.rates import (
    BLANKS,
    HIDDEN,
    UNASKED,
    count_answers,
    judge_rate,
    make_figures,
    state_of,
    sum_said,
)
from wenming_metrics.scoring.survey.suppression import Hidden, suppress_tables

_BLANK_WORDS = {BLANKS: "空白", UNASKED: "没有问到"}
_FIGURES = ("n", "k", "value", "shown", "low", "high", "state")


def by_question(office: Office, wave: Window, unit: int | None = None) -> pd.DataFrame:
    """Count every option of every question, for the city or for one unit.

    Returns: question, title, option, option_title (空白 and 没有问到 last, where there are any), n,
             share (% of those who answered; of several answers they add up to more), base (who
             answered), state (what the option says: one of scoring.rates.SAYS), hidden; n, share
             and base are NaN where too few answered to be told of
    """
    taken = take(office, wave)
    own = np.ones(len(taken.units), bool)
    if unit is not None:
        own = (taken.units["unit"] == unit).to_numpy()
    answers, place = pick(taken, kept_answers(taken, without_flagged=False))
    counts = pd.concat([count_answers(answers, taken.survey, place), _weighed(taken.counted)])
    counts = counts[own[counts["place"].to_numpy(np.int64)]]
    asked = taken.survey.questions
    parts = [_of_question(taken, answers, place, counts, one, own) for one in asked]
    return pd.concat(parts, ignore_index=True)


def _weighed(counted: pd.DataFrame) -> pd.DataFrame:
    return counted.assign(weight=counted["n"].astype(float))


def _of_question(
    taken: Taken,
    answers: Answers,
    place: np.ndarray,
    counts: pd.DataFrame,
    question: Question,
    own: np.ndarray,
) -> pd.DataFrame:
    """Lay out one question, for the units that are meant."""
    codes = [*states_of(question), *_BLANK_WORDS]
    found = (
        counts[counts["question"] == question.code]
        .groupby("option")
        .agg({"n": "sum", "weight": fsum})
    )
    found = found.reindex(codes).fillna(0.0).astype(float)
    is_option = ~found.index.isin([*_BLANK_WORDS])
    base, weight = _base(answers, question, place, own, found[is_option])
    secret = question.kind != COUNT and 0 < base < taken.survey.limits.hide
    secret |= not own.all() and bool(hidden_units(taken, question.code)[0][own].any())
    shares = 100 * found["weight"] / weight if weight else np.nan
    states = {**states_of(question), BLANKS: "blank", UNASKED: "not_asked"}
    lines = pd.DataFrame(
        {
            **{"question": question.code, "title": question.title, "option": codes},
            "option_title": [_BLANK_WORDS.get(c) or name_option(question, c) for c in codes],
            **{"n": found["n"].to_numpy(), "share": np.broadcast_to(shares, len(codes))},
            **{"base": float(base), "state": [states[code] for code in codes], "hidden": False},
        }
    )
    lines.loc[~is_option, "share"] = np.nan
    lines = lines[is_option | (lines["n"] > 0).to_numpy()]
    return lines.assign(n=np.nan, share=np.nan, base=np.nan, hidden=True) if secret else lines


def _base(
    answers: Answers, question: Question, place: np.ndarray, own: np.ndarray, counts: pd.DataFrame
) -> tuple[int, float]:
    """Give how many answered a question, and their weight; of a counted one nothing is known."""
    if question.kind == COUNT:
        return 0, 0.0
    if question.kind != MULTIPLE or question.code not in answers.frame:
        return int(counts["n"].sum()), fsum(counts["weight"])
    gave = (answers.frame[question.code].to_numpy(np.int64) > 0) & (place >= 0)
    gave[gave] = own[place[gave]]
    return int(gave.sum()), fsum(answers.frame["weight"].to_numpy()[gave])


def by_people(office: Office, wave: Window, rate: str, question: str) -> pd.DataFrame:
    """Split a rate of the city by the answers to a question that parts people (年龄, 性别).

    Returns: option, option_title, n, k, value, shown, low, high (%), state, hidden; NaN for what is
             hidden; those who did not say are in no group
    """
    split = _split(take(office, wave), question)
    taken, chosen = split.taken, split.taken.survey.rate(rate)
    made = make_figures(
        _sums(split, chosen, split.group, len(split.codes)),
        chosen.method,
        taken.survey.decimals,
        taken.survey.limits,
        _hidden(split, chosen).columns,
    )
    names = pd.DataFrame({"option": split.codes, "option_title": split.titles})
    found = pd.concat([names, made[[*_FIGURES]]], axis=1)
    return _of_city(found.assign(hidden=found["state"] == HIDDEN), split, chosen)


def _of_city(found: pd.DataFrame, split: _Split, rate: Rate) -> pd.DataFrame:
    """Make the figures of the groups as that of the city is made: by units and their people."""
    told = [
        estimate_among(split.taken, rate, _whole(split, split.group == number))
        for number in range(len(split.codes))
    ]
    shown = ~found["hidden"].to_numpy(bool)
    figures = {
        name: np.where(shown, [100 * one[name] for one in told], np.nan)
        for name in ("value", "low", "high")
    }
    figures["shown"] = half_up(figures["value"], split.taken.survey.decimals)
    width = figures["high"] - figures["low"]
    say, n = split.taken.survey.limits, found["n"].to_numpy()
    return found.assign(**figures, state=state_of(n, width, say, ~shown))


def _whole(split: _Split, among: np.ndarray) -> np.ndarray:
    """Say of all questionnaires of a wave what is said of those that count."""
    kept = kept_answers(split.taken, without_flagged=False)
    found = np.zeros(len(kept), bool)
    found[kept] = among
    return found


def cross(office: Office, wave: Window, rate: str, question: str) -> pd.DataFrame:
    """Split a rate by unit and group of people.

    Returns: a line per unit with questionnaires and group of people: unit, unit_name, group,
             option, option_title, and the further columns of `by_people`; what is hidden does not
             follow from the units' figures and those of the groups of people either
    """
    split = _split(take(office, wave), question)
    taken, chosen = split.taken, split.taken.survey.rate(rate)
    width = len(split.codes)
    sums = _sums(split, chosen, _cells(split), len(taken.units) * width)
    hidden = _hidden(split, chosen).cells.ravel()
    survey = taken.survey
    made = make_figures(sums, chosen.method, survey.decimals, survey.limits, hidden)
    names = taken.units[["unit", "unit_name", "group"]]
    names = names.loc[names.index.repeat(width)].reset_index(drop=True)
    names = names.assign(
        option=split.codes * len(taken.units), option_title=split.titles * len(taken.units)
    )
    found = pd.concat([names, made[[*_FIGURES]]], axis=1)
    asked = found.groupby("unit")["n"].transform("sum") > 0
    return found.assign(hidden=found["state"] == HIDDEN)[asked].reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class _Split:
    """A wave whose questionnaires are parted by people: the row of each one's unit, and the number
    of its group of people (-1: not said, or its unit is not on the list)."""

    taken: Taken
    answers: Answers
    place: np.ndarray
    group: np.ndarray
    codes: list[str]
    titles: list[str]


def _split(taken: Taken, question: str) -> _Split:
    """Part the questionnaires that count by the answers to a question."""
    asked = taken.survey.question(question)
    answers, place = pick(taken, kept_answers(taken, without_flagged=False))
    codes = [one.code for one in asked.options]
    met = answers.options.get(question, ())
    number = np.array([codes.index(one) if one in codes else -1 for one in met] or [-1])
    raw = np.full(len(place), NOT_ASKED, np.int64)
    if question in answers.frame:
        raw = answers.frame[question].to_numpy(np.int64)
    group = np.where((raw >= 0) & (place >= 0), number[np.maximum(raw, 0)], -1)
    return _Split(taken, answers, place, group, codes, [one.title for one in asked.options])


def _cells(split: _Split) -> np.ndarray:
    """Give per questionnaire the cell of the table of units by groups of people, -1 for none."""
    return np.where(split.group >= 0, split.place * len(split.codes) + split.group, -1)


def _sums(split: _Split, rate: Rate, cells: np.ndarray, size: int) -> pd.DataFrame:
    said = judge_rate(split.answers, split.taken.survey, rate)
    return sum_said(said, cells, size, split.answers.frame["weight"].to_numpy(float))


def _hidden(split: _Split, rate: Rate) -> Hidden:
    """Say what is hidden where a rate is split by people.

    Of units that are hidden anyway no cell is told: what is told of two such tables, by age and by
    sex, then never meets in the figure of a unit. The others' totals are taken as known, for so they
    are but for the few who do not say what they are.
    """
    hide, width = split.taken.survey.limits.hide, len(split.codes)
    rows = hidden_units(split.taken, rate.question)[0]
    cells = np.repeat(rows[:, None], width, axis=1)
    columns = np.zeros(width, bool)
    for one in (r for r in split.taken.survey.rates if r.question == rate.question):
        sums = _sums(split, one, _cells(split), len(rows) * width)
        n, k = (sums[name].to_numpy().reshape(-1, width) for name in ("n", "k"))
        (found,) = suppress_tables([n], hide, [k], rows)
        cells, columns = cells | found.cells, columns | found.columns
    return Hidden(cells, rows, columns)
