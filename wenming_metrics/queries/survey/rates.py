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
    Taken,
    group_name,
    groups_of,
    kept_answers,
    take,
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
    places_in,
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
    return figures_of(take(office, wave), without_flagged=without_flagged)


def figures_of(taken: Taken, *, without_flagged: bool = False, only: str = "") -> Rates:
    """Make the figures of what came in of a wave, as `rates`. Takes: only - code of a rate"""
    chosen = [rate for rate in taken.survey.rates if only in ("", rate.code)]
    kept = kept_answers(taken, without_flagged=without_flagged)
    units, totals = [], []
    for rate in chosen:
        sums = sums_of(taken, rate, kept)
        hidden, by_group = hidden_units(taken, rate.question)
        units.append(_unit_lines(taken, rate, sums, hidden))
        totals.append(_total_lines(taken, rate, sums, kept, by_group=by_group))
    frame, counts = taken.answers.frame, taken.answers.frame["counts"].to_numpy(bool)
    flagged = counts & (frame["flags"] > 0).to_numpy()
    lines = _with_flagged(_joined(units, _UNIT_COLUMNS), taken, flagged)
    sums = _joined(totals, _TOTAL_COLUMNS)
    covered = _covered(taken)
    return Rates(
        wave=taken.wave,
        survey=taken.survey,
        units=lines[lines["unit"].isin(taken.units["unit"][covered])].reset_index(drop=True),
        totals=sums,
        definitions=tuple(_defined(taken.survey, rate, sums) for rate in chosen),
        without_flagged=without_flagged,
        flagged=int(flagged.sum()),
        taken_out=int((~counts).sum()),
        outside=int((taken.place[counts] < 0).sum()),
        uncovered=tuple(taken.units["unit_name"][~covered]),
    )


def _joined(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    """Join the lines of all rates; rules with a score alone have none."""
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))


def _unit_lines(taken: Taken, rate: Rate, sums: pd.DataFrame, hidden: np.ndarray) -> pd.DataFrame:
    """Make the lines of one rate, a line per unit of the list."""
    survey = taken.survey
    made = make_figures(sums, rate.method, survey.decimals, survey.limits, hidden)
    names = taken.units[["unit", "unit_name", "group"]].reset_index(drop=True)
    lines = pd.concat([names.assign(rate=rate.code), made], axis=1)
    return lines.assign(place=places_in(lines, taken.ties))


def _with_flagged(lines: pd.DataFrame, taken: Taken, flagged: np.ndarray) -> pd.DataFrame:
    """Add how many questionnaires of each unit look doubtful."""
    at = taken.place[flagged]
    counts = np.bincount(at[at >= 0], minlength=len(taken.units))
    by_unit = dict(zip(taken.units["unit"].tolist(), counts.tolist(), strict=True))
    return lines.assign(flagged=lines["unit"].map(by_unit).astype(int))


def _covered(taken: Taken) -> np.ndarray:
    """Say of which units of the list anything came in."""
    counted = taken.answers.frame["counts"].to_numpy(bool)
    own = [*taken.place[counted].tolist(), *taken.counted["place"].tolist()]
    return np.isin(np.arange(len(taken.units)), own)


def _defined(survey: Survey, rate: Rate, totals: pd.DataFrame) -> tuple[Rate, str]:
    own = totals[(totals["rate"] == rate.code) & (totals["level"] == CITY)]
    return rate, f"{spell_rate(survey, rate)},{int(own['n'].iloc[0]):,} 份"


def _total_lines(
    taken: Taken, rate: Rate, sums: pd.DataFrame, kept: np.ndarray, *, by_group: bool
) -> pd.DataFrame:
    """Make the lines of one rate for the city and for each group."""
    groups, every = taken.units["group"], np.ones(len(taken.units), bool)
    lines = [{"level": CITY, "name": CITY_NAME, **total_of(taken, rate, sums, kept, every)}]
    for group in groups_of(taken.units):
        own = (groups == group).to_numpy()
        told = total_of(taken, rate, sums, kept, own)
        lines.append({"level": GROUP, "name": group_name(group), **told})
    found = pd.DataFrame(lines).assign(rate=rate.code)
    hidden = (found["level"] == GROUP).to_numpy() & (not by_group)
    n, width = found["n"].to_numpy(), (found["high"] - found["low"]).to_numpy()
    state = state_of(n, width, taken.survey.limits, hidden)
    shown = half_up(found["value"].to_numpy(float), taken.survey.decimals)
    found = found.assign(shown=shown, state=state)
    found = found.drop(columns="mean")
    secret = ["value", "shown", "low", "high", "n_eff", "deff", *SAYS[1:]]
    told = {name: np.where(state == HIDDEN, np.nan, found[name]) for name in secret}
    found = found.assign(**told)
    return found


def total_of(
    taken: Taken, rate: Rate, sums: pd.DataFrame, kept: np.ndarray, own: np.ndarray
) -> dict[str, object]:
    """Make the figure of some units together.

    Takes:   sums - of `sums.sums_of`; own - per unit, whether it is of them
    Returns: mean (0 to 1), value, low, high (%), n_eff, deff, made, covered, of, and what
             `scoring.survey.rates.SAYS` counts
    """
    part, units = sums[own], taken.units[own]
    asked_of = part[["n", "unknown", "refused", "blank"]].sum(axis=1).to_numpy() > 0
    people = units["population"].to_numpy(float)
    how, made = _how(taken.survey, people[asked_of])
    asked = taken.survey.question(rate.question)
    if asked.kind == COUNT or taken.counted["question"].eq(rate.question).any():
        found = total_of_sums(part, rate.method, how, people)
    else:
        weighted = weights_of(taken, kept, how)
        made += f",{weighted.told}" if weighted else ""
        found = _sampled(taken, rate, kept, own, how)
    told = {name: int(part[name].sum()) for name in ("n", *SAYS[1:])}
    percent = {name: 100 * found[name] for name in ("value", "low", "high")}
    rests = {"mean": found["value"], "n_eff": found["n_eff"], "deff": found["deff"], "made": made}
    return {**told, **percent, **rests, "covered": int(asked_of.sum()), "of": len(units)}


def _how(survey: Survey, people: np.ndarray) -> tuple[str, str]:
    """Choose how units are put together, and say it: by people only where all of them are known."""
    if survey.city == "population" and not (people > 0).all():
        short = int((~(people > 0)).sum())
        return "pooled", f"{CITY_WORDS['pooled']}({short} 个单位的常住人口没有登记,不能按人口加权)"
    return survey.city, CITY_WORDS[survey.city]


def estimate_among(taken: Taken, rate: Rate, among: np.ndarray) -> dict[str, float]:
    """Estimate the city's figure of a group of people, with the design of the whole survey.

    Takes:   among - per questionnaire, whether it is of the group
    Returns: value, low, high (0 to 1), n_eff, deff
    """
    kept = kept_answers(taken, without_flagged=False)
    place = taken.place[kept]
    people = taken.units["population"].to_numpy(float)[np.unique(place[place >= 0])]
    how, _ = _how(taken.survey, people)
    return _sampled(taken, rate, kept, np.ones(len(taken.units), bool), how, among)


def _sampled(
    taken: Taken,
    rate: Rate,
    kept: np.ndarray,
    own: np.ndarray,
    how: str,
    among: np.ndarray | None = None,
) -> dict[str, float]:
    """Estimate the figure of some units from all of their questionnaires, or a group of people's."""
    said, units = judge_rate(taken.answers, taken.survey, rate), taken.units
    asked = kept & (taken.place >= 0) & (said.state != UNASKED_STATE)
    asked[asked] = own[taken.place[asked]]
    in_base = said.in_base if among is None else said.in_base & among
    weighted = weights_of(taken, kept, how)
    weight = weighted.weight if weighted else taken.answers.frame["weight"].to_numpy(float)
    at = np.flatnonzero(own).tolist()
    people = dict(zip(at, units["population"].to_numpy(float)[own].tolist(), strict=True))
    found = estimate(
        said.value[asked],
        in_base[asked],
        taken.place[asked],
        taken.answers.frame["cluster"].to_numpy()[asked],
        weight[asked],
        {unit: count for unit, count in people.items() if count > 0},
        how="pooled" if weighted else how,
        group=dict(zip(at, units["group"].to_numpy()[own].tolist(), strict=True)),
    )
    names = ("value", "low", "high", "n_eff", "deff")
    return {name: getattr(found, name) for name in names}


def overview_rates(office: Office, day: date) -> Rates | None:
    """Give the figures of the latest wave that had ended on a day, else of the one that was running;
    None where there is none."""
    begun = [wave for wave in waves(office) if wave.start <= day]
    ended = [wave for wave in begun if wave.end <= day]
    return rates(office, (ended or begun)[0]) if begun else None
