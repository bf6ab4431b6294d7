"""The parts of the page 综合考核: profile and period, the table, one unit worked out to its sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import Window, previous, window
from wenming_metrics.export.tables import composite_workbook
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.composite import (
    Composite,
    known_profiles,
    printed_total,
    unit_sources,
)
from wenming_metrics.queries.scores.rule_spans import names_of
from wenming_metrics.rules.composite import Profile
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.runtime import settings
from wenming_metrics.scoring.ranking.ranking import VETOED
from wenming_metrics.scoring.tree.composite import INCOMPLETE, worked_line
from wenming_metrics.ui.frame import cache, drill, page, tables, words

UNIT = "appraised"
_COMBINED = {"sum": "", "geometric": "，按权重作几何平均"}
_EARLIER = 3
"""Periods before the first inspection that can be chosen: tests by others may be older."""
_SOURCES = tables.configs(
    *("name=component", "value", "weight", "points", "told=basis", "of=period_of"),
    *(*tables.SOURCE, "treatment"),
)
_YEAR = tables.configs("year")
_AWARDS = tables.configs("group", "unit_name", "prize", "award", "award_why")


@dataclass(frozen=True)
class Appraisal:
    """A profile and the period to which it is applied."""

    profile: Profile
    window: Window

    @property
    def key(self) -> str:
        """What a selectable table of this choice must carry in its key."""
        return f"{self.profile.id}-{self.window.key}"


def choose(days: Sequence[date]) -> Appraisal:
    """Draw the controls: the profile, and the periods of its kind; stops where there is none."""
    profiles = _profiles()
    titles = {_title(profile): profile for profile in profiles}
    with page.row("controls"):
        title = page.select("方案", list(titles), "scheme", usual=next(iter(titles)), width=420)
        profile = titles[title]
        windows = {period.title: period for period in _windows(profile.period, days)}
        of = page.select(
            "期间", list(windows), f"span_{profile.period}", usual=next(iter(windows)), width=200
        )
    return Appraisal(profile, windows[of])


def _profiles() -> tuple[Profile, ...]:
    try:
        profiles = known_profiles(cache.office(), settings.load().data)
    except RuleSetError as error:
        faults = "\n".join(f"- {fault}" for fault in error.faults)
        st.error(f"综合考核的方案文件有错，改好之后刷新本页：\n{faults}")
        st.stop()
    if not profiles:
        page.note("还没有综合考核的方案。请在测评办法的文件夹里写 composite.toml。")
        st.stop()
    return profiles


def _title(profile: Profile) -> str:
    return f"举例 {profile.place}：{profile.title}" if profile.is_example else profile.title


def _windows(kind: str, days: Sequence[date]) -> list[Window]:
    """List the periods that may be asked for, the newest first."""
    windows, first = [window(kind, days[-1])], window(kind, days[0])
    while windows[-1].start > previous(first, _EARLIER).start:
        windows.append(previous(windows[-1]))
    return windows


def draw_about(profile: Profile, appraisal: Composite) -> None:
    """Say whose profile it is, what it weighs, and what must not leave the house."""
    weights = "、".join(f"{words.plain(c.name)} {c.weight:g}" for c in profile.components)
    whose = "本方案为示例，仅供试算，不是本单位的办法，也不是国家标准。"
    ours = "本单位的方案。"
    page.note(
        f"{whose if profile.is_example else ours}来源：{words.plain(profile.source)}；"
        f"满分 {profile.full_mark:g}，其中{weights}{_COMBINED[profile.combine]}。"
    )
    if appraisal.sources["restricted"].astype(bool).any():
        page.note("所用的测评表写明不得对外公布：本页和下载的文件只供内部工作使用。")


def draw_table(lines: pd.DataFrame, chosen: Appraisal) -> None:
    """Draw the units with a score; a click on a line chooses the unit."""
    placed = lines[lines["rank"].notna()].reset_index(drop=True)
    if placed.empty:
        return
    lines_shown, columns = _columns(placed, chosen.profile)
    key = f"composite-{chosen.key}"
    tables.pick_name(lines_shown, columns, key, UNIT, placed["unit_name"].tolist())


def _columns(placed: pd.DataFrame, profile: Profile) -> tuple[pd.DataFrame, dict]:
    """Make the columns of the table: each component with value, weight and points; 缺 is marked."""
    spelled = placed.assign(
        place=[f"{'并列 ' if line.tied else ''}{line.rank}" for line in placed.itertuples()]
    )
    names, titles = ["place", "unit_name", "score=composite_score"], {}
    for number, component in enumerate(profile.components):
        value = spelled[f"value_{number}"]
        spelled[f"value_{number}"] = ["缺" if pd.isna(v) else f"{v:.2f}" for v in value]
        names += [f"{name}_{number}=component_{name}" for name in ("value", "weight", "points")]
        titles[f"value_{number}"] = component.name
    prize = ["prize"] if profile.prizes else []
    columns = tables.configs(*names, *prize, "missing", "group", **titles)
    columns["score"]["type_config"]["format"] = f"%.{profile.decimals}f"
    for number, component in enumerate(profile.components):
        for name in (f"weight_{number}", f"points_{number}"):
            columns[name]["help"] = f"{component.name}的{columns[name]['label']}"
    return spelled, columns


def draw_without(lines: pd.DataFrame) -> None:
    """Name the units without a place: what they lack, or by which document."""
    for status, title, why in (
        (INCOMPLETE, "缺项，不计综合分", "不算 0 分"),
        (VETOED, "一票否决，不排名", "综合分照算"),
    ):
        units = lines[lines["status"] == status]
        names_with_reason = [
            f"{line.unit_name}（{line.document_no or _lacks(line.missing)}）"
            for line in units.itertuples()
        ]
        if names_with_reason:
            names = words.joined(names_with_reason)
            st.markdown(f"**{title}**（{len(units)} 个；{why}）：{names}")


def draw_awards(lines: pd.DataFrame) -> None:
    """List what units get by the rules, and why; a person decides."""
    awarded = lines[lines["prize"] != ""]
    if awarded.empty:
        return
    with st.expander("奖项和奖补测算"):
        total = awarded["award"].sum()
        money = f"，奖补合计 {total:,.0f} 元" if total else ""
        page.note(
            f"{len(awarded)} 个单位{money}。按方案里写的名次、最低得分和金额测算，由人核定；"
            "每个单位的各项得分和出处，在表里点这个单位看。"
        )
        tables.show(awarded, _AWARDS, 12)


def _lacks(missing: str) -> str:
    return "缺" + "、".join(lack.rpartition("：")[0] for lack in missing.split("；"))


def draw_tools(lines: pd.DataFrame, chosen: Appraisal, office: Office) -> None:
    """Draw what can be done with the table: work out a unit, take the table along."""
    with page.row():
        tables.choose_name("看一个单位怎样算", lines["unit_name"].tolist(), UNIT)
        title = f"综合考核（{chosen.window.title}）"
        names = [component.name for component in chosen.profile.components]
        page.offer(
            "下载综合考核表",
            lambda: composite_workbook(lines, names, title, _notes(chosen, office)),
            title,
            f"get-composite-{chosen.key}",
        )


def _notes(chosen: Appraisal, office: Office) -> list[str]:
    profile = chosen.profile
    example = "举例，不是本单位的办法；" if profile.is_example else ""
    return [
        f"方案：{profile.title}（{example}来源：{profile.source}）",
        *(f"测评办法：{rules_name}" for rules_name in names_of(chosen.window, office)),
        f"时段：{chosen.window.title}",
    ]


def draw_unit(appraisal: Composite, line: pd.Series) -> None:
    """Work out one unit: the sum in one line, its components, where each figure stands."""
    unit = int(line["unit"])
    with st.container(border=True, key="unit-panel"):
        st.subheader(f"{words.plain(line['unit_name'])} · {appraisal.window.title}")
        worked = worked_line(appraisal.composed, unit, appraisal.profile)
        st.markdown(words.plain(worked) if worked else "缺项，不计综合分。")
        if printed_note := printed_total(appraisal, unit):
            page.note(words.plain(printed_note))
        sources = unit_sources(appraisal, unit)
        columns = _SOURCES
        if appraisal.profile.years:
            sources = sources.assign(year=appraisal.window.start.year + sources["year"])
            columns = _YEAR | _SOURCES
        tables.show(sources, columns)
        column = appraisal.composed.units["unit"].tolist().index(unit)
        adjustments = appraisal.composed.ledger[appraisal.composed.ledger["column"] == column]
        if len(adjustments):
            st.markdown("**加减分和系数**")
            drill.show_adjustments(adjustments)
