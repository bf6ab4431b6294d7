"""The figures of 问题整改, one table of definitions: each a share with what it is a share of, as of a day.

Problems without a limit are counted first and stand in no share of time. What is not yet due is in
no base; 不属实 is in none, 挂账 and 长期整改 are taken out of what is to be put right, and told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.domain.working_days import WorkingDays, count_working
from wenming_metrics.scoring.tree.states import OPEN
from wenming_metrics.vocabulary import LOOP_STATES

Mask = Callable[[pd.DataFrame], np.ndarray]
UNTRUE, _SUSPENDED, _LONG = "不属实", "挂账", "长期整改"
EXCUSED = (UNTRUE, _SUSPENDED, _LONG)
"""States of what is not, or not now, to be put right."""
_CHECKED = ("待销号", "已销号")


@dataclass(frozen=True)
class LoopFigure:
    """One figure. top, denominator - which problems are counted; None: a count, no share.

    words - what is divided by what, as it is printed; meaning - what is left out, and why
    """

    code: str
    title: str
    words: str
    top: Mask
    denominator: Mask | None = None
    meaning: str = ""


def _handed(lines: pd.DataFrame) -> np.ndarray:
    return (lines["handed"] > 0).to_numpy()


def _to_do(lines: pd.DataFrame) -> np.ndarray:
    """What is to be put right: 应整改."""
    return _handed(lines) & ~lines["state"].isin(EXCUSED).to_numpy()


def _with_postponed(lines: pd.DataFrame) -> np.ndarray:
    return _handed(lines) & (lines["state"] != UNTRUE).to_numpy()


def _is(state: str) -> Mask:
    return lambda lines: _handed(lines) & (lines["state"] == state).to_numpy()


def _has(column: str) -> Mask:
    return lambda lines: (lines[column] > 0).to_numpy()


def _flag(column: str) -> Mask:
    return lambda lines: lines[column].to_numpy(bool)


def _closed(lines: pd.DataFrame) -> np.ndarray:
    return _handed(lines) & (lines["closed"] < OPEN).to_numpy()


def _both(*masks: Mask) -> Mask:
    return lambda lines: np.logical_and.reduce([mask(lines) for mask in masks])


def _settled(lines: pd.DataFrame) -> np.ndarray:
    return (lines["state"] == "已销号").to_numpy()


def _checked(lines: pd.DataFrame) -> np.ndarray:
    return lines["state"].isin(_CHECKED).to_numpy() & (lines["way"] != "").to_numpy()


def _fell_due(lines: pd.DataFrame) -> np.ndarray:
    return _to_do(lines) & lines["fell_due"].to_numpy(bool)


def _judged(lines: pd.DataFrame) -> np.ndarray:
    """What fell due, without what others had in time: who is to look, or to hand it to another unit."""
    return _fell_due(lines) & ~lines["waits_in_time"].to_numpy(bool)


def _in_time(lines: pd.DataFrame) -> np.ndarray:
    return _closed(lines) & (~lines["is_late"] | lines["is_exempt"]).to_numpy(bool)


def _looked(lines: pd.DataFrame) -> np.ndarray:
    return (lines["looked"] != "").to_numpy()


def _put_right(lines: pd.DataFrame) -> np.ndarray:
    return (lines["looked"] == "整改到位").to_numpy()


FIGURES = (
    LoopFigure("undated", "无期限", "已交办、没有整改时限、还没有整改完的", _flag("is_undated")),
    LoopFigure(
        "found", "发现", "本期发现的问题", lambda lines: ~lines["is_carried"].to_numpy(bool)
    ),
    LoopFigure(
        "carried", "上期结转", "本期以前交办、到本期开始还没有整改完的", _flag("is_carried")
    ),
    LoopFigure("handed", "交办", "已交办的问题", _handed),
    LoopFigure(
        "untrue", "不属实", "认定不属实的", lambda lines: (lines["state"] == UNTRUE).to_numpy()
    ),
    LoopFigure("suspended", "挂账", "批准挂账的", _is(_SUSPENDED)),
    LoopFigure("long_term", "长期整改", "列入长期整改的，不算逾期", _is(_LONG)),
    LoopFigure("overdue", "逾期", "过了整改时限责任单位还没有办完的", _flag("is_overdue")),
    LoopFigure(
        "stalled", "长期无进展", "已交办、连续几个工作日没有任何进展的", _flag("is_stalled")
    ),
    LoopFigure(
        *("answer_rate", "反馈率", "有反馈 ÷ 已交办"),
        _both(_handed, _has("reported")),
        _handed,
        "责任单位回了话的都算：已整改、正在整改、申请不属实、申请挂账；退回的不算。",
    ),
    LoopFigure(
        *("claim_rate", "整改率（反馈）", "反馈已整改 ÷ 应整改"),
        _both(_to_do, _has("answered")),
        _to_do,
        "单位自己报的；应整改 = 交办 - 不属实 - 挂账 - 长期整改。",
    ),
    LoopFigure(
        *("close_rate", "核查销号率", "已销号 ÷ 应整改"),
        _both(_to_do, _settled),
        _to_do,
        "有人核查过并批准销号的。",
    ),
    LoopFigure(
        *(
            "close_rate_all",
            "核查销号率（含挂账、长期整改）",
            "已销号 ÷（应整改 + 挂账 + 长期整改）",
        ),
        _both(_with_postponed, _settled),
        _with_postponed,
    ),
    LoopFigure(
        *("on_site", "现场核查占比", "现场核查 ÷ 核查通过"),
        _both(_checked, lambda lines: (lines["way"] == "现场").to_numpy()),
        _checked,
    ),
    LoopFigure(
        *("due_rate", "到期整改率", "到期并已整改完 ÷ 已到期"),
        _both(_fell_due, _closed),
        _fell_due,
        "未到期、无期限的不在内。",
    ),
    LoopFigure(
        *("kept", "按期整改率", "按期整改完 ÷ 已到期"),
        _both(_judged, _in_time),
        _judged,
        "未到期、无期限的不在内；期限内反馈、等着核查的，期限内退回、等着改派的，也不在内。"
        "申诉获准的按按期计。",
    ),
    LoopFigure(
        *("returned", "返工率", "核查不通过过的 ÷ 反馈过已整改的"),
        _has("returns"),
        lambda lines: ((lines["answered"] > 0) | (lines["returns"] > 0)).to_numpy(),
    ),
    LoopFigure(
        *("relapse", "反弹率", "整改完后规定天数内又发现的 ÷ 整改完过的"),
        _flag("is_relapsed"),
        _flag("was_closed"),
        "没有再去看过的也在分母里。",
    ),
    LoopFigure(
        *("relapse_seen", "反弹率（回头看过的）", "回头看发现反弹的 ÷ 销号后回头看过的"),
        _flag("is_relapsed"),
        # What an inspection happened to find again was not looked back at: it would always be all.
        lambda lines: (lines["relapsed"] > 0).to_numpy() | (lines["held"] > 0).to_numpy(),
    ),
    LoopFigure(
        *("looked", "复查到位率", "整改复查到位 ÷ 整改复查过的"),
        _put_right,
        _looked,
    ),
)
"""All figures, those without a limit first."""


def figures(lines: pd.DataFrame) -> pd.DataFrame:
    """Work all figures out.

    Takes:   lines - one per problem: state, handed, reported, answered, held, relapsed (days, 0: not),
             closed (day, OPEN), way, looked, returns, and the flags is_undated, is_carried, is_overdue, is_stalled,
             is_late, is_exempt, fell_due, waits_in_time, is_relapsed, was_closed
    Returns: code, title, words, meaning, numerator, denominator (<NA> for a count), rate (0 to 1, NaN
             without a base)
    """
    rows = []
    for definition in FIGURES:
        top = definition.top(lines)
        denominators = None if definition.denominator is None else definition.denominator(lines)
        numerator = int(top.sum() if denominators is None else (top & denominators).sum())
        denominator = pd.NA if denominators is None else int(denominators.sum())
        rate = (
            np.nan
            if denominators is None or not denominators.any()
            else numerator / int(denominators.sum())
        )
        texts = (definition.code, definition.title, definition.words, definition.meaning)
        rows.append((*texts, numerator, denominator, rate))
    names = ["code", "title", "words", "meaning", "numerator", "denominator", "rate"]
    return pd.DataFrame(rows, columns=names).astype({"denominator": "Int64"})


def add_flags(
    lines: pd.DataFrame, as_of: int, stalled_before: int, period_start: int
) -> pd.DataFrame:
    """Put the flags that figures ask for to lines of problems.

    Takes:   lines - as `figures` takes them, with due, moved (days) and runs (whether the unit's or
             the office's or the checker's time passes); as_of - ordinal; stalled_before - what was
             last moved before this day has stood still; period_start - first day of the period
    """
    is_open = (lines["closed"] >= OPEN) & ~lines["state"].isin(["不属实"])
    handed = lines["handed"] > 0
    waits = (lines["state"].map(LOOP_STATES) != "unit") & (lines["closed"] >= OPEN)
    return lines.assign(
        is_undated=handed
        & (lines["due"] == 0)
        & is_open
        & ~lines["state"].isin([_SUSPENDED, _LONG]),
        is_carried=handed
        & (lines["handed"] < period_start)
        & (lines["closed"] >= period_start)
        & (lines["state"] != "不属实"),
        fell_due=(lines["due"] > 0) & (lines["due"] < as_of),
        waits_in_time=waits & ~lines["is_late"],
        is_stalled=handed & is_open & lines["runs"] & (lines["moved"] < stalled_before),
    )


def median_days(lines: pd.DataFrame, calendar: WorkingDays) -> tuple[float, int]:
    """Give the median of the working days from hand-out to closure, and of how many problems."""
    closed_lines = lines[(lines["closed"] < OPEN) & (lines["handed"] > 0)]
    moments = (closed_lines[name].to_numpy(np.int64) for name in ("handed", "closed"))
    days = count_working(calendar, *moments)
    return (float(np.median(days)) if len(days) else np.nan), len(days)
