"""What was added to the score of one unit and taken from it, line by line, down to file and row."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.score_windows import score_windows
from wenming_metrics.scoring.tree.adjusting import no_lines
from wenming_metrics.store.database import reading


def unit_ledger(office: Office, window: Window, unit: int, board: str = "street") -> pd.DataFrame:
    """List the ledger (加减分账) of a unit in a window.

    Returns: as `scoring.tree.adjusting.settle` gives the lines; `counted` sums to the final score less
        that of the tree. No lines where the rules do not speak of adjustments.
    """
    with reading(office.store) as connection:
        standings = score_windows(connection, office, [window], office.rules.board(board))
    lines = no_lines() if standings.ledger is None else standings.ledger
    is_unit = lines["column"] == standings.window_columns(-1).start + int(standings.column_of[unit])
    return lines[is_unit].reset_index(drop=True)
