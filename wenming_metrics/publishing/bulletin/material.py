"""All that one 通报 is made of: what was signed, or what would be, under one digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.confirmed import CONFIRMED_NAMES, stored_pictures
from wenming_metrics.publishing.bulletin.facts import BulletinFacts
from wenming_metrics.publishing.bulletin.gathering import gather_all
from wenming_metrics.publishing.issues import (
    NONE,
    SPECIAL,
    WITHDRAWN,
    Issue,
    calendar,
    cut_of,
    list_issues,
    nearest_day,
    slot_for,
    without_rows,
)
from wenming_metrics.publishing.lists import IssueLists, make_lists
from wenming_metrics.publishing.signing import list_facts
from wenming_metrics.publishing.snapshot import digest_of, freeze, read_frozen, signed_before
from wenming_metrics.queries.files.held_effect import held_in
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.rules.calendar import calendar_of, slot_at
from wenming_metrics.store.tallies import days_with_rows

_NO_ISSUE = -1


@dataclass(frozen=True, eq=False)
class Material:
    """What one 通报 says.

    issue  - of whose days it is; key -1: of days that are no issue
    lists, facts - its figures; facts None: signed by a version that kept none of them
    boards - kind -> title; rules - names of the versions that count
    digest - SHA-256 of all figures: of a signed issue its hash
    pictures - those that a person confirmed, by digest; some may no longer be there
    held   - rows that do not count yet (`held_effect.held_in`); None: signed, it keeps its own
    """

    issue: Issue
    lists: IssueLists
    facts: BulletinFacts | None
    boards: Mapping[str, str]
    rules: tuple[str, ...]
    digest: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    held: pd.DataFrame | None = None

    @property
    def window(self) -> Window:
        """Its days, without a number."""
        return Window(self.issue.window.kind, self.issue.window.start, self.issue.window.end)

    @property
    def is_signed(self) -> bool:
        """Say whether the figures are those of a signature."""
        return self.issue.was_signed

    @property
    def named(self) -> pd.DataFrame:
        """Units that a person confirmed for 表扬 and 批评, as `confirmed.CONFIRMED_NAMES`."""
        return pd.DataFrame(columns=CONFIRMED_NAMES) if self.facts is None else self.facts.named

    def named_of(self, kind: str) -> pd.DataFrame | None:
        """Give who is named of a board: once it is signed, of the proposed only whom a person confirmed.

        None for a board without ranks.
        """
        shortlist = self.lists.shortlists.get(kind)
        if shortlist is None or not self.is_signed:
            return shortlist
        of_side = ["side", "unit_name"]
        confirmed = pd.MultiIndex.from_frame(self.named[of_side])
        return shortlist[pd.MultiIndex.from_frame(shortlist[of_side]).isin(confirmed)]

    @property
    def decimals(self) -> int:
        """Digits of scores."""
        return 2 if self.facts is None else self.facts.decimals


def material_of_issue(connection: Connection, office: Office, issue: Issue) -> Material:
    """Give what was signed of an issue, else what would be signed now. Raises IntakeError."""
    if issue.was_signed:
        frozen = read_frozen(connection, issue)
        boards, rules = frozen.facts["boards"], tuple(frozen.facts["rules"])
        pictures = _pictures(connection, frozen.bulletin)
        return Material(issue, frozen.lists, frozen.bulletin, boards, rules, issue.hash, pictures)
    if issue.state == WITHDRAWN:
        raise IntakeError(f"{issue.title}没有签发就作废了，没有通报。")
    arrival_limit = Cutoff() if issue.key == _NO_ISSUE else cut_of(connection, issue)
    lists = make_lists(
        connection, office, issue.window, arrival_limit, signed_before(connection, issue)
    )
    if not lists.rows:
        nearest = nearest_day(issue.window, map(date.fromordinal, days_with_rows(connection)))
        raise IntakeError(f"{without_rows(issue.window, nearest)}，不能出通报。")
    facts = gather_all(connection, office, issue, arrival_limit, lists)
    said = list_facts(office, lists, {})
    digest = digest_of(freeze(issue, said, arrival_limit, lists, facts))
    pictures = _pictures(connection, facts)
    held_rows = held_in(office, issue.window)
    boards, rules = said["boards"], tuple(said["rules"])
    return Material(issue, lists, facts, boards, rules, digest, pictures, held_rows)


def _pictures(connection: Connection, facts: BulletinFacts | None) -> dict[str, bytes]:
    digests = [] if facts is None else facts.pictures.get("digest", ())
    return stored_pictures(connection, list(digests))


def issue_of_window(connection: Connection, office: Office, window: Window) -> Issue:
    """Give the issue that stands for the days of a window; where there is none, one of no book."""
    for issue in list_issues(connection):
        if issue.position == ("", window.start, window.end) and issue.state != WITHDRAWN:
            return issue
    slot = slot_at(calendar(office), window.start)
    is_slot = (slot.window.start, slot.window.end) == (window.start, window.end)
    name = calendar(office).name if is_slot else calendar_of({"kind": _kind(window)}).name
    return _unbooked(name, slot.window if is_slot else window, slot.number if is_slot else 0)


def issue_of_span(
    connection: Connection, office: Office, first: date, last: date | None, kind: str | None
) -> Issue:
    """Give the issue of some days of a kind of its own (SPECIAL, REVIEW; None: a plain one).

    Where it was never drafted, one of no book. Raises IntakeError for days that are none.
    """
    name, slot = slot_for(office, list_issues(connection), kind or SPECIAL, first, last)
    if kind is None:
        return issue_of_window(connection, office, replace(slot.window, number=0))
    position = (name, first, last)
    for issue in list_issues(connection):
        if issue.position == position and issue.state != WITHDRAWN:
            return issue
    return _unbooked(name, slot.window, slot.number)


def _unbooked(name: str, window: Window, number: int) -> Issue:
    return Issue(
        key=_NO_ISSUE,
        year=window.end.year,
        number=number,
        name=name,
        window=window,
        cutoff="",
        state=NONE,
        drafted_at="",
        drafted_by="",
    )


def _kind(window: Window) -> str:
    return "span" if window.kind == "custom" else window.kind
