"""A draft tried on past days: old place, new place, and which clause moved whom.

Each clause is tried alone on the rules in force. What single clauses do need not add up to what
all of them do together: a weight matters more where a method has changed, and places are shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.trial import Trial, try_rules
from wenming_metrics.revising.clauses import Clause, apply, clauses_of, join
from wenming_metrics.revising.drafts import parts_in_force
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.rules.load import load_files
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.rules.workbook.parts import Parts, files_of, parts_of

_MOST = 12
"""Clauses that are tried one by one; of more, the rest are tried together."""
REST = "其余改动"


@dataclass(frozen=True, eq=False)
class Tried:
    """What a draft would do in a window.

    trial   - see `queries.ranking.trial.Trial`
    units   - its units with clause (the one that alone moves the unit's score most, "" = none),
              by_clause (by how much), rank_by_clause (place with that clause alone, Int64)
    clauses - one line per clause: title, moved (units whose place it changes alone), most
              (largest change of a score, signed), unit_name (whose); NaN and "" where it makes no
              sound rules alone
    """

    trial: Trial
    units: pd.DataFrame
    clauses: pd.DataFrame


def try_draft(
    office: Office,
    files: Mapping[str, bytes],
    over: Window,
    board: str = "street",
) -> Tried:
    """Score a window under a draft, and under each of its clauses alone. Nothing is stored."""
    old, new = parts_in_force(office), parts_of(files)
    trial = try_rules(office, load_files(files, office.catalogue), over, board)
    alone = _sound(office, old, new)
    units = trial.units.assign(clause="", by_clause=0.0, rank_by_clause=trial.units["rank_before"])
    lines = []
    for clause, rules in alone:
        if rules is None:
            lines.append((clause.title, np.nan, np.nan, ""))
            continue
        clause_trial = (
            trial if len(alone) == 1 else try_rules(office, rules, over, board, with_noise=False)
        )
        clause_units = (
            clause_trial.units.set_index("unit").loc[units["unit"]].reset_index(drop=True)
        )
        change = _change(clause_units)
        most = int(np.abs(change).argmax()) if len(change) else 0
        moved, name = (
            int(clause_units["changed"].sum()),
            str(clause_units["unit_name"].get(most, "")),
        )
        lines.append((clause.title, moved, change[most] if len(change) else 0.0, name))
        better = np.abs(change) > units["by_clause"].abs().to_numpy() + 1e-9
        units.loc[better, "clause"] = clause.title
        units.loc[better, "by_clause"] = change[better]
        units.loc[better, "rank_by_clause"] = clause_units["rank_after"][better]
    clauses = pd.DataFrame(lines, columns=["title", "moved", "most", "unit_name"])
    clauses.loc[clauses["most"] == 0, "unit_name"] = ""
    return Tried(trial, units, clauses)


def _change(units: pd.DataFrame) -> np.ndarray:
    """Give the change of each unit's score; 0 where it has none before or after."""
    change = (units["score_after"] - units["score_before"]).to_numpy(float)
    return np.round(np.nan_to_num(change), 6)  # of published scores: what is left is binary noise


def _sound(office: Office, old: Parts, new: Parts) -> list[tuple[Clause, RuleSet | None]]:
    """Load the rules of each clause alone; those too many, or not sound alone, go together."""
    loaded, rest = [], []
    for clause in clauses_of(old, new):
        rules = _load(office, old, new, clause) if len(loaded) < _MOST - 1 else None
        if rules is None:
            rest.append(clause)
        else:
            loaded.append((clause, rules))
    if rest:
        title = rest[0].title if len(rest) == 1 else f"{REST}（{len(rest)} 条）"
        together = join(rest, title)
        loaded.append((together, _load(office, old, new, together)))
    return loaded


def _load(office: Office, old: Parts, new: Parts, clause: Clause) -> RuleSet | None:
    try:
        return load_files(files_of(apply(old, new, clause))[0], office.catalogue)
    except RuleSetError:
        return None
