"""What a catalogue and a rule set are, as frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

MODES = ("rate", "deduct")
"""How a node makes its own rate from rows; a node without a mode averages its children."""
AVERAGES = ("pooled", "visit")
"""Mode rate: all checks together (合并计算), or the mean of the visits' rates (按次平均)."""
SETTLEMENTS = ("visit", "day", "week", "month", "window")
"""Mode deduct: the period in which 扣完为止 is settled."""


@dataclass(frozen=True)
class Fault:
    """One fault of a rule file: which file, which line, what and how to mend it (Chinese)."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        """The fault as one line: file, line, message."""
        place = f"{self.file} 第 {self.line} 行" if self.line else self.file
        return f"{place}:{self.message}"


class RuleSetError(ValueError):
    """A folder of rules cannot be used; `faults` lists everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What can be looked at. Numbers are line positions: entries are only ever appended.

    items       - index `item`: code, name, category, full_mark (int64, 1e-4), aliases (list)
    point_types - index `point_type`: code, name, aliases (list)
    applies     - bool array (item, point_type): whether an item is looked at there
    """

    items: pd.DataFrame
    point_types: pd.DataFrame
    applies: np.ndarray


@dataclass(frozen=True)
class Board:
    """One list of units (榜单): which kind, counted in which role, ranked or only listed."""

    kind: str
    title: str
    role: str
    ranked: bool
    groups: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class RuleSet:
    """One published version of the rules (测评办法).

    nodes    - index `node`, parents before children, node 0 = the whole (总分): code, name,
               parent (node, -1 for the root), weight (share among siblings, 0 to 1), level, mode,
               average, settlement, full_mark (1e-4, for deduct), method, lead, responsible, note,
               line, is_leaf
    leaf_of  - int64 array (item, point_type): the leaf's node, -1 = 不计分
    coverage - kind of window -> share of weight that must have been looked at to be scored
    """

    id: str
    title: str
    short: str
    version: str
    source: str
    effective_from: date
    effective_to: date | None
    digest: str
    full_mark: float
    decimals: int
    target: float | None
    nodes: pd.DataFrame
    leaf_of: np.ndarray
    coverage: dict[str, float]
    ranked_by: str
    ties: str
    sources: tuple[str, ...]
    boards: tuple[Board, ...]

    @property
    def leaves(self) -> np.ndarray:
        """Node numbers of the leaves, in tree order."""
        return np.flatnonzero(self.nodes["is_leaf"].to_numpy())

    def board(self, kind: str) -> Board:
        """Give the list of one kind of unit. Raises KeyError."""
        for board in self.boards:
            if board.kind == kind:
                return board
        raise KeyError(kind)
