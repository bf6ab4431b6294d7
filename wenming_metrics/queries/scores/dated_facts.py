"""Figures that workbooks state of units: 上级测评, 量化指标, 台账, 整改, each with where it stands.

The latest figure not after a day counts. What is printed stays as it is printed; a unit that the
latest table says was not drawn (未抽中) has no figure, and an older one does not stand in for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.scores.records import places_of
from wenming_metrics.reading.records.document import PASSED
from wenming_metrics.reading.records.rectification import DONE
from wenming_metrics.store.records import read_records
from wenming_metrics.vocabulary import normalise

ANY = "*"
"""Stands for every kind of test."""
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
    found = _known(connection, "external", window, inside)
    wanted = _bare(column)
    told = [_printed(one, wanted) for one in found["told"]]
    ours = [test == ANY or normalise(one["test"]) == normalise(test) for one in found["told"]]
    kept = np.array([ok and text is not None for ok, text in zip(ours, told, strict=True)], bool)
    found = found.assign(text=told)[kept]
    return _latest(connection, found.assign(value=[_number(text) for text in found["text"]]))


def metric(
    connection: Connection, name: str, window: Window, *, inside: bool = False
) -> pd.DataFrame:
    """Give the latest value of each unit in a metric; a part of a whole is a percentage."""
    found = _known(connection, "metric", window, inside)
    ours = np.array([normalise(one["indicator"]) == normalise(name) for one in found["told"]], bool)
    found = found[ours]
    texts = [_measured(one) for one in found["told"]]
    return _latest(
        connection, found.assign(text=[t for t, _ in texts], value=[v for _, v in texts])
    )


def documents(connection: Connection, window: Window) -> pd.DataFrame:
    """Give the share (%) of each unit's documents due in a window that have passed (通过)."""
    found = _known(connection, "document", window, inside=True)
    keys = [
        (unit, one["project"], one["indicator"], one["content"], one["requirement"])
        for unit, one in zip(found["unit"], found["told"], strict=True)
    ]
    good = [one["state"] == PASSED for one in found["told"]]
    return _shares(found.assign(key=keys, good=good), "通过", "应报")


def rectified(connection: Connection, window: Window) -> pd.DataFrame:
    """Give the share (%) of each unit's answers of a window that say 已整改, by problem."""
    found = _known(connection, "rectification", window, inside=True)
    keys = [
        (unit, one["problem_no"] or (one["site"], one["description"]))
        for unit, one in zip(found["unit"], found["told"], strict=True)
    ]
    good = [one["state"] == DONE for one in found["told"]]
    return _shares(found.assign(key=keys, good=good), "反馈已整改", "反馈")


def _known(connection: Connection, kind: str, window: Window, inside: bool) -> pd.DataFrame:
    """Read the records of units not after the end of a window, or those of its days."""
    found = read_records(connection, kind)
    first = window.days.start if inside else 0
    days = found["day"].to_numpy(np.int64)
    kept = (days >= first) & (days < window.days.stop) & (found["unit"] >= 0).to_numpy()
    return found[kept].reset_index(drop=True)


def _printed(told: dict, column: str) -> str | None:
    """Give the printed figure of one record, "" where it says there is none, None if silent."""
    if not column:
        return told["total"] or ("" if told["state"] else None)
    for part in told["parts"]:
        names = {_bare(part["name"]), _bare(part["group"] + part["name"])}
        if column in names and part["printed"]:
            return part["printed"]
    return "" if told["state"] else None


def _bare(name: str) -> str:
    """Give a name without the unit or the full mark in brackets behind it."""
    return re.sub(r"\([^()]*\)$", "", normalise(name))


def _number(text: str) -> float:
    return float(Decimal(text)) if text else np.nan


def _measured(told: dict) -> tuple[str, float]:
    """Give what is printed of a metric and its value."""
    if told["value"]:
        return f"{told['value']}{told['scale']}", float(Decimal(told["value"]))
    share = Decimal(told["numerator"]) / Decimal(told["denominator"]) * 100
    return f"{told['numerator']}/{told['denominator']}", float(share)


def _latest(connection: Connection, found: pd.DataFrame) -> pd.DataFrame:
    """Keep the last line of each unit: by day, then by the order in which files came."""
    order = found.sort_values(["day", "batch", "seq"], kind="stable")
    last = order.drop_duplicates("unit", keep="last").sort_values("unit")
    told = [
        text or one.get("state", "") for text, one in zip(last["text"], last["told"], strict=True)
    ]
    return pd.DataFrame(
        {
            **{"unit": last["unit"], "value": last["value"].astype(float), "told": told},
            **{"of": [one["period"] for one in last["told"]]},
            **places_of(connection, last),
            **{"source_row": last["source_row"]},
            **{"restricted": [bool(one.get("restricted")) for one in last["told"]]},
        }
    ).reset_index(drop=True)[list(COLUMNS)]


def _shares(found: pd.DataFrame, good: str, whole: str) -> pd.DataFrame:
    """Count per unit the last state of each thing; the count stands for the place."""
    last = found.drop_duplicates("key", keep="last")
    return pd.DataFrame(list(_counted(last, good, whole)), columns=list(COLUMNS))


def _counted(last: pd.DataFrame, good: str, whole: str) -> Iterator[tuple]:
    for unit, own in last.groupby("unit"):
        count, total = int(own["good"].sum()), len(own)
        told = f"{whole} {total} 项,{good} {count} 项"
        yield (int(unit), 100.0 * count / total, told, "", "", "", 0, False)
