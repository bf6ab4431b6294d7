"""Answers of the pages of issues kept in memory, keyed as in `ui.cached`."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.publishing import book, corrections, freezing, remarks, signing
from wenming_metrics.publishing.book import Issue
from wenming_metrics.publishing.corrections import Corrections, Verdict
from wenming_metrics.publishing.freezing import Frozen
from wenming_metrics.publishing.lists import Lists
from wenming_metrics.rules.calendar import Slot
from wenming_metrics.ui.cached import ask


def issues() -> list[Issue]:
    """List all issues, the latest first; see `publishing.book.issues`."""
    return ask(book.issues)


def issue_places() -> list[tuple[Slot, Issue | None]]:
    """List the places of the calendar of issues; see `publishing.book.places`."""
    return ask(book.places)


def draft_lists(issue: Issue) -> Lists:
    """Make the lists of an issue as they are now; see `publishing.signing.draft_lists`."""
    return ask(signing.draft_lists, issue)


def frozen(key: int) -> Frozen:
    """Give what was signed; see `publishing.freezing.frozen`."""
    return ask(freezing.frozen, key)


def corrected(key: int, *, live: bool = False) -> Corrections:
    """List what of a signed issue is no longer so; see `publishing.corrections.corrections`."""
    return ask(corrections.corrections_of, key, live)


def verdict(key: int) -> Verdict:
    """Make a signed issue again and compare; see `publishing.corrections.verify_issue`."""
    return ask(corrections.verdict_of, key)


def issue_remarks(key: int) -> pd.DataFrame:
    """List the remarks on an issue; see `publishing.remarks.remarks`."""
    return ask(remarks.remarks, key)
