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
    facts = pd.DataFrame({"node": nodes, "fact": rules.nodes["fact"].loc[nodes].astype(str)})
    is_lasting = facts["fact"].str.partition(":")[0].isin(dated_facts.LASTING)
    course = facts.merge(dated_facts.courses(connection, facts["fact"][is_lasting]), on="fact")
    frames = [pd.DataFrame({"node": [], "column": [], "value": []})]
    for number, window in enumerate(windows):
        latest = course[course["day"].to_numpy() < window.days.stop]
        latest = latest.drop_duplicates(["node", "unit"], keep="last")
        if not is_lasting.all():
            shares = dated_facts.documents(connection, window)
            latest = pd.concat([latest, facts[~is_lasting].merge(shares, how="cross")])
        latest = latest.sort_values(["node", "unit"], kind="stable")
        position = board_position[latest["unit"].to_numpy(np.int64)]
        lines = latest[["node", "value"]].assign(column=number * units + position)
        lines = lines[(position >= 0) & latest["value"].notna().to_numpy()]
        frames.append(lines.drop_duplicates(["node", "column"], keep="last"))
    return stock_rates(pd.concat(frames, ignore_index=True), rules, len(windows) * units)


def figures(connection: Connection, fact: str, window: Window) -> pd.DataFrame:
    """Look a fact up as of the end of a window: unit, value; see `queries.scores.dated_facts`."""
    kind, name, column = dated_facts.fact_parts(fact)
    if kind == "metric":
        return dated_facts.metric(connection, name, window)
    if kind == "external":
        return dated_facts.external(connection, name, column, window)
    return dated_facts.documents(connection, window)
