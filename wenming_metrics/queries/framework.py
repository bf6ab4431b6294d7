"""The tree of one version of the rules as people read it, and where catalogue items belong."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.rules.model import SETTLED, STOCKS, Catalogue, RuleSet
from wenming_metrics.rules.settings_table import (
    AVERAGE_WORDS,
    MISSING_WORDS,
    MODE_WORDS,
    SETTLEMENT_WORDS,
)

_FACT_WORDS = {"metric": "量化指标", "external": "上级测评", "document": "台账材料"}


def tree(rules: RuleSet) -> pd.DataFrame:
    """List the indicators of a version in the order of the tree, without the whole itself.

    Returns: node, level (1 = top), code, name, weight (share among siblings), share (of the whole;
             NaN below a node that settles: it takes the points of all below it), how (in words),
             method, lead, responsible (texts), note, is_leaf, places (items x point types that
             count for the leaf)
    """
    nodes = rules.nodes
    parents, weight = nodes["parent"].to_numpy(), nodes["weight"].to_numpy(float)
    settles = nodes["mode"].isin(SETTLED).to_numpy()
    share = np.ones(len(nodes))
    for node in range(1, len(nodes)):
        above = parents[node]
        share[node] = np.nan if settles[above] else share[above] * weight[node]
    item_counts = np.bincount(rules.leaf_of[rules.leaf_of >= 0], minlength=len(nodes))
    names = ["level", "code", "name", "weight", "method", "lead", "note", "is_leaf"]
    lines = nodes[names].assign(
        share=share,
        how=[how_scored(record) for record in nodes.to_dict("records")],
        responsible=nodes["responsible"].map("、".join),
        places=item_counts,
    )
    return lines.loc[_order(parents)].reset_index()


def _order(parents: np.ndarray) -> list[int]:
    """Give the nodes as a tree is written: every node followed by what is below it."""
    children: dict[int, list[int]] = {}
    for node in range(1, len(parents)):
        children.setdefault(int(parents[node]), []).append(node)
    ordered, left = [], children.get(0, [])[::-1]
    while left:
        node = left.pop()
        ordered.append(node)
        left += children.get(node, [])[::-1]
    return ordered


def how_scored(node: Mapping[str, object]) -> str:
    """Say how a node makes its rate: 「扣完为止,每次检查结算,满分 8」.

    Takes: node - a line of `RuleSet.nodes`
    """
    mode = str(node["mode"])
    if node["pooled"]:
        return "下级的检查项合并计算"
    if not mode:
        return "下级按权重平均"
    phrases = [MODE_WORDS[mode]]
    if mode == "rate":
        phrases.append(AVERAGE_WORDS[str(node["average"])])
    if mode in SETTLED:
        phrases.append(f"{SETTLEMENT_WORDS[str(node['settlement'])]}结算")
    if node["full_mark"]:
        phrases.append(f"满分 {int(node['full_mark']) / POINT_SCALE:g}")
    if node["table"]:
        phrases.append(f"按“{node['table']}”")
    if mode in STOCKS and node["fact"]:
        kind, _, name = str(node["fact"]).partition(":")
        phrases.append(f"数据取自{_FACT_WORDS.get(kind, kind)}{f'“{name}”' if name else ''}")
    if node["missing"]:
        phrases.append(f"缺项{MISSING_WORDS[str(node['missing'])]}")
    return "，".join(phrases)


def items_of(rules: RuleSet, catalogue: Catalogue) -> pd.DataFrame:
    """List where each catalogue item counts: one line per item and leaf.

    Returns: node (-1 = 不计分), code, name, category, full_mark (points), point_types (names,
             "" = all that it is looked at in); lines without a leaf come last
    """
    types = catalogue.type_names
    lines = []
    for item in catalogue.items.itertuples():
        leaves, applies = rules.leaf_of[item.Index], catalogue.applies[item.Index]
        for node in np.unique(leaves[applies]):
            in_leaf = applies & (leaves == node)
            where = "" if (in_leaf == applies).all() else "、".join(types[in_leaf])
            mark = item.full_mark / POINT_SCALE
            lines.append((int(node), item.code, item.name, item.category, mark, where))
    columns = ["node", "code", "name", "category", "full_mark", "point_types"]
    table = pd.DataFrame(lines, columns=columns)
    return table.iloc[np.argsort(table["node"] < 0, kind="stable")].reset_index(drop=True)


def search(lines: pd.DataFrame, items: pd.DataFrame, wanted: str) -> pd.DataFrame:
    """Keep the indicators in which a text occurs, or in an item of theirs; and all above them.

    Takes: lines - `tree`; items - `items_of`
    """
    word = wanted.strip().casefold()
    if not word:
        return lines
    texts = lines[["code", "name", "lead", "responsible", "how", "method", "note"]]
    hit = _holds(texts, word)
    mine = set(items.loc[_holds(items[["code", "name"]], word), "node"])
    hit |= lines["node"].isin(mine).to_numpy()
    matches, below = np.zeros(len(lines), bool), 0
    levels = lines["level"].to_numpy()
    for line in range(len(lines) - 1, -1, -1):
        if hit[line] or levels[line] < below:
            matches[line], below = True, levels[line]
    return lines[matches].reset_index(drop=True)


def _holds(texts: pd.DataFrame, word: str) -> np.ndarray:
    joined = texts.fillna("").astype(str).agg(" ".join, axis=1) if len(texts) else texts.index
    return np.array([word in text.casefold() for text in joined], bool)
