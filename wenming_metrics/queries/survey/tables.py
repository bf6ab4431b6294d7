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
from wenming_metrics.queries.survey.waves import WaveAnswers, counting_answers, pick, read_wave
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
    sum_judged,
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
    wave_answers = read_wave(office, wave)
    chosen = np.ones(len(wave_answers.units), bool)
    if unit is not None:
        chosen = (wave_answers.units["unit"] == unit).to_numpy()
    answers, unit_rows = pick(wave_answers, counting_answers(wave_answers, without_flagged=False))
    counts = pd.concat(
        [
            count_answers(answers, wave_answers.survey, unit_rows),
            wave_answers.counted.assign(weight=wave_answers.counted["n"].astype(float)),
        ]
    )
    counts = counts[chosen[counts["place"].to_numpy(np.int64)]]
    questions = wave_answers.survey.questions
    frames = [
        _of_question(wave_answers, answers, unit_rows, counts, question, chosen)
        for question in questions
    ]
    return pd.concat(frames, ignore_index=True)


def _of_question(
    wave_answers: WaveAnswers,
    answers: Answers,
    unit_rows: np.ndarray,
    counts: pd.DataFrame,
    question: Question,
    chosen: np.ndarray,
) -> pd.DataFrame:
    """Lay out one question, for the units that are meant."""
    codes = [*states_of(question), *_BLANK_WORDS]
    by_option = (
        counts[counts["question"] == question.code]
        .groupby("option")
        .agg({"n": "sum", "weight": fsum})
    )
    by_option = by_option.reindex(codes).fillna(0.0).astype(float)
    is_option = ~by_option.index.isin([*_BLANK_WORDS])
    base, weight = _base(answers, question, unit_rows, chosen, by_option[is_option])
    secret = question.kind != COUNT and 0 < base < wave_answers.survey.limits.hide
    secret |= not chosen.all() and bool(hidden_units(wave_answers, question.code)[0][chosen].any())
    shares = 100 * by_option["weight"] / weight if weight else np.nan
    states = {**states_of(question), BLANKS: "blank", UNASKED: "not_asked"}
    lines = pd.DataFrame(
        {
            **{"question": question.code, "title": question.title, "option": codes},
            "option_title": [_BLANK_WORDS.get(c) or name_option(question, c) for c in codes],
            **{"n": by_option["n"].to_numpy(), "share": np.broadcast_to(shares, len(codes))},
            **{"base": float(base), "state": [states[code] for code in codes], "hidden": False},
        }
    )
    lines.loc[~is_option, "share"] = np.nan
    lines = lines[is_option | (lines["n"] > 0).to_numpy()]
    return lines.assign(n=np.nan, share=np.nan, base=np.nan, hidden=True) if secret else lines


def _base(
    answers: Answers,
    question: Question,
    unit_rows: np.ndarray,
    chosen: np.ndarray,
    counts: pd.DataFrame,
) -> tuple[int, float]:
    """Give how many answered a question, and their weight; of a counted one nothing is known."""
    if question.kind == COUNT:
        return 0, 0.0
    if question.kind != MULTIPLE or question.code not in answers.frame:
        return int(counts["n"].sum()), fsum(counts["weight"])
    gave = (answers.frame[question.code].to_numpy(np.int64) > 0) & (unit_rows >= 0)
    gave[gave] = chosen[unit_rows[gave]]
    return int(gave.sum()), fsum(answers.frame["weight"].to_numpy()[gave])


def by_people(office: Office, wave: Window, rate: str, question: str) -> pd.DataFrame:
    """Split a rate of the city by the answers to a question that parts people (年龄, 性别).

    Returns: option, option_title, n, k, value, shown, low, high (%), state, hidden; NaN for what is
             hidden; those who did not say are in no group
    """
    split = _split(read_wave(office, wave), question)
    wave_answers, chosen = split.wave_answers, split.wave_answers.survey.rate(rate)
    figures = make_figures(
        _sums(split, chosen, split.group, len(split.codes)),
        chosen.method,
        wave_answers.survey.decimals,
        wave_answers.survey.limits,
        _hidden(split, chosen).columns,
    )
    names = pd.DataFrame({"option": split.codes, "option_title": split.titles})
    lines = pd.concat([names, figures[[*_FIGURES]]], axis=1)
    return _of_city(lines.assign(hidden=lines["state"] == HIDDEN), split, chosen)


def _of_city(lines: pd.DataFrame, split: _Split, rate: Rate) -> pd.DataFrame:
    """Make the figures of the groups as that of the city is made: by units and their people."""
    estimates = [
        estimate_among(split.wave_answers, rate, _over_all(split, split.group == number))
        for number in range(len(split.codes))
    ]
    disclosed = ~lines["hidden"].to_numpy(bool)
    figures = {
        name: np.where(disclosed, [100 * estimate[name] for estimate in estimates], np.nan)
        for name in ("value", "low", "high")
    }
    figures["shown"] = half_up(figures["value"], split.wave_answers.survey.decimals)
    width = figures["high"] - figures["low"]
    say, n = split.wave_answers.survey.limits, lines["n"].to_numpy()
    return lines.assign(**figures, state=state_of(n, width, say, ~disclosed))


def _over_all(split: _Split, among: np.ndarray) -> np.ndarray:
    """Say of all questionnaires of a wave what is said of those that count."""
    counting = counting_answers(split.wave_answers, without_flagged=False)
    in_group = np.zeros(len(counting), bool)
    in_group[counting] = among
    return in_group


def cross(office: Office, wave: Window, rate: str, question: str) -> pd.DataFrame:
    """Split a rate by unit and group of people.

    Returns: a line per unit with questionnaires and group of people: unit, unit_name, group,
             option, option_title, and the further columns of `by_people`; what is hidden does not
             follow from the units' figures and those of the groups of people either
    """
    split = _split(read_wave(office, wave), question)
    wave_answers, chosen = split.wave_answers, split.wave_answers.survey.rate(rate)
    width = len(split.codes)
    sums = _sums(split, chosen, _cells(split), len(wave_answers.units) * width)
    hidden = _hidden(split, chosen).cells.ravel()
    survey = wave_answers.survey
    figures = make_figures(sums, chosen.method, survey.decimals, survey.limits, hidden)
    names = wave_answers.units[["unit", "unit_name", "group"]]
    names = names.loc[names.index.repeat(width)].reset_index(drop=True)
    names = names.assign(
        option=split.codes * len(wave_answers.units),
        option_title=split.titles * len(wave_answers.units),
    )
    lines = pd.concat([names, figures[[*_FIGURES]]], axis=1)
    was_asked = lines.groupby("unit")["n"].transform("sum") > 0
    return lines.assign(hidden=lines["state"] == HIDDEN)[was_asked].reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class _Split:
    """A wave whose questionnaires are parted by people: the row of each one's unit, and the number
    of its group of people (-1: not said, or its unit is not on the list)."""

    wave_answers: WaveAnswers
    answers: Answers
    unit_rows: np.ndarray
    group: np.ndarray
    codes: list[str]
    titles: list[str]


def _split(wave_answers: WaveAnswers, question: str) -> _Split:
    """Part the questionnaires that count by the answers to a question."""
    definition = wave_answers.survey.question(question)
    answers, unit_rows = pick(wave_answers, counting_answers(wave_answers, without_flagged=False))
    codes = [option.code for option in definition.options]
    met = answers.options.get(question, ())
    number = np.array([codes.index(code) if code in codes else -1 for code in met] or [-1])
    raw = np.full(len(unit_rows), NOT_ASKED, np.int64)
    if question in answers.frame:
        raw = answers.frame[question].to_numpy(np.int64)
    group = np.where((raw >= 0) & (unit_rows >= 0), number[np.maximum(raw, 0)], -1)
    return _Split(
        wave_answers,
        answers,
        unit_rows,
        group,
        codes,
        [option.title for option in definition.options],
    )


def _cells(split: _Split) -> np.ndarray:
    """Give per questionnaire the cell of the table of units by groups of people, -1 for none."""
    return np.where(split.group >= 0, split.unit_rows * len(split.codes) + split.group, -1)


def _sums(split: _Split, rate: Rate, cells: np.ndarray, size: int) -> pd.DataFrame:
    judged = judge_rate(split.answers, split.wave_answers.survey, rate)
    return sum_judged(judged, cells, size, split.answers.frame["weight"].to_numpy(float))


def _hidden(split: _Split, rate: Rate) -> Hidden:
    """Say what is hidden where a rate is split by people.

    Of units that are hidden anyway no cell is told: what is told of two such tables, by age and by
    sex, then never meets in the figure of a unit. The others' totals are taken as known, for so they
    are but for the few who do not say what they are.
    """
    hide, width = split.wave_answers.survey.limits.hide, len(split.codes)
    rows = hidden_units(split.wave_answers, rate.question)[0]
    cells = np.repeat(rows[:, None], width, axis=1)
    columns = np.zeros(width, bool)
    for question_rate in (
        r for r in split.wave_answers.survey.rates if r.question == rate.question
    ):
        sums = _sums(split, question_rate, _cells(split), len(rows) * width)
        n, k = (sums[name].to_numpy().reshape(-1, width) for name in ("n", "k"))
        (suppressed,) = suppress_tables([n], hide, [k], rows)
        cells, columns = cells | suppressed.cells, columns | suppressed.columns
    return Hidden(cells, rows, columns)
