"""Figures that workbooks state of units: 上级测评, 量化指标, 台账, 整改, each with where it stands.

The latest figure not after a day counts. What is printed stays as it is printed; a unit that the
latest table says was not drawn (未抽中) has no figure, and an older one does not stand in for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.scores.records import locations_of
from wenming_metrics.reading.records.document import PASSED, UPLOADED
from wenming_metrics.reading.records.rectification import DONE
from wenming_metrics.store.records import read_records
from wenming_metrics.vocabulary import normalise

ANY = "*"
"""Stands for every kind of test."""
LASTING = {"metric": "indicator", "external": "test"}
"""Kinds of facts that count until the next -> where their records name what they tell a figure of."""
_ORDER = ["day", "batch", "seq"]
"""A later line takes the place of an earlier one."""
COLUMNS = ("unit", "value", "told", "of", "file", "sheet", "source_row", "restricted")
"""unit; value (float, NaN = none); told - the printed text or the count behind the value; of - the
period it is of; where it stands; whether its file must not be published (不得对外公布)."""


def external(
    connection: Connection, test: str, column: str, window: Window, *, inside: bool = False
) -> pd.DataFrame:
    """Give the latest printed score of each unit in a kind of test.

    Takes:   test - its kind, or ANY; column - of the test's matrix, "" = the total; one whose name
             stands there twice is named with the heading above it; inside - only of tests of the
             window
    Returns: COLUMNS, one line per unit that a test speaks of
    """
    records = _records_up_to(connection, "external", window, inside)
    ours = _is_of(_names(records, "external"), test)
    return _latest(connection, _external_values(records[ours], column))


def metric(
    connection: Connection, name: str, window: Window, *, inside: bool = False
) -> pd.DataFrame:
    """Give the latest value of each unit in a metric; a part of a whole is a percentage."""
    records = _records_up_to(connection, "metric", window, inside)
    ours = _is_of(_names(records, "metric"), name)
    return _latest(connection, _metric_values(records[ours]))


def courses(connection: Connection, facts: Sequence[str]) -> pd.DataFrame:
    """Read what was ever told of facts that last until the next; each kind of record is read once.

    Takes:   facts - as rules name them: metric:name, external:test:column
    Returns: fact, unit, day (ordinal), value (NaN: told that there is none); of one fact in the order in
             which a later line takes the place of an earlier one
    """
    frames = [pd.DataFrame({"fact": [], "unit": [], "day": [], "value": []})]
    records = {kind: _told_of_units(connection, kind) for kind in {fact_parts(f)[0] for f in facts}}
    names = {kind: _names(lines, kind) for kind, lines in records.items()}
    for fact in dict.fromkeys(facts):
        kind, name, column = fact_parts(fact)
        lines = records[kind][_is_of(names[kind], name)]
        lines = _metric_values(lines) if kind == "metric" else _external_values(lines, column)
        lines = lines.sort_values(_ORDER, kind="stable")
        frames.append(lines[["unit", "day", "value"]].assign(fact=fact))
    return pd.concat(frames, ignore_index=True)


def fact_parts(fact: str) -> tuple[str, str, str]:
    """Take the name of a fact apart: kind, what it is of, column."""
    kind, name, column = (*fact.split(":"), "", "")[:3]
    return kind, name, column


def _told_of_units(connection: Connection, kind: str) -> pd.DataFrame:
    records = read_records(connection, kind)
    return records[records["unit"] >= 0]


def _names(records: pd.DataFrame, kind: str) -> np.ndarray:
    """Give the name of what each record tells a figure of."""
    names = [normalise(record[LASTING[kind]]) for record in records["told"]]
    return np.array(names, dtype=object)


def _is_of(names: np.ndarray, wanted: str) -> np.ndarray:
    return np.full(len(names), True) if wanted == ANY else names == normalise(wanted)


def _external_values(records: pd.DataFrame, column: str) -> pd.DataFrame:
    """Add text and value of a column of the matrix; records that say nothing of it are left out."""
    wanted = _bare(column)
    texts = [_printed(record, wanted) for record in records["told"]]
    values = [_number(text) if text is not None else np.nan for text in texts]
    valued = records.assign(text=pd.Series(texts, records.index, dtype=object), value=values)
    return valued[valued["text"].notna()]


def _metric_values(records: pd.DataFrame) -> pd.DataFrame:
    """Add text and value of a metric."""
    texts = [measured(record) for record in records["told"]]
    return records.assign(text=[t for t, _ in texts], value=[v for _, v in texts])


def documents(connection: Connection, window: Window) -> pd.DataFrame:
    """Give the share (%) of each unit's documents due in a window that have passed (通过)."""
    records = _records_up_to(connection, "document", window, inside=True)
    names = ("project", "indicator", "content", "requirement")
    keys = [tuple(record[name] for name in names) for record in records["told"]]
    return _shares(records.assign(key=keys), (PASSED, UPLOADED), "通过", "应报")


def rectified(connection: Connection, window: Window) -> pd.DataFrame:
    """Give the share (%) of each unit's answers of a window that say 已整改, by problem."""
    records = _records_up_to(connection, "rectification", window, inside=True)
    keys = [
        record["problem_no"] or (record["site"], record["description"])
        for record in records["told"]
    ]
    return _shares(records.assign(key=keys), (DONE,), "反馈已整改", "反馈")


def _records_up_to(connection: Connection, kind: str, window: Window, inside: bool) -> pd.DataFrame:
    """Read the records of units not after the end of a window, or those of its days."""
    records = read_records(connection, kind)
    first = window.days.start if inside else 0
    days = records["day"].to_numpy(np.int64)
    mask = (days >= first) & (days < window.days.stop) & (records["unit"] >= 0).to_numpy()
    return records[mask].reset_index(drop=True)


def _printed(record: dict, column: str) -> str | None:
    """Give the printed figure of one record, "" where it says there is none, None if silent."""
    if not column:
        return record["total"] or ("" if record["state"] else None)
    for component in record["parts"]:
        names = {_bare(component["name"]), _bare(component["group"] + component["name"])}
        if column in names and component["printed"]:
            return component["printed"]
    return "" if record["state"] else None


def _bare(name: str) -> str:
    """Give a name without the unit or the full mark in brackets behind it."""
    return re.sub(r"\([^()]*\)$", "", normalise(name))


def _number(text: str) -> float:
    return float(Decimal(text)) if text else np.nan


def measured(record: dict) -> tuple[str, float]:
    """Give what is printed of a metric and its value: that of its counts where they are told.

    A printed rate is rounded, its counts are not. Where the counts are more than the whole (numerator
    above denominator), which the upload tells, they are not trusted before what is printed.
    """
    value, counts = record["value"], f"{record['numerator']}/{record['denominator']}"
    numerator, denominator = (Decimal(record[n] or 0) for n in ("numerator", "denominator"))
    has_counts = bool(record["numerator"]) and denominator != 0
    if value and (not has_counts or numerator > denominator):
        return f"{value}{record['scale']}", float(Decimal(value))
    share = numerator / denominator
    text = f"{value}{record['scale']}（{counts}）" if value else counts
    return text, float(share * _factor(record["scale"], value, share))


def _factor(scale: str, value: str, share: Decimal) -> int:
    """Say what a share is multiplied by: a percentage unless its unit of measure says otherwise."""
    if scale == "‰":
        return 1000
    is_ratio = scale not in ("", "%") and value and abs(Decimal(value) - share) < Decimal("0.5")
    return 1 if is_ratio else 100


def _latest(connection: Connection, records: pd.DataFrame) -> pd.DataFrame:
    """Keep the last line of each unit: by day, then by the order in which files came."""
    order = records.sort_values(_ORDER, kind="stable")
    last = order.drop_duplicates("unit", keep="last").sort_values("unit")
    texts = [
        text or record.get("state", "")
        for text, record in zip(last["text"], last["told"], strict=True)
    ]
    return pd.DataFrame(
        {
            **{"unit": last["unit"], "value": last["value"].astype(float), "told": texts},
            **{"of": [record["period"] for record in last["told"]]},
            **locations_of(connection, last),
            **{"source_row": last["source_row"]},
            **{"restricted": [bool(record.get("restricted")) for record in last["told"]]},
        }
    ).reset_index(drop=True)[list(COLUMNS)]


def _shares(
    records: pd.DataFrame, good_states: Sequence[str], state_word: str, total_word: str
) -> pd.DataFrame:
    """Count per unit the things (key) whose last state is one of some; the count stands for the place."""
    last = records.drop_duplicates(["unit", "key"], keep="last")
    last = last.assign(good=[record["state"] in good_states for record in last["told"]])
    lines = []
    for unit, unit_records in last.groupby("unit"):
        count, total = int(unit_records["good"].sum()), len(unit_records)
        sentence = f"{total_word} {total} 项，{state_word} {count} 项"
        lines.append((int(unit), 100.0 * count / total, sentence, "", "", "", 0, False))
    return pd.DataFrame(lines, columns=list(COLUMNS))
