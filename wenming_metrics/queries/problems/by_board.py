"""What the units of a board hold: overdue and 长期无进展, for pages that list no problems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import count_by_unit, present_view
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

BACK = 90
"""Problems found in so many days are looked at, and those carried over into them."""


@dataclass(frozen=True, eq=False)
class HeldByBoard:
    """Who holds how many, as of a day: by_unit as `lists.count_by_unit`, those below counted with it."""

    as_of: date
    by_unit: pd.DataFrame

    def of_unit(self, name: str) -> pd.Series | None:
        """Give the line of one unit; None where it holds nothing."""
        lines = self.by_unit[self.by_unit["unit_name"] == name]
        return None if lines.empty else lines.iloc[0]


def held_by_board(office: Office, kind: str) -> HeldByBoard:
    """Count what the units of a kind (street, department ...) hold, as of today."""
    view = present_view(office, BACK)
    with reading(office.store) as connection:
        register = read_register(connection)
    owner_of, names = ancestors(register, kind), register.units["name"]
    answering = view.lines["named"].to_numpy(np.int64)
    lifted = np.where(answering >= 0, owner_of[answering], -1)
    lines = view.lines[lifted >= 0].assign(unit_name=names.reindex(lifted[lifted >= 0]).to_numpy())
    return HeldByBoard(view.as_of, count_by_unit(lines))
