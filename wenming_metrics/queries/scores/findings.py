"""What was found and what units answered, linked by number; what became of it: `problem_log`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.scoring.tally.tally import FAILED, drop_repeats
from wenming_metrics.store.batches import commit_moments, counted_at, days_of, live_on
from wenming_metrics.store.problems import PIECE, happened_on
from wenming_metrics.store.records import read_records
from wenming_metrics.store.replacing import drop_covered
from wenming_metrics.store.rows import read_failed, read_numbers, same_numbers
from wenming_metrics.tallies.update import apply_decisions
from wenming_metrics.vocabulary import leading_serial

NO_NUMBER, UNKNOWN, SHARED = "没有编号", "未找到编号", "几条问题同用这个编号"
"""Why an answer belongs to no problem."""
ANSWERS = "rectification"
"""Kind of the records that answer problems."""
_ORDER = ["day", "site", "item", "severity", "lost", "places", "number", "batch", "seq"]
_KEY = ["batch", "seq"]


@dataclass(frozen=True)
class Moment:
    """As of which day, and as known when, the log is asked for; known_at "": all that is known."""

    as_of: int
    known_at: str = ""


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
    happened = [happened_on(*facts) for facts in zip(answers, days, committed_at, strict=True)]
    return pd.DataFrame(
        {
            **{"batch": records["batch"], "seq": records["seq"]},
            **{"number": [answer.get("problem_no", "") for answer in answers]},
            **{"description": [answer.get("description", "") for answer in answers]},
            **{"state": [answer["state"] for answer in answers]},
            **{"happened_on": np.array(happened, np.int64), "known_at": committed_at},
        }
    )


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
    labels = dict(zip(numbered["number"].tolist(), numbered.index.tolist(), strict=True))
    labels |= dict.fromkeys(shared, -2)
    # As lists: a column of texts hands out each of its values by itself, slowly.
    answer_texts = (answers[name].tolist() for name in ("number", "description"))
    answered_labels = [_find(labels, *texts) for texts in zip(*answer_texts, strict=True)]
    finding = np.array(answered_labels, np.int64)
    why = np.select(
        [finding >= 0, answers["number"] == "", finding == -2], ["", NO_NUMBER, SHARED], UNKNOWN
    )
    same_day = problems["day"].reindex(np.maximum(finding, 0), fill_value=0).to_numpy()
    happened = answers["happened_on"].to_numpy()
    happened = np.where((happened == 0) & (finding >= 0), same_day, happened)
    return answers.assign(finding=np.maximum(finding, -1), why=why, happened_on=happened)


def _find(labels: Mapping[str, int], number: str, description: str) -> int:
    if not number:
        return -1
    serial = leading_serial(description)
    piece = labels.get(f"{number}-{serial}") if serial else None
    return labels.get(number, -1) if piece is None else piece


def _shared(
    connection: Connection, answers: pd.DataFrame, problems: pd.DataFrame, known_at: str
) -> set[str]:
    """List the numbers of answers that several problems that count have.

    A row that is replaced, or repeated by another file, has a number that is no other's.
    """
    numbered = problems.loc[problems["number"] != "", [*_KEY, "number"]]
    answered_numbers = set(answers["number"].tolist())
    is_asked = np.array(
        [number in answered_numbers for number in numbered["number"].tolist()], bool
    )
    numbered = numbered[is_asked | numbered["number"].str.contains(PIECE)]
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
