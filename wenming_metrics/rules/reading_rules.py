"""Section [reading] of `rules.toml`: what a blank cell means where an office has a rule for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.rules.settings_table import RULES


@dataclass(frozen=True)
class ReadingRules:
    """How blank cells are read.

    blank_deduction - "by_kind": 未查 in a checklist without results and the whole mark of a problem
                      that is listed; "zero": nothing lost in both. A row that says 不符合 loses its
                      whole mark all the same
    blank_full_mark - 1e-4 points that a blank cell of a column 分值 stands for; None: what the
                      catalogue says of the item
    """

    blank_deduction: str = RULES.default("reading.blank_deduction")
    blank_full_mark: int | None = None


def reading_rules(settings: Mapping) -> ReadingRules:
    """Give section [reading] as a record."""
    mark = RULES.value(settings, "reading.blank_full_mark")
    return ReadingRules(
        RULES.value(settings, "reading.blank_deduction"),
        None if mark is None else to_points(str(mark)),
    )
