"""What stands above 总览: what needs somebody today, each a link to the page where it is dealt with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import today
from wenming_metrics.publishing.issues import CHECKING, issues, slots_with_issues
from wenming_metrics.queries.files.held import held_rows
from wenming_metrics.queries.problems.glance import ProblemGlance
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
    book, slots = ask(issues), ask(slots_with_issues)
    held = ask(held_rows)
    for reader, text, page, query in (
        (LEADER, sentences.fallen(lines), RANKS, periods[RANKS]),
        (LEADER, sentences.overdue(glance.view), PROBLEMS, {"fix_term": "逾期"}),
        (LEADER, sentences.coming_back(sites), LOSSES, repeated),
        (LEADER, sentences.to_decide(glance.undecided, book, CHECKING), PROBLEMS, {}),
        (CLERK, f"{held:,}条待核，暂不计分" if held else "", "pages/upload.py", {}),
        (
            CLERK,
            sentences.issue_due(slots, today(), in_use=bool(book)),
            "pages/bulletins.py",
            {},
        ),
    ):
        if text:
            yield Alert(reader, text, page, query)


def draw(entries: list[Alert]) -> None:
    """Draw the alerts as links in one row, the leader's first."""
    if not entries:
        return
    with st.container(horizontal=True, key="alerts", gap="small"):
        for alert in sorted(entries, key=lambda alert: alert.reader != LEADER):
            urgency = "!" if alert.reader == LEADER else "待办"
            query = dict(alert.query) or None
            st.page_link(alert.page, label=f"**{urgency}** {alert.text}", query_params=query)
