"""A figure of a unit comes in a second time for one period: which one counts is told."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.problems import Problem
from wenming_metrics.domain.registers import Register
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.store.records import read_records

RESTATED, TWICE = "入库-12", "入库-13"
"""Notes that stored figures of the same unit, period and item say otherwise; that two sheets do."""
_FACTS = {"external": ("period", "test", "indicator"), "metric": ("period", "indicator")}
"""What tells apart the figures of a unit, by kind of record; the latest one counts."""


def tell_restated(
    connection: Connection, file_reading: Reading, register: Register
) -> Iterator[Problem]:
    """Say how many figures of a file are stored already of the same unit and period, otherwise."""
    for kind, names in _FACTS.items():
        new = file_reading.records[(file_reading.records["kind"] == kind).to_numpy(bool)]
        if new.empty:
            continue
        keyed = _keyed(new, names)
        twice = keyed[keyed.duplicated("key", keep=False)]
        if len(twice):
            yield Problem(TWICE, details=_facts(twice, register))
        restated = keyed.merge(_keyed(read_records(connection, kind), names), on="key")
        restated = restated[restated["told_x"] != restated["told_y"]].rename(
            columns={"unit_x": "unit", "told_x": "told"}
        )
        if len(restated):
            batches = "、".join(map(str, sorted(restated["batch"].unique())))
            yield Problem(RESTATED, details={**_facts(restated, register), "batches": batches})


def _facts(figures: pd.DataFrame, register: Register) -> dict[str, object]:
    first = figures.iloc[0]
    return {
        "count": figures["key"].nunique(),
        "unit": register.units["name"][first["unit"]],
        "period": first["told"]["period"],
    }


def _keyed(records: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Give the figures of units with what tells them apart."""
    facts = records[(records["unit"] >= 0).to_numpy(bool)]
    pairs = zip(facts["unit"], facts["told"], strict=True)
    return facts.assign(key=[(unit, *(told[name] for name in names)) for unit, told in pairs])
