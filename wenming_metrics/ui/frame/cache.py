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

from wenming_metrics.domain.periods import Window, today
from wenming_metrics.queries.files import acts, held, pictures, record_lists
from wenming_metrics.queries.files import batches as files_batches
from wenming_metrics.queries.files.pictures import RowPicture
from wenming_metrics.queries.office import Office, days_known, open_office
from wenming_metrics.queries.ranking import composite as composing
from wenming_metrics.queries.ranking import overview, shortlists
from wenming_metrics.queries.ranking import ranking as places
from wenming_metrics.queries.ranking import score_steps as steps
from wenming_metrics.queries.ranking.composite import Composite
from wenming_metrics.queries.ranking.overview import City
from wenming_metrics.queries.ranking.score_steps import Working
from wenming_metrics.queries.scores import deductions, details, records, unit_adjustments
from wenming_metrics.queries.scores.arrivals import Cut
from wenming_metrics.rules.composite import Profile
from wenming_metrics.rules.load import load_all
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.runtime import settings
from wenming_metrics.store.database import revision
from wenming_metrics.upkeep.start import check_once


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
    # One text: Streamlit takes longer to hash many small things than to find the answer.
    return _office(repr((str(place.data), place.store_url, place.rules_id, today(), files)))


def _rule_files(data: Path) -> tuple[tuple[str, int], ...]:
    """Say which files of rules there are and when they were written: a version may be added."""
    found = sorted((data / "rules").glob("*/*.*"))
    return tuple((str(path.relative_to(data)), path.stat().st_mtime_ns) for path in found)


@st.cache_resource(max_entries=4, show_spinner="正在打开数据……")
def _office(key: str) -> Office:
    """Open an office. Takes: key - what it depends on: the day too, for rules come into force"""
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
def _answer(question: str, at: str, arguments: tuple[Hashable, ...], _function: Callable) -> object:
    return _function(office(), *arguments)


def ask(question: Callable, *arguments: Hashable) -> object:
    """Ask a function of the office and some arguments, or recall what it answered."""
    name = f"{question.__module__}.{question.__qualname__}"
    return _answer(name, repr(version()), arguments, question)


def days() -> list[date]:
    """List the days with inspections; see `queries.office.days_known`."""
    return ask(days_known)


def city(window: Window) -> City:
    """Sum up the city; see `queries.ranking.overview.city`."""
    return ask(overview.city, window)


def top_losses(window: Window) -> pd.DataFrame:
    """List what cost the city most; see `queries.ranking.overview.top_losses`."""
    return ask(overview.top_losses, window)


def category_shares(window: Window) -> pd.DataFrame:
    """Share out the city's lost points; see `queries.ranking.overview.category_shares`."""
    return ask(overview.category_shares, window)


def repeat_sites(window: Window) -> pd.DataFrame:
    """List the sites that keep coming back; see `queries.ranking.overview.repeat_sites`."""
    return ask(overview.repeat_sites, window)


def sites_of_day(window: Window) -> pd.DataFrame:
    """List the sites looked at; see `queries.ranking.overview.sites_of_day`."""
    return ask(overview.sites_of_day, window)


def ranking(window: Window, board: str) -> pd.DataFrame:
    """List who stands where; see `queries.ranking.ranking.ranking`."""
    return ask(places.ranking, window, board)


def ranking_under(window: Window, board: str, rules_id: str) -> pd.DataFrame:
    """List who would stand where under one version; see `queries.ranking.ranking.ranking_under`."""
    return ask(places.ranking_under, window, board, rules_id)


def named_units(window: Window, board: str) -> pd.DataFrame:
    """List who is named in front and at the back; see `queries.ranking.shortlists.named_units`."""
    return ask(shortlists.named_units, window, board)


def profiles() -> tuple[Profile, ...]:
    """List the profiles of the composite score; see `queries.ranking.composite.known_profiles`."""
    return composing.known_profiles(office(), settings.load().data)


def composite(profile: Profile, over: Window) -> Composite:
    """Make the composite scores of a period; see `queries.ranking.composite.composite`."""
    return ask(composing.composite, profile, over)


def listing(window: Window, board: str) -> pd.DataFrame:
    """List a board that is not ranked; see `queries.ranking.ranking.listing`."""
    return ask(places.listing, window, board)


def unit_leaves(window: Window, unit: int, board: str, cut: Cut | None = None) -> pd.DataFrame:
    """List what a unit was looked at on; see `queries.scores.details.unit_leaves`."""
    return ask(details.unit_leaves, window, unit, board, cut)


def unit_ledger(window: Window, unit: int, board: str) -> pd.DataFrame:
    """List what was added to a unit's score and taken; see `queries.scores.unit_adjustments.unit_ledger`."""
    return ask(unit_adjustments.unit_ledger, window, unit, board)


def leaf_rows(
    window: Window, unit: int, code: str | None, board: str, cut: Cut | None = None
) -> pd.DataFrame:
    """List the rows behind lost points; see `queries.scores.details.leaf_rows`."""
    return ask(details.leaf_rows, window, unit, code, board, cut)


def list_acts() -> pd.DataFrame:
    """List what people did; see `queries.files.acts.acts`."""
    return ask(acts.acts)


def waiting_rows() -> pd.DataFrame:
    """List the held rows that wait; see `queries.files.held.waiting_rows`."""
    return ask(held.waiting_rows)


def record_counts() -> dict[str, int]:
    """Count the records of each kind; see `queries.files.record_lists.record_counts`."""
    return ask(record_lists.record_counts)


def answers_to(day: date, batch: int, seq: int) -> pd.DataFrame:
    """List what was answered to a problem; see `queries.scores.records.answers_to`."""
    return ask(records.answers_to, day, int(batch), int(seq))


def record_list(kind: str) -> pd.DataFrame:
    """List the records of a kind; see `queries.files.record_lists.record_list`."""
    return ask(record_lists.record_list, kind)


def problem_rows(window: Window) -> pd.DataFrame:
    """List all failed rows; see `queries.scores.details.problem_rows`."""
    return ask(details.problem_rows, window)


def named_rows(window: Window, unit: int, board: str) -> pd.DataFrame:
    """List the failed rows that name a unit; see `queries.scores.details.named_rows`."""
    return ask(details.named_rows, window, unit, board)


def problem(day: date, batch: int, seq: int) -> deductions.Problem | None:
    """Tell what became of one problem; see `queries.scores.deductions.problem`."""
    return ask(deductions.problem, day, int(batch), int(seq))


def working(window: Window, unit: int, board: str, rules_id: str = "") -> Working:
    """Work out a score step by step; see `queries.ranking.score_steps.working`."""
    return ask(steps.working, window, unit, board, rules_id)


def row_pictures(batch: int, sheet: str, row: int) -> list[RowPicture]:
    """List the pictures of a row; see `queries.files.pictures.row_pictures`. Too large to be kept."""
    return pictures.row_pictures(office(), batch, sheet, row)


def batches() -> pd.DataFrame:
    """List what came in; see `queries.files.batches.batches`."""
    return ask(files_batches.batches)


def batch_problems(batch: int) -> pd.DataFrame:
    """List the problems of a batch; see `queries.files.batches.batch_problems`."""
    return ask(files_batches.batch_problems, batch)
