"""A corrected file comes in: which held rows of earlier files it brings again.

A workbook that was given back tells the file it was made of. A held row is recognised by the name
of its sheet and Excel's row number, if its cells are still mostly those that were sent and are not
those of another row that has moved there.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model.grid import Column, Value, cells, decode_block
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.scoring.tally.tally import FAILED, find_repeats
from wenming_metrics.store import held
from wenming_metrics.store.batches import batch_days, batch_facts, is_live, same_bytes
from wenming_metrics.store.cells import read_all_blocks, read_sheets
from wenming_metrics.store.replacing import drop_covered, drop_slices
from wenming_metrics.store.rows import read_rows

CORRECTS, COUNTS_TWICE, REPLACEABLE = "入库-07", "入库-08", "入库-11"
"""Notes: a file brings held rows of an earlier one, corrected; it has changed rows that count, and
these would not count if the file replaced what it speaks of."""
_SHOWN = 10
_GRAIN = ["visit", "unit", "item", "point_type"]
_COLUMNS = [*held.KEYS, "act"]
Block = tuple[int, list[Column]]
Line = tuple[Value, ...]


def end_corrected(connection: Connection, batch: int, found: Reading, who: str) -> None:
    """End the held rows that a file, now stored as a batch, brings again."""
    rows = find_corrected(connection, found)
    if len(rows):
        held.end_rows(connection, rows, batch, who)


def tell_corrected(
    connection: Connection, found: Reading, slices: pd.DataFrame, *, replaces: bool = False
) -> Iterator[Problem]:
    """Say of a file, before it is stored, what it corrects of which file, and what counts twice.

    Takes: slices - what it replaces, or would if it were to, of `store.replacing.slices_of`
    """
    if not found.corrects or found.is_rejected:
        return
    rows = find_corrected(connection, found)
    for batch, own in rows.groupby("batch"):
        name = batch_facts(connection, int(batch))["name"]
        count = int((own["act"] == held.CORRECTED).sum())
        told = {"batch": int(batch), "name": name, "count": count, "left": len(own) - count}
        yield Problem(CORRECTS, details=told)
    for batch in _corrected_files(connection, found):
        rest = _left_behind(connection, batch, found, slices)
        left = rest if replaces else _left_behind(connection, batch, found, None)
        if left:
            shown = "、".join(map(str, left[:_SHOWN])) + (" 等" if len(left) > _SHOWN else "")
            told = {"batch": batch, "count": len(left), "rows": shown}
            yield Problem(COUNTS_TWICE if rest else REPLACEABLE, details=told)


def _corrected_files(connection: Connection, found: Reading) -> list[int]:
    """List the live batches of the file that this one corrects, and of its earlier corrections."""
    origins = same_bytes(connection, found.corrects)["batch"].tolist()
    return [one for one in sorted(held.heirs(connection, origins)) if is_live(connection, one)]


def _left_behind(
    connection: Connection, batch: int, found: Reading, slices: pd.DataFrame | None
) -> list[int]:
    """List the rows of a stored file that go on counting although the new file has them no more."""
    days = batch_days(connection, batch)
    if not days:
        return []
    stored = drop_covered(connection, read_rows(connection, days, np.array([batch])))
    stored = stored if slices is None else drop_slices(stored, slices)
    failed = (stored["result"] == FAILED).to_numpy()
    there = pd.MultiIndex.from_frame(found.checks[_GRAIN])
    # What was right is one check with what is said of it now; a fault is one only if it is equal.
    gone = ~pd.MultiIndex.from_frame(stored[_GRAIN]).isin(there)
    gone[failed] = ~find_repeats(stored, found.checks.assign(repeated=0))[failed]
    return sorted(set(stored.loc[gone, "source_row"].tolist()))


def find_corrected(connection: Connection, found: Reading) -> pd.DataFrame:
    """Find the waiting rows of earlier files that a corrected file brings again.

    Returns: batch, sheet, source_row, act (已更正 for a row that is good now, else 已重报)
    """
    nothing = pd.DataFrame(columns=_COLUMNS)
    if not found.corrects or found.is_rejected:
        return nothing
    wanted = _corrected_files(connection, found)
    rows = held.waiting(connection)
    rows = rows[rows["batch"].isin(wanted)]
    if rows.empty:
        return nothing
    sheets = read_sheets(connection, wanted).set_index(["batch", "sheet"])
    parts = [
        _find_on_sheet(connection, sheets.loc[place], place, own["source_row"].tolist(), found)
        for place, own in rows.groupby(["batch", "sheet"])
    ]
    return pd.concat(parts, ignore_index=True)


def _find_on_sheet(
    connection: Connection,
    facts: pd.Series,
    place: tuple[int, int],
    rows: Sequence[int],
    found: Reading,
) -> pd.DataFrame:
    new = next((one for one in found.sheets if one.name == facts["name"]), None)
    if new is None:
        return pd.DataFrame(columns=_COLUMNS)
    batch, sheet = int(place[0]), int(place[1])
    stored = read_all_blocks(connection, batch, sheet)
    blocks = [(first, decode_block(payload)) for first, payload in stored]
    sent = [
        (block.first_row, decode_block(zlib.decompress(block.packed)))
        for index, block in found.blocks
        if index == new.index
    ]
    before = _heads((cell[0], cell[1]) for cell in facts["headers"])
    after = _heads((one.position, one.text) for one in new.headers)
    old = _lines(blocks, list(before.values()))
    again = _again(rows, old, _lines(sent, [after.get(head) for head in before]))
    bad = set(found.held.loc[found.held["sheet"] == new.index, "source_row"].tolist())
    acts = [held.SENT_AGAIN if row in bad else held.CORRECTED for row in again]
    columns = {"batch": batch, "sheet": sheet, "source_row": again, "act": acts}
    return pd.DataFrame(columns, columns=_COLUMNS)


def _heads(headers: Iterable[tuple[int, str]]) -> dict[tuple[str, int], int]:
    """Number the columns by their headings, the second of the same heading apart."""
    heads: dict[tuple[str, int], int] = {}
    seen: Counter[str] = Counter()
    for position, text in headers:
        seen[text] += 1
        heads[text, seen[text]] = position
    return heads


def _lines(blocks: Iterable[Block], positions: Sequence[int | None]) -> dict[int, Line]:
    """Give the rows of a sheet, by Excel's number: their cells at some columns (None: lacking)."""
    lines: dict[int, Line] = {}
    for first, columns in blocks:
        blank = [None] * (len(columns[0].codes) if columns else 0)
        found = [
            blank if at is None or at >= len(columns) else cells(columns[at]) for at in positions
        ]
        lines.update(enumerate(zip(*found, strict=True), first))
    return lines


def _again(rows: Iterable[int], old: Mapping[int, Line], new: Mapping[int, Line]) -> list[int]:
    """Choose the rows that are still those that were sent: half of their cells are the same.

    Where such a row has just the cells of another row of then, which is not in its place any more,
    rows have moved, and it is that other row.
    """
    places: defaultdict[Line, list[int]] = defaultdict(list)
    for row, line in old.items():
        places[line].append(row)
    found = []
    for row in rows:
        was, now = old.get(row, ()), new.get(row, ())
        pairs = [(a, b) for a, b in zip(was, now, strict=False) if a is not None]
        kept = sum(a == b for a, b in pairs)
        moved = any(new.get(other) != now for other in places.get(now, []) if other != row)
        if pairs and 2 * kept >= len(pairs) and not moved:
            found.append(row)
    return found
