"""The parts of the page 总览: both ends of each group, the latest survey, what keeps coming back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from wenming_metrics.charts.losses import loss_bars
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import problem_glance
from wenming_metrics.queries.survey.rates import CITY, Rates, overview_rates
from wenming_metrics.queries.survey.states import NOT_RANKED, NOT_SHOWN
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT, name_units
from wenming_metrics.scoring.survey.rates import HIDDEN, SMALL, WIDE
from wenming_metrics.ui.frame import navigation, page, signed_view, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.cards import Card, draw_cards
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.problems.sentences import glance
from wenming_metrics.vocabulary import movement

_DAYS_BACK = 30
"""Problems found in so many days are counted."""
_MOST = 4
"""So many figures stand in one row."""
_FEW = {SMALL: NOT_RANKED, WIDE: NOT_RANKED}
"""A leader is told the plain consequence, whatever the reason."""


def draw_rates(day: date) -> None:
    """Draw the city's figures of the latest wave; nothing where no survey has been taken."""
    latest = ask(overview_rates, day)
    if latest is None or not latest.definitions:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="opinions"):
        page.note(f"**两率一度** {latest.wave.title}民意调查{_running(latest, day)}")
        query = {"wave": latest.wave.title}
        navigation.link("pages/survey.py", label="查看两率一度", query_params=query)
    draw_cards(rate_cards(latest))


def draw_loop() -> None:
    """Draw how problems are put right, in one line; nothing where none has been handed out."""
    view = ask(problem_glance, _DAYS_BACK)
    if not int(view.rate_of("handed")["numerator"]):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="loop-glance"):
        page.note(f"**问题整改** 近{_DAYS_BACK}天发现的：{glance(view)}")
        query = {"fix_days": f"近{_DAYS_BACK}天"}
        navigation.link("pages/rectification.py", label="查看", query_params=query)


def _running(latest: Rates, day: date) -> str:
    return "（还在进行）" if latest.wave.end > day else ""


def rate_cards(latest: Rates) -> list[Card]:
    """Make a large figure of each rate of the city: value, target, what it rests on."""
    city = latest.totals[latest.totals["level"] == CITY].set_index("rate")
    return [
        _card(rate.title, city.loc[rate.code], rate.target, latest.survey.decimals)
        for rate, _ in latest.definitions[:_MOST]
    ]


def _card(title: str, total: pd.Series, target: float | None, decimals: int) -> Card:
    rests = f"有效问卷 {int(total['n']):,} 份"
    if total["state"] == HIDDEN or pd.isna(total["shown"]):
        return Card(title, "—", "", (NOT_SHOWN, rests))
    lines = [_against(total, target)] if target is not None else []
    if total["state"] in _FEW:
        lines = [_FEW[total["state"]]]
    return Card(title, f"{total['shown']:.{decimals}f}%", "", (*lines, rests))


def _against(total: pd.Series, target: float) -> str:
    """Say where a figure lies beside its target; what chance explains is no difference."""
    gap = total["shown"] - target
    if total["low"] <= target <= total["high"]:
        return f"与目标 {target:g} 基本持平"
    size = f"{abs(gap):.1f} 个百分点"
    return f"达到目标 {target:g}（高 {size}）" if gap > 0 else f"距目标 {target:g} 差 {size}"


@dataclass(frozen=True)
class GroupEnds:
    """Who stands at the ends of a group: its name, how many units, how many with a place, and the ends.

    ends - side, title, units (label of the link, name), and what is said of ties that are left out
    """

    group: str
    total: int
    placed: int
    ends: tuple[tuple[str, str, tuple[tuple[str, str], ...], tuple[str, ...]], ...]


def losses_figure(office: Office, selection: Selection) -> go.Figure:
    """Draw what cost the city most."""
    return loss_bars(signed_view.figures(selection, office.rules.boards[0]).losses)


def group_ends(office: Office, selection: Selection) -> list[GroupEnds]:
    """List who stands at both ends of every group, by the rules."""
    ranked, lists = (
        signed_view.figures(selection, office.rules.boards[0]).ranked,
        office.rules.lists,
    )
    placed = ranked[ranked["rank"].notna()]
    # Where nobody had a place before, 新 on every line would say nothing.
    placed = placed.assign(is_new=placed["is_new"] & placed["rank_change"].notna().any())
    shortlists, groups = name_units(ranked, lists), []
    for group in ranked["group"].unique():
        group_lines, ends = placed[placed["group"] == group], []
        for side, title in ((FRONT, lists.front), (BACK, lists.back)):
            end = shortlists[(shortlists["group"] == group) & (shortlists["side"] == side)]
            if len(end):
                ends.append((side, title.removeprefix("排名"), *_end(group_lines, end)))
        total = int((ranked["group"] == group).sum())
        groups.append(GroupEnds(str(group), total, len(group_lines), tuple(ends)))
    return groups


def _end(
    group_lines: pd.DataFrame, end: pd.DataFrame
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    at_end = group_lines[group_lines["unit"].isin(end["unit"])]
    left_out = tuple(
        f"第 {cut.rank} 名并列 {cut.left_out} 个，超过名单上限，未列名"
        for cut in end[end["left_out"] > 0].itertuples()
    )
    return tuple((_label(line), line.unit_name) for line in at_end.itertuples()), left_out


def _label(line: tuple) -> str:
    clear = getattr(line, "clear_change", True)
    moved = movement(line.rank_change, is_new=bool(line.is_new), clear=clear)
    standing = f"{getattr(line, 'standing', '')} {moved}".strip() or " "
    rank = f"{line.rank} 并列" if line.tied else str(line.rank)
    return f"**{rank}** {words.plain(line.unit_name)} :gray[{line.score:.2f}] :blue[{standing}]"


def draw_groups(groups: Sequence[GroupEnds], query: dict[str, str]) -> None:
    """Draw both ends of every group, the groups side by side.

    Takes: query - address of the same period on the page of one unit
    """
    for position, (column, group) in enumerate(zip(st.columns(len(groups)), groups, strict=True)):
        with column, st.container(key=f"group-{position}", border=True):
            st.markdown(
                f"**{words.plain(group.group)}** :gray[{group.total} 个街道，{group.placed} 个有名次]"
            )
            if not group.placed:
                st.caption("本期没有可以排名的街道")
            for side, title, units, left_out in group.ends:
                with st.container(key=f"short-{position}-{side}", gap=None):
                    st.caption(title)
                    for label, name in units:
                        to = {**query, "unit_who": name}
                        navigation.link(
                            "pages/portrait.py", label=label, query_params=to, width="stretch"
                        )
                    for sentence in left_out:
                        st.caption(sentence)
