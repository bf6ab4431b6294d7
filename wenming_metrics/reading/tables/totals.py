"""Rows of totals as they are found among the rows; `printed.totals` holds them against the others."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOTAL = re.compile(r"^.{0,8}(合计|小计|总计|共计|平均|平均分|均分)(分|数|值|得分|扣分)?:?$")


@dataclass(frozen=True)
class Total:
    """A row of totals: its Excel row and its label."""

    excel: int
    label: str


def number_text(points_: int) -> str:
    """Write points (1e-4) as people do: 0.5, 12."""
    return f"{points_ / 10_000:.4f}".rstrip("0").rstrip(".")


def is_total(text: str) -> bool:
    """Say whether a (normalised) text names a row of totals: 合计, 甲街道小计."""
    return bool(_TOTAL.match(text))
