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
from wenming_metrics.reading.model.grid import GridColumn, Value, cells, decode_block
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
Block = tuple[int, list[GridColumn]]
Line = tuple[Value, ...]


def end_corrected(connection: Connection, batch: int, file_reading: Reading, who: str) -> None:
    """End the held rows that a file, now stored as a batch, brings again."""
    rows = find_corrected(connection, file_reading)
    if len(rows):
        held.end_rows(connection, rows, batch, who)


def tell_corrected(
    connection: Connection, file_reading: Reading, slices: pd.DataFrame, *, replaces: bool = False
) -> Iterator[Problem]:
    """Say of a file, before it is stored, what it corrects of which file, and what counts twice.

    Takes: slices - what it replaces, or would if it were to, of `store.replacing.slices_of`
    """
    if not file_reading.corrects or file_reading.is_rejected:
        return
    rows = find_corrected(connection, file_reading)
    for batch, batch_rows in rows.groupby("batch"):
        name = batch_facts(connection, int(batch))["name"]
        count = int((batch_rows["act"] == held.CORRECTED).sum())
        facts = {"batch": int(batch), "name": name, "count": count, "left": len(batch_rows) - count}
        yield Problem(CORRECTS, details=facts)
    for batch in _corrected_files(connection, file_reading):
        rest = _left_behind(connection, batch, file_reading, slices)
        left = rest if replaces else _left_behind(connection, batch, file_reading, None)
        if left:
            row_list = "、".join(map(str, left[:_SHOWN])) + (" 等" if len(left) > _SHOWN else "")
            facts = {"batch": batch, "count": len(left), "rows": row_list}
            yield Problem(COUNTS_TWICE if rest else REPLACEABLE, details=facts)


def _corrected_files(connection: Connection, file_reading: Reading) -> list[int]:
    """List the live batches of the file that this one corrects, and of its earlier corrections."""
    origins = same_bytes(connection, file_reading.corrects)["batch"].tolist()
    return [
        batch
        for batch in sorted(held.successors(connection, origins))
        if is_live(connection, batch)
    ]


def _left_behind(
    connection: Connection, batch: int, file_reading: Reading, slices: pd.DataFrame | None
) -> list[int]:
    """List the rows of a stored file that go on counting although the new file has them no more."""
    days = batch_days(connection, batch)
    if not days:
        return []
    stored = drop_covered(connection, read_rows(connection, days, np.array([batch])))
    stored = stored if slices is None else drop_slices(stored, slices)
    failed = (stored["result"] == FAILED).to_numpy()
    new_keys = pd.MultiIndex.from_frame(file_reading.checks[_GRAIN])
    # What was right is one check with what is said of it now; a fault is one only if it is equal.
    gone = ~pd.MultiIndex.from_frame(stored[_GRAIN]).isin(new_keys)
    gone[failed] = ~find_repeats(stored, file_reading.checks.assign(repeated=0))[failed]
    return sorted(set(stored.loc[gone, "source_row"].tolist()))


def find_corrected(connection: Connection, file_reading: Reading) -> pd.DataFrame:
    """Find the waiting rows of earlier files that a corrected file brings again.

    Returns: batch, sheet, source_row, act (已更正 for a row that is good now, else 已重报)
    """
    nothing = pd.DataFrame(columns=_COLUMNS)
    if not file_reading.corrects or file_reading.is_rejected:
        return nothing
    wanted = _corrected_files(connection, file_reading)
    rows = held.waiting(connection)
    rows = rows[rows["batch"].isin(wanted)]
    if rows.empty:
        return nothing
    sheets = read_sheets(connection, wanted).set_index(["batch", "sheet"])
    frames = [
        _find_on_sheet(
            connection,
            sheets.loc[sheet_key],
            sheet_key,
            sheet_rows["source_row"].tolist(),
            file_reading,
        )
        for sheet_key, sheet_rows in rows.groupby(["batch", "sheet"])
    ]
    return pd.concat(frames, ignore_index=True)


def _find_on_sheet(
    connection: Connection,
    facts: pd.Series,
    sheet_key: tuple[int, int],
    rows: Sequence[int],
    file_reading: Reading,
) -> pd.DataFrame:
    new = next(
        (candidate for candidate in file_reading.sheets if candidate.name == facts["name"]), None
    )
    if new is None:
        return pd.DataFrame(columns=_COLUMNS)
    batch, sheet = int(sheet_key[0]), int(sheet_key[1])
    stored = read_all_blocks(connection, batch, sheet)
    blocks = [(first, decode_block(payload)) for first, payload in stored]
    sent = [
        (block.first_row, decode_block(zlib.decompress(block.packed)))
        for index, block in file_reading.blocks
        if index == new.index
    ]
    before = _heads((cell[0], cell[1]) for cell in facts["headers"])
    after = _heads((header.position, header.text) for header in new.headers)
    old = _lines(blocks, list(before.values()))
    again = _again(rows, old, _lines(sent, [after.get(head) for head in before]))
    bad = set(file_reading.held.loc[file_reading.held["sheet"] == new.index, "source_row"].tolist())
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
        values = [
            blank if position is None or position >= len(columns) else cells(columns[position])
            for position in positions
        ]
        lines.update(enumerate(zip(*values, strict=True), first))
    return lines


def _again(rows: Iterable[int], old: Mapping[int, Line], new: Mapping[int, Line]) -> list[int]:
    """Choose the rows that are still those that were sent: half of their cells are the same.

    Where such a row has just the cells of another row of then, which is not in its place any more,
    rows have moved, and it is that other row.
    """
    rows_by_line: defaultdict[Line, list[int]] = defaultdict(list)
    for row, line in old.items():
        rows_by_line[line].append(row)
    same_rows = []
    for row in rows:
        was, now = old.get(row, ()), new.get(row, ())
        pairs = [(a, b) for a, b in zip(was, now, strict=False) if a is not None]
        same_cells = sum(a == b for a, b in pairs)
        moved = any(
            new.get(other_row) != now for other_row in rows_by_line.get(now, []) if other_row != row
        )
        if pairs and 2 * same_cells >= len(pairs) and not moved:
            same_rows.append(row)
    return same_rows
