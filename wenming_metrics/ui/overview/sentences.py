"""What 总览 says in words: how the city stands, who leads, what is late, what needs somebody today.

Pure functions without Streamlit; what is not more than noise is called 无明显变化, and a place that
sampling cannot tell from the middle is not named.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from wenming_metrics.domain.numbers import small_base
from wenming_metrics.publishing.issues import NONE, SIGNED, WITHDRAWN, Issue
from wenming_metrics.queries.problems.lists import ProblemView
from wenming_metrics.queries.problems.wording import rate
from wenming_metrics.queries.ranking.movement import CityMovement
from wenming_metrics.queries.ranking.overview import CityOverview
from wenming_metrics.queries.survey.rates import CITY, Rates
from wenming_metrics.queries.survey.states import NOT_RANKED, NOT_SHOWN
from wenming_metrics.rules.calendar import Slot
from wenming_metrics.rules.survey.model import Rate
from wenming_metrics.scoring.ranking.bands import BACK_HALF, FRONT_HALF
from wenming_metrics.scoring.ranking.ranking import RANKED
from wenming_metrics.scoring.survey.rates import HIDDEN, SMALL, WIDE
from wenming_metrics.ui.frame.cards import Card
from wenming_metrics.ui.frame.words import names, plain, signed

OFTEN = 3
"""So many days on which the same was found at a site are told as an alert."""
_MOST = 4
"""So many rates of a survey stand in its line."""


def opening(
    window_name: str, city: CityOverview, movement: str, lines: pd.DataFrame, view: ProblemView
) -> str:
    """Say how the city stands, who leads and who is last where that can be told, and what is late.

    Takes: movement - of `city_step`; lines - the ranked list; view - of problems, as of today
    """
    if not city.visits:
        return f"{window_name}没有督查数据。"
    clauses = [f"{window_name}各街道检查项不足，暂不评分"]
    if city.score is not None:
        clauses = [f"{window_name}全市**{city.score:.2f}分**，{movement}"]
    clauses += group_ends(lines)
    if int(view.rate_of("handed")["numerator"]):
        clauses.append(late(view))
    return "；".join(clauses) + "。"


def city_step(movement: CityMovement | None, than: str) -> str:
    """Say how far the city's score went, and whether that is more than noise.

    Takes: movement - None: of what was signed nothing is known but the change; than - the window before
    """
    if movement is None or movement.change is None:
        return f"{than}没有得分，不作比较"
    if not movement.is_like:
        return f"{than}查的多是别的街道，不作比较"
    if abs(movement.change) < 0.005:
        return f"与{than}持平"
    way, size = ("升" if movement.change > 0 else "降"), abs(movement.change)
    if movement.is_clear is None:
        return f"比{than}{way}{size:.2f}分"
    if movement.is_clear:
        return f"比{than}明显**{'上升' if way == '升' else '下降'}{size:.2f}分**"
    return f"比{than}{way}{size:.2f}分，在误差以内，无明显变化"


def group_ends(lines: pd.DataFrame) -> list[str]:
    """Name the first and the last of each group; and say of which the place cannot be told for sure.

    It can where the band of places lies in the half of that end.

    Takes: lines - group, status, rank, unit_name, and standing where bands are known
    """
    placed = lines[lines["status"] == RANKED]
    clauses, unclear, clear = [], 0, []
    for group, lines in placed.groupby("group", sort=False):
        if lines["rank"].nunique() < 2:
            continue
        ends = []
        for rank, half, word in (
            (lines["rank"].min(), FRONT_HALF, "第一"),
            (lines["rank"].max(), BACK_HALF, "末位"),
        ):
            units = lines[lines["rank"] == rank]
            label = names(units["unit_name"].tolist())
            ends.append(f"{label}{word}")
            is_sure = "standing" not in units or bool((units["standing"] == half).all())
            unclear += not is_sure
            clear += [label] * is_sure
        clauses.append(f"{plain(group)}{'、'.join(ends)}")
    if clauses and unclear:
        whose = f"除{'、'.join(clear)}外，" if clear else "各组"
        clauses[-1] += f"（{whose}首末位与居中单位差别不明显）"
    return clauses


def late(view: ProblemView) -> str:
    """Say how much is late, for how long at most, and with whom most of it is."""
    overdue = int(view.rate_of("overdue")["numerator"])
    if not overdue:
        return "没有逾期未改的问题"
    worst = view.by_unit.iloc[0]
    longest = int(view.by_unit["most_late"].max())
    return f"逾期未改{overdue:,}条，最长{longest:,}天，{plain(worst['unit_name'])}最多"


def score_lines(city: CityOverview, movement: str) -> tuple[str, ...]:
    """Say below the city's score what it rests on: target, movement, units."""
    if city.score is None:
        return ("暂不评分",)
    lines = [movement.replace("*", "")]
    if city.target is not None:
        gap = city.score - city.target
        reached = f"达到目标{city.target:g}（高{gap:.2f}）"
        lines.append(reached if gap >= 0 else f"距目标{city.target:g}差{-gap:.2f}")
    return (*lines, f"{city.scored}个街道的平均，检查{city.checks:,}项次")


def problem_cards(view: ProblemView) -> list[Card]:
    """Make the figures of 问题整改: what is late, what was put right in time, what came back."""
    overdue, stalled, kept, relapse = (
        view.rate_of(code) for code in ("overdue", "stalled", "kept", "relapse")
    )
    longest = int(view.by_unit["most_late"].max()) if len(view.by_unit) else 0
    late_lines = [f"最长{longest:,}天"] if longest else []
    return [
        Card(
            "逾期",
            f"{overdue['numerator']:,}",
            "条",
            (*late_lines, f"长期无进展{stalled['numerator']:,}条"),
        ),
        Card("按期整改率", rate(kept), "", (_counts(kept),)),
        Card(
            "反弹", f"{relapse['numerator']:,}", "条", (f"{relapse['title']}：{_counts(relapse)}",)
        ),
    ]


def _counts(line: pd.Series) -> str:
    if pd.isna(line["denominator"]):
        return line["words"]
    small = small_base(line["denominator"])
    return f"{line['numerator']:,}条 ÷ {line['denominator']:,}条{small}"


def survey_line(latest: Rates, day: date) -> str:
    """Give the city's rates of the latest wave in one line, each with its number of questionnaires."""
    figures = latest.totals[latest.totals["level"] == CITY].set_index("rate")
    decimals, clauses = latest.survey.decimals, []
    for definition, _ in latest.definitions[:_MOST]:
        total = figures.loc[definition.code]
        count = f"{int(total['n']):,}份"
        if total["state"] == HIDDEN or pd.isna(total["shown"]):
            clauses.append(f"{definition.title}{NOT_SHOWN}（{count}）")
            continue
        basis = f"{count}，{NOT_RANKED}" if total["state"] in (SMALL, WIDE) else count
        share = f"{total['shown']:.{decimals}f}%"
        clauses.append(f"{definition.title}{share}（{_against(total, definition)}{basis}）")
    running = "（还在进行）" if latest.wave.end > day else ""
    return f"{latest.wave.title}民意调查{running}：{'，'.join(clauses)}"


def _against(total: pd.Series, definition: Rate) -> str:
    """Say where a figure lies beside its target; what chance explains is no difference."""
    if definition.target is None or total["state"] in (SMALL, WIDE):
        return ""
    if total["low"] <= definition.target <= total["high"]:
        return "与目标持平，"
    gap = total["shown"] - definition.target
    return f"{'高' if gap > 0 else '低'}于目标{abs(gap):.1f}，"


def fallen(lines: pd.DataFrame) -> str:
    """Name the units whose score fell by more than noise, the deepest fall first; "" for none.

    Takes: lines - unit_name, score_change, clear_change (missing: nobody can say)
    """
    if "clear_change" not in lines:
        return ""
    is_clear = lines["clear_change"].fillna(False).astype(bool)
    lines = lines[is_clear & (lines["score_change"] < 0)].sort_values("score_change")
    if lines.empty:
        return ""
    falls = [f"{plain(line.unit_name)}{signed(line.score_change)}" for line in lines.itertuples()]
    and_so_on = f"等{len(lines)}个街道" if len(lines) > 3 else ""
    return f"得分明显下降：{'、'.join(falls[:3])}{and_so_on}"


def overdue(view: ProblemView) -> str:
    """Say who holds what is late, how many and for how many days; "" where nothing is."""
    units = view.by_unit[view.by_unit["overdue"] > 0]
    if units.empty:
        return ""
    holders = [
        f"{plain(line.unit_name)}{line.overdue:,}条（最长{line.most_late:,}天）"
        for line in units.head(2).itertuples()
    ]
    and_so_on = f"等{len(units)}个单位" if len(units) > 2 else ""
    return f"逾期{int(units['overdue'].sum()):,}条：{'、'.join(holders)}{and_so_on}"


def coming_back(sites: pd.DataFrame) -> str:
    """Say which sites were found with the same problem on OFTEN days and above; "" for none."""
    often = sites[sites["days"] >= OFTEN]
    if often.empty:
        return ""
    first = often.iloc[0]
    and_so_on = f"等{len(often)}个点位" if len(often) > 1 else ""
    return f"第三次反复：{plain(first['site_name'])}{and_so_on}"


def to_decide(undecided: dict[str, int], all_issues: Iterable[Issue], checking: str) -> str:
    """Say what waits for a leader's word; "" where nothing does.

    Takes: undecided - of `queries.problems.glance`; checking - the state of an issue that waits for
           its signature
    """
    clauses = [f"{name}{count:,}条" for name, count in undecided.items()]
    clauses += [f"{plain(issue.name)}待签发" for issue in all_issues if issue.state == checking]
    return f"待决定：{'、'.join(clauses)}" if clauses else ""


def issue_due(slots: Iterable[tuple[Slot, Issue | None]], today: date, *, in_use: bool) -> str:
    """Say which issue closes today, or closed before and is not signed yet; "" for none.

    Takes: slots - the latest first; in_use - whether the office has ever drafted one: else only
           what closes today is told
    """
    for slot, issue in slots:
        closes = date.fromisoformat(slot.cutoff[:10])
        if closes > today:
            continue
        state = issue.state if issue is not None else NONE
        if state in (SIGNED, WITHDRAWN) or (closes < today and not in_use):
            return ""
        title = plain(issue.title if issue is not None else slot.window.title)
        if closes == today:
            return f"{title}今天{slot.cutoff[11:16]}截止，{state}"
        return f"{title}已过截止时间{(today - closes).days}天，{state}"
    return ""
