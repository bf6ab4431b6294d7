"""The signed lists, for accounts that see the figures of no other unit beyond them."""

from __future__ import annotations

import streamlit as st

from wenming_metrics.publishing.published import (
    published_file,
    published_issues,
    published_lists,
)
from wenming_metrics.queries.office import Office
from wenming_metrics.ui.frame import marks, page, tables, words
from wenming_metrics.ui.frame.cache import ask


def draw(office: Office) -> None:
    """Draw the choice of a signed issue and its lists."""
    signed_issues = ask(published_issues)
    if not signed_issues:
        page.say("还没有签发的通报。")
        return
    by_title = {f"{issue.title} {issue.document}": issue for issue in signed_issues}
    with page.row("controls"):
        title = st.selectbox("期次", list(by_title), key="published", width=420)
    issue = by_title[title]
    lists = ask(published_lists, issue.key)
    page.say(f"{words.plain(issue.title)}已签发，名单如下。")
    page.note("  \n".join(map(words.plain, lists.remarks)))
    for board, frame in lists.boards.items():
        st.subheader(board)
        if "rank" in frame.columns:
            lines = tables.ranked_lines(frame)
            columns = tables.ranking_columns(lines)
            tables.show(marks.mark_means(lines, columns), columns, 20)
        else:
            tables.show(frame[["unit_name"]], tables.configs("unit_name"), 20)
    page.offer(
        "下载签发的名单",
        lambda: published_file(office, issue.key),
        issue.title,
        f"published-{issue.key}",
    )
