"""The facts that feed leaves: the latest metric, printed score or share of documents per window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.scores import dated_facts
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tree.stocks import stock_nodes, stock_rates


def stocks_of(
    connection: Connection,
    rules: RuleSet,
    windows: Sequence[Window],
    board_position: np.ndarray,
    units: int,
) -> np.ndarray | None:
    """Give the rates of leaves that facts feed: float array (node, column), NaN without a fact.

    Takes: board_position - unit -> its position or -1; units - how many positions. None where no leaf of
           the rules is fed by a fact.
    """
    nodes = stock_nodes(rules)
    if not nodes:
        return None
    frames = [pd.DataFrame({"node": [], "column": [], "value": []})]
    for node in nodes:
        for number, window in enumerate(windows):
            facts = figures(connection, str(rules.nodes.at[node, "fact"]), window)
            position = board_position[facts["unit"].to_numpy(np.int64)]
            cells = {"node": node, "column": number * units + position, "value": facts["value"]}
            lines = pd.DataFrame(cells)[(position >= 0) & facts["value"].notna().to_numpy()]
            frames.append(lines.drop_duplicates("column", keep="last"))
    return stock_rates(pd.concat(frames, ignore_index=True), rules, len(windows) * units)


def figures(connection: Connection, fact: str, window: Window) -> pd.DataFrame:
    """Look a fact up as of the end of a window: unit, value; see `queries.scores.dated_facts`."""
    kind, key, column = (*fact.split(":"), "", "")[:3]
    if kind == "metric":
        return dated_facts.metric(connection, key, window)
    if kind == "external":
        return dated_facts.external(connection, key, column, window)
    return dated_facts.documents(connection, window)
