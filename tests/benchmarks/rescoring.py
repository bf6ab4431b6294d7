"""What a year costs to score anew, day by day, from its tallies: under rates alone, under all modes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from tests.benchmarks.stores import A_DAY, END
from tests.benchmarks.suite import Line, Setup, benchmark, generated, medians, ratio, take_turns
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.score_windows import score_windows
from wenming_metrics.queries.scores.window_sums import day_summer
from wenming_metrics.rules.model import TABLE_COLUMNS, RuleSet
from wenming_metrics.scoring.tally.leaves import LeafSums
from wenming_metrics.scoring.tree.roll_up import score
from wenming_metrics.scoring.tree.settling import deduct_lines, no_lines
from wenming_metrics.store.database import reading
from wenming_metrics.store.tallies import days_with_rows, read_day

_GRADES = pd.DataFrame(
    [{"table": "t", "rate": 1.0, "min_rate": 0.9}, {"table": "t", "rate": 0.5}],
    columns=TABLE_COLUMNS,
)


@benchmark("rescoring")
def rescoring(setup: Setup) -> Iterator[Line]:
    """Score every unit on every day of a year from the tallies of the days."""
    office = generated(setup, setup.days[1])
    rate, mixed = _rates(office.rules), _mixed(office.rules)
    sums, frame = _in_memory(office, rate)
    nothing = deduct_lines(no_lines().assign(column=0), rate)
    ways = {
        "read cells": partial(_read, office, ("cells",)),
        "read all": partial(_read, office, ("cells", "visits", "grain")),
        "rate": partial(_score, office, rate),
        "mixed": partial(_score, office, mixed),
        "roll up": partial(score, nothing, sums, rate),
        "pandas": partial(_by_groupby, frame, rate),
    }
    times = take_turns(ways, max(2, setup.runs // 2))
    of = f"{setup.days[1]} days of {A_DAY} checks"
    for name, what, above, below, limit in (
        ("rescoring-rate", "scoring by rates / reading their cells", "rate", "read cells", 5.0),
        ("rescoring-mixed", "scoring by all modes / reading all", "mixed", "read all", 15.0),
    ):
        found = ratio(times, above, below)
        yield Line(name, f"{what}, {of}", found, limit, seconds=medians(times))
    found = ratio(times, "pandas", "roll up")
    what = "pandas groupby per level / our roll-up of the same sums"
    yield Line("rescoring-pandas", f"{what}, {of}", found, 10.0, at_least=True)


def _rates(rules: RuleSet) -> RuleSet:
    """Give the rules without any node that settles."""
    nodes = rules.nodes.assign(mode=np.where(rules.nodes["is_leaf"], "rate", ""))
    return replace(rules, nodes=nodes.assign(average="pooled"), digest="rate")


def _mixed(rules: RuleSet) -> RuleSet:
    """Give the rules with a mode of its own for each branch of the first level."""
    nodes = rules.nodes.copy()
    tops = nodes.index[nodes["level"] == 1]
    ways = [("deduct", "visit"), ("deduct", "week"), ("grade", "day"), ("all_or_nothing", "visit")]
    nodes.loc[~nodes["is_leaf"], ["mode", "settlement"]] = ""
    for node, (mode, settlement) in zip(tops, ways, strict=False):
        nodes.loc[node, ["mode", "settlement", "table"]] = [mode, settlement, "t"]
        nodes.loc[node, "full_mark"] = 100_000
    return replace(rules, nodes=nodes, tables=_GRADES, missing="peer_mean", digest="mixed")


def _days(office: Office) -> list[int]:
    with reading(office.store) as connection:
        return days_with_rows(connection)


def _read(office: Office, parts: tuple[str, ...]) -> None:
    with reading(office.store) as connection:
        for day in days_with_rows(connection):
            read_day(connection, day, parts)


def _score(office: Office, rules: RuleSet) -> object:
    windows = [window("day", END.fromordinal(day)) for day in _days(office)]
    other = replace(office, rules=rules, rule_sets=(rules,))
    with reading(office.store) as connection:
        board = rules.boards[0]
        return score_windows(connection, other, windows, board, partial(day_summer, connection))


def _in_memory(office: Office, rules: RuleSet) -> tuple[LeafSums, pd.DataFrame]:
    """Give the leaf sums of all days as arrays, and as a long frame of what was looked at."""
    sums = _score(office, rules).spans[0].scores.sums
    node, column = np.nonzero(sums.possible)
    told = {"node": node, "column": column, "lost": sums.lost[node, column]}
    return sums, pd.DataFrame({**told, "possible": sums.possible[node, column]})


def _by_groupby(frame: pd.DataFrame, rules: RuleSet) -> pd.Series:
    """Roll up as a script would: a groupby per level, weights renormalised over what is there."""
    nodes = rules.nodes
    own = frame.groupby(["node", "column"], as_index=False)[["lost", "possible"]].sum()
    found = own.assign(rate=1 - own["lost"] / own["possible"])[["node", "column", "rate"]]
    for level in range(int(nodes["level"].max()), 0, -1):
        here = found["node"].map(nodes["level"]) == level
        part = found[here]
        weight = part["node"].map(nodes["weight"])
        part = part.assign(
            node=part["node"].map(nodes["parent"]), weight=weight, product=weight * part["rate"]
        )
        above = part.groupby(["node", "column"], as_index=False)[["weight", "product"]].sum()
        above = above.assign(rate=above["product"] / above["weight"])
        found = pd.concat([found[~here], above[["node", "column", "rate"]]])
    return found.set_index("column")["rate"] * rules.full_mark
