"""Answers kept in memory: one entry per question, revision of the store and digest of the rules.

Every answer is keyed by all that it depends on, so a commit, a withdrawal or new rules never show
an old figure. Only reads of stored data stand here; files being uploaded are never cached.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from wenming_metrics import settings
from wenming_metrics.keeping.start import check_once
from wenming_metrics.periods import Window, today
from wenming_metrics.publishing import book, corrections, freezing, remarks, signing
from wenming_metrics.publishing.book import Issue
from wenming_metrics.publishing.corrections import Corrections, Verdict
from wenming_metrics.publishing.freezing import Frozen
from wenming_metrics.publishing.lists import Lists
from wenming_metrics.queries import (
    acts,
    adjusted,
    details,
    held,
    history,
    lists,
    overview,
    pictures,
    priced,
    record_lists,
    records,
)
from wenming_metrics.queries import composite as composing
from wenming_metrics.queries import ranking as places
from wenming_metrics.queries import working as steps
from wenming_metrics.queries.arrivals import Cut
from wenming_metrics.queries.composite import Composite
from wenming_metrics.queries.office import Office, days_known, open_office
from wenming_metrics.queries.overview import City
from wenming_metrics.queries.pictures import RowPicture
from wenming_metrics.queries.working import Working
from wenming_metrics.rules.calendar import Slot
from wenming_metrics.rules.composite import Profile
from wenming_metrics.rules.load import load_all
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.store.database import revision

_QUERIES: dict[str, Callable] = {
    "days": days_known,
    "city": overview.city,
    "top_losses": overview.top_losses,
    "category_shares": overview.category_shares,
    "repeat_sites": overview.repeat_sites,
    "sites_of_day": overview.sites_of_day,
    "ranking": places.ranking,
    "ranking_under": places.ranking_under,
    "listing": places.listing,
    "named_units": lists.named_units,
    "composite": composing.composite,
    "unit_ledger": adjusted.unit_ledger,
    "unit_leaves": details.unit_leaves,
    "leaf_rows": details.leaf_rows,
    "problem_rows": details.problem_rows,
    "named_rows": details.named_rows,
    "problem": priced.problem,
    "working": steps.working,
    "waiting_rows": held.waiting_rows,
    "record_counts": record_lists.record_counts,
    "record_list": record_lists.record_list,
    "answers_to": records.answers_to,
    "acts": acts.acts,
    "issues": book.issues,
    "issue_places": book.places,
    "draft_lists": signing.draft_lists,
    "frozen": freezing.frozen,
    "corrections": corrections.corrections_of,
    "verdict": corrections.verdict_of,
    "remarks": remarks.remarks,
    "batches": history.batches,
    "batch_problems": history.batch_problems,
}


@dataclass(frozen=True)
class Version:
    """What an answer depends on besides its question: the day too, for deadlines pass."""

    store: str
    revision: int
    rules: str
    on: date


def office() -> Office:
    """Give the office that this server works for, opened once a day and per store."""
    place = settings.load()
    files = _rule_files(place.data)
    return _office(str(place.data), place.store_url, place.rules_id, today(), files)


def _rule_files(data: Path) -> tuple[tuple[str, int], ...]:
    """Say which files of rules there are and when they were written: a version may be added."""
    found = sorted((data / "rules").glob("*/*.*"))
    return tuple((str(path.relative_to(data)), path.stat().st_mtime_ns) for path in found)


@st.cache_resource(max_entries=4, show_spinner="正在打开数据……")
def _office(
    data: str, store_url: str, rules_id: str | None, on: date, files: tuple[tuple[str, int], ...]
) -> Office:
    """Open an office; the arguments are its key, the day because rules come into force on a day."""
    opened = open_office(settings.load())
    check_once(opened.store)
    return opened


def rule_sets() -> list[RuleSet]:
    """List all versions of the rules, of whatever series, the earliest first."""
    data = settings.load().data
    return _rule_sets(str(data), _rule_files(data))


@st.cache_resource(max_entries=4, show_spinner=False)
def _rule_sets(data: str, files: tuple[tuple[str, int], ...]) -> list[RuleSet]:
    return load_all(Path(data) / "rules", office().catalogue)


def version() -> Version:
    """Give the present version of everything an answer depends on."""
    here = office()
    rules = "".join(one.digest for one in (here.rules, *here.rule_sets))
    return Version(here.store.url, revision(here.store), rules, today())


@st.cache_data(max_entries=256, show_spinner="正在计算……")
def _answer(question: str, at: Version, arguments: tuple[Hashable, ...]) -> object:
    return _QUERIES[question](office(), *arguments)


def _ask(question: str, *arguments: Hashable) -> object:
    return _answer(question, version(), arguments)


def days() -> list[date]:
    """List the days with inspections; see `queries.office.days_known`."""
    return _ask("days")


def city(window: Window) -> City:
    """Sum up the city; see `queries.overview.city`."""
    return _ask("city", window)


def top_losses(window: Window) -> pd.DataFrame:
    """List what cost the city most; see `queries.overview.top_losses`."""
    return _ask("top_losses", window)


def category_shares(window: Window) -> pd.DataFrame:
    """Share out the city's lost points; see `queries.overview.category_shares`."""
    return _ask("category_shares", window)


def repeat_sites(window: Window) -> pd.DataFrame:
    """List the sites that keep coming back; see `queries.overview.repeat_sites`."""
    return _ask("repeat_sites", window)


def sites_of_day(window: Window) -> pd.DataFrame:
    """List the sites looked at; see `queries.overview.sites_of_day`."""
    return _ask("sites_of_day", window)


def ranking(window: Window, board: str) -> pd.DataFrame:
    """List who stands where; see `queries.ranking.ranking`."""
    return _ask("ranking", window, board)


def ranking_under(window: Window, board: str, rules_id: str) -> pd.DataFrame:
    """List who would stand where under one version; see `queries.ranking.ranking_under`."""
    return _ask("ranking_under", window, board, rules_id)


def named_units(window: Window, board: str) -> pd.DataFrame:
    """List who is named in front and at the back; see `queries.lists.named_units`."""
    return _ask("named_units", window, board)


def profiles() -> tuple[Profile, ...]:
    """List the profiles of the composite score; see `queries.composite.known_profiles`."""
    return composing.known_profiles(office(), settings.load().data)


def composite(profile: Profile, over: Window) -> Composite:
    """Make the composite scores of a period; see `queries.composite.composite`."""
    return _ask("composite", profile, over)


def listing(window: Window, board: str) -> pd.DataFrame:
    """List a board that is not ranked; see `queries.ranking.listing`."""
    return _ask("listing", window, board)


def unit_leaves(window: Window, unit: int, board: str, cut: Cut | None = None) -> pd.DataFrame:
    """List what a unit was looked at on; see `queries.details.unit_leaves`."""
    return _ask("unit_leaves", window, unit, board, cut)


def unit_ledger(window: Window, unit: int, board: str) -> pd.DataFrame:
    """List what was added to a unit's score and taken; see `queries.adjusted.unit_ledger`."""
    return _ask("unit_ledger", window, unit, board)


def leaf_rows(
    window: Window, unit: int, code: str | None, board: str, cut: Cut | None = None
) -> pd.DataFrame:
    """List the rows behind lost points; see `queries.details.leaf_rows`."""
    return _ask("leaf_rows", window, unit, code, board, cut)


def issues() -> list[Issue]:
    """List all issues, the latest first; see `publishing.book.issues`."""
    return _ask("issues")


def issue_places() -> list[tuple[Slot, Issue | None]]:
    """List the places of the calendar of issues; see `publishing.book.places`."""
    return _ask("issue_places")


def draft_lists(issue: Issue) -> Lists:
    """Make the lists of an issue as they are now; see `publishing.signing.draft_lists`."""
    return _ask("draft_lists", issue)


def frozen(key: int) -> Frozen:
    """Give what was signed; see `publishing.freezing.frozen`."""
    return _ask("frozen", key)


def corrected(key: int, *, live: bool = False) -> Corrections:
    """List what of a signed issue is no longer so; see `publishing.corrections.corrections`."""
    return _ask("corrections", key, live)


def verdict(key: int) -> Verdict:
    """Make a signed issue again and compare; see `publishing.corrections.verify_issue`."""
    return _ask("verdict", key)


def issue_remarks(key: int) -> pd.DataFrame:
    """List the remarks on an issue; see `publishing.remarks.remarks`."""
    return _ask("remarks", key)


def list_acts() -> pd.DataFrame:
    """List what people did; see `queries.acts.acts`."""
    return _ask("acts")


def waiting_rows() -> pd.DataFrame:
    """List the held rows that wait; see `queries.held.waiting_rows`."""
    return _ask("waiting_rows")


def record_counts() -> dict[str, int]:
    """Count the records of each kind; see `queries.record_lists.record_counts`."""
    return _ask("record_counts")


def answers_to(day: date, batch: int, seq: int) -> pd.DataFrame:
    """List what was answered to a problem; see `queries.records.answers_to`."""
    return _ask("answers_to", day, int(batch), int(seq))


def record_list(kind: str) -> pd.DataFrame:
    """List the records of a kind; see `queries.record_lists.record_list`."""
    return _ask("record_list", kind)


def problem_rows(window: Window) -> pd.DataFrame:
    """List all failed rows; see `queries.details.problem_rows`."""
    return _ask("problem_rows", window)


def named_rows(window: Window, unit: int, board: str) -> pd.DataFrame:
    """List the failed rows that name a unit; see `queries.details.named_rows`."""
    return _ask("named_rows", window, unit, board)


def problem(day: date, batch: int, seq: int) -> priced.Problem | None:
    """Tell what became of one problem; see `queries.priced.problem`."""
    return _ask("problem", day, int(batch), int(seq))


def working(window: Window, unit: int, board: str, rules_id: str = "") -> Working:
    """Work out a score step by step; see `queries.working.working`."""
    return _ask("working", window, unit, board, rules_id)


def row_pictures(batch: int, sheet: str, row: int) -> list[RowPicture]:
    """List the pictures of a row; see `queries.pictures.row_pictures`. Too large to be kept."""
    return pictures.row_pictures(office(), batch, sheet, row)


def batches() -> pd.DataFrame:
    """List what came in; see `queries.history.batches`."""
    return _ask("batches")


def batch_problems(batch: int) -> pd.DataFrame:
    """List the problems of a batch; see `queries.history.batch_problems`."""
    return _ask("batch_problems", batch)
