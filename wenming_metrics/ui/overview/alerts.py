"""What stands above 总览: what needs somebody today, each a link to the page where it is dealt with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import today
from wenming_metrics.publishing.issues import CHECKING, issues, slots_with_issues
from wenming_metrics.queries.files.held import held_rows
from wenming_metrics.queries.problems.glance import TO_CLOSE, ProblemGlance
from wenming_metrics.ui.frame import navigation
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.overview import sentences

LEADER, CLERK = "领导", "经办"
PROBLEMS, LOSSES, RANKS = "pages/rectification.py", "pages/losses.py", "pages/ranking.py"


@dataclass(frozen=True)
class Alert:
    """One thing that needs somebody: for whom, in words, the page where it is dealt with, its address."""

    reader: str
    text: str
    page: str
    query: Mapping[str, str]


def alerts(
    lines: pd.DataFrame,
    sites: pd.DataFrame,
    glance: ProblemGlance,
    periods: Mapping[str, Mapping[str, str]],
) -> Iterator[Alert]:
    """List what needs somebody, the leader's first; what there is nothing of is left out.

    Takes: lines - the list that is shown; sites - that come back; periods - page -> its address
           parameters for the window that is shown
    """
    repeated = {**periods[LOSSES], "lost_tab": "反复问题"}
    book, slots = ask(issues, wait=False), ask(slots_with_issues, wait=False)
    held_count = ask(held_rows, wait=False)
    for reader, text, page, query in (
        (LEADER, sentences.fallen(lines), RANKS, periods[RANKS]),
        (LEADER, sentences.overdue(glance.view), PROBLEMS, {"fix_term": "逾期"}),
        (LEADER, sentences.coming_back(sites), LOSSES, repeated),
        (
            LEADER,
            sentences.to_decide(glance.undecided, book, CHECKING),
            PROBLEMS,
            address_of_undecided(glance.undecided),
        ),
        (CLERK, f"{held_count:,}条待核，暂不计分" if held_count else "", "pages/upload.py", {}),
        (
            CLERK,
            sentences.issue_due(slots, today(), in_use=bool(book)),
            "pages/bulletins.py",
            {},
        ),
    ):
        if text:
            yield Alert(reader, text, page, query)


def address_of_undecided(undecided: Mapping[str, int]) -> dict[str, str]:
    """Give where the list shows just what waits: 待销号 is a state there, what units ask for is none."""
    return {"fix_state": TO_CLOSE} if set(undecided) == {TO_CLOSE} else {}


def draw(entries: Sequence[Alert]) -> None:
    """Draw the alerts as links in one row, the leader's first."""
    if not entries:
        return
    with st.container(horizontal=True, key="alerts", gap="small"):
        for alert in sorted(entries, key=lambda alert: alert.reader != LEADER):
            urgency = "!" if alert.reader == LEADER else "待办"
            query = dict(alert.query) or None
            navigation.link(alert.page, label=f"**{urgency}** {alert.text}", query_params=query)
