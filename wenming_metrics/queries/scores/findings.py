"""The log of problems: what was found, what units answered, what became of it, as of a day.

Rows give the first state and what they say of it, 整改反馈 gives the answers, linked by number.
Nothing of the log is stored, so what is withdrawn or replaced falls out of it by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.rules.model import Deductions
from wenming_metrics.scoring.tally.tally import FAILED, drop_repeats
from wenming_metrics.scoring.tree.states import FOUND, LOOK_BACK, OPEN, judge
from wenming_metrics.store.batches import commit_moments, counted_at, days_of, live_on
from wenming_metrics.store.records import read_records
from wenming_metrics.store.replacing import drop_covered
from wenming_metrics.store.rows import read_failed, read_numbers, same_numbers
from wenming_metrics.tallies.update import apply_decisions
from wenming_metrics.vocabulary import ANSWERED, STATES

NO_NUMBER, UNKNOWN, SHARED = "没有编号", "未找到编号", "几个问题同用这个编号"
"""Why an answer belongs to no problem."""
ANSWERS = "rectification"
"""Kind of the records that answer problems."""
_SAME_DAY = "当日"
_FIRST = re.compile(r"\s*[((]?(\d{1,2})[.、．)）]")
_ORDER = ["day", "site", "item", "severity", "lost", "places", "number", "batch", "seq"]
_KEY = ["batch", "seq"]
_PIECE = r"-\d{1,2}$"
_NO_ANSWERS = pd.DataFrame(
    {
        **{"finding": [], "state": [], "happened_on": np.array([], np.int64)},
        "known_at": np.array([], object),
    }
)


@dataclass(frozen=True)
class Moment:
    """As of which day, and as known when, the log is asked for; known_at "": all that is known."""

    as_of: int
    known_at: str = ""


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
    earlier = (
        read_problems(connection, before, moment.known_at, sites) if len(sites) else day_problems
    )
    problems = (
        pd.concat([earlier, day_problems], ignore_index=True) if len(earlier) else day_problems
    )
    answers = _NO_ANSWERS
    if (problems["number"] != "").any():
        answers = link(
            connection, read_answers(connection, moment.known_at), problems, moment.known_at
        )
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


def read_problems(
    connection: Connection,
    days: range | list[int],
    known_at: str = "",
    sites: Iterable[int] | None = None,
) -> pd.DataFrame:
    """Read the problems that count on some days, of some sites only where they are given.

    Returns: `store.rows.FAILED_COLUMNS`, number, due; in an order that no upload changes
    """
    live = live_on(connection, days, known_at)
    rows = drop_covered(connection, read_failed(connection, days, live, sites), live)
    rows = drop_repeats(apply_decisions(connection, rows, known_at))
    rows = rows[rows["result"] == FAILED]
    numbers = read_numbers(connection, rows["batch"].unique())
    if numbers.empty:
        problems = rows.assign(number="", due=0)
    else:
        problems = rows.merge(numbers, on=_KEY, how="left")
        problems = problems.fillna({"number": "", "due": 0}).astype({"due": "int64"})
    return problems.sort_values(_ORDER, ignore_index=True)


def read_answers(connection: Connection, known_at: str = "") -> pd.DataFrame:
    """Read what units answered.

    Returns: batch, seq, number, description, state, happened_on (ordinal; 0: on the day of the
        problem itself, 当日), known_at
    """
    records = read_records(connection, ANSWERS, counted_at(connection, known_at))
    answers = records["told"].tolist()
    moments = commit_moments(connection, records["batch"].tolist())
    committed_at = moments.reindex(records["batch"]).to_numpy()
    days = records["day"].tolist()
    happened = [_happened(*facts) for facts in zip(answers, days, committed_at, strict=True)]
    return pd.DataFrame(
        {
            **{"batch": records["batch"], "seq": records["seq"]},
            **{"number": [answer.get("problem_no", "") for answer in answers]},
            **{"description": [answer.get("description", "") for answer in answers]},
            **{"state": [answer["state"] for answer in answers]},
            **{"happened_on": np.array(happened, np.int64), "known_at": committed_at},
        }
    )


def _happened(answer: Mapping, day: int, known_at: str) -> int:
    """Give the day of an answer: when it was done, else when it was filed, else when it came."""
    if answer["finished"] == _SAME_DAY:
        return 0
    for text in (answer["finished"], answer["filed"]):
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text).toordinal()
    return day or date.fromisoformat(known_at[:10]).toordinal()


def link(
    connection: Connection, answers: pd.DataFrame, problems: pd.DataFrame, known_at: str = ""
) -> pd.DataFrame:
    """Find the problem that each answer answers, by number.

    A cell that was split gave its problems the number with -1, -2; an answer to it says which by
    the number that its own description begins with.

    Takes:   answers - of `read_answers`; problems - of `read_problems`
    Returns: answers with finding (label in `problems`, -1: none of them) and why ("" where it is
             linked): NO_NUMBER, SHARED or UNKNOWN, which among the problems given only
    """
    shared = _shared(connection, answers, problems, known_at)
    numbered = problems[problems["number"] != ""]
    labels = dict(zip(numbered["number"], numbered.index, strict=True))
    labels |= dict.fromkeys(shared, -2)
    answered_labels = [
        _find(labels, *answer)
        for answer in zip(answers["number"], answers["description"], strict=True)
    ]
    finding = np.array(answered_labels, np.int64)
    why = np.select(
        [finding >= 0, answers["number"] == "", finding == -2], ["", NO_NUMBER, SHARED], UNKNOWN
    )
    same_day = problems["day"].reindex(np.maximum(finding, 0), fill_value=0).to_numpy()
    happened = answers["happened_on"].to_numpy()
    happened = np.where((happened == 0) & (finding >= 0), same_day, happened)
    return answers.assign(finding=np.maximum(finding, -1), why=why, happened_on=happened)


def answered(
    connection: Connection, answers: pd.DataFrame, pricing: Deductions, moment: Moment
) -> list[str]:
    """Say of each answer what became of the problem it answers, else why it answers none.

    Takes: answers - of `read_answers`, whatever days their problems were found on
    """
    numbers = read_numbers(connection, counted_at(connection, moment.known_at))
    bare = numbers["number"].str.replace(_PIECE, "", regex=True)
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


def _find(labels: Mapping[str, int], number: str, description: str) -> int:
    if not number:
        return -1
    first = _FIRST.match(description)
    piece = labels.get(f"{number}-{int(first[1])}") if first else None
    return labels.get(number, -1) if piece is None else piece


def _shared(
    connection: Connection, answers: pd.DataFrame, problems: pd.DataFrame, known_at: str
) -> set[str]:
    """List the numbers of answers that several problems that count have.

    A row that is replaced, or repeated by another file, has a number that is no other's.
    """
    numbered = problems.loc[problems["number"] != "", [*_KEY, "number"]]
    numbered = numbered[
        numbered["number"].isin(answers["number"]) | numbered["number"].str.contains(_PIECE)
    ]
    if numbered.empty or answers.empty:
        return set()
    several = same_numbers(connection, counted_at(connection, known_at), numbered["number"])
    numbered_keys = pd.MultiIndex.from_frame(numbered[_KEY])
    other_rows = several[~pd.MultiIndex.from_frame(several[_KEY]).isin(numbered_keys)]
    days = days_of(connection, sorted({*other_rows["batch"], *numbered["batch"]}))
    joined = numbered.merge(other_rows, on="number", suffixes=("", "_other"))
    pairs = joined[["batch", "batch_other"]].drop_duplicates().itertuples(index=False)
    common = {pair: days[pair[0]] & days[pair[1]] for pair in map(tuple, pairs)}
    apart = [not common[pair] for pair in zip(joined["batch"], joined["batch_other"], strict=True)]
    wanted = sorted(set().union(*common.values()))
    rows = read_problems(connection, wanted, known_at) if wanted else numbered[:0]
    again = rows[
        pd.MultiIndex.from_frame(rows[_KEY]).isin(pd.MultiIndex.from_frame(other_rows[_KEY]))
    ]
    counts = pd.concat([numbered["number"], again["number"]]).value_counts()
    return {*joined.loc[apart, "number"], *counts.index[counts > 1]}
