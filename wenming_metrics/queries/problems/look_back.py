"""销号后回头看: problems drawn from those that are closed, each with a chance that is known and kept.

Half of the chance is the same for all of a unit, half goes by risk: what was sent back or came back
before is likelier to do so again. Every unit gets at least so many. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.scoring.draws import draw_by_chances, share_chances
from wenming_metrics.scoring.survey.intervals import limits
from wenming_metrics.scoring.tree.states import OPEN

DRAWN_COLUMNS = ["number", "unit_name", "site_name", "item_name", "closed_on", "chance", "risk"]
_RANDOM_SHARE = 0.5
"""How much of the chance is the same for all."""
_SENT_BACK, _CAME_BACK = 2.0, 3.0
"""What a problem that was sent back, or came back before, weighs more than 1."""


@dataclass(frozen=True)
class LookedAgain:
    """How many of those looked at again came back, and of all that are closed by the chances of the draw.

    looked, came_back - counts; rate, low, high - share of all closed ones, 0 to 1, NaN: nobody looked
    """

    looked: int
    came_back: int
    rate: float
    low: float
    high: float

    @property
    def sentence(self) -> str:
        """Say it in words, with n and margin."""
        if not self.looked:
            return "还没有回头看过。"
        rate, low, high = (
            f"{float(half_up(100 * share, 1)):.1f}" for share in (self.rate, self.low, self.high)
        )
        return (
            f"回头看过 {self.looked:,} 条，反弹 {self.came_back:,} 条；按抽中的机会推算，"
            f"已销号的约 {rate}% 会反弹（95%置信区间 {low}%—{high}%）。"
        )


def looked_again(lines: pd.DataFrame, chances: Mapping[str, float]) -> LookedAgain:
    """Estimate how much of what is closed came back, from those looked at again.

    Each stands for 1 / chance of its like (1 where it was not drawn); the interval is Wilson's of as many as
    these unequal weights are worth (Kish).

    Takes: lines - number, held, relapsed (days, 0: not); chances - by number, those of the last draw
    """
    visited = lines[(lines["held"] > 0) | (lines["relapsed"] > 0)]
    weights = np.array([1 / chances.get(number, 1.0) for number in visited["number"]])
    back = (visited["relapsed"] > 0).to_numpy()
    if visited.empty:
        return LookedAgain(0, 0, np.nan, np.nan, np.nan)
    rate = float(weights[back].sum() / weights.sum())
    worth = float(weights.sum() ** 2 / (weights**2).sum())
    low, high = (float(bound) for bound in limits(rate * worth, worth))
    return LookedAgain(len(visited), int(back.sum()), rate, low, high)


def draw_closed(lines: pd.DataFrame, size: int, least: int, since: int, seed: int) -> pd.DataFrame:
    """Draw closed problems to be looked at again.

    Takes:   lines - of `queries.problems.lists.ProblemView.lines`; size - how many in all; least - of each
             unit, as far as it has so many; since - closed on this day (ordinal) or later; seed - the
             same one draws the same
    Returns: DRAWN_COLUMNS (chance: that it was drawn, 0 to 1; risk: its weight) and day, batch, seq, by
             unit and site; size grows where `least` asks for more
    """
    closed = lines[(lines["closed"] < OPEN) & (lines["closed"] >= since)]
    closed = closed[closed["number"] != ""]
    closed = closed.assign(
        risk=1.0 + _SENT_BACK * (closed["returns"] > 0) + _CAME_BACK * closed["is_relapsed"]
    )
    closed = closed.sort_values(["unit_name", "number"], kind="stable")
    names = [*DRAWN_COLUMNS, "day", "batch", "seq"]
    if closed.empty:
        return pd.DataFrame(columns=names)
    rng, risks = np.random.default_rng(seed), closed["risk"].to_numpy(float)
    chances, picked = np.zeros(len(closed)), np.zeros(len(closed), bool)
    for of_unit in closed.groupby("unit_name", sort=True).indices.values():
        share = round(size * len(of_unit) / len(closed))
        count = min(len(of_unit), max(share, least))
        chances[of_unit] = share_chances(risks[of_unit], count, _RANDOM_SHARE)
        picked[of_unit] = draw_by_chances(chances[of_unit], rng)
    picked_problems = closed.assign(chance=chances, closed_on=closed["closed"])[picked]
    return picked_problems.sort_values(["unit_name", "site_name"], kind="stable")[
        names
    ].reset_index(drop=True)
