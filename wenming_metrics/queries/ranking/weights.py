"""Do the weights decide (权重影响)? What moving every weight by a quarter does to the places of a window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.ranking import rank_window
from wenming_metrics.queries.scores.score_windows import standings_now
from wenming_metrics.scoring.ranking.ranking import RANKED
from wenming_metrics.scoring.ranking.weight_noise import place_stability, weight_effects
from wenming_metrics.scoring.tree.roll_up import Scores
from wenming_metrics.vocabulary import band_text


@dataclass(frozen=True, eq=False)
class WeightInfluence:
    """What weights do to the places of a window, under the version in force at its end.

    units   - one line per unit with a place, by group and place: group, unit_name, rank, score, kept
              (share of 1000 draws, all weights moved at random, in which the place stays), place_low,
              place_high (5 and 95 of 100 draws), place_range (in words)
    weights - one line per weight: code, name, up, down (how many places change when it alone grows or
              shrinks by a quarter), most first
    """

    units: pd.DataFrame
    weights: pd.DataFrame


def weight_influence(office: Office, window: Window, board: str = "street") -> WeightInfluence:
    """Move every weight of the rules and see whose place stays; adjustments after the tree stay out."""
    standings = standings_now(office, [window], board)
    span, columns, _ = standings.spans_in()[-1]
    lines = rank_window(standings, -1)
    placed = (lines["status"] == RANKED).to_numpy()
    tree = _columns_of(span.scores, np.flatnonzero(placed) + columns.start)
    groups = lines.loc[placed, "group"].to_numpy(object)
    names = ["group_order", "group", "unit_name", "rank", "score"]
    units = lines.loc[placed, names].reset_index(drop=True)
    units = pd.concat([units, place_stability(tree, span.rules, groups)], axis=1)
    units = units.sort_values(["group_order", "rank"], kind="stable", ignore_index=True)
    integers = dict.fromkeys(("place_low", "place_high"), "Int64")
    weights = weight_effects(tree, span.rules, groups)
    units = units.drop(columns="group_order").astype(integers)
    ranges = list(map(band_text, units["place_low"], units["place_high"]))
    return WeightInfluence(units.assign(place_range=ranges), weights)


def _columns_of(tree: Scores, columns: np.ndarray) -> Scores:
    """Keep some columns of the scores of a tree."""
    per_node = {name: getattr(tree, name)[:, columns] for name in ("rates", "filled", "shares")}
    return Scores(
        rules=tree.rules,
        scores=tree.scores[columns],
        sums=tree.sums,
        siblings=tree.siblings[:, columns],
        rest=tree.rest[columns],
        **per_node,
    )


def influence_sentence(influence: WeightInfluence) -> str:
    """Say whose place the weights decide, and which weight matters most."""
    units, weights = influence.units, influence.weights
    if units.empty:
        return "本期没有可以排名的单位。"
    if units["group"].is_unique:
        return "各组都只有1个单位有名次，权重再变也无从比较。"
    steady = float(units["kept"].mean())
    firm = int((units["kept"] >= 0.9).sum())
    summary = f"各项权重分别增减四分之一，{len(units)}个单位平均有{steady:.0%}的情形保持原来的名次，其中{firm}个在九成以上"
    top = weights[(weights["up"] + weights["down"]) > 0]
    if top.empty:
        return f"{summary}；单独动任何一项，名次都不变。"
    line = top.iloc[0]
    return f"{summary}；影响最大的是“{line['name']}”，单独增减四分之一，分别有{line['up']}个、{line['down']}个单位的名次会变。"
