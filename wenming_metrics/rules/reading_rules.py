"""Section [reading] of `rules.toml`: what a blank cell means where an office has a rule for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wenming_metrics.domain.numbers import to_points

BLANK_DEDUCTIONS = ("by_kind", "zero")
"""A blank 扣分: 未查 in a checklist without results and the whole mark of a problem that is
listed; or nothing lost in both."""


@dataclass(frozen=True)
class ReadingRules:
    """How blank cells are read.

    blank_deduction - one of BLANK_DEDUCTIONS; a row that says 不符合 loses its whole mark all the
                      same
    blank_full_mark - 1e-4 points that a blank cell of a column 分值 stands for; None: what the
                      catalogue says of the item
    """

    blank_deduction: str = "by_kind"
    blank_full_mark: int | None = None


def reading_rules(settings: Mapping) -> ReadingRules:
    """Give section [reading] as a record."""
    told = settings.get("reading", {})
    mark = told.get("blank_full_mark")
    return ReadingRules(
        told.get("blank_deduction", BLANK_DEDUCTIONS[0]),
        None if mark is None else to_points(str(mark)),
    )


def reading_faults(settings: Mapping) -> Iterator[str]:
    """Say what is wrong with section [reading]."""
    told = settings.get("reading", {})
    if not isinstance(told, Mapping):
        yield "reading 应为一节 [reading]。"
        return
    for name in sorted(told.keys() - {"blank_deduction", "blank_full_mark"}):
        yield f"不认识的设置 reading.{name}:它不起任何作用,请删去或改正。"
    if told.get("blank_deduction", BLANK_DEDUCTIONS[0]) not in BLANK_DEDUCTIONS:
        yield "reading.blank_deduction 应为 by_kind(检查表算未查、问题清单扣满分)或 zero(不扣分)。"
    mark = told.get("blank_full_mark", 1)
    number = isinstance(mark, int | float) and not isinstance(mark, bool)
    if not number or (to_points(str(mark)) or 0) <= 0:
        yield "reading.blank_full_mark 应为大于 0、最多四位小数的数。"
