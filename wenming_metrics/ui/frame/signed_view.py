"""What leaders see of an issue: signed or not, and what has changed since; signed lists come first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import Window, to_date, today, window
from wenming_metrics.publishing.corrections import Corrections, corrections_of
from wenming_metrics.publishing.issues import CHECKING, DRAFT, SIGNED, Issue, issues, signed_for
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.queries.files.held_effect import held_in, held_sentence
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.ranking import overview
from wenming_metrics.queries.ranking.bands import bands, join_bands
from wenming_metrics.queries.ranking.overview import CityOverview
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.rules.calendar import calendar_of, is_usual, slot_at
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.ui.frame import cache, filters, navigation, page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection

_LIVE = "看实时数据"
CORRECTIONS = tables.configs(
    "unit_name", "score=score_since", "rank=rank_since", "reason=since_reasons", "other"
)
_ACTS = tables.configs("at", "who", "act", "what=act_on", "effect", "reason")


@dataclass(frozen=True, eq=False)
class CityFigures:
    """What the page of the city shows: signed, or as the rows give it now."""

    city: CityOverview
    ranked: pd.DataFrame
    shares: pd.DataFrame


def choose(selection: Selection, unit_name: str = "") -> Selection:
    """Say whether the chosen window is signed; where it is, its signed lists are shown.

    Where the live figures differ, a switch shows them, with the list of 更正. Beside live figures stands
    how many rows do not count yet.

    Takes: unit_name - of the one unit that the page shows, "": all
    Returns: the selection with the issue whose signed lists are to be shown
    """
    issue = signed_for(ask(issues, shared=True), selection.window)
    if issue is None:
        _say_unsigned(selection.window)
        selection = replace(selection, window=present_part(selection.window))
        say_held(selection.window, unit_name)
        return selection
    changed = _on_board(ask(corrections_of, issue.key, True, shared=True), selection.board)
    with st.container(key="issued", horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{words.plain(issue.title)} :blue[已签发]** {words.plain(_signature(issue))}"
        )
        live = bool(len(changed.units)) and st.toggle(
            _LIVE, key=f"live_{issue.key}", bind="query-params"
        )
    signed_without = str(ask(frozen, issue.key, shared=True).facts.get("held", ""))
    if signed_without:
        page.note(words.plain(signed_without))
    if len(changed.units):
        draw_corrections(changed, open_=live)
    if live:
        page.note("下面是实时数据，**未签发**；签发的名单以上面的文号为准。")
        say_held(selection.window, unit_name)
        return selection
    return replace(selection, window=issue.window, signed=issue.key)


def _signature(issue: Issue) -> str:
    return f"{issue.document} · {issue.signed_at[:10]} · 校验码 {issue.short_hash}"


def standing(selection: Selection) -> str:
    """Say what a page that goes out on paper shows: what was signed, or figures that may still change."""
    if not selection.signed:
        return "未签发，实时数据，签发之前还会变。"
    issue = next(entry for entry in ask(issues, shared=True) if entry.key == selection.signed)
    return f"{issue.title}已签发 {_signature(issue)}"


def opening_window(rules: RuleSet, days: Sequence[date]) -> Window:
    """Give what the page of the city opens on: the latest signed issue, else the latest whole period.

    That is a week, or an issue where the office has a calendar of its own. Signed days do not count:
    a day visits few places.

    Takes: days - with inspections, not none
    """
    for issue in ask(issues, shared=True):
        if issue.state == SIGNED and issue.window.kind != "day":
            if filters.period_kind(issue.window, rules):
                return issue.window
    calendar = calendar_of(rules.issues)
    usual = is_usual(calendar) or calendar.kind == "day"
    newest = None
    for day in reversed(days):
        if newest is not None and day >= newest.start:
            continue
        newest = window("week", day) if usual else slot_at(calendar, day).window
        if newest.end < today():
            return newest
    return newest


def rules() -> RuleSet:
    """Give the rules in force."""
    return cache.office().rules


def first_board() -> Board:
    """Give the board that the page of the city shows."""
    return rules().boards[0]


def present_part(span: Window) -> Window:
    """Cut a period that is not over down to the last day with inspections: see `periods.to_date`."""
    days = ask(days_known, wait=False)
    return to_date(span, min(days[-1], today())) if days and span.end > today() else span


def _on_board(changed: Corrections, board: str) -> Corrections:
    """Keep what concerns the board that is shown; the page of the city shows the first one."""
    if changed.units.empty:
        return changed
    kind = board or first_board().kind
    units = changed.units[changed.units["board"] == kind].reset_index(drop=True)
    return replace(changed, units=units)


def say_held(window: Window, unit_name: str = "") -> None:
    """Say how many rows of a window do not count yet, and what they could change."""
    sentence = ask(told_held, window, unit_name, wait=False)
    if sentence:
        with st.container(key="waiting", horizontal=True, vertical_alignment="center"):
            page.note(words.plain(sentence))
            navigation.link("pages/upload.py", label="查看待核的行")


def told_held(office: Office, window: Window, unit_name: str = "") -> str:
    """Say what `say_held` shows; "" where there are no such rows. Takes: unit_name - "": all"""
    return held_sentence(held_in(office, window), unit_name)


def _say_unsigned(window: Window) -> None:
    standing = [issue for issue in ask(issues, shared=True) if _covers(issue, window)]
    state = f"{standing[0].title}{standing[0].state}，" if standing else ""
    with st.container(key="unsigned"):
        page.note(f"**未签发** {words.plain(state)}下面是实时数据，签发之前还会变。")


def _covers(issue: Issue, window: Window) -> bool:
    days = (issue.window.start, issue.window.end) == (window.start, window.end)
    return days and issue.state in (DRAFT, CHECKING)


def cut_of(signed: int) -> Cutoff | None:
    """Say as known when the figures of a signed issue are; None: now. Takes: signed - 0: none"""
    return ask(frozen, signed, shared=True).cut if signed else None


def figures(selection: Selection, board: Board) -> CityFigures:
    """Give what the page of the city shows."""
    span = selection.window
    if selection.signed:
        lists = ask(frozen, selection.signed, shared=True).lists
        return CityFigures(lists.city, lists.boards[board.kind], lists.shares)
    return CityFigures(
        ask(overview.city, span),
        join_bands(ask(ranking, span, board.kind), ask(bands, span, board.kind)),
        ask(overview.category_shares, span),
    )


def foot(selection: Selection) -> None:
    """Write what the figures of a page rest on; of what was signed, as it was signed."""
    city = ask(frozen, selection.signed, shared=True).lists.city if selection.signed else None
    page.foot(selection.window, city and city.checks)


def draw_corrections(changed: Corrections, *, open_: bool = False) -> None:
    """Draw which units' figures are no longer those that were signed, and what was done since."""
    count = len(changed.units)
    with st.expander(f"更正：签发以后，{count} 个单位的数有变动", expanded=open_):
        tables.show(correction_lines(changed.units), CORRECTIONS, 8)
        if len(changed.acts):
            page.note("签发以后对这些日子做过的事：")
            lines = changed.acts.assign(
                at=[moment(moment_stored) for moment_stored in changed.acts["at"]]
            )
            tables.show(lines, _ACTS, 6)


def correction_lines(units: pd.DataFrame) -> pd.DataFrame:
    """Spell the figures of corrections side by side: 「87.62 → 87.30」."""
    return units.assign(score=_arrows(units, "score", 2), rank=_arrows(units, "rank", 0))


def _arrows(units: pd.DataFrame, name: str, decimals: int) -> list[str]:
    before, after = units[f"{name}_signed"], units[f"{name}_now"]
    return words.arrows(before, after, f"{{:.{decimals}f}}", "—")
