"""What is said on top of the page of one unit, and where its figures lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from wenming_metrics.publishing.issues import signed_for
from wenming_metrics.scoring.ranking.ranking import RANKED
from wenming_metrics.ui.frame import cache, filters, issue_cache, words
from wenming_metrics.ui.portrait import sentences
from wenming_metrics.ui.portrait.facts import TOGETHER, Facts


def opening(facts: Facts, lines: pd.DataFrame, said: str) -> list[str]:
    """Say in a few sentences what a unit's period comes to.

    Takes: lines - the list that the unit's line is of; said - the window
    """
    window, line = facts.selection.window, facts.line
    compared = words.before(window)
    if facts.scored is None:
        return [sentences.listed(line, facts.name, said, compared), _signed(facts)]
    peers = lines[(lines["group"] == line["group"]) & (lines["status"] == RANKED)]
    told = [sentences.standing(line, facts.name, said, len(peers), compared), _signed(facts)]
    scored = facts.scored
    if not scored.seen:
        return told
    return [
        *told,
        sentences.costs(scored.losses, scored.total),
        sentences.fix(scored.fixing, scored.together, line["score"], TOGETHER),
    ]


def _signed(facts: Facts) -> str:
    """Say whether the figures are signed, or may still change."""
    issue = signed_for(issue_cache.issues(), facts.selection.window)
    if facts.selection.signed and issue is not None:
        return f"{words.plain(issue.title)}已签发。"
    return "以上未签发。"


def lost_query(facts: Facts, days: Sequence[date]) -> dict[str, str]:
    """Give the address parameters of 失分分析 for the unit in its period."""
    own = filters.query_of(facts.selection.window, days)
    found = {f"lost_{name}": told for name, told in own.items()}
    return {**found, "lost_unit" if facts.is_first else "lost_named": facts.name}


def kinds_of(facts: Facts) -> pd.DataFrame:
    """Count what a unit that is not ranked is responsible for.

    Returns: name (of the standard, or 不计分), count, places, lost; the most frequent first
    """
    rows = cache.named_rows(facts.selection.window, facts.unit, facts.board.kind)
    rows = rows.assign(name=rows["leaf_name"])
    found = rows.groupby("name", as_index=False, sort=False).agg(
        count=("name", "size"), places=("places", "sum"), lost=("lost", "sum")
    )
    return found.sort_values(["count", "lost"], ascending=False, kind="stable", ignore_index=True)
