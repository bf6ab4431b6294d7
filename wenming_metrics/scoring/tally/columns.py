"""Columns of integers summed by keys: exact, sorted by the keys, the same whatever came first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_bins


def as_names(numbers: np.ndarray, name_of: Callable[[int], str]) -> pd.Categorical:
    """Put names to numbers; the categories are the names that occur, sorted.

    >>> as_names(np.array([2, 0, 2]), ["甲", "乙", "丙"].__getitem__).tolist()
    ['丙', '甲', '丙']
    """
    codes, distinct = pd.factorize(np.asarray(numbers))
    names = [name_of(number) for number in distinct.tolist()]
    categories = pd.Index(sorted(set(names)), dtype="str")
    return pd.Categorical.from_codes(categories.get_indexer(names)[codes], categories)


def sum_by(
    columns: Mapping[str, np.ndarray] | pd.DataFrame, keys: list[str], sums: list[str]
) -> pd.DataFrame:
    """Sum integer columns by keys, as a frame; sorted by the keys, all int64."""
    return pd.DataFrame(sum_columns(columns, keys, sums))


def sum_columns(
    columns: Mapping[str, np.ndarray] | pd.DataFrame, keys: list[str], sums: list[str]
) -> dict[str, np.ndarray]:
    """Sum integer columns by keys; sorted by the keys, all int64."""
    return reduce_columns(columns, keys, dict.fromkeys(sums, np.add))


def reduce_columns(
    columns: Mapping[str, np.ndarray] | pd.DataFrame, keys: list[str], how: Mapping[str, np.ufunc]
) -> dict[str, np.ndarray]:
    """Reduce integer columns by keys, each by its own function; sorted by the keys, all int64."""
    order, sorted_keys, starts = sort_columns(columns, keys)
    reduced = {name: key[starts] for name, key in zip(keys, sorted_keys, strict=True)}
    for name, function in how.items():
        values = np.asarray(columns[name], np.int64)[order]
        reduced[name] = function.reduceat(values, starts) if len(starts) else values
    return reduced


def add_columns(
    total: Mapping[str, np.ndarray], new: Mapping[str, np.ndarray], keys: list[str], sums: list[str]
) -> dict[str, np.ndarray]:
    """Add the sums of two sets of columns by keys; lines that become all zero vanish."""
    together = {name: np.concatenate([total[name], new[name]]) for name in [*keys, *sums]}
    summed = sum_columns(together, keys, sums)
    nonzero = np.any([summed[name] != 0 for name in sums], axis=0)
    return summed if nonzero.all() else {name: values[nonzero] for name, values in summed.items()}


def sums_within(values: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Give each fraction the sum of those of the same key, exact as `domain.numbers.exact_bins`."""
    bins, _ = pd.factorize(keys)
    return exact_bins(bins, values)[bins] if len(bins) else values


def sort_columns(
    columns: Mapping[str, np.ndarray] | pd.DataFrame, keys: list[str]
) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """Sort rows by integer keys: the order, the sorted keys, where each combination begins."""
    key_columns = [np.asarray(columns[name], np.int64) for name in keys]
    joined = _join(key_columns)
    order = np.lexsort(key_columns[::-1]) if joined is None else np.argsort(joined, kind="stable")
    key_columns = [key[order] for key in key_columns]
    return order, key_columns, _starts(key_columns if joined is None else [joined[order]])


def _starts(keys: list[np.ndarray]) -> np.ndarray:
    """Give the positions at which a new combination of sorted keys begins."""
    if not len(keys[0]):
        return np.array([], np.int64)
    changed = np.zeros(len(keys[0]), bool)
    changed[0] = True
    for key in keys:
        changed[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(changed)


def _join(keys: list[np.ndarray]) -> np.ndarray | None:
    """Make one key of several, of the same order; None where 62 bits do not hold it.

    Sums that are added are sorted already: a stable sort of one key merges them.
    """
    if not len(keys[0]):
        return None
    lows = [int(key.min()) for key in keys]
    sizes = [int(key.max()) - low + 1 for key, low in zip(keys, lows, strict=True)]
    if math.prod(sizes) >= 1 << 62:
        return None
    joined = np.zeros(len(keys[0]), np.int64)
    for key, low, size in zip(keys, lows, sizes, strict=True):
        joined = joined * size + (key - low)
    return joined
