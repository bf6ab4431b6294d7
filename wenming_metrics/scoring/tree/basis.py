"""What sums are based on beside the rows: the rules, a board, and the tree of units."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from wenming_metrics.domain.registers import Register, ancestors
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.scoring.tally.columns import add_columns
from wenming_metrics.scoring.tally.leaves import LEAF_KEYS, LEAF_SUMS, leaf_lines
from wenming_metrics.scoring.tally.tally import TERRITORY, checks_of_days
from wenming_metrics.scoring.tree.settling import (
    LINE_KEYS,
    LINE_SUMS,
    NOTHING_SETTLED,
    settle_day,
    settling,
)
from wenming_metrics.vocabulary import ROLE_CODES

_FORM = 2
"""Counts the forms that sums have had: sums of another form are none of ours."""
DayTally = dict[str, pd.DataFrame]
"""The frames of one day of `tally.tally_days`: cells, visits, grain."""
Sums = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]
"""Columns of leaf sums (`leaves.LEAF_KEYS`, `LEAF_SUMS`) and of settled lines (`settling`)."""


@dataclass(frozen=True, eq=False)
class SumKey:
    """One way of summing tallies; sums of equal keys may be added.

    counts_for - unit -> the unit of the board it counts for, -1 for none; role - its number
    """

    key: str
    rules: RuleSet
    board: Board
    counts_for: np.ndarray
    role: int

    @property
    def tally_frames(self) -> tuple[str, ...]:
        """The parts of a day's tally that `sum_day` looks at; nodes settle for territories only."""
        settles = self.role == TERRITORY and settling(self.rules)
        return ("cells", "visits", "grain") if settles else ("cells",)


@lru_cache(maxsize=16)
def basis_of(register: Register, rules: RuleSet, board: Board) -> SumKey:
    """Give the basis of a board under some rules with the units of a register."""
    above = ancestors(register, board.kind) if len(register.units) else np.array([], np.int64)
    role = ROLE_CODES.index(board.role)
    fingerprint = (
        f"{_FORM} {rules.digest} {board.kind} {role} ".encode() + above.astype("<i8").tobytes()
    )
    return SumKey(
        hashlib.blake2b(fingerprint, digest_size=16).hexdigest(), rules, board, above, role
    )


def bases_of(register: Register, rules: RuleSet) -> tuple[SumKey, ...]:
    """Give the bases of all boards of some rules."""
    return tuple(basis_of(register, rules, board) for board in rules.boards)


def sum_day(day: int, tally: DayTally, basis: SumKey) -> Sums:
    """Sum one day's tally on a basis."""
    leaves = leaf_lines(tally["cells"], basis.rules, basis.counts_for, basis.role)
    if "grain" in basis.tally_frames:
        checks = checks_of_days([(day, tally)])
        settled = settle_day(checks, basis.rules, basis.counts_for)
    else:
        settled = NOTHING_SETTLED
    return leaves, settled


def add_sums(total: Sums, more: Sums) -> Sums:
    """Add sums on one basis; exact, for they are integers."""
    leaves = add_columns(total[0], more[0], LEAF_KEYS, LEAF_SUMS)
    return leaves, add_columns(total[1], more[1], LINE_KEYS, LINE_SUMS)


def columns_of(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Give the columns of a frame of integers."""
    return {name: frame[name].to_numpy(np.int64) for name in frame}
