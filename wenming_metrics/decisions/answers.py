"""Answers that name no problem are put to one, by a person: they then count as if they had named it."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.decisions.problem_moves import make_several, order_now
from wenming_metrics.domain.periods import today
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.matches import CONFIRMED
from wenming_metrics.store.problems import ANSWER_ACTS, PROGRESS


def accept_answers(office: Office, lines: pd.DataFrame, who: str) -> list[str]:
    """Put answers to the problems that are offered for them; all or none.

    Takes:   lines - of `queries.problems.matches.unmatched_answers`
    Returns: the numbers of the problems
    Raises IntakeError where an answer has none offered, says no state, or two are put to one problem.
    """
    if lines.empty:
        raise IntakeError("请先勾选反馈。")
    unoffered = int((lines["likeness"] == 0).sum())
    if unoffered:
        raise IntakeError(
            f"勾选的反馈里有 {unoffered} 条没有相近的问题，请在问题清单里直接办理反馈。"
        )
    keys = [_key(line) for line in lines.itertuples()]
    if len(set(keys)) < len(keys):
        raise IntakeError("勾选的反馈里有几条对着同一个问题，请逐条确认。")
    moves = [([key], _order(line, who)) for key, line in zip(keys, lines.itertuples(), strict=True)]
    return make_several(office, moves)


def _key(line: tuple) -> str | tuple[int, int, int]:
    if line.batch_of and (not line.number or line.is_shared):
        return line.day, line.batch_of, line.seq_of
    return line.number


def _order(line: tuple, who: str) -> object:
    # As a number in the file would date it: when it was done, but not before the problem was there.
    day = min(max(line.happened, line.day, line.since), today().toordinal())
    return order_now(
        ANSWER_ACTS.get(line.state, PROGRESS),
        who,
        day,
        reason=f"{CONFIRMED}{line.file}第{line.source_row}行",
        details={
            **{"state": line.state, "measure": line.measure, "description": line.description},
            "finished": line.finished,
        },
        origin=(line.batch, line.sheet_number, line.source_row),
    )
