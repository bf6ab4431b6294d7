"""The log of problems: what was found, what units answered, what became of it, as of a day.

Rows give the first state and what they say of it, 整改反馈 gives the answers, linked by number; moves
that were made of a problem decide where it stands. Nothing of the log is stored, so what is
withdrawn or replaced falls out of it by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.queries.scores.findings import (
    NO_NUMBER,
    UNKNOWN,
    Moment,
    link,
    read_answers,
    read_problems,
)
from wenming_metrics.queries.scores.moves import apply_moves
from wenming_metrics.rules.model import Deductions
from wenming_metrics.scoring.tree.states import FOUND, LOOK_BACK, OPEN, judge
from wenming_metrics.store.batches import counted_at, days_of, live_on
from wenming_metrics.store.problems import PIECE
from wenming_metrics.store.rows import read_failed, read_numbers
from wenming_metrics.vocabulary import ANSWERED, STATES

_KEY = ["batch", "seq"]
_NO_ANSWERS = pd.DataFrame(
    {
        **{"finding": [], "state": [], "happened_on": np.array([], np.int64)},
        "known_at": np.array([], object),
    }
)


def log(
    connection: Connection,
    days: range,
    moment: Moment,
    pricing: Deductions,
    issue_of: Mapping[int, int] | None = None,
    *,
    due_too: bool = False,
    sites: Iterable[int] | None = None,
) -> pd.DataFrame:
    """Give the problems found on some days, with what became of them.

    Takes:   days - ordinals; issue_of - day -> number of its period, those before too; None: weeks;
             due_too - also those found up to LOOK_BACK days before whose deadline is one of the days;
             sites - only of these; None: of all
    Returns: the columns of `read_problems` (told: the state as the row says it) and those of
             `states.judge`; only what was found by `moment.as_of`
    """
    day_problems = read_problems(connection, days, moment.known_at, sites)
    due = _due_then(connection, days, moment.known_at) if due_too else day_problems[:0]
    first = min([days.start, *due["day"]])
    before = range(_first(first, pricing, issue_of), days.start)
    # Of what was found before, only the same sites bear on these days.
    sites = pd.concat([day_problems["site"], due["site"]]).unique()
    former = (
        read_problems(connection, before, moment.known_at, sites) if len(sites) else day_problems
    )
    problems = pd.concat([former, day_problems], ignore_index=True) if len(former) else day_problems
    problems = _recounted(problems, pricing)
    answers = _NO_ANSWERS
    if (problems["number"] != "").any():
        answers = link(
            connection, read_answers(connection, moment.known_at), problems, moment.known_at
        )
    problems, answers = apply_moves(connection, problems, answers, pricing.loop, moment)
    settings = {"relapse_days": pricing.relapse_days, "running": pricing.running}
    judged = judge(
        problems,
        answers,
        as_of=moment.as_of,
        known_at=moment.known_at,
        issue_of=issue_of,
        **settings,
    )
    problems = problems.rename(columns={"state": "told"}).join(judged, how="right")
    falls_due = pd.MultiIndex.from_frame(problems[_KEY]).isin(pd.MultiIndex.from_frame(due[_KEY]))
    return problems[(problems["day"] >= days.start) | falls_due]


def _recounted(problems: pd.DataFrame, pricing: Deductions) -> pd.DataFrame:
    """Put other deadlines in the place of stored ones, where rules are asked what they would change."""
    dues = pricing.loop.recounted
    if not dues:
        return problems
    keys = zip(problems["batch"], problems["seq"], problems["due"], strict=True)
    return problems.assign(due=[dues.get((batch, seq), due) for batch, seq, due in keys])


def _due_then(connection: Connection, days: range, known_at: str) -> pd.DataFrame:
    """List rows of before whose deadline is one of some days: day, site, batch, seq."""
    before = range(days.start - LOOK_BACK, days.start)
    numbers = read_numbers(connection, live_on(connection, before, known_at), due=days)
    rows = read_failed(connection, before, numbers["batch"].unique())
    return rows.merge(numbers[_KEY], on=_KEY)[["day", "site", *_KEY]]


def _first(start: int, pricing: Deductions, issue_of: Mapping[int, int] | None) -> int:
    """Give the day from which problems bear on what became of those found on a day."""
    periods = start - 7 * pricing.running
    if issue_of is not None:
        number = issue_of.get(start, 0) - pricing.running
        periods = min((day for day, period in issue_of.items() if period > number), default=start)
    return min(start - LOOK_BACK, periods)


def answered(
    connection: Connection, answers: pd.DataFrame, pricing: Deductions, moment: Moment
) -> list[str]:
    """Say of each answer what became of the problem it answers, else why it answers none.

    Takes: answers - of `read_answers`, whatever days their problems were found on
    """
    numbers = read_numbers(connection, counted_at(connection, moment.known_at))
    bare = numbers["number"].str.replace(PIECE, "", regex=True)
    answer_numbers = set(answers["number"]) - {""}
    batches = numbers.loc[
        numbers["number"].isin(answer_numbers) | bare.isin(answer_numbers), "batch"
    ].unique()
    days = sorted(set().union(*days_of(connection, batches.tolist()).values()))
    if not days:
        return [UNKNOWN if number else NO_NUMBER for number in answers["number"]]
    problems = log(connection, range(days[0], days[-1] + 1), moment, pricing)
    linked = link(connection, answers, problems, moment.known_at)
    closed = (problems["state"] == FOUND) & (problems["closed"] < OPEN)
    words = problems["state"].map(dict(enumerate(STATES))).mask(closed, ANSWERED)
    states = words.reindex(linked["finding"]).tolist()
    return [why or state for why, state in zip(linked["why"], states, strict=True)]
