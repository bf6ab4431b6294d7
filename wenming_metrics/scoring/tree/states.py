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
BY_MOVES = "late_by_moves"
"""Column of findings: 1 late, 0 in time, as the moves that were made say; -1: none was made."""
SET_ASIDE = "set_aside"
"""Column of findings: whose deadline is not judged, for others have it in time, or it is excused."""
EXCUSE = "excuse"
"""Column of findings: why it is not, or not now, to be put right (不属实, 挂账, 长期整改); "" = it is."""
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
             it, 0: nothing); in the order in which those of one day go before one another;
             BY_MOVES too where some were moved: the clock of moves decides who is late then
             answers - finding (a label of `findings`), state, happened_on (ordinal), known_at
             as_of - ordinal; known_at - what was told later is left out ("": all counts)
             issue_of - day -> number of its period, days without one are in none; None: weeks
    Returns: late, again, relapsed, running (bool), closed (ordinal, OPEN), state (the gravest) and
             booked (the day on which that state came about), for the findings up to `as_of`
    """
    current_findings = findings[findings["day"] <= as_of]
    day, written_state = (
        current_findings["day"].to_numpy(np.int64),
        current_findings["state"].to_numpy(np.int64),
    )
    closed = np.maximum(_closed(current_findings, answers, as_of, known_at), day)
    same = current_findings.groupby(["site", "item"], sort=False).ngroup().to_numpy()
    before, closed_before = _before(same, day, closed)
    seen = (before > 0) & (day - before <= look_back)
    due = current_findings["due"].to_numpy(np.int64)
    missed = (due > 0) & (due < as_of) & (closed > due)
    if BY_MOVES in current_findings:
        late_by_moves = current_findings[BY_MOVES].to_numpy(np.int64)
        missed = np.where(late_by_moves >= 0, late_by_moves == 1, missed)
    again = seen & (closed_before >= day)
    flags = {
        LATE: missed | (written_state == LATE),
        AGAIN: again | (written_state == AGAIN),
        RELAPSED: (seen & ~again & (day - closed_before <= relapse_days))
        | (written_state == RELAPSED),
        RUNNING: _running(same, day, running, issue_of) | (written_state == RUNNING),
    }
    state = np.full(len(current_findings), FOUND)
    for number, holds in flags.items():
        state = np.where(holds, number, state)
    marks = {name: flags[number] for number, name in FLAGS.items()}
    booked = np.where((state == LATE) & (written_state != LATE), due, day)
    return pd.DataFrame(
        {**marks, "closed": closed, "state": state, "booked": booked}, current_findings.index
    )


def judge_deadlines(problems: pd.DataFrame, as_of: int) -> pd.DataFrame:
    """Say of problems what became of their deadlines: in one way for every list, page and 通报.

    Takes:   problems - due, closed (ordinals; 0, OPEN: none); BY_MOVES and SET_ASIDE, if any was moved
             as_of - ordinal
    Returns: fell_due (the deadline has passed, and what is set aside is not judged), in_time (of
             those, closed by it), missed (the others), set_aside (passed, and in no base)
    """
    due, closed = problems["due"].to_numpy(np.int64), problems["closed"].to_numpy(np.int64)
    passed, is_kept, aside = (due > 0) & (due < as_of), closed <= due, np.zeros(len(due), bool)
    if BY_MOVES in problems:
        late_by_moves = problems[BY_MOVES].to_numpy(np.int64)
        # Whose time it was is known then: checking is not the unit's.
        by_moves = (late_by_moves == 0) & (closed < OPEN)
        is_kept = np.where(late_by_moves >= 0, by_moves, is_kept)
        aside = problems[SET_ASIDE].to_numpy(bool)
    fell_due = passed & ~aside
    kinds = {"fell_due": fell_due, "in_time": fell_due & is_kept, "missed": fell_due & ~is_kept}
    return pd.DataFrame({**kinds, "set_aside": passed & aside}, problems.index)


def _closed(findings: pd.DataFrame, answers: pd.DataFrame, as_of: int, known_at: str) -> np.ndarray:
    """Give the day on which each problem was closed by its own answers; the latest one decides."""
    known_answers = answers[
        (answers["happened_on"] <= as_of) & answers["finding"].isin(findings.index)
    ]
    if known_at:
        known_answers = known_answers[known_answers["known_at"] <= known_at]
    last = known_answers.sort_values("known_at", kind="stable").drop_duplicates(
        "finding", keep="last"
    )
    closing_days = last[last["state"] == ANSWERED].set_index("finding")["happened_on"]
    return closing_days.reindex(findings.index).fillna(OPEN).to_numpy(np.int64)


def _before(same: np.ndarray, day: np.ndarray, closed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the day before on which the same was found, and when all of that day was closed; 0: none."""
    lines = pd.DataFrame({"same": same, "day": day, "closed": closed})
    days = lines.groupby(["same", "day"], as_index=False)["closed"].max()
    last = days.groupby("same").shift(fill_value=0)
    days = days.assign(before=last["day"], closed_before=last["closed"])
    joined = lines[["same", "day"]].merge(days, on=["same", "day"], how="left")
    return joined["before"].to_numpy(np.int64), joined["closed_before"].to_numpy(np.int64)


def _running(
    same: np.ndarray, day: np.ndarray, running: int, issue_of: Mapping[int, int] | None
) -> np.ndarray:
    """Mark the first problem of each period that was found in the periods right before it too."""
    if not len(day):
        return np.zeros(0, bool)
    days, day_index = np.unique(day, return_inverse=True)
    apart = -(running + 1)  # two days without a period never follow one another
    numbers = [
        (ordinal - 1) // 7 if issue_of is None else issue_of.get(ordinal, apart * ordinal)
        for ordinal in days.tolist()
    ]
    issue = np.array(numbers, np.int64)[day_index]
    lines = pd.DataFrame({"same": same, "issue": issue, "day": day})
    firsts = lines.sort_values("day", kind="stable").drop_duplicates(["same", "issue"])
    issues_found = pd.MultiIndex.from_frame(firsts[["same", "issue"]])
    holds = np.ones(len(firsts), bool)
    for back in range(1, running):
        earlier = pd.MultiIndex.from_arrays([firsts["same"], firsts["issue"] - back])
        holds &= earlier.isin(issues_found)
    is_running = np.zeros(len(day), bool)
    is_running[firsts.index[holds]] = True
    return is_running & (running > 1)
