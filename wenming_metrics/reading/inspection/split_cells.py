"""A cell that lists several problems: 「1.…5辆;2.…2处」, told, or taken apart if the sender says so.

Taken apart, each problem is a check of its own: same item, same visit, its own places, its share of
the points. What the cell does not say clearly is not taken apart. Where each problem begins with the
name of its own item (「1.垃圾清运：…;2.井盖：…」), the cell says by itself that they are several: they are
taken apart unasked, each on its item, or the row waits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

import numpy as np

from wenming_metrics.reading.resolve.names import Names, item
from wenming_metrics.reading.resolve.where import expand
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, column, report_each
from wenming_metrics.reading.tables.totals import number_text
from wenming_metrics.vocabulary import normalise

_LISTED = re.compile(r"[①-⑳]|(?:^|[;；。\n\s])\s*(?:\d{1,2}[.、.)](?!\d)|[((]\d{1,2}[))])")
_COUNTED = re.compile(
    r"(?<![\d第])(\d{1,5}|[一二两三四五六七八九十])"
    r"(?:处|个|起|辆|家|块|张|户|条|件|堆|台|根|盏|棵|人|座|间|只|面|幅|袋|桶|次|片|株|段|口)"
)
_DIGITS = {text: number for number, text in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_NAMED = re.compile(r"[“\"【\[(（]?([^：:“”\"【】\[\]]{2,40}?)[”\"】\])）]?\s*[：:]")
_EDGES = " \t\n；；。，，"


@dataclass(frozen=True)
class Pieces:
    """How many checks each data row makes, and what each of them says.

    lines - per check lost (1e-4), places, piece (which problem of its cell it is, from 1; 0: the
            whole row), words (of that problem), item and possible (1e-4)
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


@dataclass(frozen=True)
class Rows:
    """What is known of data rows before their problems are taken apart: arrays, one entry per row.

    lost, possible - 1e-4; places; items; point_types; is_blank - whether the deduction is left out
    """

    lost: np.ndarray
    possible: np.ndarray
    places: np.ndarray
    items: np.ndarray
    point_types: np.ndarray
    is_blank: np.ndarray


def settle_several(table: Table, names: Names, rows: Rows, *, split: bool) -> Pieces | None:
    """Tell of cells that list several problems, and take them apart if the sender or the cell says so.

    Returns: None where every row stays one check
    """
    description_column = column(table, "description")
    lists = [list_problems(values.spell(value)) for value in description_column.values]
    size = np.array([len(texts) for texts in lists], np.int64)[description_column.codes]
    listing_rows = np.flatnonzero((size > 1) & ~table.held).tolist()
    texts = {row: lists[description_column.codes[row]] for row in listing_rows}
    own_items = _own_items(names, texts, rows)
    if not split:
        unsplit = [row for row in listing_rows if row not in own_items]
        listed_counts = [{"count": int(size[row])} for row in unsplit]
        report_each(table, np.array(unsplit, np.int64), "问题-01", "description", listed_counts)
        texts = {row: texts[row] for row in own_items}
    counts = {row: _counts(table, row, texts[row], int(rows.places[row])) for row in texts}
    shares = _shares(names, rows, counts, own_items)
    unclear = [row for row in own_items if row not in shares]
    _report_whole(table, [row for row in texts if not counts[row]], texts, rows.places, unclear)
    _report_unclear(table, names, unclear, own_items)
    split_counts = {row: counts[row] for row in shares}
    if not split_counts:
        return None
    _report_split(table, names, split_counts, shares, own_items)
    return _pieces(names, rows, split_counts, shares, texts, own_items)


def _own_items(
    names: Names, texts: Mapping[int, Sequence[str]], rows: Rows
) -> dict[int, list[int]]:
    """Give the items of the rows of which each problem begins with the name of one, not all the same."""
    own_items = {}
    for row, problems in texts.items():
        point_type = int(rows.point_types[row])
        items = [_item_of(names, problem, point_type) for problem in problems]
        if min(items) >= 0 and set(items) != {int(rows.items[row])}:
            own_items[row] = items
    return own_items


def _item_of(names: Names, problem: str, point_type: int) -> int:
    """Give the item that a problem names before a colon, -1 where it names none that applies."""
    match = _NAMED.match(problem)
    item_number = item(names, "", normalise(match[1]), point_type)[0] if match else -1
    applies = item_number >= 0 and names.catalogue.applies[item_number, point_type]
    return item_number if applies else -1


def _shares(
    names: Names,
    rows: Rows,
    counts: Mapping[int, list[int]],
    own_items: Mapping[int, list[int]],
) -> dict[int, list[int]]:
    """Give what each problem of a row loses; rows without places or above a full mark are left out."""
    marks = names.catalogue.items["full_mark"].to_numpy(np.int64)
    shares = {}
    for row, row_counts in counts.items():
        if not row_counts:
            continue
        items = own_items.get(row)
        if items is None:
            shares[row] = share(int(rows.lost[row]), row_counts)
            continue
        item_marks = [int(marks[item_number]) for item_number in items]
        lost = item_marks if rows.is_blank[row] else share(int(rows.lost[row]), row_counts)
        if all(of_item <= mark for of_item, mark in zip(lost, item_marks, strict=True)):
            shares[row] = lost
    return shares


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
    table: Table,
    rows: list[int],
    texts: Mapping[int, list[str]],
    place_counts: np.ndarray,
    unclear: Sequence[int],
) -> None:
    rows = [row for row in rows if row not in set(unclear)]
    mismatches = [{"count": len(texts[row]), "places": int(place_counts[row])} for row in rows]
    report_each(table, np.array(rows, np.int64), "问题-03", "description", mismatches)


def _report_unclear(
    table: Table, names: Names, rows: Sequence[int], own_items: Mapping[int, list[int]]
) -> None:
    """Hold the rows whose problems name their items, but not what each of them comes to."""
    details = [
        {"count": len(own_items[row]), "items": _titles(names, own_items[row])} for row in rows
    ]
    report_each(table, np.array(rows, np.int64), "问题-08", "description", details)


def _titles(names: Names, items: Sequence[int]) -> str:
    return "、".join(names.item_titles[item_number] for item_number in items)


def _report_split(
    table: Table,
    names: Names,
    split_counts: Mapping[int, list[int]],
    shares: Mapping[int, list[int]],
    own_items: Mapping[int, list[int]],
) -> None:
    for code, is_named in (("问题-02", False), ("问题-07", True)):
        rows = [row for row in split_counts if (row in own_items) == is_named]
        details = [
            {
                **{"count": len(shares[row]), "places": "+".join(map(str, split_counts[row]))},
                "points": "+".join(map(number_text, shares[row])),
                "items": _titles(names, own_items.get(row, [])),
            }
            for row in rows
        ]
        report_each(table, np.array(rows, np.int64), code, "description", details)


def _pieces(
    names: Names,
    rows: Rows,
    split_counts: Mapping[int, list[int]],
    shares: Mapping[int, list[int]],
    texts: Mapping[int, list[str]],
    own_items: Mapping[int, list[int]],
) -> Pieces:
    counts = np.ones(len(rows.lost), np.int64)
    ordered = sorted(split_counts)
    counts[ordered] = [len(split_counts[row]) for row in ordered]
    line_rows, position = expand(counts)
    is_split = counts[line_rows] > 1
    lines = {
        "lost": rows.lost.astype(np.int64)[line_rows],
        "places": rows.places.astype(np.int64)[line_rows],
        "piece": np.where(is_split, position + 1, 0),
        "words": np.full(len(line_rows), "", object),
        "item": rows.items[line_rows],
        "possible": rows.possible.astype(np.int64)[line_rows],
    }
    for name, by_row in (("lost", shares), ("places", split_counts), ("words", texts)):
        lines[name][is_split] = [entry for row in ordered for entry in by_row[row]]
    marks = names.catalogue.items["full_mark"].to_numpy(np.int64)
    for row, items in own_items.items():
        if row in split_counts:
            at_row = line_rows == row
            lines["item"][at_row] = items
            is_free = rows.possible[row] == 0  # a finding that costs nothing has no full mark
            lines["possible"][at_row] = 0 if is_free else marks[items]
    return Pieces(counts, lines)
