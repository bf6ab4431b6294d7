"""加减分: what decisions and difficulty add to a score after the tree, line by line.

score = c x tree + bonus - penalty, within 0 and the full mark. Each part is a line of the ledger,
also what a cap or the full mark leaves uncounted, so that the lines add up to the difference
between the score of the tree and the final one. A veto (一票否决) takes no points: it is a status
with its document number, and only where the rules use it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import POINT_SCALE, exact_bins
from wenming_metrics.rules.model import Adjustments, RuleSet
from wenming_metrics.vocabulary import ADJUSTMENTS

BONUS, PENALTY, VETO = ADJUSTMENTS
DIFFICULTY, LIMIT = "难度系数", "满分与零分为限"
"""Kinds of lines that no workbook says: the coefficient of the group, what went over the limits."""
LEDGER = ("column", "unit", "day", "kind", "written", "reason", "document_no", "file", "sheet")
LEDGER += ("source_row",)
"""Columns of a ledger as it comes from the store; `written` in 1e-4 points, without sign."""


def in_use(adjustments: Adjustments) -> bool:
    """Say whether rules speak of adjustments, if only by naming them; else no decision counts."""
    return adjustments != Adjustments()


def adjust(
    scores: np.ndarray, groups: np.ndarray, ledger: pd.DataFrame, rules: RuleSet
) -> tuple[np.ndarray, pd.DataFrame]:
    """Adjust the scores of a row of columns (units in windows) under a rule set; see `settle`."""
    return settle(scores, groups, ledger, rules.adjustments, rules.full_mark)


def settle(
    scores: np.ndarray,
    groups: np.ndarray,
    ledger: pd.DataFrame,
    adjustments: Adjustments,
    full_mark: float,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Adjust scores, one per column.

    Earlier decisions of a window count first; what lies over a cap counts nothing.

    Takes:   scores - of the tree, NaN = none: such a column stays without score
             groups - per column, the group whose difficulty coefficient holds
             ledger - LEDGER: the decisions of the days of each column
    Returns: the final scores; and the lines: LEDGER with `counted` (points with their sign) and
             `remark` (why a line counts nothing or less). Per column `counted` sums to the final
             score less that of the tree.
    """
    if not in_use(adjustments):
        return scores, no_lines()
    decisions = ledger.sort_values(["column", "day", "file", "source_row"], kind="stable")
    decisions = decisions.reset_index(drop=True)
    scored = ~np.isnan(scores)
    bonus = _capped(decisions, BONUS, adjustments.bonus_cap, scored)
    penalty = _capped(decisions, PENALTY, adjustments.penalty_cap, scored)
    counted = (bonus - penalty) / POINT_SCALE
    remarks = _remarks(decisions, bonus + penalty, scored, adjustments)
    lines = [
        decisions.assign(counted=counted, remark=remarks),
        _difficulty(scores, groups, adjustments),
    ]
    ledger_lines = pd.concat(
        [frame for frame in lines if len(frame)] or [no_lines()], ignore_index=True
    )
    raw = scores + exact_bins(
        ledger_lines["column"].to_numpy(np.int64), ledger_lines["counted"], len(scores)
    )
    final = np.clip(raw, 0.0, np.inf if adjustments.above_full else full_mark)
    limits = _limits(final - raw, full_mark)
    return final, pd.concat([ledger_lines, limits], ignore_index=True) if len(
        limits
    ) else ledger_lines


def vetoed(ledger: pd.DataFrame) -> dict[int, str]:
    """Give the columns that a veto in force strikes, with the numbers of its documents."""
    struck = ledger[(ledger["kind"] == VETO) & (ledger["remark"] == "")]
    documents = struck.groupby("column")["document_no"].agg(
        lambda numbers: "、".join(dict.fromkeys(numbers))
    )
    return {int(column): str(numbers) for column, numbers in documents.items()}


def _capped(
    decisions: pd.DataFrame, kind: str, cap: float | None, scored: np.ndarray
) -> np.ndarray:
    """Give the points of each line of a kind that count below the cap of its column (1e-4)."""
    column = decisions["column"].to_numpy(np.int64)
    ours = (decisions["kind"] == kind).to_numpy() & scored[column]
    points = np.where(ours, decisions["written"].to_numpy(np.int64), 0)
    if cap is None or not len(decisions):
        return points
    so_far = pd.Series(points).groupby(column).cumsum().to_numpy()
    most = round(cap * POINT_SCALE)
    return np.minimum(so_far, most) - np.minimum(so_far - points, most)


def _remarks(
    decisions: pd.DataFrame, counted: np.ndarray, scored: np.ndarray, adjustments: Adjustments
) -> np.ndarray:
    vetoes = (decisions["kind"] == VETO).to_numpy()
    less = counted < decisions["written"].to_numpy(np.int64)
    return np.select(
        [
            vetoes & (not adjustments.veto),
            vetoes,
            ~scored[decisions["column"].to_numpy(np.int64)],
            less,
        ],
        ["本办法不用一票否决，只作记录", "", "本期没有得分，不加减", "超过上限的部分不计"],
        "",
    ).astype(object)


def _difficulty(scores: np.ndarray, groups: np.ndarray, adjustments: Adjustments) -> pd.DataFrame:
    """Give a line for each score that its group's coefficient changes."""
    factors = np.array([adjustments.difficulty.get(group, 1.0) for group in groups], float)
    column = np.flatnonzero(~np.isnan(scores) & (factors != 1.0))
    reasons = [f"{groups[index]} × {factors[index]:g}" for index in column]
    return _make_lines(column, DIFFICULTY, reasons, scores[column] * (factors[column] - 1.0))


def _limits(over: np.ndarray, full_mark: float) -> pd.DataFrame:
    column = np.flatnonzero(np.nan_to_num(over) != 0.0)
    reasons = [
        f"超过满分 {full_mark:g} 不计" if over[index] < 0 else "扣到 0 分为止" for index in column
    ]
    return _make_lines(column, LIMIT, reasons, over[column])


def _make_lines(
    column: np.ndarray, kind: str, reasons: list[str], counted: np.ndarray
) -> pd.DataFrame:
    blank = dict.fromkeys(("document_no", "file", "sheet", "remark"), "")
    fields = {"column": column, "unit": -1, "day": 0, "kind": kind, "written": 0, "source_row": 0}
    frame = pd.DataFrame({**fields, "reason": reasons, **blank, "counted": counted})
    return frame[[*LEDGER, "counted", "remark"]]


def no_lines() -> pd.DataFrame:
    """Give the ledger of scores that nothing was done to."""
    return _make_lines(np.array([], np.int64), "", [], np.array([], float))
