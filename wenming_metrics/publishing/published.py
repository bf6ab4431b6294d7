"""What is published of signed issues: their lists, for whoever may see the figures of no other unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from wenming_metrics.access.viewer import AccessError, knows_scope
from wenming_metrics.export.package import settle
from wenming_metrics.export.tables import SHORTLISTS, ExportSheet, issued_sheets, write_book
from wenming_metrics.publishing.issues import SIGNED, Issue, get_issue, list_issues
from wenming_metrics.publishing.signed_workbook import signed_notes
from wenming_metrics.publishing.snapshot import read_frozen
from wenming_metrics.queries.office import Office
from wenming_metrics.store.database import reading
from wenming_metrics.vocabulary import columns

_NAMES = columns("unit_name")


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
    """Make the workbook of what `published_lists` shows of a signed issue. Raises AccessError.

    Of boards without ranks it holds the names alone: how many problems the others have is not theirs;
    nor who is proposed to be named before a person confirmed it.
    """
    with reading(office.store) as connection:
        frozen = read_frozen(connection, _published(get_issue(connection, key)))
    titles, remarks = frozen.facts["boards"], signed_notes(frozen)
    placed = {
        titles[kind]: (frozen.lists.boards[kind], shortlist)
        for kind, shortlist in frozen.lists.shortlists.items()
    }
    sheets = issued_sheets(placed, frozen.issue.title, remarks)
    kept = [sheet for sheet in sheets if sheet.columns is not SHORTLISTS]
    names = [
        ExportSheet(titles[kind], f"{frozen.issue.title} {titles[kind]}", frame, _NAMES, remarks)
        for kind, frame in frozen.lists.boards.items()
        if kind not in frozen.lists.shortlists
    ]
    return settle(write_book(*kept, *names))


def _published(issue: Issue) -> Issue:
    if issue.state != SIGNED:
        raise AccessError("这一期没有签发，或者已经作废，不能查看。")
    return issue
