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
_DIGITS = {text: number for number, text in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_EDGES = " \t\n；；。，，"


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
    listed = (text[m.end() : end].strip(_EDGES) for m, end in zip(marks, ends, strict=False))
    return [words for words in listed if words]


def settle_several(
    table: Table, lost: np.ndarray, place_counts: np.ndarray, *, split: bool
) -> Pieces | None:
    """Tell of cells that list several problems, and take them apart if the sender says so.

    Takes:   lost, place_counts - per data row
    Returns: None where every row stays one check
    """
    description_column = column(table, "description")
    lists = [list_problems(values.spell(value)) for value in description_column.values]
    size = np.array([len(texts) for texts in lists], np.int64)[description_column.codes]
    rows = np.flatnonzero((size > 1) & ~table.held)
    if not split:
        listed_counts = [{"count": int(size[row])} for row in rows]
        report_each(table, rows, "问题-01", "description", listed_counts)
        return None
    texts = {row: lists[description_column.codes[row]] for row in rows.tolist()}
    counts = {row: _counts(table, row, texts[row], int(place_counts[row])) for row in texts}
    _report_whole(table, [row for row in texts if not counts[row]], texts, place_counts)
    split_counts = {row: row_counts for row, row_counts in counts.items() if row_counts}
    if not split_counts:
        return None
    shares = {row: share(int(lost[row]), row_counts) for row, row_counts in split_counts.items()}
    _report_split(table, split_counts, shares)
    return _pieces(lost, place_counts, split_counts, shares, texts)


def piece_numbers(pieces: Pieces, numbers: np.ndarray) -> np.ndarray:
    """Number the problems of a cell after that of its row: DC1115-001-1, DC1115-001-2.

    Takes: numbers - per data row, "" where there is none. Returns: per check
    """
    row_numbers, piece = np.repeat(numbers, pieces.counts), pieces.lines["piece"]
    pairs = zip(row_numbers.tolist(), piece.tolist(), strict=True)
    return np.array([f"{text}-{n}" if text and n else text for text, n in pairs], object)


def _counts(table: Table, row: int, texts: Sequence[str], place_count: int) -> list[int]:
    """Give the places of each problem; [] where what the texts say is not the number of places."""
    count_column = column(table, "places")
    written = values.place_count(count_column.values[count_column.codes[row]])
    if written <= 0:
        return [min(place_count, 1)] * len(texts)
    text_counts = [_read_count(text) for text in texts]
    return text_counts if all(text_counts) and sum(text_counts) == place_count else []


def _read_count(text: str) -> int:
    """Read the one number of places in a text: 1 where there is none, 0 where there are several."""
    matches = _COUNTED.findall(normalize("NFKC", text))
    if len(matches) > 1:
        return 0
    return (_DIGITS.get(matches[0]) or int(matches[0])) if matches else 1


def share(amount: int, weights: Sequence[int]) -> list[int]:
    """Share points out by weights so that they add up exactly (largest remainder).

    >>> share(7_000, [5, 2]), share(10_000, [1, 1, 1]), share(5, [0, 0])
    ([5000, 2000], [3334, 3333, 3333], [3, 2])
    """
    proportions = list(weights) if any(weights) else [1] * len(weights)
    total = sum(proportions)
    shares = [amount * weight // total for weight in proportions]
    by_rest = sorted(
        range(len(proportions)), key=lambda position: -(amount * proportions[position] % total)
    )
    for position in by_rest[: amount - sum(shares)]:
        shares[position] += 1
    return shares


def _report_whole(
    table: Table, rows: list[int], texts: dict[int, list[str]], place_counts: np.ndarray
) -> None:
    mismatches = [{"count": len(texts[row]), "places": int(place_counts[row])} for row in rows]
    report_each(table, np.array(rows, np.int64), "问题-03", "description", mismatches)


def _report_split(
    table: Table, split_counts: dict[int, list[int]], shares: dict[int, list[int]]
) -> None:
    split_texts = [
        {
            **{"count": len(counts), "places": "+".join(map(str, counts))},
            "points": "+".join(map(number_text, shares[row])),
        }
        for row, counts in split_counts.items()
    ]
    report_each(
        table, np.array(list(split_counts), np.int64), "问题-02", "description", split_texts
    )


def _pieces(
    lost: np.ndarray,
    place_counts: np.ndarray,
    split_counts: dict[int, list[int]],
    shares: dict[int, list[int]],
    texts: dict[int, list[str]],
) -> Pieces:
    counts = np.ones(len(lost), np.int64)
    rows = np.array(list(split_counts), np.int64)
    counts[rows] = [len(row_counts) for row_counts in split_counts.values()]
    line_rows, position = expand(counts)
    is_split = counts[line_rows] > 1
    line_lost, line_places = (
        lost.astype(np.int64)[line_rows],
        place_counts.astype(np.int64)[line_rows],
    )
    line_lost[is_split] = [lost_share for row in sorted(split_counts) for lost_share in shares[row]]
    line_places[is_split] = [count for row in sorted(split_counts) for count in split_counts[row]]
    words = np.full(len(line_rows), "", object)
    words[is_split] = [text for row in sorted(split_counts) for text in texts[row]]
    piece = np.where(is_split, position + 1, 0)
    lines = {"lost": line_lost, "places": line_places, "piece": piece, "words": words}
    return Pieces(counts, lines)
