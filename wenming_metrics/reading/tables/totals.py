"""Rows of totals as they are found among the rows; `printed.totals` holds them against the others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Total:
    """A row of totals: its Excel row and its label."""

    excel: int
    label: str


def number_text(points_: int) -> str:
    """Write points (1e-4) as people do: 0.5, 12."""
    return f"{points_ / 10_000:.4f}".rstrip("0").rstrip(".")
