"""Facts of kinds whose rows are not checks: 整改, 台账, 指标, 上级测评, 专项行动, 加减分."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.store import schema
from wenming_metrics.store.frames import add_rows, read_frame, that_count


def save_records(connection: Connection, batch: int, records: pd.DataFrame) -> None:
    """Store the records of a batch. Takes: records - as `reading.Reading.records`."""
    texts = [json.dumps(facts, ensure_ascii=False) for facts in records["told"]]
    names = ("kind", "day", "unit", "sheet", "source_row")
    columns = {name: records[name] for name in names}
    add_rows(
        connection,
        schema.record,
        {**columns, "told": texts, "batch": batch, "seq": range(len(records))},
    )


def read_records(connection: Connection, kind: str, live: np.ndarray | None = None) -> pd.DataFrame:
    """Read the records of a kind whose batches count, in the order in which they came.

    What came in several files, such as a file and the same file corrected, is given once, as it came last:
    what was put back as it was stands after what was said between.

    Takes:   live - the batches that count, None: those that do now
    Returns: batch, seq, day (0: none), unit (-1: none), sheet, source_row, told (a mapping)
    """
    table = schema.record
    query = select(*(c for c in table.columns if c.name != "kind")).where(table.c.kind == kind)
    query = that_count(query, table, live).order_by(table.c.batch, table.c.seq)
    records = read_frame(connection, query)
    same = ["day", "unit", "told"]
    nth = records.groupby([*same, "batch"]).cumcount()
    is_earlier = records[same].assign(nth=nth).duplicated(keep="last")
    records = records[~is_earlier].reset_index(drop=True)
    return records.assign(told=[json.loads(text) for text in records["told"]])
