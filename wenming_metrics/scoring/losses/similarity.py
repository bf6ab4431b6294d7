"""Like wording: two problems of a site that may be one, told in other words or under another item."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from wenming_metrics.vocabulary import normalise

ALIKE = 0.6
"""Likeness above which two problems are offered as one. Half of the signs in common is the place
named in both; much higher, a changed word or two already hides what is the same."""
SHORTEST = 3
"""Signs that a text must have: shorter ones are alike by chance."""
_COUNT = re.compile(r"\d+[处个次件辆]")
_WIDE = np.int64(1 << 21)
_FEW = 400
"""So many texts of one site are compared at most, the latest: all pairs are looked at."""
_MANY, _USUAL = 100, 0.2
"""Of so many texts, what stands in more than this part of them is a turn of phrase (请尽快整改)."""
_NOTHING = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def _plain(text: str) -> str:
    """Give the signs that are compared: letters only, without counts (3处), marks and spaces."""
    return "".join(sign for sign in _COUNT.sub("", normalise(text)) if sign.isalpha())


def bigrams(text: str) -> np.ndarray:
    """Give the pairs of neighbouring signs of a text, each once, as numbers; of short texts none."""
    signs = _plain(text)
    if len(signs) < SHORTEST:
        return np.zeros(0, np.int64)
    codes = np.frombuffer(signs.encode("utf-32-le"), "<u4").astype(np.int64)
    return np.unique(codes[:-1] * _WIDE + codes[1:])


def alike(findings: pd.DataFrame, days: range, apart: int) -> pd.DataFrame:
    """List pairs of problems of a site, under different items, that are worded alike.

    Likeness (Dice): twice the common pairs of neighbouring signs by those of both texts, 0 to 1.
    Of a pair the later one lies on the given days, the earlier one at most `apart` days before it.

    Takes:   findings - site, item, day, text
    Returns: one, other (labels of `findings`, the earlier one first), likeness, site, low and high
             (the items); the most alike first, of those the latest
    """
    ordered = findings.sort_values(["site", "day"], kind="stable")
    number, texts = pd.factorize(ordered["text"])
    bigrams_of = _distinctive([bigrams(text) for text in texts])
    site, item, day = (ordered[name].to_numpy(np.int64) for name in ("site", "item", "day"))
    starts = np.flatnonzero(np.diff(site, prepend=-1))
    site_pairs = []
    for start, stop in itertools.pairwise([*starts.tolist(), len(site)]):
        window = slice(max(start, stop - _FEW), stop)
        if day[stop - 1] >= days.start and (item[window] != item[stop - 1]).any():
            words = [bigrams_of[text_number] for text_number in number[window].tolist()]
            earlier, later, likeness = _of_site(item[window], day[window], words, days, apart)
            site_pairs.append((earlier + window.start, later + window.start, likeness))
    earlier, later, likeness = (
        np.concatenate(of) for of in zip(_NOTHING, *site_pairs, strict=True)
    )
    labels = ordered.index.to_numpy()
    low, high = np.minimum(item[earlier], item[later]), np.maximum(item[earlier], item[later])
    pairs = {"one": labels[earlier], "other": labels[later], "likeness": likeness}
    pairs |= {"site": site[earlier], "low": low, "high": high}
    order = np.lexsort([-day[later], -likeness])
    return pd.DataFrame(pairs).iloc[order].reset_index(drop=True)


def _distinctive(texts: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Leave out the pairs of signs that a large part of many texts has: they tell of no problem."""
    if len(texts) < _MANY:
        return list(texts)
    signs, counts = np.unique(np.concatenate(texts), return_counts=True)
    common = signs[counts > _USUAL * len(texts)]
    return [text[~np.isin(text, common)] for text in texts] if len(common) else list(texts)


def _of_site(
    item: np.ndarray, day: np.ndarray, texts: Sequence[np.ndarray], days: range, apart: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the pairs of one site: positions of the earlier and of the later one, likeness."""
    gap = day[None, :] - day[:, None]
    fits = (gap > 0) & (gap <= apart) & (day[None, :] >= days.start)
    fits &= item[None, :] != item[:, None]
    common, sizes = _overlap(texts)
    fits &= 2 * common > ALIKE * (sizes[None, :] + sizes[:, None])
    earlier, later = np.nonzero(fits)
    return earlier, later, 2 * common[earlier, later] / (sizes[earlier] + sizes[later])


def _overlap(texts: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Count the common pairs of signs of any two texts, and those of each."""
    sizes = np.array([len(text) for text in texts], np.int64)
    signs, sign_index = np.unique(np.concatenate(texts), return_inverse=True)
    incidence = np.zeros((len(texts), len(signs)), np.float32)
    incidence[np.repeat(np.arange(len(texts)), sizes), sign_index] = 1
    return incidence @ incidence.T, sizes
