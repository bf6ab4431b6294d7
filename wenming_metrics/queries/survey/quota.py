"""How far a wave is: planned and done per unit and group of people, and how many more are wanted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.sums import hidden_units, sums_of
from wenming_metrics.queries.survey.waves import Taken, kept_answers, pick, take_from
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
        taken = take_from(connection, office, wave)
        told = read_records(connection, "quota")
    planned, done = _planned(told, taken), _done(taken)
    whole = [(at, "", "") for at in range(len(taken.units))]
    kept = [one for one in whole if one in planned or (every and done.get(one))]
    kept += [one for one in planned if one[1]]
    order = {code: n for n, code in enumerate(_titles(taken))}
    kept.sort(key=lambda one: (one[0], order.get(one[1:], -1)))
    lines = pd.DataFrame(kept, columns=["at", "question", "people"])
    at, titles = lines["at"].to_numpy(np.int64), _titles(taken)
    count = np.array([done.get(one, 0) for one in kept], np.int64)
    wanted = np.array([planned.get(one, np.nan) for one in kept], float)
    names = taken.units[["unit", "unit_name", "group"]].iloc[at].reset_index(drop=True)
    more = np.where(lines["question"] == "", _more(taken, points / 100)[at], np.nan)
    return names.assign(
        stratum=[titles.get(one[1:], "") for one in kept],
        planned=wanted,
        done=count,
        gap=np.maximum(wanted - count, 0),
        more=more,
    )


def _planned(told: pd.DataFrame, taken: Taken) -> Mapping[Stratum, int]:
    """Give what is planned: of the unit itself, else what is planned of those below it; the table
    that came last counts. Where only groups of people are planned, the unit is their sum."""
    span = (taken.wave.start.isoformat(), taken.wave.end.isoformat())
    last = {
        (unit, one["question"], one["people"]): one["planned"]
        for unit, one in zip(told["unit"].tolist(), told["told"], strict=True)
        if (one["first"], one["last"]) == span
    }
    own: dict[Stratum, int] = {}
    below: defaultdict[Stratum, int] = defaultdict(int)
    listed = taken.units["unit"].tolist()
    for (unit, question, people), count in last.items():
        at = int(taken.row_of[unit])
        if at >= 0 and listed[at] == unit:
            own[at, question, people] = count
        elif at >= 0:
            below[at, question, people] += count
    found = {**below, **own}
    sums: defaultdict[tuple[int, str], int] = defaultdict(int)
    for (at, question, _), count in found.items():
        sums[at, question] += count
    parts = {(at, "", ""): count for (at, question), count in sums.items() if question}
    return {**parts, **found}


def _titles(taken: Taken) -> dict[tuple[str, str], str]:
    """Name the groups of people, in the order of the questions."""
    return {
        (question.code, option.code): option.title
        for question in taken.survey.questions
        if question.people
        for option in question.options
    }


def _done(taken: Taken) -> dict[Stratum, int]:
    """Count the questionnaires of each unit, and of each group of people in it; of a unit that has
    only counted tables, the answers to the question that most answered."""
    answers, place = pick(taken, kept_answers(taken, without_flagged=False))
    size, own = len(taken.units), place >= 0
    found = {(at, "", ""): int(n) for at, n in enumerate(np.bincount(place[own], minlength=size))}
    for question in (one for one in taken.survey.questions if one.people):
        if question.code not in answers.frame:
            continue
        raw = answers.frame[question.code].to_numpy(np.int64)
        for code, option in enumerate(answers.options.get(question.code, ())):
            counts = np.bincount(place[own & (raw == code)], minlength=size)
            found |= {(at, question.code, option): int(n) for at, n in enumerate(counts)}
    tables = taken.counted.groupby(["place", "question"])["n"].sum().groupby("place").max()
    for at, n in tables.items():
        found[at, "", ""] = found[at, "", ""] or int(n)
    return found


def _more(taken: Taken, points: float) -> np.ndarray:
    """Say how many further questionnaires each unit needs for its first rate."""
    rate = taken.survey.rates[0]
    sums = sums_of(taken, rate, kept_answers(taken, without_flagged=False))
    n = sums["n"].to_numpy(float)
    hidden = hidden_units(taken, rate.question)[0] | (n < taken.survey.limits.hide)
    unknown = np.maximum(np.asarray(needed(0.5, points)) - n, 0)
    return np.where(hidden, unknown, more_needed(sums["k"].to_numpy(float), n, points))
