"""专项行动 on the page: where each action stands, and its tasks with their rows."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import today
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.campaign_effects import (
    campaign_effects,
    effect_sentence,
    lost_ground,
    unknown_links,
)
from wenming_metrics.queries.progress.campaigns import (
    BEHIND,
    campaigns,
    phase_on,
    plans,
    task_form,
    tasks,
)
from wenming_metrics.ui.frame import cache, page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.progress.source_row import FormOffer, draw_lines

_OFFER = FormOffer("下载这些任务（可填写后再上传）", "campaign", "专项行动任务", "进展")
_ALL = "全部行动"
_ACTIONS = tables.configs(
    *("campaign", "state=campaign_state", "phase_now", "tasks", "done=tasks_done"),
    *("overdue=overdue_items", "next_due", "lead", "leader", "document_no"),
)
_EFFECTS = tables.configs(
    *("span=effect_span", "side=effect_side", "first=effect_first", "last=effect_last"),
    *("checks", "failed", "lost_rate", "relapses=effect_relapses"),
)
_TASKS = tables.configs(
    *("task", "unit_name", "phase", "due=task_due", "days_late", "progress=task_progress"),
    *("state=task_state", *tables.SOURCE),
)


def draw(office: Office) -> None:
    """Draw the actions as of today."""
    day = today()
    task_lines = ask(tasks, day, shared=True)
    if task_lines.empty:
        page.note("还没有专项行动。在“数据上传”里上传专项行动的任务表；空白表也在那里下载。")
        return
    cache.draw(_draw_overview, day)
    with page.row():
        options = [_ALL, *ask(_summed, day)["campaign"]]
        selected = page.select("看哪个行动的任务", options, "work_campaign", width=320)
    lines = task_lines if selected == _ALL else task_lines[task_lines["campaign"] == selected]
    lines = lines.sort_values("days_late", ascending=False, kind="stable")
    if selected != _ALL:
        action_plans, effects = ask(plans), ask(campaign_effects, day)
        plan = next(action_plans[action_plans["campaign"] == selected].itertuples())
        _draw_plan(office, plan, effects[effects["campaign"] == selected])
    page.note(f"{len(lines)}项任务，截至{day:%Y-%m-%d}。点一行，看原表里的这一行。")
    key = f"work-tasks-{selected}"
    draw_lines(office, lines, _TASKS, key, _OFFER, task_form)


def _summed(office: Office, day: date) -> pd.DataFrame:
    return campaigns(tasks(office, day))


def _draw_overview(office: Office, day: date) -> None:
    summed = ask(_summed, day)
    page.say(_sentence(summed) + _ground(ask(campaign_effects, day)))
    described = summed.merge(ask(plans), on="campaign", how="left").fillna("")
    in_phase = [phase_on(phases or (), day) for phases in described["phases"]]
    tables.show(described.assign(phase_now=in_phase), _ACTIONS, 14)


def _ground(effects: pd.DataFrame) -> str:
    """Name the actions that lost ground after they ended; "" where none did."""
    names = lost_ground(effects)
    return (
        f"结束后涉及的测评项不符合的明显增多的：{words.plain('、'.join(names[:3]))}。"
        if names
        else ""
    )


def _draw_plan(office: Office, plan: tuple, effects: pd.DataFrame) -> None:
    """Draw what the plan of an action says, and its items before, during and after it."""
    facts = {
        "方案文号": plan.document_no,
        "牵头市领导": plan.leader,
        "成员单位": plan.assisting,
        "措施": plan.action_measure,
        "完成标准": plan.done_standard,
        "阶段": "、".join(
            f"{name}（{first}—{last or '未写'}）" for name, first, last in plan.phases
        ),
        "涉及": "；".join(filter(None, (plan.linked_items, plan.linked_types))),
    }
    plan_texts = [f"{title}：{words.plain(text)}" for title, text in facts.items() if text]
    if plan_texts:
        page.note("　".join(plan_texts))
    if unknown := unknown_links(office, plan):
        page.note(
            f"测评项目录里没有{words.plain('、'.join(unknown))}，没有计入；请照目录里的名称填写。"
        )
    if effects.empty:
        page.note("写明阶段起止日期和涉及的测评项或点位类型的行动，才比较行动前后的检查结果。")
        return
    st.subheader("行动前后")
    page.note(effect_sentence(effects))
    tables.show(effects, _EFFECTS, 8)


def _sentence(summed: pd.DataFrame) -> str:
    behind = summed[summed["state"] == BEHIND]
    if behind.empty:
        return f"{len(summed)}个专项行动，没有逾期的任务。"
    in_words = "、".join(
        f"{words.plain(line.campaign or '未写行动名称')}（逾期{line.overdue}项）"
        for line in behind.head(3).itertuples()
    )
    return f"{len(summed)}个专项行动中，**{len(behind)}个滞后**：{in_words}{'等' if len(behind) > 3 else ''}。"
