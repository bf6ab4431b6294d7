"""Which cells of tables stay unseen, so that subtraction brings none of them back.

A figure of fewer than `hide` questionnaires is not shown (样本过少,不公布). Were it the only one in
its row, the row's total less the rest would be it: further cells are hidden until nothing that is
shown gives one away, nor what few people together said. The counts n stay public; hidden is what
people said (k, 比例). The total of all is always shown.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from wenming_metrics.domain.numbers import exact_product
from wenming_metrics.scoring.survey.disclosure import (
    Sums,
    add_up,
    disclosed_by_bounds,
    disclosed_by_rounds,
    join,
)


@dataclass(frozen=True, eq=False)
class Hidden:
    """What is hidden of a table: its cells, the totals of its rows and columns; arrays of bool."""

    cells: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


def suppress_tables(
    tables: Sequence[ArrayLike],
    hide: int,
    k: Sequence[ArrayLike] | None = None,
    rows: ArrayLike | None = None,
) -> list[Hidden]:
    """Say what is hidden of tables that have their rows, and so the totals of rows, in common.

    Takes:   tables - questionnaires per cell, 2-d, without totals; those who fit no column need a
             column of their own, so that every table adds up to the same totals;
             k - what is protected: yeses, or sums of values, per cell, 0 to n; None (as where
             questionnaires weigh unequally): by the pattern alone, which leaves open that hidden
             cells give themselves away because all of them are 0 % or 100 %;
             rows - bool, which totals of rows are hidden elsewhere already; the others are shown,
             and this is not changed here; None: decided here
    Raises:  ValueError - the tables do not add up to the same totals
    """
    counts = [np.asarray(table, np.int64) for table in tables]
    protected = [None] * len(counts) if k is None else [np.asarray(cells, float) for cells in k]
    totals = counts[0].sum(axis=1)
    if any((count.sum(axis=1) != totals).any() for count in counts):
        raise ValueError("tables must have the same totals of rows")
    if rows is None and len(counts) > 1:
        rows = suppress_list(totals, hide, None, None if k is None else protected[0].sum(axis=1))
    systems = [add_up(*table) for table in zip(counts, protected, strict=True)]
    masks, fixed = [], []
    for system, count in zip(systems, counts, strict=True):
        mask, is_fixed = (system.n > 0) & (system.n < hide), np.zeros(len(system.n), bool)
        if rows is not None:
            row_totals = slice(count.size, count.size + len(totals))
            mask[row_totals], is_fixed[row_totals] = np.asarray(rows, bool), True
        masks.append(_protect(system, hide, mask, ~is_fixed))
        fixed.append(is_fixed)
    if len(counts) > 1 and np.any(rows):
        masks = _protect_together(systems, masks, fixed, len(totals))
    return [_cut(mask, count) for mask, count in zip(masks, counts, strict=True)]


def suppress_list(
    n: ArrayLike,
    hide: int,
    group: Sequence[Hashable] | None = None,
    k: ArrayLike | None = None,
) -> np.ndarray:
    """Say which figures of a list are hidden whose total is shown, and that of every group.

    Takes:   n - questionnaires per unit; group - of each unit, None = no totals of groups are shown
    Returns: bool per unit; totals of groups below `hide` count as hidden
    """
    count = np.asarray(n, np.int64)
    protected = None if k is None else np.asarray(k, float)
    number: dict[Hashable, int] = {}
    code = np.array([number.setdefault(label, len(number)) for label in group or ()], np.int64)
    within = (code == np.arange(len(number))[:, None]).astype(float)
    sums, laid = np.ones((1, len(count))), [count, protected]
    if group is not None:
        every = np.append(np.zeros(len(count)), np.ones(len(number)))
        sums = np.vstack([np.hstack([within, -np.eye(len(number))]), every])
        laid = [
            None if numbers is None else np.append(numbers, exact_product(within, numbers))
            for numbers in (count, protected)
        ]
    total = np.arange(sums.shape[1]) >= len(count)
    system = Sums(*laid, sums, total, np.zeros(len(sums), bool))
    mask = (system.n > 0) & (system.n < hide)
    return _protect(system, hide, mask, np.ones(len(mask), bool))[: len(count)]


def _cut(mask: np.ndarray, count: np.ndarray) -> Hidden:
    """Cut what is hidden of a table into cells, rows and columns again."""
    cells, rows, columns = np.split(mask, [count.size, count.size + len(count)])
    return Hidden(cells.reshape(count.shape), rows, columns)


def _protect(sums: Sums, hide: int, mask: np.ndarray, may: np.ndarray) -> np.ndarray:
    """Hide further numbers until none that is hidden follows from the others; may - be hidden."""
    mask, may, more = mask.copy(), may & (sums.n > 0), True
    lost = disclosed_by_rounds(sums, sums.unseen(mask | may))  # no hiding helps them
    while more:
        more = False
        for line in _weak(sums, mask, hide, np.arange(len(sums.sums))):
            if len(_weak(sums, mask, hide, np.array([line]))):  # still, after the lines before it
                more |= _hide_one(sums, mask, may & (sums.sums[line] != 0))
        if not more:
            disclosed = disclosed_by_rounds(sums, sums.unseen(mask))
            more = _hide_beside(sums, mask, may, np.setdiff1d(disclosed, lost))
    return mask


def _protect_together(
    systems: Sequence[Sums], masks: Sequence[np.ndarray], fixed: Sequence[np.ndarray], rows: int
) -> list[np.ndarray]:
    """Hide what tables give away together because each adds up to the same hidden totals."""
    every, mask, is_fixed = join(systems, rows), np.concatenate(masks), np.concatenate(fixed)

    def find(sums: Sums, unseen: np.ndarray) -> np.ndarray:
        # what moves while the totals of rows stay moves in every table by itself
        ends = np.cumsum([len(system.n) for system in systems])[:-1]
        doubtful = unseen & is_fixed
        for system, positions in zip(systems, np.split(np.arange(len(unseen)), ends), strict=True):
            doubtful[
                positions[disclosed_by_rounds(system, unseen[positions] & ~is_fixed[positions])]
            ] = True
        return disclosed_by_bounds(sums, unseen, doubtful)

    may, more = ~is_fixed & (every.n > 0), True
    examined, lost = np.zeros(len(mask), bool), np.zeros(0, np.int64)
    while more:
        disclosed = find(every, every.unseen(mask))
        new = np.isin(np.arange(len(mask)), disclosed) & ~examined
        if new.any():  # no hiding helps some of them
            lost = np.append(lost, disclosed_by_bounds(every, every.unseen(mask | may), new))
        examined |= new
        more = _hide_beside(every, mask, may, np.setdiff1d(disclosed, lost))
    return np.split(mask, np.cumsum([len(system.n) for system in systems])[:-1])


def _weak(sums: Sums, mask: np.ndarray, hide: int, lines: np.ndarray) -> np.ndarray:
    """Give the sums in which one number alone is hidden, or hidden ones of few people together."""
    unseen = sums.unseen(mask)
    inside = sums.sums[lines][:, unseen]
    many = (inside != 0).sum(axis=1)
    few = (inside @ sums.n[unseen] < hide) & ~(inside < 0).any(axis=1)
    return lines[(many == 1) | ((many > 1) & few)]


def _hide_one(sums: Sums, mask: np.ndarray, among: np.ndarray) -> bool:
    """Hide one more: cells before totals, beside others hidden, of few people; False: none left."""
    left = np.flatnonzero(among & ~mask)
    if not len(left):
        return False
    used = sums.sums != 0
    lonely = (used[:, left] & ~used[:, mask].any(axis=1)[:, None]).sum(axis=0)
    order = np.lexsort((sums.n[left], lonely, sums.stuck[left], sums.total[left]))
    mask[left[order[0]]] = True
    return True


def _hide_beside(sums: Sums, mask: np.ndarray, may: np.ndarray, disclosed: np.ndarray) -> bool:
    """Hide one more beside one of the hidden numbers given away; False: none left."""
    unseen, used = sums.unseen(mask), sums.sums != 0
    for number in disclosed:
        beside = used[used[:, number]].any(axis=0)
        far = used[used[:, beside & unseen].any(axis=1)].any(axis=0)
        if _hide_one(sums, mask, may & beside) or _hide_one(sums, mask, may & far):
            return True
    return False
