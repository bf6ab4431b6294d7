"""Every setting of `rules.toml`: title, meaning, kind of value, choices, range and default.

They are declared in `rules_settings.toml`; the checks, the defaults of the records, the workbook and
its hints are all made from there. What is not listed in a loose section is still written and read: as a path and a value in the notation of
TOML.
"""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.domain.periods import KINDS
from wenming_metrics.domain.working_hours import parse_hours
from wenming_metrics.rules.setting import read_settings
from wenming_metrics.vocabulary import SOURCE_CODES, TEST_SOURCES

SETTLED_WORDS = {
    **{"deduct": "扣完为止", "grade": "分档", "all_or_nothing": "一项不合格不得分"},
    "mean": "各次得分率的平均",
}
"""Modes that settle what was lost below a node period by period."""
STOCK_WORDS = {"threshold": "达标分档", "value": "数值折算"}
"""Modes of a leaf that is fed by a dated fact: a grade of a metric, a printed score ÷ full mark."""
MODE_WORDS = {"rate": "得分率", **SETTLED_WORDS, **STOCK_WORDS}
"""How a node makes its own rate; a node without a mode averages its children."""
AVERAGE_WORDS = {"pooled": "合并计算", "visit": "按次逐项平均"}
"""Mode rate: all checks together, or the mean over visits and items, each check alike; the mean of whole
visits is mode mean."""
SETTLEMENT_WORDS = {
    **{"visit": "每次检查", "day": "每天", "week": "每周", "month": "每月"},
    "window": "整个时段",
}
"""Modes of SETTLED_WORDS: the period in which is settled what was lost."""
MISSING_WORDS = {
    "renormalise_local": "由同级分担",
    "renormalise_global": "由全部已查指标分担",
    "whole": "按全部检查项的得分率计",
    **{"peer_mean": "取同组平均", "full": "按满分", "zero": "按零分"},
}
"""A leaf that applies but was not looked at: its weight goes to its siblings, or to all leaves
that were looked at; or it gets the mean of its group, full marks, or nothing."""
LIMITS_OVERDUE = {"提示": 1, "催办": 2, "督办单": 4, "提级督办": 6}
"""Reminders, each with the working days after the deadline from which it is due."""
ISSUE_WORDS = {kind: word for kind, word in KINDS.items() if kind != "custom"} | {
    "span": "固定天数"
}
ROOT_WORDS = {"rate": MODE_WORDS["rate"], **SETTLED_WORDS}
COUNTED_SOURCES = tuple(code for code in SOURCE_CODES if code not in TEST_SOURCES)


def _is_clock(text: str) -> bool:
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_hours(text: str) -> bool:
    return parse_hours(text) is not None


def _is_month_day(text: str) -> bool:
    return month_day(text) is not None


def month_day(text: str) -> tuple[int, int] | None:
    """Read 「06-01」 as month and day; None where there is no such day."""
    try:
        read = datetime.strptime(f"2000-{text}", "%Y-%m-%d")
    except ValueError:
        return None
    return read.month, read.day


def _is_mark(number: float) -> bool:
    return (to_points(str(number)) or 0) > 0


RULES = read_settings(
    Path(__file__).with_name("rules_settings.toml"),
    {"root", "ranking", "city", "sources", "windows", "board[]"},
    clock=_is_clock,
    hours=_is_hours,
    month_day=_is_month_day,
    mark=_is_mark,
)
