"""The table of moves of a problem (问题整改): from which state, by what act, into which other, by whom.

The table that is shipped, `data/loop/moves.csv`, holds where a rule set has no `moves.csv` of its
own. States are few and fixed, for screens and figures speak of them; acts may be added.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from wenming_metrics.rules.catalogue import read_csv, split
from wenming_metrics.rules.faults import Fault
from wenming_metrics.rules.loop import (
    ANY_STATE,
    BY,
    KINDS_OF_MOVE,
    MOVE_COLUMNS,
    MOVES,
    NEEDS,
    Move,
)
from wenming_metrics.vocabulary import LOOP_STATES

_SHIPPED = Path(__file__).resolve().parents[2] / "data" / "loop" / MOVES


def read_moves(folder: Path | None, faults: list[Fault]) -> dict[tuple[str, str], Move]:
    """Read the table of moves of a folder of rules, else the shipped one.

    Takes: folder - None: the shipped table; faults - a list that faults are added to
    """
    path = folder / MOVES if folder is not None and (folder / MOVES).is_file() else _SHIPPED
    lines = read_csv(path, MOVE_COLUMNS, faults)
    faults += _move_faults(lines)
    return {
        (state, row["act"]): Move(
            *(row["act"], row["to"], row["by"], tuple(split(row["needs"])), row["kind"])
        )
        for row in lines.to_dict("records")
        for state in split(row["from"])
    }


def _move_faults(lines: pd.DataFrame) -> list[Fault]:
    """List what is wrong with a table of moves, each fault by its line."""
    faults, met_keys = [], set()
    for row in lines.to_dict("records"):
        wrong = [state for state in split(row["from"]) if state not in {*LOOP_STATES, ANY_STATE}]
        wrong += [state for state in (row["to"],) if state and state not in LOOP_STATES]
        unknown = [need for need in split(row["needs"]) if need not in NEEDS]
        messages = [f"状态“{state}”不认识，应为{'、'.join(LOOP_STATES)}之一。" for state in wrong]
        messages += [f"必填项“{need}”不认识，应为{'、'.join(NEEDS)}之一。" for need in unknown]
        if not row["act"] or not row["from"]:
            messages.append("from 和 act 都要写。")
        if row["by"] not in BY:
            messages.append(f"by“{row['by']}”不认识，应为{'、'.join(BY)}之一。")
        if row["kind"] not in KINDS_OF_MOVE:
            messages.append(f"kind“{row['kind']}”不认识，应为{'、'.join(KINDS_OF_MOVE)}之一。")
        keys = {(state, row["act"]) for state in split(row["from"])}
        if keys & met_keys:
            messages.append(f"“{row['act']}”从同一状态出发前面已经写过。")
        met_keys |= keys
        faults += [Fault(MOVES, row["line"], message) for message in messages]
    return faults
