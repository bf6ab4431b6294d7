"""What became of problems, as of a day: 未及时整改, 重复, 反弹, 连续通报.

Nothing of this is stored: a deadline passes without any file arriving. A problem is closed on the
day its latest answer says it was 已整改; an answer that says less opens it again.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from wenming_metrics.vocabulary import ANSWERED, STATES

FOUND, LATE, AGAIN, RELAPSED, RUNNING = range(1, len(STATES))
"""Numbers of the states in vocabulary.STATES."""
OPEN = 9_999_999
"""A day after every other: not closed."""
LOOK_BACK = 60
"""What was found more than so many days ago, and not since, is another problem."""
FLAGS = {LATE: "late", AGAIN: "again", RELAPSED: "relapsed", RUNNING: "running"}


def judge(
    findings: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    as_of: int,
    known_at: str = "",
    relapse_days: int = 30,
    running: int = 2,
    look_back: int = LOOK_BACK,
    issue_of: Mapping[int, int] | None = None,
) -> pd.DataFrame:
    """Say what became of each problem.

    late     - its deadline has passed, and it was not 已整改 by then
    again    - found while what was last found of the same item at the same site, at most
               `look_back` days before, was still open: 重复
    relapsed - found within `relapse_days` after that had been closed: 反弹
    running  - the first of a period after the same was found in each of the `running` - 1 periods
               before: 连续通报

    Takes:   findings - site, item, day, due (ordinals; due 0: none), state (number, as the row says
             it, 0: nothing); in the order in which those of one day go before one another
             answers - finding (a label of `findings`), state, happened_on (ordinal), known_at
             as_of - ordinal; known_at - what was told later is left out ("": all counts)
             issue_of - day -> number of its period, days without one are in none; None: weeks
    Returns: late, again, relapsed, running (bool), closed (ordinal, OPEN), state (the gravest) and
             booked (the day on which that state came about), for the findings up to `as_of`
    """
    found = findings[findings["day"] <= as_of]
    day, told = found["day"].to_numpy(np.int64), found["state"].to_numpy(np.int64)
    closed = np.maximum(_closed(found, answers, as_of, known_at), day)
    same = found.groupby(["site", "item"], sort=False).ngroup().to_numpy()
    before, closed_before = _before(same, day, closed)
    seen = (before > 0) & (day - before <= look_back)
    due = found["due"].to_numpy(np.int64)
    missed = (due > 0) & (due < as_of) & (closed > due)
    again = seen & (closed_before >= day)
    flags = {
        LATE: missed | (told == LATE),
        AGAIN: again | (told == AGAIN),
        RELAPSED: (seen & ~again & (day - closed_before <= relapse_days)) | (told == RELAPSED),
        RUNNING: _running(same, day, running, issue_of) | (told == RUNNING),
    }
    state = np.full(len(found), FOUND)
    for number, holds in flags.items():
        state = np.where(holds, number, state)
    said = {name: flags[number] for number, name in FLAGS.items()}
    booked = np.where((state == LATE) & (told != LATE), due, day)
    return pd.DataFrame({**said, "closed": closed, "state": state, "booked": booked}, found.index)


def _closed(found: pd.DataFrame, answers: pd.DataFrame, as_of: int, known_at: str) -> np.ndarray:
    """Give the day on which each problem was closed by its own answers; the latest one decides."""
    known = answers[(answers["happened_on"] <= as_of) & answers["finding"].isin(found.index)]
    if known_at:
        known = known[known["known_at"] <= known_at]
    last = known.sort_values("known_at", kind="stable").drop_duplicates("finding", keep="last")
    done = last[last["state"] == ANSWERED].set_index("finding")["happened_on"]
    return done.reindex(found.index).fillna(OPEN).to_numpy(np.int64)


def _before(same: np.ndarray, day: np.ndarray, closed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the day before on which the same was found, and when all of that day was closed; 0: none."""
    lines = pd.DataFrame({"same": same, "day": day, "closed": closed})
    days = lines.groupby(["same", "day"], as_index=False)["closed"].max()
    last = days.groupby("same").shift(fill_value=0)
    days = days.assign(before=last["day"], closed_before=last["closed"])
    both = lines[["same", "day"]].merge(days, on=["same", "day"], how="left")
    return both["before"].to_numpy(np.int64), both["closed_before"].to_numpy(np.int64)


def _running(
    same: np.ndarray, day: np.ndarray, running: int, issue_of: Mapping[int, int] | None
) -> np.ndarray:
    """Mark the first problem of each period that was found in the periods right before it too."""
    if not len(day):
        return np.zeros(0, bool)
    days, at = np.unique(day, return_inverse=True)
    apart = -(running + 1)  # two days without a period never follow one another
    numbers = [
        (one - 1) // 7 if issue_of is None else issue_of.get(one, apart * one)
        for one in days.tolist()
    ]
    issue = np.array(numbers, np.int64)[at]
    lines = pd.DataFrame({"same": same, "issue": issue, "day": day})
    firsts = lines.sort_values("day", kind="stable").drop_duplicates(["same", "issue"])
    there = pd.MultiIndex.from_frame(firsts[["same", "issue"]])
    holds = np.ones(len(firsts), bool)
    for back in range(1, running):
        earlier = pd.MultiIndex.from_arrays([firsts["same"], firsts["issue"] - back])
        holds &= earlier.isin(there)
    found = np.zeros(len(day), bool)
    found[firsts.index[holds]] = True
    return found & (running > 1)
