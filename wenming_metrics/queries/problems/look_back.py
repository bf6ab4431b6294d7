"""销号后回头看: problems drawn from those that are closed, each with a chance that is known and kept.

Half of the chance is the same for all of a unit, half goes by risk: what was sent back or came back
before is likelier to do so again. Every unit gets at least so many. Pure.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.scoring.draws import draw_by_chances, share_chances
from wenming_metrics.scoring.tree.states import OPEN

DRAWN_COLUMNS = ["number", "unit_name", "site_name", "item_name", "closed_on", "chance", "risk"]
_RANDOM_SHARE = 0.5
"""How much of the chance is the same for all."""
_SENT_BACK, _CAME_BACK = 2.0, 3.0
"""What a problem that was sent back, or came back before, weighs more than 1."""


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
    rng = np.random.default_rng(seed)
    drawn = []
    for _, of_unit in closed.groupby("unit_name", sort=True):
        share = round(size * len(of_unit) / len(closed))
        count = min(len(of_unit), max(share, least))
        chances = share_chances(of_unit["risk"].to_numpy(float), count, _RANDOM_SHARE)
        picked = draw_by_chances(chances, rng)
        drawn.append(of_unit.assign(chance=chances)[picked])
    names = [*DRAWN_COLUMNS, "day", "batch", "seq"]
    if not drawn:
        return pd.DataFrame(columns=names)
    picked_problems = pd.concat(drawn).assign(closed_on=lambda frame: frame["closed"])
    return picked_problems.sort_values(["unit_name", "site_name"], kind="stable")[
        names
    ].reset_index(drop=True)
