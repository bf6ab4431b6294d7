"""The book of issues (期): which there are, how each stands, and what counts in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain import periods
from wenming_metrics.domain.periods import ZONE, Window
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.scores.arrivals import Cutoff, arrivals
from wenming_metrics.rules.calendar import Calendar, Slot, calendar_of, slot_at, slots
from wenming_metrics.store import issues as store
from wenming_metrics.store.database import reading

DRAFT, CHECKING, SIGNED, WITHDRAWN = "草稿", "核对中", "已签发", "已作废"
NONE = "未拟稿"
SPECIAL, REVIEW = "special", "review"
"""Kinds of 通报 that are no period of a calendar: one of a campaign, one that looks back."""
SPAN_NAMES = {SPECIAL: "专项督查通报", REVIEW: "回头看通报"}
_STATES = {
    store.DRAFTED: DRAFT,
    store.SENT: CHECKING,
    store.SIGNED: SIGNED,
    store.WITHDRAWN: WITHDRAWN,
}


@dataclass(frozen=True)
class Issue:
    """One issue as it stands.

    key - its number in the store; year, number - as it is called; cutoff - files that came later
    are late; document, signed_at, signed_by, hash - of the signature, "" before; ended_at, reason -
    of the withdrawal
    """

    key: int
    year: int
    number: int
    name: str
    window: Window
    cutoff: str
    state: str
    drafted_at: str
    drafted_by: str
    document: str = ""
    signed_at: str = ""
    signed_by: str = ""
    hash: str = ""
    ended_at: str = ""
    reason: str = ""

    @property
    def title(self) -> str:
        """The issue in Chinese: 「周通报第47期(11月16日—22日)」."""
        return f"{self.name}{self.window.title}"

    @property
    def short_hash(self) -> str:
        """What is printed to be compared (校验码): the first ten signs of the SHA-256."""
        return self.hash[:10]

    @property
    def position(self) -> tuple[str, date, date]:
        """Which place of the book it takes: that of its days, or, of SPAN_NAMES, one of its own."""
        special = self.name if self.name in SPAN_NAMES.values() else ""
        return special, self.window.start, self.window.end

    @property
    def signed_on(self) -> date | None:
        """The day of the signature in the city's time; None before."""
        if not self.signed_at:
            return None
        return datetime.fromisoformat(self.signed_at).astimezone(ZONE).date()

    @property
    def was_signed(self) -> bool:
        """Say whether it was ever signed, also where it was withdrawn later."""
        return bool(self.signed_at)


def calendar(office: Office) -> Calendar:
    """Give the calendar of issues of the rules in force."""
    return calendar_of(office.rules.issues)


def calendar_for(office: Office, kind: str) -> Calendar:
    """Give the calendar of a kind of issue: the office's own where it is of that kind, or for ""."""
    usual_calendar = calendar(office)
    return usual_calendar if kind in ("", usual_calendar.kind) else calendar_of({"kind": kind})


def slot_for(
    office: Office, all_issues: Iterable[Issue], kind: str, first: date, last: date | None
) -> tuple[str, Slot]:
    """Give name and place of an issue of a kind.

    Takes: kind - "" or one of a calendar (the issue that `first` lies in), or of SPAN_NAMES (the days
           from `first` to `last`, numbered one after the other)
    Raises IntakeError for days that are none.
    """
    if kind not in SPAN_NAMES:
        book_calendar = calendar_for(office, kind)
        return book_calendar.name, slot_at(book_calendar, first)
    if last is None or last < first:
        raise IntakeError("请写明从哪一天到哪一天，最后一天不能早于第一天。")
    name, days = SPAN_NAMES[kind], Window("custom", first, last)
    numbers = [
        (issue.window.start, issue.window.end, issue.number)
        for issue in all_issues
        if (issue.name, issue.year) == (name, last.year)
    ]
    repeated = [number for start, end, number in numbers if (start, end) == (first, last)]
    number = repeated[0] if repeated else 1 + max((number for *_, number in numbers), default=0)
    cutoff = slot_at(calendar_of({"kind": "day"}), last).cutoff
    return name, Slot(last.year, number, replace(days, number=number), cutoff)


def nearest_day(window: Window, days: Iterable[date]) -> date | None:
    """Give the day nearest to a window that none of the days lies in; of two, the earlier.

    Takes: days - that have rows. None: one lies in the window, or there are none
    """
    away = {day: max(window.start - day, day - window.end).days for day in sorted(days)}
    nearest = min(away, key=away.get, default=None)
    return nearest if nearest is not None and away[nearest] > 0 else None


def without_rows(window: Window, nearest: date | None) -> str:
    """Say that days have no rows, and which day has. Takes: nearest - as `nearest_day`"""
    title = replace(window, number=0).title
    return f"{title}没有督查数据" + (
        f"，最近有数据的是{periods.window('day', nearest).title}" if nearest else ""
    )


def list_issues(connection: Connection) -> list[Issue]:
    """List all issues, the latest days first; of the same days the latest draft first."""
    events, hashes = store.read_events(connection), store.read_hashes(connection)
    by_issue = {key: issue_events for key, issue_events in events.groupby("issue")}
    all_issues = [
        _issue(line, by_issue[line.issue], hashes.get(line.issue, ""))
        for line in store.read_issues(connection).itertuples()
    ]
    return sorted(all_issues, key=lambda issue: (issue.window.end, issue.key), reverse=True)


def _issue(line: tuple, events: pd.DataFrame, digest: str) -> Issue:
    acts = events.drop_duplicates("act", keep="last").set_index("act")
    facts = {}
    if store.SIGNED in acts.index:
        signed = acts.loc[store.SIGNED]
        facts |= {"document": signed["document"], "signed_at": signed["at"]}
        facts |= {"signed_by": signed["who"], "hash": digest}
    if store.WITHDRAWN in acts.index:
        ended = acts.loc[store.WITHDRAWN]
        facts |= {"ended_at": ended["at"], "reason": ended["reason"]}
    days = (date.fromordinal(line.first_day), date.fromordinal(line.last_day))
    return Issue(
        key=int(line.issue),
        year=int(line.year),
        number=int(line.number),
        name=line.name,
        window=Window(line.kind, *days, int(line.number)),
        cutoff=line.cutoff,
        state=_STATES[events.loc[events["act"].isin(list(_STATES)), "act"].iloc[-1]],
        drafted_at=line.at,
        drafted_by=line.who,
        **facts,
    )


def issues(office: Office) -> list[Issue]:
    """List all issues, the latest first; see `list_issues`."""
    with reading(office.store) as connection:
        return list_issues(connection)


def get_issue(connection: Connection, key: int) -> Issue:
    """Give one issue. Raises IntakeError where there is none."""
    for issue in list_issues(connection):
        if issue.key == key:
            return issue
    raise IntakeError(f"没有编号为 {key} 的一期。")


def find_issue(office: Office, written: str) -> Issue:
    """Find an issue by what people write of it: 47, 2026-47, 月通报11, or the short hash on a printed list.

    Of several with the same number the one that stands is meant, without a name one of the office's
    own calendar. Raises IntakeError.
    """
    all_issues, text = issues(office), written.strip().lower()
    usual = calendar(office).name
    all_issues.sort(key=lambda issue: issue.name != usual)
    for name in {issue.name for issue in all_issues}:
        if text.startswith(name):
            all_issues = [issue for issue in all_issues if issue.name == name]
            text = text.removeprefix(name).strip("第期 ")
    if len(text) >= 6:
        matches = [issue for issue in all_issues if issue.hash and issue.hash.startswith(text)]
        if matches:
            return matches[0]
    matches = _numbered(all_issues, text)
    standing = [issue for issue in matches if issue.state != WITHDRAWN]
    if standing or matches:
        return (standing or matches)[0]
    raise IntakeError(f"没有找到“{written}”。可以写期号，如 47、2026-47，或者通报上印的校验码。")


def find_slot(office: Office, written: str) -> Slot:
    """Find a place of the office's own calendar by its number: 47, the latest of it, or 2026-47.

    Raises IntakeError for one that no day with rows lies in.
    """
    matches = _numbered([slot for slot, _ in slots_with_issues(office)], written.strip())
    if not matches:
        raise IntakeError(f"“{written}”这一期里没有督查数据。可以写期号，如 47、2026-47。")
    return matches[0]


def _numbered(places: Iterable[Any], text: str) -> list[Any]:
    """Give the issues or slots of a number such as 47 or 2026-47, in their order."""
    year, _, number = text.rpartition("-")
    if not number.isdecimal() or not (not year or year.isdecimal()):
        return []
    return [
        place
        for place in places
        if place.number == int(number) and (not year or place.year == int(year))
    ]


def signed_for(all_issues: Iterable[Issue], window: Window) -> Issue | None:
    """Give the signed issue that covers a window exactly, None where there is none."""
    for issue in all_issues:
        if issue.position == ("", window.start, window.end) and issue.state == SIGNED:
            return issue
    return None


def slots_with_issues(office: Office) -> list[tuple[Slot, Issue | None]]:
    """List the places of the calendar, the latest first, each with the issue that stands there.

    Those that days with rows lie in, and those of issues that were drafted, whatever the calendar
    was then.
    """
    drafted = {issue.position: issue for issue in issues(office)[::-1]}
    with_rows = list(_slots_with(calendar(office), days_known(office)))
    row_places = {("", slot.window.start, slot.window.end): slot for slot in with_rows}
    drafted_places = {
        position: Slot(issue.year, issue.number, issue.window, issue.cutoff)
        for position, issue in drafted.items()
        if position not in row_places
    }
    positions = sorted({**row_places, **drafted_places}.items(), key=lambda pair: pair[0][2])
    return [(slot, drafted.get(position)) for position, slot in reversed(positions)]


def _slots_with(of: Calendar, days: Sequence[date]) -> Iterable[Slot]:
    """List the issues that any of some days lies in; years without rows are not gone through."""
    last = None
    for day in days:
        if last is None or day > last.window.end:
            last = next(iter(slots(of, day, day)))
            yield last


def cut_of(connection: Connection, issue: Issue, known_at: str = "") -> Cutoff:
    """Say which files count in an issue: in time for its days, or late for those of earlier ones.

    Takes: known_at - moment of what is known; "": now
    """
    before = [
        candidate for candidate in list_issues(connection) if _counts_before(candidate, issue)
    ]
    runs: list[tuple[int, int]] = []
    for earlier in sorted(before, key=lambda earlier: earlier.window.start):
        first, last = earlier.window.start.toordinal(), earlier.window.end.toordinal()
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    since = max((earlier.cutoff for earlier in before), default="")
    return Cutoff(known_at, issue.cutoff, since, tuple(runs))


def _counts_before(earlier: Issue, issue: Issue) -> bool:
    """Say whether an issue lies before another and is in the book: not drafted by mistake."""
    standing = earlier.state != WITHDRAWN or earlier.was_signed
    # A day's or a month's is a book of its own beside the weeks'.
    return standing and earlier.name == issue.name and earlier.window.end < issue.window.start


def late_files(connection: Connection, issue: Issue) -> pd.DataFrame:
    """List the files that came for an issue's days after it had closed.

    Returns: batch, name, arrived, rows (on its days), own (counts in it all the same)
    """
    files = arrivals(connection, list(issue.window.days), cut_of(connection, issue))
    files = files[files["then"] & (files["arrived"] > issue.cutoff)]
    how = {"name": "first", "arrived": "first", "rows": "sum", "own": "first"}
    return files.groupby("batch", as_index=False).agg(how)
