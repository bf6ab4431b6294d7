"""How far a wave is: planned and done per unit and group of people, and how many more are wanted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.sums import hidden_units, sums_of
from wenming_metrics.queries.survey.waves import WaveAnswers, counting_answers, pick, read_wave_from
from wenming_metrics.scoring.survey.intervals import more_needed, needed
from wenming_metrics.store.database import reading
from wenming_metrics.store.records import read_records

POINTS = 5.0
"""How exact a unit's figure is wanted when nobody says otherwise: so many points up and down."""
Stratum = tuple[int, str, str]
"""Row of a unit, codes of a question by which people are parted and of an answer, "" for all."""


def quota_board(
    office: Office, wave: Window, points: float = POINTS, *, every: bool = False
) -> pd.DataFrame:
    """Say per unit, and per group of people in it, how many questionnaires are planned and done.

    Takes:   points - how exact the first rate of a unit is to be, in points up and down;
             every - also units that have questionnaires and no quota
    Returns: unit, unit_name, group, stratum (title of the group of people, "" = the whole unit),
             planned (NaN = no quota), done (questionnaires that count), gap (still to come, never
             below 0; NaN without quota), more (further ones for +-points, of whole units only; of
             one whose figure must not be told as for a figure that nobody knows). Raises
             LookupError where nothing says what was asked
    """
    with reading(office.store) as connection:
        wave_answers = read_wave_from(connection, office, wave)
        quotas = read_records(connection, "quota")
    planned, answered = _planned(quotas, wave_answers), _answered(wave_answers)
    unit_strata = [(row, "", "") for row in range(len(wave_answers.units))]
    strata = [
        stratum
        for stratum in unit_strata
        if stratum in planned or (every and answered.get(stratum))
    ]
    strata += [stratum for stratum in planned if stratum[1]]
    order = {code: n for n, code in enumerate(_titles(wave_answers))}
    strata.sort(key=lambda stratum: (stratum[0], order.get(stratum[1:], -1)))
    lines = pd.DataFrame(strata, columns=["at", "question", "people"])
    unit_rows, titles = lines["at"].to_numpy(np.int64), _titles(wave_answers)
    count = np.array([answered.get(stratum, 0) for stratum in strata], np.int64)
    wanted = np.array([planned.get(stratum, np.nan) for stratum in strata], float)
    names = (
        wave_answers.units[["unit", "unit_name", "group"]].iloc[unit_rows].reset_index(drop=True)
    )
    more = np.where(lines["question"] == "", _more(wave_answers, points / 100)[unit_rows], np.nan)
    return names.assign(
        stratum=[titles.get(stratum[1:], "") for stratum in strata],
        planned=wanted,
        done=count,
        gap=np.maximum(wanted - count, 0),
        more=more,
    )


def _planned(quotas: pd.DataFrame, wave_answers: WaveAnswers) -> Mapping[Stratum, int]:
    """Give what is planned: of the unit itself, else what is planned of those below it; the table
    that came last counts. Where only groups of people are planned, the unit is their sum."""
    span = (wave_answers.wave.start.isoformat(), wave_answers.wave.end.isoformat())
    last = {
        (unit, record["question"], record["people"]): record["planned"]
        for unit, record in zip(quotas["unit"].tolist(), quotas["told"], strict=True)
        if (record["first"], record["last"]) == span
    }
    unit_quota: dict[Stratum, int] = {}
    below: defaultdict[Stratum, int] = defaultdict(int)
    listed = wave_answers.units["unit"].tolist()
    for (unit, question, people), count in last.items():
        row = int(wave_answers.row_of[unit])
        if row >= 0 and listed[row] == unit:
            unit_quota[row, question, people] = count
        elif row >= 0:
            below[row, question, people] += count
    planned = {**below, **unit_quota}
    sums: defaultdict[tuple[int, str], int] = defaultdict(int)
    for (row, question, _), count in planned.items():
        sums[row, question] += count
    unit_sums = {(row, "", ""): count for (row, question), count in sums.items() if question}
    return {**unit_sums, **planned}


def _titles(wave_answers: WaveAnswers) -> dict[tuple[str, str], str]:
    """Name the groups of people, in the order of the questions."""
    return {
        (question.code, option.code): option.title
        for question in wave_answers.survey.questions
        if question.people
        for option in question.options
    }


def _answered(wave_answers: WaveAnswers) -> dict[Stratum, int]:
    """Count the questionnaires of each unit, and of each group of people in it; of a unit that has
    only counted tables, the answers to the question that most answered."""
    answers, unit_rows = pick(wave_answers, counting_answers(wave_answers, without_flagged=False))
    size, is_listed = len(wave_answers.units), unit_rows >= 0
    by_stratum = {
        (row, "", ""): int(n)
        for row, n in enumerate(np.bincount(unit_rows[is_listed], minlength=size))
    }
    for question in (candidate for candidate in wave_answers.survey.questions if candidate.people):
        if question.code not in answers.frame:
            continue
        raw = answers.frame[question.code].to_numpy(np.int64)
        for code, option in enumerate(answers.options.get(question.code, ())):
            counts = np.bincount(unit_rows[is_listed & (raw == code)], minlength=size)
            by_stratum |= {(row, question.code, option): int(n) for row, n in enumerate(counts)}
    tables = wave_answers.counted.groupby(["place", "question"])["n"].sum().groupby("place").max()
    for row, n in tables.items():
        by_stratum[row, "", ""] = by_stratum[row, "", ""] or int(n)
    return by_stratum


def _more(wave_answers: WaveAnswers, points: float) -> np.ndarray:
    """Say how many further questionnaires each unit needs for its first rate."""
    rate = wave_answers.survey.rates[0]
    sums = sums_of(wave_answers, rate, counting_answers(wave_answers, without_flagged=False))
    n = sums["n"].to_numpy(float)
    hidden = hidden_units(wave_answers, rate.question)[0] | (n < wave_answers.survey.limits.hide)
    unknown = np.maximum(np.asarray(needed(0.5, points)) - n, 0)
    return np.where(hidden, unknown, more_needed(sums["k"].to_numpy(float), n, points))
