"""Which hidden numbers can be worked out of the sums that are shown.

Hidden numbers can change together as long as every sum that is shown stays: one cell up, another of
its row down, one of that column up ... until the round closes. A number that no round moves has one
value only, and is given away. With what people said (k) known, 0 % only goes up and 100 % only down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NOISE = 1e-7
"""Less than this is what solving equations leaves behind."""
_TRIES = 5
"""So many directions at random are tried before numbers are looked at one by one."""


@dataclass(frozen=True, eq=False)
class Sums:
    """Numbers (cells and totals) and how they add up.

    n - questionnaires of each; k - what is protected, None = by the pattern alone; sums - one row per
    sum, 1 for what is added, -1 for the total where that is a number too; total - bool, is a total;
    turned - sums to be read the other way round, so that each number adds to one and takes from one
    """

    n: np.ndarray
    k: np.ndarray | None
    sums: np.ndarray
    total: np.ndarray
    turned: np.ndarray

    @property
    def stuck(self) -> np.ndarray:
        """Say which numbers can only move one way: 0 % and 100 %."""
        return ~(self.up & self.down)

    @property
    def up(self) -> np.ndarray:
        """Say which numbers could be larger."""
        return np.ones(len(self.n), bool) if self.k is None else self.k < self.n - NOISE

    @property
    def down(self) -> np.ndarray:
        """Say which numbers could be smaller."""
        return np.ones(len(self.n), bool) if self.k is None else self.k > NOISE

    def unseen(self, mask: np.ndarray) -> np.ndarray:
        """Give what is hidden and not plain: a shown total of 0 % or 100 % tells all its parts."""
        if self.k is None:
            return mask
        revealing = (self.sums < 0)[:, self.stuck & ~mask].any(axis=1)
        return mask & ~(self.sums[revealing] > 0).any(axis=0)


def add_up(n: np.ndarray, k: np.ndarray | None) -> Sums:
    """Write a table as numbers: cells row by row, the totals of rows, the totals of columns."""
    rows, columns = n.shape
    along, across = np.eye(rows), np.eye(columns)
    sums = np.block(
        [
            [np.kron(along, np.ones(columns)), -along, np.zeros((rows, columns))],
            [np.kron(np.ones(rows), across), np.zeros((columns, rows)), -across],
            [np.zeros(n.size), np.ones(rows), np.zeros(columns)],
            [np.zeros(n.size), np.zeros(rows), np.ones(columns)],
        ]
    )
    laid = [None if numbers is None else lay(numbers) for numbers in (n, k)]
    turned = np.repeat([False, True, False, True], [rows, columns, 1, 1])
    return Sums(*laid, sums, np.arange(sums.shape[1]) >= n.size, turned)


def lay(table: np.ndarray) -> np.ndarray:
    """Lay the cells of a table, the totals of its rows and of its columns end to end."""
    return np.concatenate([table.ravel(), table.sum(axis=1), table.sum(axis=0)])


def join(tables: Sequence[Sums], rows: int) -> Sums:
    """Tie tables together whose totals of rows are the same numbers: those of the first table.

    The others keep totals of their own; that they are equal is one more sum each.
    """
    widths = [len(table.n) for table in tables]
    starts = np.cumsum([0, *widths])
    blocks = np.zeros((sum(len(table.sums) for table in tables), starts[-1]))
    equal, first_row, row_at = [], 0, []
    for start, table in zip(starts, tables, strict=False):
        blocks[first_row : first_row + len(table.sums), start : start + len(table.n)] = table.sums
        first_row += len(table.sums)
        row_at.append(start + int(np.argmax(table.total)) + np.arange(rows))
    for totals in row_at[1:]:
        for first, second in zip(row_at[0], totals, strict=True):
            line = np.zeros(starts[-1])
            line[first], line[second] = 1, -1
            equal.append(line)
    k = None if tables[0].k is None else np.concatenate([table.k for table in tables])
    n, total = (
        np.concatenate([getattr(table, name) for table in tables]) for name in ("n", "total")
    )
    every = np.vstack([blocks, *equal])
    return Sums(n, k, every, total, np.zeros(len(every), bool))


def disclosed_by_rounds(sums: Sums, unseen: np.ndarray) -> np.ndarray:
    """Find the hidden numbers that no round moves, where each number is in two sums at most.

    Sums are places, and a number is a way between its two: one way when it rises, back when it falls.
    A number of one sum only leads to a place outside. What moves lies on a closed way round.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    where, outside = np.flatnonzero(unseen), len(sums.sums)
    signs = np.where(sums.turned[:, None], -1, 1) * sums.sums[:, where]
    start, end = (
        np.where(mask.any(axis=0), mask.argmax(axis=0), outside) for mask in (signs > 0, signs < 0)
    )
    up, down = sums.up[where], sums.down[where]
    ways = np.zeros((outside + 1, outside + 1), np.int64)
    np.add.at(ways, (start[up], end[up]), 1)
    np.add.at(ways, (end[down], start[down]), 1)
    _, ring = connected_components(csr_array(ways), connection="strong")
    moves = ring[start] == ring[end]
    for number in np.flatnonzero(up & down):  # its own way back is no round
        a, b = start[number], end[number]
        moves[number] = _around(ways, a, b) or _around(ways, b, a)
    return where[~moves]


def _around(ways: np.ndarray, a: int, b: int) -> bool:
    """Say whether b leads back to a other than by the one direct way that comes first."""
    if ways[b, a] > 1:
        return True
    seen = np.arange(len(ways)) == b
    new = ways[b] > 0
    new[a] = False
    while new.any() and not new[a]:
        seen |= new
        new = (ways[new] > 0).any(axis=0) & ~seen
    return bool(new[a])


def disclosed_by_bounds(sums: Sums, unseen: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Find those of `among` for which no other value fits, by linear programming.

    Takes: among - bool, numbers to be looked at
    """
    from scipy.optimize import linprog

    where = np.flatnonzero(unseen)
    inside = sums.sums[:, where]
    inside = inside[inside.any(axis=1)]
    still, box = np.zeros(len(inside)), np.column_stack([-1.0 * sums.down, 1.0 * sums.up])[where]

    def moved(aim: np.ndarray) -> np.ndarray:
        solution = linprog(aim, A_eq=inside, b_eq=still, bounds=box, method="highs")
        return np.abs(solution.x) > NOISE

    left, chance = among[where].copy(), np.random.default_rng(0)
    for _ in range(_TRIES):  # most move at once
        if left.any():
            left &= ~moved(chance.normal(size=len(left)) * left)
    for number in np.flatnonzero(left):
        aim = np.eye(1, len(left), number)[0]
        left[number] = not (moved(aim)[number] or moved(-aim)[number])
    return where[left]
