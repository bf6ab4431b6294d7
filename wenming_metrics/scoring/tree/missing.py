"""What stands for a leaf that applies to a unit but was not looked at (缺项).

Its weight goes to others (`roll_up` does that for every leaf without a rate), or it gets the mean
rate of the scored units of the group, full marks, or nothing. What does not apply to a unit never
counts; a unit at which nothing was looked at gets nothing filled in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wenming_metrics.domain.numbers import exact_bins, quotient
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tree.coverage import gather_up
from wenming_metrics.scoring.tree.settling import plan_of

_FIXED = {"full": 1.0, "zero": 0.0}


@dataclass(frozen=True, eq=False)
class Peers:
    """Who is compared with whom.

    applies - bool (node, column): whether a leaf applies to the unit in the window
    group - column -> number of the group in its window; scored - column -> whether the unit is
    looked at enough to be scored
    """

    applies: np.ndarray
    group: np.ndarray
    scored: np.ndarray


def own_nodes(rules: RuleSet) -> np.ndarray:
    """List the nodes whose rate counts by itself: leaves and settling nodes that no other settles."""
    plan, nodes = plan_of(rules), rules.nodes
    parents = nodes["parent"].to_numpy()
    settled_above = np.array([node > 0 and plan.owner[parents[node]] >= 0 for node in nodes.index])
    return np.flatnonzero((nodes["mode"] != "").to_numpy() & ~settled_above)


def below_pools(rules: RuleSet) -> np.ndarray:
    """Say of each node whether it lies below a pooled node (合并计算)."""
    parents, pooled = rules.nodes["parent"].to_numpy(), rules.nodes["pooled"].to_numpy(bool)
    in_pool = np.zeros(len(parents), bool)
    for node in range(1, len(parents)):
        in_pool[node] = in_pool[parents[node]] or pooled[parents[node]]
    return in_pool


def rule_of(rules: RuleSet, node: int) -> str:
    """Give the rule for a missing node: its own, else that of the rule set."""
    return rules.nodes.at[node, "missing"] or rules.missing


def fill_missing(rates: np.ndarray, rules: RuleSet, peers: Peers) -> np.ndarray:
    """Fill in the rates of missing leaves, in place.

    Returns: bool array (node, column): where something was filled in
    """
    filled = np.zeros(rates.shape, bool)
    nodes = own_nodes(rules)
    looked = ~np.isnan(rates[nodes]).all(axis=0)
    nodes = nodes[~below_pools(rules)[nodes]]  # there all checks count together: none is missing
    applies = gather_up(peers.applies, rules, np.logical_or)
    for node in nodes:
        rule = rule_of(rules, int(node))
        gap = np.isnan(rates[node]) & applies[node] & looked
        if rule in _FIXED:
            value = np.full(rates.shape[1], _FIXED[rule])
        elif rule == "peer_mean":
            value = _peer_mean(rates[node], peers)
        else:
            continue
        filled[node] = gap & ~np.isnan(value)
        rates[node, filled[node]] = value[filled[node]]
    return filled


def _peer_mean(rates: np.ndarray, peers: Peers) -> np.ndarray:
    """Give each column the plain mean of what was seen at the scored units of its group."""
    seen = ~np.isnan(rates) & peers.scored
    size = int(peers.group.max()) + 1 if len(peers.group) else 0
    total = exact_bins(peers.group[seen], rates[seen], size)
    count = np.bincount(peers.group[seen], minlength=size)
    return quotient(total, count)[peers.group]
