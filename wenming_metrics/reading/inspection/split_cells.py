"""A cell that lists several problems: 「1.…5辆;2.…2处」, told, or taken apart if the sender says so.

Taken apart, each problem is a check of its own: same item, same visit, its own places, its share of
the points. What the cell does not say clearly is not taken apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

import numpy as np

from wenming_metrics.reading.resolve.where import expand
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, column, report_each
from wenming_metrics.reading.tables.totals import number_text

_LISTED = re.compile(r"[①-⑳]|(?:^|[;；。\n\s])\s*(?:\d{1,2}[.、.)](?!\d)|[((]\d{1,2}[))])")
_COUNTED = re.compile(
    r"(?<![\d第])(\d{1,5}|[一二两三四五六七八九十])"
    r"(?:处|个|起|辆|家|块|张|户|条|件|堆|台|根|盏|棵|人|座|间|只|面|幅|袋|桶|次|片|株|段|口)"
)
_DIGITS = {text: at for at, text in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_EDGES = " \t\n;；。,，"


@dataclass(frozen=True)
class Pieces:
    """How many checks each data row makes, and what each of them says.

    lines - per check lost (1e-4), places, piece (which problem of its cell it is, from 1; 0: the
            whole row) and words (of that problem)
    """

    counts: np.ndarray
    lines: Mapping[str, np.ndarray]


def list_problems(text: str) -> list[str]:
    """Give the problems that a cell lists, [] where it does not list any.

    >>> list_problems("1.非机动车乱停放5辆;2.出店经营2处")
    ['非机动车乱停放5辆', '出店经营2处']
    """
    marks = list(_LISTED.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    found = (text[m.end() : end].strip(_EDGES) for m, end in zip(marks, ends, strict=False))
    return [words for words in found if words]


def settle_several(
    table: Table, lost: np.ndarray, places: np.ndarray, *, split: bool
) -> Pieces | None:
    """Tell of cells that list several problems, and take them apart if the sender says so.

    Takes:   lost, places - per data row
    Returns: None where every row stays one check
    """
    given = column(table, "description")
    lists = [list_problems(values.spell(value)) for value in given.values]
    size = np.array([len(texts) for texts in lists], np.int64)[given.codes]
    rows = np.flatnonzero((size > 1) & ~table.held)
    if not split:
        said = [{"count": int(size[row])} for row in rows]
        report_each(table, rows, "问题-01", "description", said)
        return None
    texts = {row: lists[given.codes[row]] for row in rows.tolist()}
    counts = {row: _counts(table, row, texts[row], int(places[row])) for row in texts}
    _report_whole(table, [row for row in texts if not counts[row]], texts, places)
    parts = {row: found for row, found in counts.items() if found}
    if not parts:
        return None
    shares = {row: share(int(lost[row]), found) for row, found in parts.items()}
    _report_split(table, parts, shares)
    return _pieces(lost, places, parts, shares, texts)


def piece_numbers(pieces: Pieces, numbers: np.ndarray) -> np.ndarray:
    """Number the problems of a cell after that of its row: DC1115-001-1, DC1115-001-2.

    Takes: numbers - per data row, "" where there is none. Returns: per check
    """
    whole, piece = np.repeat(numbers, pieces.counts), pieces.lines["piece"]
    pairs = zip(whole.tolist(), piece.tolist(), strict=True)
    return np.array([f"{text}-{n}" if text and n else text for text, n in pairs], object)


def _counts(table: Table, row: int, texts: Sequence[str], places: int) -> list[int]:
    """Give the places of each problem; [] where what the texts say is not the number of places."""
    given = column(table, "places")
    written = values.places(given.values[given.codes[row]])
    if written <= 0:
        return [min(places, 1)] * len(texts)
    named = [_named(text) for text in texts]
    return named if all(named) and sum(named) == places else []


def _named(text: str) -> int:
    """Read the one number of places in a text: 1 where there is none, 0 where there are several."""
    found = _COUNTED.findall(normalize("NFKC", text))
    if len(found) > 1:
        return 0
    return (_DIGITS.get(found[0]) or int(found[0])) if found else 1


def share(whole: int, weights: Sequence[int]) -> list[int]:
    """Share points out by weights so that they add up exactly (largest remainder).

    >>> share(7_000, [5, 2]), share(10_000, [1, 1, 1]), share(5, [0, 0])
    ([5000, 2000], [3334, 3333, 3333], [3, 2])
    """
    own = list(weights) if any(weights) else [1] * len(weights)
    total = sum(own)
    found = [whole * one // total for one in own]
    by_rest = sorted(range(len(own)), key=lambda at: -(whole * own[at] % total))
    for at in by_rest[: whole - sum(found)]:
        found[at] += 1
    return found


def _report_whole(
    table: Table, rows: list[int], texts: dict[int, list[str]], places: np.ndarray
) -> None:
    said = [{"count": len(texts[row]), "places": int(places[row])} for row in rows]
    report_each(table, np.array(rows, np.int64), "问题-03", "description", said)


def _report_split(table: Table, parts: dict[int, list[int]], shares: dict[int, list[int]]) -> None:
    said = [
        {
            **{"count": len(counts), "places": "+".join(map(str, counts))},
            "points": "+".join(map(number_text, shares[row])),
        }
        for row, counts in parts.items()
    ]
    report_each(table, np.array(list(parts), np.int64), "问题-02", "description", said)


def _pieces(
    lost: np.ndarray,
    places: np.ndarray,
    parts: dict[int, list[int]],
    shares: dict[int, list[int]],
    texts: dict[int, list[str]],
) -> Pieces:
    counts = np.ones(len(lost), np.int64)
    rows = np.array(list(parts), np.int64)
    counts[rows] = [len(found) for found in parts.values()]
    at, position = expand(counts)
    own = counts[at] > 1
    found_lost, found_places = lost.astype(np.int64)[at], places.astype(np.int64)[at]
    found_lost[own] = [one for row in sorted(parts) for one in shares[row]]
    found_places[own] = [one for row in sorted(parts) for one in parts[row]]
    words = np.full(len(at), "", object)
    words[own] = [one for row in sorted(parts) for one in texts[row]]
    piece = np.where(own, position + 1, 0)
    lines = {"lost": found_lost, "places": found_places, "piece": piece, "words": words}
    return Pieces(counts, lines)
