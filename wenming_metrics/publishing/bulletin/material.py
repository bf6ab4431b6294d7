"""All that one 通报 is made of: what was signed, or what would be, under one digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.facts import BulletinFacts, gather
from wenming_metrics.publishing.issues import (
    NONE,
    WITHDRAWN,
    Issue,
    calendar,
    cut_of,
    list_issues,
)
from wenming_metrics.publishing.lists import IssueLists, make_lists
from wenming_metrics.publishing.signing import list_facts
from wenming_metrics.publishing.snapshot import digest_of, freeze, read_frozen, signed_before
from wenming_metrics.queries.files.held_effect import held_in
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.rules.calendar import calendar_of, slot_at

_NO_ISSUE = -1


@dataclass(frozen=True, eq=False)
class Material:
    """What one 通报 says.

    issue  - of whose days it is; key -1: of days that are no issue
    lists, facts - its figures; facts None: signed by a version that kept none of them
    boards - kind -> title; rules - names of the versions that count
    digest - SHA-256 of all figures: of a signed issue its hash
    held   - rows that do not count yet (`held_effect.held_in`); None: signed, it keeps its own
    """

    issue: Issue
    lists: IssueLists
    facts: BulletinFacts | None
    boards: Mapping[str, str]
    rules: tuple[str, ...]
    digest: str
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
    def decimals(self) -> int:
        """Digits of scores."""
        return 2 if self.facts is None else self.facts.decimals


def material_of_issue(connection: Connection, office: Office, issue: Issue) -> Material:
    """Give what was signed of an issue, else what would be signed now. Raises IntakeError."""
    if issue.was_signed:
        frozen = read_frozen(connection, issue)
        boards, rules = frozen.facts["boards"], tuple(frozen.facts["rules"])
        return Material(issue, frozen.lists, frozen.bulletin, boards, rules, issue.hash)
    if issue.state == WITHDRAWN:
        raise IntakeError(f"{issue.title}没有签发就作废了，没有通报。")
    arrival_limit = Cutoff() if issue.key == _NO_ISSUE else cut_of(connection, issue)
    lists = make_lists(
        connection, office, issue.window, arrival_limit, signed_before(connection, issue)
    )
    if not lists.rows:
        raise IntakeError(f"{issue.window.title}没有督查数据，不能出通报。")
    facts, said = (
        gather(connection, office, issue.window, arrival_limit),
        list_facts(office, lists, {}),
    )
    digest = digest_of(freeze(issue, said, arrival_limit, lists, facts))
    held_rows = held_in(office, issue.window)
    return Material(issue, lists, facts, said["boards"], tuple(said["rules"]), digest, held_rows)


def issue_of_window(connection: Connection, office: Office, window: Window) -> Issue:
    """Give the issue that stands for the days of a window; where there is none, one of no book."""
    for issue in list_issues(connection):
        same_days = (issue.window.start, issue.window.end) == (window.start, window.end)
        if same_days and issue.state != WITHDRAWN:
            return issue
    slot = slot_at(calendar(office), window.start)
    is_slot = (slot.window.start, slot.window.end) == (window.start, window.end)
    name = calendar(office).name if is_slot else calendar_of({"kind": _kind(window)}).name
    return Issue(
        key=_NO_ISSUE,
        year=window.end.year,
        number=slot.number if is_slot else 0,
        name=name,
        window=slot.window if is_slot else window,
        cutoff="",
        state=NONE,
        drafted_at="",
        drafted_by="",
    )


def _kind(window: Window) -> str:
    return "span" if window.kind == "custom" else window.kind
