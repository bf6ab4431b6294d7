"""The parts of the page 总览: the figures, both ends of each group, losses, what comes back, the survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

import pandas as pd
import streamlit as st

from wenming_metrics.charts.sparklines import small_line
from wenming_metrics.domain.periods import Window, today, week_to_date
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.glance import ProblemGlance, problem_glance
from wenming_metrics.queries.ranking.movement import CityMovement, city_movement
from wenming_metrics.queries.ranking.overview import CityOverview, city
from wenming_metrics.queries.survey.rates import overview_rates
from wenming_metrics.scoring.ranking.bands import BACK_HALF, FRONT_HALF
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT, name_units
from wenming_metrics.ui.frame import cards, filters, page, signed_view, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.cards import Card
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.overview import alerts, sentences
from wenming_metrics.ui.ranking import page as ranking_page
from wenming_metrics.vocabulary import movement

DAYS_BACK = 90
"""Problems found in so many days are counted, those that the page 问题整改 opens on."""
_BARS, _SITES = 5, 4


@dataclass(frozen=True, eq=False)
class CityView:
    """What 总览 shows of a window.

    figures - signed, or as the rows give them now; movement - None where what was signed is no longer
    what the rows give; glance - of problems; sites - that come back; periods - page -> address of the
    same days there
    """

    window: Window
    figures: signed_view.CityFigures
    movement: CityMovement | None
    glance: ProblemGlance
    sites: pd.DataFrame
    periods: Mapping[str, Mapping[str, str]]

    @property
    def city(self) -> CityOverview:
        """The city in the window."""
        return self.figures.city

    @property
    def step(self) -> str:
        """How the city moved, in words."""
        return sentences.city_step(self.movement, words.before(self.window))


def city_moves(selection: Selection) -> CityMovement | None:
    """Follow the city up to what is shown; of signed figures only where the rows still give them."""
    moves = ask(city_movement, selection.window)
    if not selection.signed:
        return moves
    shown = signed_view.figures(selection, signed_view.first_board()).city
    is_same = (shown.score, shown.score_change) == (moves.values[-1], moves.change)
    if is_same or shown.score_change is None:
        return moves if is_same else None
    return CityMovement((*moves.values[:-1], shown.score), shown.score_change, None, is_like=True)


def view_of(selection: Selection, sites: pd.DataFrame, days: Sequence[date]) -> CityView:
    """Gather what the page shows. Takes: sites - of `repeat_sites.returning_sites`"""
    span, board = selection.window, signed_view.first_board()
    ranks = filters.query_of(span, days) | {"board": board.title}
    course = filters.trend_query(
        Selection(filters.near_course(span, days), board.kind), days, signed_view.rules()
    )
    return CityView(
        window=span,
        figures=signed_view.figures(selection, board),
        movement=city_moves(selection),
        glance=ask(problem_glance, DAYS_BACK),
        sites=sites,
        periods={
            alerts.LOSSES: filters.query_of(span, days, "lost_"),
            alerts.RANKS: ranks,
            "pages/trends.py": course,
        },
    )


def draw_alerts(view: CityView) -> None:
    """Draw what needs somebody today; nothing where nothing does."""
    alerts.draw(list(alerts.alerts(view.figures.ranked, view.sites, view.glance, view.periods)))


def say(view: CityView) -> None:
    """Say how the city stands; of a day what was looked at and found."""
    name, figures = words.when(view.window, today()), view.figures
    if view.window.kind == "day":
        page.say(words.overview(view.city, figures.ranked, figures.shares, name))
    else:
        sentence = sentences.opening(name, view.city, view.step, figures.ranked, view.glance.view)
        page.say(sentence)


def draw_figures(view: CityView) -> None:
    """Draw the four figures: the score with its course, what is late, put right in time, come back."""
    city_card = Card(
        "全市得分",
        "—" if view.city.score is None else f"{view.city.score:.2f}",
        "",
        sentences.score_lines(view.city, view.step),
    )
    with st.container(key="home-cards"):
        html = cards.card_html(city_card, _course(view))
        query = view.periods["pages/trends.py"]
        cards.linked(_figure(html), "score", "pages/trends.py", "全市得分，查看趋势", query)
        if not int(view.glance.view.rate_of("handed")["numerator"]):
            return
        terms = ({"fix_term": "逾期"}, {}, {})
        for card, query in zip(sentences.problem_cards(view.glance.view), terms, strict=True):
            label = f"{card.label}{card.value}{card.unit}，查看问题整改"
            cards.linked(_figure(cards.card_html(card)), card.label, alerts.PROBLEMS, label, query)


def _figure(html: str) -> str:
    return f"<div class='figures of1'>{html}</div>"


def _course(view: CityView) -> str:
    """Draw the city's last windows as a line, with the target where it is near."""
    values = [] if view.movement is None else list(view.movement.values)
    known = [value for value in values if value is not None]
    if len(known) < 3:
        return ""
    aim = [view.city.target] if _is_near(view.city.target, known) else []
    low, high = floor(min(known + aim)), ceil(max(known + aim))
    line = small_line(values, low, max(high, low + 1), *aim)
    beside = f"，虚线是目标{aim[0]:g}" if aim else ""
    window_words = {"day": "日", "week": "周", "month": "个月"}.get(view.window.kind, "期")
    return f"<div class='course'>{line}<span>近{len(values)}{window_words}{beside}</span></div>"


def _is_near(aim: float | None, values: Sequence[float]) -> bool:
    reach = max(max(values) - min(values), 2.0)
    return aim is not None and min(values) - reach <= aim <= max(values) + reach


def draw_day(view: CityView) -> None:
    """Draw a day: what was looked at and found, its score with what it rests on, the week to date."""
    week, day_city = ask(city, week_to_date(view.window)), view.city
    of_day = "—" if day_city.score is None else f"{day_city.score:.2f}"
    so_far = "—" if week.score is None else f"{week.score:.2f}"
    span = week_to_date(view.window).title
    cards.draw_cards(
        [
            Card("督查点位", f"{day_city.sites:,}", "个", (f"检查{day_city.checks:,}项次",)),
            Card("发现问题", f"{day_city.places:,}", "处", (f"涉及{day_city.failed:,}项检查",)),
            Card("当日得分", of_day, "", (f"{day_city.scored}个街道的平均，仅供参考",)),
            Card("本周累计得分", so_far, "", (span, f"{week.scored}个街道的平均")),
        ]
    )
    ranking_page.draw_day(view.window)


@dataclass(frozen=True)
class GroupEnds:
    """Who stands at the ends of a group: its name, how many units, how many with a place, and the ends.

    ends - side, title, units (label of the link, name), and what is said of ties that are left out
    """

    group: str
    total: int
    placed: int
    ends: tuple[tuple[str, str, tuple[tuple[str, str], ...], tuple[str, ...]], ...]


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
                ends.append((side, title.removeprefix("排名"), *_end(group_lines, end, side)))
        total = int((ranked["group"] == group).sum())
        groups.append(GroupEnds(str(group), total, len(group_lines), tuple(ends)))
    return groups


def _end(
    group_lines: pd.DataFrame, end: pd.DataFrame, side: str
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    at_end = group_lines[group_lines["unit"].isin(end["unit"])]
    left_out = tuple(
        f"第 {cut.rank} 名并列 {cut.left_out} 个，超过名单上限，未列名"
        for cut in end[end["left_out"] > 0].itertuples()
    )
    return tuple((_label(line, side), line.unit_name) for line in at_end.itertuples()), left_out


def _label(line: tuple, side: str) -> str:
    """Spell a line: place, name, score, movement; in grey where its place could be one of the middle."""
    clear = getattr(line, "clear_change", pd.NA)
    clear = pd.NA if pd.isna(clear) else bool(clear)
    change = movement(line.rank_change, is_new=bool(line.is_new), clear=clear)
    if clear is True and not pd.isna(line.score_change):
        change = f"{change.removesuffix('—')} {words.signed(line.score_change)}".strip()
    is_sure = getattr(line, "standing", "") in ("", FRONT_HALF if side == FRONT else BACK_HALF)
    name = words.plain(line.unit_name)
    name = name if is_sure else f"*{name}*"
    rank = f"{line.rank} 并列" if line.tied else str(line.rank)
    return f"**{rank}** {name} :gray[{line.score:.2f}] :blue[{change or ' '}]"


def draw_groups(groups: Sequence[GroupEnds], query: dict[str, str]) -> None:
    """Draw both ends of every group, the groups side by side.

    Takes: query - address of the same period on the page of one unit
    """
    with st.container(key="home-groups"):
        for position, group in enumerate(groups):
            with st.container(key=f"group-{position}", border=True, gap=None):
                st.markdown(
                    f"**{words.plain(group.group)}** :gray[{group.total}个街道，{group.placed}个有名次]"
                )
                if not group.placed:
                    st.caption("本期没有可以排名的街道")
                for side, title, units, left_out in group.ends:
                    with st.container(key=f"short-{position}-{side}", gap=None):
                        st.caption(title)
                        for label, name in units:
                            to = {**query, "unit_who": name}
                            st.page_link(
                                "pages/portrait.py", label=label, query_params=to, width="stretch"
                            )
                        for sentence in left_out:
                            st.caption(sentence)
    page.note("灰字的街道名次与居中单位差别不明显；升降只在得分变化大于误差时标出。")


def draw_losses(view: CityView) -> None:
    """Draw what cost the city most, one level of the tree; each opens there."""
    st.subheader("失分主要在")
    lost = view.figures.shares[view.figures.shares["loss"] > 0].head(_BARS)
    if lost.empty:
        page.note("本期没有可列的失分。")
        return
    query, longest = view.periods[alerts.LOSSES], float(lost["loss"].max())
    for position, line in enumerate(lost.itertuples()):
        row = cards.bar_row(
            str(line.name), f"{line.loss:.2f}分（{line.share:.1%}）", line.loss / longest
        )
        to = {**query, "lost_node": str(line.name)}
        label = f"{line.name}失{line.loss:.2f}分，查看失分明细"
        cards.linked(row, f"loss-{position}", alerts.LOSSES, label, to)


def draw_sites(view: CityView) -> None:
    """Draw the sites that come back; each opens to its rows."""
    st.subheader(f"反复点位（{len(view.sites):,}个）" if len(view.sites) else "反复点位")
    if view.sites.empty:
        page.note("本期无反复点位。")
        return
    query = {**view.periods[alerts.LOSSES], "lost_tab": "反复问题"}
    for position, site in enumerate(view.sites.head(_SITES).itertuples()):
        label = f"{site.site_name}，查看原表"
        to = {**query, "lost_site": str(site.site_name)}
        cards.linked(cards.site_row(site), f"site-{position}", alerts.LOSSES, label, to)


def draw_survey(day: date) -> None:
    """Draw the city's rates of the latest wave in one quiet line; nothing where no survey was taken."""
    latest = ask(overview_rates, day)
    if latest is None or not latest.definitions:
        return
    with st.container(key="opinions"):
        label = f"**两率一度** {words.plain(sentences.survey_line(latest, day))}"
        st.page_link("pages/survey.py", label=label, query_params={"wave": latest.wave.title})
