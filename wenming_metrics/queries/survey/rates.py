"""两率一度: the figures of a wave, by unit, by group and for the city, each with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.sums import hidden_units, sums_of
from wenming_metrics.queries.survey.waves import (
    WaveAnswers,
    counting_answers,
    group_name,
    groups_of,
    read_wave,
    waves,
)
from wenming_metrics.queries.survey.weights import weights_of
from wenming_metrics.rules.survey.model import COUNT, Rate, Survey
from wenming_metrics.rules.survey.wording import CITY_WORDS, spell_rate
from wenming_metrics.scoring.survey.design_based import estimate
from wenming_metrics.scoring.survey.rates import (
    HIDDEN,
    SAYS,
    UNASKED_STATE,
    judge_rate,
    make_figures,
    mark_alike,
    rank_figures,
    state_of,
    total_of_sums,
)

__all__ = ["Rates", "figures_of", "overview_rates", "rates", "waves"]
CITY, GROUP = "city", "group"
"""Levels of totals."""
_FIGURES = ("rate", "k", "n", "n_eff", "value", "shown", "low", "high", *SAYS[1:], "state")
_UNIT_COLUMNS = ("unit", "unit_name", "group", *_FIGURES, "place")
_TOTAL_COLUMNS = ("level", "name", *_FIGURES, "deff", "made", "covered", "of")
CITY_NAME = "全市"


@dataclass(frozen=True, eq=False)
class Rates:
    """The figures of one wave.

    units       - a line per unit with questionnaires and rate: unit, unit_name, group, rate, k, n,
                  n_eff, value (exact %), shown (rounded %), low, high (%), unknown, refused, blank,
                  not_asked, flagged (questionnaires), state (of scoring.rates), place (in its
                  group, NaN = not ranked); of what is hidden only n, n_eff, flagged are told
    totals      - a line per rate for the city and each group: level, name, rate, value, shown, low,
                  high, n, n_eff, deff, unknown, refused, blank, not_asked, state, made (how, in
                  Chinese), covered, of (units with questionnaires, units of the list)
    definitions - (rate, sentence), in the order of the rules
    flagged, taken_out - questionnaires that look doubtful; that a person took out, in no figure
    outside     - questionnaires of units that are not on the list
    uncovered   - names of units on the list that nothing came in of
    """

    wave: Window
    survey: Survey
    units: pd.DataFrame
    totals: pd.DataFrame
    definitions: tuple[tuple[Rate, str], ...]
    without_flagged: bool
    flagged: int
    taken_out: int
    outside: int
    uncovered: tuple[str, ...]


def rates(office: Office, wave: Window, *, without_flagged: bool = False) -> Rates:
    """Make the figures of a wave. Raises LookupError where nothing says what was asked.

    Takes: without_flagged - leave out questionnaires that look doubtful, whatever a person said
    """
    return figures_of(read_wave(office, wave), without_flagged=without_flagged)


def figures_of(
    wave_answers: WaveAnswers, *, without_flagged: bool = False, only: str = ""
) -> Rates:
    """Make the figures of what came in of a wave, as `rates`. Takes: only - code of a rate"""
    chosen = [rate for rate in wave_answers.survey.rates if only in ("", rate.code)]
    counting = counting_answers(wave_answers, without_flagged=without_flagged)
    units, totals = [], []
    for rate in chosen:
        sums = sums_of(wave_answers, rate, counting)
        hidden, by_group = hidden_units(wave_answers, rate.question)
        units.append(_unit_lines(wave_answers, rate, sums, hidden))
        totals.append(_total_lines(wave_answers, rate, sums, counting, by_group=by_group))
    frame, counts = wave_answers.answers.frame, wave_answers.answers.frame["counts"].to_numpy(bool)
    flagged = counts & (frame["flags"] > 0).to_numpy()
    lines = _with_flagged(_joined(units, _UNIT_COLUMNS), wave_answers, flagged)
    sums = _joined(totals, _TOTAL_COLUMNS)
    covered = _covered(wave_answers)
    return Rates(
        wave=wave_answers.wave,
        survey=wave_answers.survey,
        units=lines[lines["unit"].isin(wave_answers.units["unit"][covered])].reset_index(drop=True),
        totals=sums,
        definitions=tuple(_defined(wave_answers.survey, rate, sums) for rate in chosen),
        without_flagged=without_flagged,
        flagged=int(flagged.sum()),
        taken_out=int((~counts).sum()),
        outside=int((wave_answers.unit_rows[counts] < 0).sum()),
        uncovered=tuple(wave_answers.units["unit_name"][~covered]),
    )


def _joined(frames: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    """Join the lines of all rates; rules with a score alone have none."""
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(columns))


def _unit_lines(
    wave_answers: WaveAnswers, rate: Rate, sums: pd.DataFrame, hidden: np.ndarray
) -> pd.DataFrame:
    """Make the lines of one rate, a line per unit of the list."""
    survey = wave_answers.survey
    figures = make_figures(sums, rate.method, survey.decimals, survey.limits, hidden)
    names = wave_answers.units[["unit", "unit_name", "group"]].reset_index(drop=True)
    lines = pd.concat([names.assign(rate=rate.code), figures], axis=1)
    lines = lines.assign(state=mark_alike(lines))
    return lines.assign(place=rank_figures(lines, wave_answers.ties))


def _with_flagged(
    lines: pd.DataFrame, wave_answers: WaveAnswers, flagged: np.ndarray
) -> pd.DataFrame:
    """Add how many questionnaires of each unit look doubtful."""
    unit_rows = wave_answers.unit_rows[flagged]
    counts = np.bincount(unit_rows[unit_rows >= 0], minlength=len(wave_answers.units))
    by_unit = dict(zip(wave_answers.units["unit"].tolist(), counts.tolist(), strict=True))
    return lines.assign(flagged=lines["unit"].map(by_unit).astype(int))


def _covered(wave_answers: WaveAnswers) -> np.ndarray:
    """Say of which units of the list anything came in."""
    counted = wave_answers.answers.frame["counts"].to_numpy(bool)
    answered_rows = [
        *wave_answers.unit_rows[counted].tolist(),
        *wave_answers.counted["place"].tolist(),
    ]
    return np.isin(np.arange(len(wave_answers.units)), answered_rows)


def _defined(survey: Survey, rate: Rate, totals: pd.DataFrame) -> tuple[Rate, str]:
    city_line = totals[(totals["rate"] == rate.code) & (totals["level"] == CITY)]
    return rate, f"{spell_rate(survey, rate)}，{int(city_line['n'].iloc[0]):,} 份"


def _total_lines(
    wave_answers: WaveAnswers,
    rate: Rate,
    sums: pd.DataFrame,
    counting: np.ndarray,
    *,
    by_group: bool,
) -> pd.DataFrame:
    """Make the lines of one rate for the city and for each group."""
    groups, every = wave_answers.units["group"], np.ones(len(wave_answers.units), bool)
    lines = [
        {"level": CITY, "name": CITY_NAME, **total_of(wave_answers, rate, sums, counting, every)}
    ]
    for group in groups_of(wave_answers.units):
        in_group = (groups == group).to_numpy()
        figures = total_of(wave_answers, rate, sums, counting, in_group)
        lines.append({"level": GROUP, "name": group_name(group), **figures})
    total_lines = pd.DataFrame(lines).assign(rate=rate.code)
    hidden = (total_lines["level"] == GROUP).to_numpy() & (not by_group)
    n, width = total_lines["n"].to_numpy(), (total_lines["high"] - total_lines["low"]).to_numpy()
    state = state_of(n, width, wave_answers.survey.limits, hidden)
    rounded = half_up(total_lines["value"].to_numpy(float), wave_answers.survey.decimals)
    total_lines = total_lines.assign(shown=rounded, state=state)
    total_lines = total_lines.drop(columns="mean")
    secret = ["value", "shown", "low", "high", "n_eff", "deff", *SAYS[1:]]
    figures = {name: np.where(state == HIDDEN, np.nan, total_lines[name]) for name in secret}
    total_lines = total_lines.assign(**figures)
    return total_lines


def total_of(
    wave_answers: WaveAnswers,
    rate: Rate,
    sums: pd.DataFrame,
    counting: np.ndarray,
    chosen: np.ndarray,
) -> dict[str, object]:
    """Make the figure of some units together.

    Takes:   sums - of `sums.sums_of`; chosen - per unit, whether it is of them
    Returns: mean (0 to 1), value, low, high (%), n_eff, deff, made, covered, of, and what
             `scoring.survey.rates.SAYS` counts
    """
    unit_sums, units = sums[chosen], wave_answers.units[chosen]
    asked_of = unit_sums[["n", "unknown", "refused", "blank"]].sum(axis=1).to_numpy() > 0
    people = units["population"].to_numpy(float)
    how, method_words = _how(wave_answers.survey, people[asked_of])
    question = wave_answers.survey.question(rate.question)
    if question.kind == COUNT or wave_answers.counted["question"].eq(rate.question).any():
        estimated = total_of_sums(unit_sums, rate.method, how, people)
    else:
        weighted = weights_of(wave_answers, counting, how)
        method_words += f"，{weighted.sentence}" if weighted else ""
        estimated = _sampled(wave_answers, rate, counting, chosen, how)
    counts = {name: int(unit_sums[name].sum()) for name in ("n", *SAYS[1:])}
    percent = {name: 100 * estimated[name] for name in ("value", "low", "high")}
    rests = {
        "mean": estimated["value"],
        "n_eff": estimated["n_eff"],
        "deff": estimated["deff"],
        "made": method_words,
    }
    return {**counts, **percent, **rests, "covered": int(asked_of.sum()), "of": len(units)}


def _how(survey: Survey, people: np.ndarray) -> tuple[str, str]:
    """Choose how units are put together, and say it: by people only where all of them are known."""
    if survey.city == "population" and not (people > 0).all():
        short = int((~(people > 0)).sum())
        return (
            "pooled",
            f"{CITY_WORDS['pooled']}（{short} 个单位的常住人口没有登记，不能按人口加权）",
        )
    return survey.city, CITY_WORDS[survey.city]


def estimate_among(wave_answers: WaveAnswers, rate: Rate, among: np.ndarray) -> dict[str, float]:
    """Estimate the city's figure of a group of people, with the design of the whole survey.

    Takes:   among - per questionnaire, whether it is of the group
    Returns: value, low, high (0 to 1), n_eff, deff
    """
    counting = counting_answers(wave_answers, without_flagged=False)
    unit_rows = wave_answers.unit_rows[counting]
    people = wave_answers.units["population"].to_numpy(float)[np.unique(unit_rows[unit_rows >= 0])]
    how, _ = _how(wave_answers.survey, people)
    return _sampled(
        wave_answers, rate, counting, np.ones(len(wave_answers.units), bool), how, among
    )


def _sampled(
    wave_answers: WaveAnswers,
    rate: Rate,
    counting: np.ndarray,
    chosen: np.ndarray,
    how: str,
    among: np.ndarray | None = None,
) -> dict[str, float]:
    """Estimate the figure of some units from all of their questionnaires, or a group of people's."""
    judged, units = judge_rate(wave_answers.answers, wave_answers.survey, rate), wave_answers.units
    was_asked = counting & (wave_answers.unit_rows >= 0) & (judged.state != UNASKED_STATE)
    was_asked[was_asked] = chosen[wave_answers.unit_rows[was_asked]]
    in_base = judged.in_base if among is None else judged.in_base & among
    weighted = weights_of(wave_answers, counting, how)
    weight = weighted.weight if weighted else wave_answers.answers.frame["weight"].to_numpy(float)
    rows = np.flatnonzero(chosen).tolist()
    people = dict(zip(rows, units["population"].to_numpy(float)[chosen].tolist(), strict=True))
    estimated = estimate(
        judged.value[was_asked],
        in_base[was_asked],
        wave_answers.unit_rows[was_asked],
        wave_answers.answers.frame["cluster"].to_numpy()[was_asked],
        weight[was_asked],
        {unit: count for unit, count in people.items() if count > 0},
        how="pooled" if weighted else how,
        group=dict(zip(rows, units["group"].to_numpy()[chosen].tolist(), strict=True)),
    )
    names = ("value", "low", "high", "n_eff", "deff")
    return {name: getattr(estimated, name) for name in names}


def overview_rates(office: Office, day: date) -> Rates | None:
    """Give the figures of the latest wave that had ended on a day, else of the one that was running;
    None where there is none."""
    begun = [wave for wave in waves(office) if wave.start <= day]
    ended = [wave for wave in begun if wave.end <= day]
    return rates(office, (ended or begun)[0]) if begun else None
