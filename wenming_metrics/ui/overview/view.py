"""What 总览 shows of a window, made at once and kept: a page that is drawn again only draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

import pandas as pd

from wenming_metrics.charts.sparklines import small_line
from wenming_metrics.domain.periods import today, week_to_date
from wenming_metrics.queries.losses.repeat_sites import returning_sites
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.problems.glance import ProblemGlance, problem_glance
from wenming_metrics.queries.ranking.movement import CityMovement, city_movement
from wenming_metrics.queries.ranking.overview import CityOverview, city
from wenming_metrics.queries.survey.rates import overview_rates
from wenming_metrics.scoring.ranking.bands import BACK_HALF, FRONT_HALF
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT, name_units
from wenming_metrics.ui.frame import cards, filters, signed_view, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.cards import Card, LinkedPiece
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.overview import alerts, sentences
from wenming_metrics.ui.overview.alerts import Alert
from wenming_metrics.vocabulary import movement

DAYS_BACK = 90
"""Problems found in so many days are counted, those that the page 问题整改 opens on."""
_BARS, _SITES = 5, 4
_TRENDS = "pages/trends.py"


@dataclass(frozen=True)
class PlacedUnit:
    """A unit at an end of its group. moved - in words, "": nowhere; is_sure - no place of the middle could be its own"""

    name: str
    rank: str
    score: str
    moved: str
    is_sure: bool


@dataclass(frozen=True)
class GroupEnds:
    """Who stands at the ends of a group: its name, how many units, how many with a place, and the ends.

    ends - side, title, units, and what is said of ties that are left out
    """

    group: str
    total: int
    placed: int
    ends: tuple[tuple[str, str, tuple[PlacedUnit, ...], tuple[str, ...]], ...]


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
        for end_of, title in ((FRONT, lists.front), (BACK, lists.back)):
            end = shortlists[(shortlists["group"] == group) & (shortlists["side"] == end_of)]
            if len(end):
                ends.append(
                    (
                        end_of,
                        title.removeprefix("排名"),
                        *_end(group_lines, end, is_front=end_of == FRONT),
                    )
                )
        total = int((ranked["group"] == group).sum())
        groups.append(GroupEnds(str(group), total, len(group_lines), tuple(ends)))
    return groups


def _end(
    group_lines: pd.DataFrame, end: pd.DataFrame, *, is_front: bool
) -> tuple[tuple[PlacedUnit, ...], tuple[str, ...]]:
    at_end = group_lines[group_lines["unit"].isin(end["unit"])]
    left_out = tuple(
        f"第 {cut.rank} 名并列 {cut.left_out} 个，超过名单上限，未列名"
        for cut in end[end["left_out"] > 0].itertuples()
    )
    return tuple(_placed(line, is_front=is_front) for line in at_end.itertuples()), left_out


def _placed(line: tuple, *, is_front: bool) -> PlacedUnit:
    clear = getattr(line, "clear_change", pd.NA)
    clear = pd.NA if pd.isna(clear) else bool(clear)
    moved_by = movement(line.rank_change, is_new=bool(line.is_new), clear=clear)
    if clear is True and not pd.isna(line.score_change):
        moved_by = f"{moved_by.removesuffix('—')} {words.signed(line.score_change)}".strip()
    is_sure = getattr(line, "standing", "") in ("", FRONT_HALF if is_front else BACK_HALF)
    rank = f"{line.rank} 并列" if line.tied else str(line.rank)
    return PlacedUnit(line.unit_name, rank, f"{line.score:.2f}", moved_by, is_sure)


@dataclass(frozen=True)
class CityView:
    """What 总览 shows of a window.

    sentence - the opening; alerts - what needs somebody; figures - large ones that lead on; of_day - those of
    a day, without links; groups - both ends; losses, sites - lines that lead on; returning - how many
    sites come back; survey - the line of the latest wave, None: there is none; check_count - behind the score
    """

    sentence: str
    alerts: tuple[Alert, ...]
    figures: tuple[LinkedPiece, ...]
    of_day: tuple[Card, ...]
    groups: tuple[GroupEnds, ...]
    losses: tuple[LinkedPiece, ...]
    sites: tuple[LinkedPiece, ...]
    returning: int
    survey: Alert | None
    check_count: int


def city_view(office: Office, selection: Selection) -> CityView:
    """Make what the page shows of what was chosen: signed, or as the rows give it now."""
    span, board, days = selection.window, office.rules.boards[0], ask(days_known, wait=False)
    figures = signed_view.figures(selection, board)
    sites = ask(returning_sites, span, board.kind, wait=False)
    glance = ask(problem_glance, DAYS_BACK, wait=False)
    near = Selection(filters.near_course(span, days), board.kind)
    periods = {
        alerts.LOSSES: filters.query_of(span, days, "lost_"),
        alerts.RANKS: {**filters.query_of(span, days), "board": board.title},
        _TRENDS: filters.trend_query(near, days, office.rules),
    }
    moves, is_day = city_moves(selection), span.kind == "day"
    step = sentences.city_step(moves, words.before(span))
    window_name = words.when(span, today())
    opening = (
        words.overview(figures.city, figures.ranked, figures.shares, window_name)
        if is_day
        else sentences.opening(window_name, figures.city, step, figures.ranked, glance.view)
    )
    card = Card(
        "全市得分", _spelled(figures.city.score), "", sentences.score_lines(figures.city, step)
    )
    course = _course(moves, figures.city.target, span.kind)
    with_course = cards.linked_card(
        card, "score", _TRENDS, "全市得分，查看趋势", periods[_TRENDS], course
    )
    return CityView(
        sentence=opening,
        alerts=tuple(alerts.alerts(figures.ranked, sites, glance, periods)),
        figures=(with_course, *_problem_figures(glance)),
        of_day=tuple(_of_day(selection, figures.city)) if is_day else (),
        groups=() if is_day else tuple(group_ends(office, selection)),
        losses=tuple(_losses(figures.shares, periods[alerts.LOSSES])),
        sites=tuple(_sites(sites, {**periods[alerts.LOSSES], "lost_tab": "反复问题"})),
        returning=len(sites),
        survey=_survey(selection),
        check_count=figures.city.checks,
    )


def city_moves(selection: Selection) -> CityMovement | None:
    """Follow the city up to what is shown; of signed figures only where the rows still give them."""
    moves = ask(city_movement, selection.window, wait=False)
    if not selection.signed:
        return moves
    figures = signed_view.figures(selection, signed_view.first_board()).city
    is_same = (figures.score, figures.score_change) == (moves.values[-1], moves.change)
    if is_same or figures.score_change is None:
        return moves if is_same else None
    return CityMovement(
        (*moves.values[:-1], figures.score), figures.score_change, None, is_like=True
    )


def _problem_figures(glance: ProblemGlance) -> Iterator[LinkedPiece]:
    """Give what is late, what was put right in time, what came back; nothing where nothing was handed out."""
    if not int(glance.view.rate_of("handed")["numerator"]):
        return
    terms: tuple[Mapping[str, str], ...] = ({"fix_term": "逾期"}, {}, {})
    for card, query in zip(sentences.problem_cards(glance.view), terms, strict=True):
        label = f"{card.label}{card.value}{card.unit}，查看问题整改"
        yield cards.linked_card(card, card.label, alerts.PROBLEMS, label, query)


def _course(moves: CityMovement | None, aim: float | None, kind: str) -> str:
    """Draw the city's last windows as a line, with the target where it is near."""
    values = [] if moves is None else list(moves.values)
    known = [value for value in values if value is not None]
    if len(known) < 3:
        return ""
    aims = [aim] if _is_near(aim, known) else []
    low, high = floor(min(known + aims)), ceil(max(known + aims))
    line = small_line(values, low, max(high, low + 1), *aims)
    beside = f"，虚线是目标{aim:g}" if aims else ""
    window_words = {"day": "日", "week": "周", "month": "个月"}.get(kind, "期")
    return f"<div class='course'>{line}<span>近{len(values)}{window_words}{beside}</span></div>"


def _is_near(aim: float | None, values: Sequence[float]) -> bool:
    reach = max(max(values) - min(values), 2.0)
    return aim is not None and min(values) - reach <= aim <= max(values) + reach


def _of_day(selection: Selection, of_day: CityOverview) -> Iterator[Card]:
    """Give what was looked at and found on a day, its score with what it rests on, the week to date."""
    so_far = week_to_date(selection.window)
    week = ask(city, so_far, wait=False)
    yield Card("督查点位", f"{of_day.sites:,}", "个", (f"检查{of_day.checks:,}项次",))
    yield Card("发现问题", f"{of_day.places:,}", "处", (f"涉及{of_day.failed:,}项检查",))
    basis = f"{of_day.scored}个街道的平均，仅供参考"
    yield Card("当日得分", _spelled(of_day.score), "", (basis,))
    lines = (so_far.title, f"{week.scored}个街道的平均")
    yield Card("本周累计得分", _spelled(week.score), "", lines)


def _spelled(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _losses(shares: pd.DataFrame, query: Mapping[str, str]) -> Iterator[LinkedPiece]:
    """Give what cost the city most, one level of the tree; each opens there."""
    lost = shares[shares["loss"] > 0].head(_BARS)
    longest = float(lost["loss"].max()) if len(lost) else 1.0
    for position, line in enumerate(lost.itertuples()):
        value = f"{line.loss:.2f}分（{line.share:.1%}）"
        row = cards.bar_row(str(line.name), value, line.loss / longest)
        label = f"{line.name}失{line.loss:.2f}分，查看失分明细"
        to = {**query, "lost_node": str(line.name)}
        facts = (str(line.name), value)
        yield LinkedPiece(row, f"loss-{position}", alerts.LOSSES, label, to, facts)


def _sites(sites: pd.DataFrame, query: Mapping[str, str]) -> Iterator[LinkedPiece]:
    """Give the sites that come back; each opens to its rows."""
    for position, line in enumerate(sites.head(_SITES).itertuples()):
        label = f"{line.site_name}，查看原表"
        to = {**query, "lost_site": str(line.site_name)}
        facts = cards.site_facts(line)
        html = cards.site_row(facts)
        yield LinkedPiece(html, f"site-{position}", alerts.LOSSES, label, to, facts)


def _survey(selection: Selection) -> Alert | None:
    """Give the city's rates of the latest wave in one line."""
    latest = ask(overview_rates, selection.window.end, wait=False)
    if latest is None or not latest.definitions:
        return None
    line = words.plain(sentences.survey_line(latest, selection.window.end))
    query = {"wave": latest.wave.title}
    return Alert(alerts.LEADER, f"**两率一度** {line}", "pages/survey.py", query)
