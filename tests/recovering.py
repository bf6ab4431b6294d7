"""A proof that hidden cells of tables follow from nothing that is shown, apart from the search for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

NOISE = 1e-7
"""Less than this is what solving equations leaves behind."""


def recoverable(
    n: ArrayLike,
    mask: ArrayLike,
    k: ArrayLike | None = None,
    rows: ArrayLike | None = None,
    columns: ArrayLike | None = None,
) -> bool:
    """Say whether a hidden cell or total of one table follows from all that is shown.

    A proof of its own, by linear programming: nothing of the search for what to hide is in it. Parts
    of a shown total of 0 % or 100 % do not count: nobody can hide them.

    Takes:   n, k - as for `suppress_tables`; mask, rows, columns - bool, what is hidden of cells and
             totals (None: no total is)
    """
    count = np.asarray(n, float)
    said = count / 2 if k is None else np.asarray(k, float)
    ends = [
        np.zeros(size, bool) if one is None else np.asarray(one, bool)
        for one, size in zip((rows, columns), count.shape, strict=True)
    ]
    unseen = np.asarray(mask, bool)
    if k is not None:
        unseen = unseen & ~_plain(count, said, ends)
    at = np.argwhere(unseen)
    inside = [at[:, axis] == np.arange(size)[:, None] for axis, size in enumerate(count.shape)]
    # shown totals are known, and so is what the hidden ones add up to
    shown = [
        part for of, end in zip(inside, ends, strict=True) for part in (of[~end], [of[end].any(0)])
    ]
    system = np.vstack(shown).astype(float)
    box = [(None, None) if k is None else (0, most) for most in count[unseen]]

    def known(aim: np.ndarray) -> bool:
        if not aim.any():  # all its parts are shown; or plain, which is nobody's fault
            return k is None
        both = [
            linprog(sign * aim, A_eq=system, b_eq=system @ said[unseen], bounds=box)
            for sign in (1, -1)
        ]
        return all(one.status == 0 for one in both) and -both[1].fun - both[0].fun < NOISE

    totals = [of[end].astype(float) for of, end in zip(inside, ends, strict=True)]
    return any(known(aim) for aim in np.vstack([np.eye(len(at)), *totals]))


def _plain(count: np.ndarray, said: np.ndarray, ends: Sequence[np.ndarray]) -> np.ndarray:
    """Say which cells are parts of a shown total of 0 % or 100 %."""
    plain = np.full(count.shape, said.sum() <= NOISE or said.sum() >= count.sum() - NOISE)
    for axis, hidden in enumerate(ends):
        sums, of = said.sum(axis=1 - axis), count.sum(axis=1 - axis)
        end = ~hidden & ((sums <= NOISE) | (sums >= of - NOISE))
        plain |= np.expand_dims(end, 1 - axis)
    return plain
