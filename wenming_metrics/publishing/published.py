"""What is published of signed issues: their lists, for whoever may see the figures of no other unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from wenming_metrics.access.viewer import AccessError, knows_scope
from wenming_metrics.export.package import settle
from wenming_metrics.export.tables import issued_sheets, write_book
from wenming_metrics.publishing.issues import SIGNED, Issue, get_issue, list_issues
from wenming_metrics.publishing.signed_workbook import signed_notes
from wenming_metrics.publishing.snapshot import read_frozen
from wenming_metrics.queries.office import Office
from wenming_metrics.store.database import reading


@dataclass(frozen=True, eq=False)
class PublishedLists:
    """The lists of a signed issue. boards - title of a board -> its list; remarks - what it says of itself"""

    boards: Mapping[str, pd.DataFrame]
    remarks: tuple[str, ...]


@knows_scope
def published_issues(office: Office) -> list[Issue]:
    """List the issues that are signed and hold, the latest days first."""
    with reading(office.store) as connection:
        return [issue for issue in list_issues(connection) if issue.state == SIGNED]


@knows_scope
def published_lists(office: Office, key: int) -> PublishedLists:
    """Give the lists of a signed issue, and nothing of the rows behind them. Raises AccessError."""
    with reading(office.store) as connection:
        frozen = read_frozen(connection, _published(get_issue(connection, key)))
    titles = frozen.facts["boards"]
    boards = {titles[kind]: frame for kind, frame in frozen.lists.boards.items()}
    return PublishedLists(boards, tuple(signed_notes(frozen)))


@knows_scope
def published_file(office: Office, key: int) -> bytes:
    """Make the workbook of the lists of a signed issue, without its problems. Raises AccessError."""
    with reading(office.store) as connection:
        frozen = read_frozen(connection, _published(get_issue(connection, key)))
    titles, shortlists = frozen.facts["boards"], frozen.lists.shortlists
    boards = {
        titles[kind]: (frame, shortlists.get(kind)) for kind, frame in frozen.lists.boards.items()
    }
    return settle(write_book(*issued_sheets(boards, frozen.issue.title, signed_notes(frozen))))


def _published(issue: Issue) -> Issue:
    if issue.state != SIGNED:
        raise AccessError("这一期没有签发，或者已经作废，不能查看。")
    return issue
