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
    facts = {node: str(rules.nodes.at[node, "fact"]) for node in nodes}
    lasting = [fact for fact in facts.values() if fact.partition(":")[0] in dated_facts.LASTING]
    courses = dated_facts.courses(connection, lasting)
    is_shared = len(lasting) < len(facts)
    frames = [pd.DataFrame({"node": [], "column": [], "value": []})]
    for number, window in enumerate(windows):
        shares = dated_facts.documents(connection, window) if is_shared else pd.DataFrame()
        for node, fact in facts.items():
            latest = _latest(courses[fact], window) if fact in courses else shares
            position = board_position[latest["unit"].to_numpy(np.int64)]
            cells = {"node": node, "column": number * units + position, "value": latest["value"]}
            lines = pd.DataFrame(cells)[(position >= 0) & latest["value"].notna().to_numpy()]
            frames.append(lines.drop_duplicates("column", keep="last"))
    return stock_rates(pd.concat(frames, ignore_index=True), rules, len(windows) * units)


def _latest(course: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Keep the last line of each unit as of the end of a window."""
    lines = course[course["day"].to_numpy() < window.days.stop]
    return lines.drop_duplicates("unit", keep="last").sort_values("unit")
