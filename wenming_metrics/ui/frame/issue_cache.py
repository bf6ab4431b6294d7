"""Answers of the pages of issues kept in memory, keyed as in `ui.frame.cache`."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.publishing import corrections, remarks, signing, snapshot
from wenming_metrics.publishing import issues as publishing_issues
from wenming_metrics.publishing.corrections import Corrections, Verdict
from wenming_metrics.publishing.issues import Issue
from wenming_metrics.publishing.lists import Lists
from wenming_metrics.publishing.snapshot import Frozen
from wenming_metrics.rules.calendar import Slot
from wenming_metrics.ui.frame.cache import ask


def issues() -> list[Issue]:
    """List all issues, the latest first; see `publishing.issues.issues`."""
    return ask(publishing_issues.issues)


def issue_places() -> list[tuple[Slot, Issue | None]]:
    """List the places of the calendar of issues; see `publishing.issues.places`."""
    return ask(publishing_issues.places)


def draft_lists(issue: Issue) -> Lists:
    """Make the lists of an issue as they are now; see `publishing.signing.draft_lists`."""
    return ask(signing.draft_lists, issue)


def frozen(key: int) -> Frozen:
    """Give what was signed; see `publishing.snapshot.frozen`."""
    return ask(snapshot.frozen, key)


def corrected(key: int, *, live: bool = False) -> Corrections:
    """List what of a signed issue is no longer so; see `publishing.corrections.corrections`."""
    return ask(corrections.corrections_of, key, live)


def verdict(key: int) -> Verdict:
    """Make a signed issue again and compare; see `publishing.corrections.verify_issue`."""
    return ask(corrections.verdict_of, key)


def issue_remarks(key: int) -> pd.DataFrame:
    """List the remarks on an issue; see `publishing.remarks.remarks`."""
    return ask(remarks.remarks, key)
