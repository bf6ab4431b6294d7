"""The loss ledger (失分账): one line per lost piece of a score, and what can be made of the lines.

A line is a check that lost points, a node whose loss stands on no row (with its reason), or a
decision that added or took points (加减分). All figures of the page are sums of lines, so what a
branch, a unit or the city lost is what its lines lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_bins, rounded
from wenming_metrics.rules.model import STOCKS, RuleSet
from wenming_metrics.scoring.losses.losses import node_losses
from wenming_metrics.scoring.tally.columns import sums_within
from wenming_metrics.scoring.tally.leaves import visit_averages
from wenming_metrics.scoring.tree.missing import rule_of
from wenming_metrics.scoring.tree.roll_up import Scores
from wenming_metrics.scoring.tree.settling import plan_of, settle

LEVELS = ("level1", "level2", "level3", "level4", "level5", "level6")
"""Names of the tree above a line, from the top; "" below the last."""
_LEAST = 1e-12
"""Points less than this are what floats leave behind."""
_FILLED = {"full": "按满分计", "zero": "按 0 分计", "peer_mean": "按同组平均计"}


def reason_of(scores: Scores, rules: RuleSet, node: int, column: int) -> str:
    """Say why points of a node were lost, or given, without a row."""
    if scores.filled[node, column]:
        return f"未查，{_FILLED[rule_of(rules, node)]}"
    if rules.nodes.at[node, "mode"] in STOCKS:
        return "按报送的数据"
    return "按档次，不是哪一行扣的"


def graded_owners(rules: RuleSet) -> set[int]:
    """Give the nodes whose rate rests on what checks without loss could earn: on a table of grades or on
    the mean of periods, their own or that of a node below."""
    plan, owners = plan_of(rules), set()
    means = [node for node in plan.nodes if plan.mode[node] == "mean"]
    for node in [*plan.grades, *means]:
        while plan.above[node] >= 0:
            node = plan.above[node]
        owners.add(node)
    return owners


def that_tell(
    tally: Mapping[str, pd.DataFrame], rules: RuleSet, node_tells: np.ndarray
) -> dict[str, pd.DataFrame]:
    """Leave out the checks of a day that lost nothing, but for those at nodes that ask for them.

    Takes: tally - its visits and grain; node_tells - `passes_tell` of the rules
    """
    visits, grain = tally["visits"], tally["grain"]
    types = visits["point_type"].to_numpy()[grain["visit"].to_numpy()]
    tells = node_tells[rules.leaf_of[grain["item"].to_numpy(), types]]
    return {"visits": visits, "grain": grain[(grain["lost"].to_numpy() > 0) | tells]}


def passes_tell(rules: RuleSet) -> np.ndarray:
    """Say of each node whether checks that lost nothing move the points of those that did.

    They do where a table of grades is looked up, and may where visits are averaged or where what
    a period took is handed on by its first day.
    """
    plan, graded = plan_of(rules), graded_owners(rules)
    tells = visit_averages(rules).copy()
    for node, owner in enumerate(plan.owner.tolist()):
        tells[node] |= owner in graded or plan.above.get(owner, -1) >= 0
    return tells


def silent_losses(
    lines: pd.DataFrame, scores: Scores, rules: RuleSet, columns: slice
) -> pd.DataFrame:
    """List what was lost without a row.

    Takes:   lines - the traced checks of some columns: owner, column, points; columns - those columns
    Returns: node, column, points, reason; with the points of the lines they sum to full mark - score
    """
    losses = node_losses(scores, rules)
    keys = lines["owner"].to_numpy(np.int64) * losses.shape[1] + lines["column"].to_numpy(np.int64)
    traced = exact_bins(keys, lines["points"], losses.size).reshape(losses.shape)
    rest = np.where(losses - traced > _LEAST, losses - traced, 0.0)[:, columns]
    node, position = np.nonzero(rest)
    column = position + columns.start
    reasons = [reason_of(scores, rules, *cell) for cell in zip(node, column, strict=True)]
    silent = {"node": node, "column": column, "points": rest[node, position]}
    return pd.DataFrame({**silent, "reason": np.array(reasons, dtype=object)})


def counted_of(lines: pd.DataFrame, scores: Scores, rules: RuleSet) -> pd.DataFrame:
    """Say by what each check has its part of the loss of the node that makes its rate.

    Takes:   lines - all checks of some columns that lost, traced: node, column, owner, points, lost, possible,
             day, visit
    Returns: same index: own (points the owner lost), part and whole (points x part / whole of own:
             points that count under `deduct`, rates for means of visits, else points; NaN where
             the owner looks up a table), uncounted (points of the row that 扣完为止 left out, under
             `deduct`)
    """
    plan, size = plan_of(rules), scores.rates.shape[1]
    owner, column = lines["owner"].to_numpy(np.int64), lines["column"].to_numpy(np.int64)
    owner_loss = node_losses(scores, rules)[owner, column]
    points, lost = lines["points"].to_numpy(), lines["lost"].to_numpy(float) / 10_000
    settles = plan.owner[owner] >= 0
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.nan_to_num(points / owner_loss)
        by_rate = np.nan_to_num(lines["lost"].to_numpy(float) / lines["possible"].to_numpy(float))
    averaged = visit_averages(rules)[owner] & ~settles
    amount = np.where(averaged, by_rate, lost)
    total = sums_within(amount, owner * size + column)
    deducts = (rules.nodes["mode"] == "deduct").to_numpy()[owner]
    if deducts.any():
        settled = settle(lines, rules)
        counted_sums = settled["counted"].groupby(settled["node"] * size + settled["column"]).sum()
        counted = counted_sums.reindex(owner * size + column).fillna(0).to_numpy(float) / 10_000
        total = np.where(deducts, counted, total)
        amount = np.where(deducts, share * total, amount)
    looked_up = settles & ~deducts
    uncounted = np.where(deducts & (owner_loss > 0), lost - amount, 0.0)
    figures = {"own": owner_loss, "part": np.where(looked_up, np.nan, amount)}
    figures |= {"whole": np.where(looked_up, np.nan, total)}
    figures |= {"uncounted": np.where(uncounted > 1e-7, uncounted, 0.0)}
    return pd.DataFrame(figures, lines.index)


def regained(lines: pd.DataFrame, dropped: np.ndarray, rules: RuleSet) -> np.ndarray:
    """Say what scores would gain without some losses, exactly, caps and tables taken anew.

    What weighs how much does not change by it; nodes that were filled in stay as they are.

    Takes:   lines - the checks of one version of the rules, those that lost nothing too where a
             table of grades is looked up: node, column, owner, points, own, lost, possible, day,
             visit; dropped - bool per line: those whose loss is taken away
    Returns: points per line; those of a column sum to what its score before adjustments gains
    """
    gained = np.where(dropped, lines["points"].to_numpy(float), 0.0)
    if not np.any(dropped):
        return gained
    owner = lines["owner"].to_numpy(np.int64)
    settled = plan_of(rules).owner[owner] >= 0
    keys = pd.MultiIndex.from_arrays([owner, lines["column"]])
    touched = settled & keys.isin(keys[settled & dropped])
    if not touched.any():
        return gained
    touched_lines, gone = lines[touched], dropped[touched]
    before = _taken(touched_lines, rules)
    after = _taken(
        touched_lines.assign(lost=np.where(gone, 0, touched_lines["lost"])), rules
    ).reindex(before.index)
    first = ~keys[touched].duplicated()
    ratio = (after.fillna(0.0) / before.where(before > 0)).fillna(1.0)
    back = touched_lines["own"].to_numpy() * (
        1.0 - ratio.reindex(keys[touched]).fillna(1.0).to_numpy()
    )
    gained[touched] = np.where(first, back, 0.0)
    return gained


def _taken(lines: pd.DataFrame, rules: RuleSet) -> pd.Series:
    """Give what nodes that settle take, by node and column."""
    return settle(lines, rules).groupby(["node", "column"])["counted"].sum().astype(float)


def last_names(lines: pd.DataFrame) -> np.ndarray:
    """Give the last name of each line's path: its leaf, or the reason of a loss without a row."""
    names = lines[list(LEVELS)].astype(object).to_numpy()
    depth = np.maximum((names != "").sum(axis=1) - 1, 0)
    return names[np.arange(len(names)), depth]


def inside(lines: pd.DataFrame, path: Sequence[str]) -> np.ndarray:
    """Say of each line whether it lies in a branch of the tree. Takes: path - names from the top"""
    is_inside = np.ones(len(lines), bool)
    for level, name in zip(LEVELS, path, strict=False):
        is_inside &= (lines[level] == name).to_numpy()
    return is_inside


def sum_lines(lines: pd.DataFrame, by: str, value: str) -> pd.DataFrame:
    """Sum lines by one of their columns, most points first.

    Returns: name, loss, count (lines that lost), sites, uncounted; names without a line have none
    """
    lost = lines[(lines[value] != 0) | (lines["uncounted"] > 0)]
    grouped = lost.groupby(by, observed=True, sort=False)
    sums = pd.DataFrame(
        {
            "loss": rounded(grouped[value].sum()),
            "count": (lost["kind"] == "row").groupby(lost[by], observed=True, sort=False).sum(),
            "sites": lost["site"].where(lost["site"] >= 0).groupby(
                lost[by], observed=True, sort=False
            ).nunique(),
            "uncounted": rounded(grouped["uncounted"].sum()),
        }
    )  # fmt: skip
    sums = sums.rename_axis("name").reset_index().astype({"name": object})
    return sums.sort_values("loss", ascending=False, kind="stable", ignore_index=True)


def crossing(losses: Sequence[float], share: float = 0.8) -> int:
    """Count the largest losses that make up a share of all, the crossing one among them.

    >>> crossing([5, 3, 1, 1]), crossing([])
    (2, 0)
    """
    lost = np.sort(np.asarray(losses, float))[::-1]
    lost = lost[lost > 0]
    if not len(lost):
        return 0
    return int(np.searchsorted(np.cumsum(lost), share * lost.sum() - 1e-9) + 1)


def blocks(lines: pd.DataFrame, depth: int, value: str, levels: int = 3) -> pd.DataFrame:
    """Lay out the tree below a branch as blocks, each as high as what was lost in it.

    Takes:   lines - of the branch; depth - names above it; levels - how many levels are shown
    Returns: level (0, 1, ...), name, path (names from the branch on, a tuple), start, loss; blocks
             of a level do not overlap, the largest of each parent first. Gains are left out.
    """
    level_names = [name for name in LEVELS[depth : depth + levels] if (lines[name] != "").any()]
    block_rows: list[tuple] = []
    _lay(lines[lines[value] > 0], level_names, value, (), 0.0, block_rows)
    return pd.DataFrame(block_rows, columns=["level", "name", "path", "start", "loss"])


def _lay(
    lines: pd.DataFrame,
    level_names: list[str],
    value: str,
    path: tuple,
    start: float,
    block_rows: list[tuple],
) -> None:
    if not level_names:
        return
    sums = lines.groupby(level_names[0], observed=True, sort=False)[value].sum()
    for name, loss in sums.sort_values(ascending=False, kind="stable").items():
        if name:
            block_rows.append((len(path), name, (*path, name), start, loss))
            below = lines[lines[level_names[0]] == name]
            _lay(below, level_names[1:], value, (*path, name), start, block_rows)
        start += loss
