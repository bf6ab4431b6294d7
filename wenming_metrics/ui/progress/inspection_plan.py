"""督查安排 on the page: the draw of a week, what it asks for, its check forms, what was carried out."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from wenming_metrics.decisions.inspection_plan import (
    draw_week,
    keep_plan,
    next_monday,
    read_teams,
)
from wenming_metrics.domain.periods import window
from wenming_metrics.publishing.bulletin.unit_sheets import pack
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.site_draw import DrawTerms, site_risks
from wenming_metrics.queries.progress.week_plan import (
    carried_out,
    check_forms,
    week_lines,
    week_title,
)
from wenming_metrics.queries.ranking.sampling import sampling
from wenming_metrics.ui.frame import page, tables
from wenming_metrics.ui.frame.act_button import button, tell_done
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.ranking.page import draw_needed

_STATUS = tables.configs(
    "team=plan_team", "planned=planned_sites", "visited=visited_sites", "missed=missed_sites"
)
_LINES = tables.configs(
    *("day=plan_day", "team=plan_team", "street_name=street", "type_name=point_type"),
    *("site_name", "chance"),
)
_RISKS = tables.configs(
    *("site_name", "street_name=street", "type_name=point_type", "weeks=weeks_since"),
    *("loss=loss_times", "relapses=relapse_times"),
)
_USUAL_TEAMS = "督查一组\n督查二组"
_SHOWN_RISKS = 20


def draw(office: Office) -> None:
    """Draw the plan of a week: of next week, unless another is chosen."""
    tell_done()
    weeks = [next_monday() + timedelta(weeks=number) for number in range(-4, 3)]
    with page.row("plan-week"):
        week = page.select(
            "哪一周", weeks, "plan_week", usual=weeks[4], format_func=_spell_week, width=300
        )
    lines = ask(week_lines, week)
    page.say(_sentence(lines, week))
    if len(lines):
        _draw_plan(office, lines, week)
    if week >= next_monday() - timedelta(weeks=1) and not lines["chance"].notna().any():
        _draw_terms(office, week)
    _draw_risks(week)


def _spell_week(monday: date) -> str:
    title = week_title(monday).removesuffix("抽取督查")
    return f"{title}（{monday:%m月%d日}—{monday + timedelta(days=6):%m月%d日}）"


def _sentence(lines: pd.DataFrame, week: date) -> str:
    if lines.empty:
        return f"{_spell_week(week)}还没有督查计划。"
    drawn = int(lines["chance"].notna().sum())
    how = f"其中{drawn}个是抽取的" if drawn else "都不是在这里抽取的"
    return (
        f"{_spell_week(week)}计划看 **{lines['site'].nunique()}个**点位，{how}；"
        f"{lines['street_name'].nunique()}个街道，{lines['type_name'].nunique()}种点位类型，"
        f"{lines['team'].nunique()}个督查组。"
    )


def _draw_plan(office: Office, lines: pd.DataFrame, week: date) -> None:
    tables.show(ask(carried_out, week), _STATUS, 8)
    page.note("覆盖率按这份计划算。点位在督查前对各单位保密，不要投屏、不要外传。")
    with page.row("plan-files"):
        page.download(
            "下载各组检查表",
            lambda: pack(check_forms(office, week)),
            f"检查表_{week_title(week)}_内部.zip",
            "application/zip",
            f"plan-forms-{week}",
            "每组一份，点位和要看的测评项已填好，结果先写未查；填好传回“数据上传”。",
        )
        is_open = st.toggle("列出点位（督查前保密）", key="plan_open")
    if is_open:
        tables.show(lines, _LINES, 14)


def _draw_terms(office: Office, week: date) -> None:
    st.subheader("抽取")
    last_week = window("week", week - timedelta(weeks=1))
    title = "上一周查多少点位才能分清名次"
    with st.expander(title, key="plan-sampling", on_change="rerun") as opened:
        if opened.open:
            draw_needed(ask(sampling, last_week))
    usual = DrawTerms(size=100)
    with page.row("plan-terms"):
        size = st.number_input("大约抽几个", 1, 5000, usual.size, key="plan-size", width=130)
        of_unit = st.number_input("每个街道至少", 0, 100, usual.of_unit, key="plan-unit", width=130)
        of_type = st.number_input("每种类型至少", 0, 100, usual.of_type, key="plan-type", width=130)
        revisits = st.number_input(
            "问题点位复访", 0, 500, usual.revisits, key="plan-revisits", width=130
        )
        percent = st.number_input("随机占（%）", 30, 100, 30, key="plan-random", width=130)
    teams = st.text_area(
        "督查组（一行一个；要回避的写“区督查组＝某区”）", _USUAL_TEAMS, key="plan-teams", height=100
    )
    who = page.ask_who("抽样记录")
    terms = DrawTerms(
        int(size), int(of_unit), int(of_type), int(revisits), random_share=percent / 100
    )
    page.note(
        "抽出的点位直接按督查计划入库，不能挑拣；每个点位的抽中机会和抽样号都留存。"
        "要重抽，先在“数据上传”撤回，原来的记录仍在。"
    )
    button(
        "抽取并定为督查计划",
        "plan-draw",
        lambda: keep_plan(
            office, draw_week(office, week, terms, read_teams(teams.splitlines())), who
        ),
        lambda batch: f"已抽取，按督查计划入库（第 {batch} 批）。督查前请不要外传。",
        disabled=not (who and teams.strip()),
        type="primary",
    )


def _draw_risks(week: date) -> None:
    with st.expander("哪些点位风险高"):
        risks = ask(site_risks, week).sort_values("risk", ascending=False, kind="stable")
        page.note(
            f"名册里 {len(risks):,} 个点位，风险最高的 {min(len(risks), _SHOWN_RISKS)} 个。"
            "风险＝距上次查看的周数×（1＋扣分倍数）×（1＋反弹次数），后两项最多按 3 计；"
            "是本软件建议的算法，不是上级规定。"
        )
        tables.show(risks.head(_SHOWN_RISKS), _RISKS, 12)
