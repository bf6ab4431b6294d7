"""专项行动 on the page: where each action stands, and its tasks with their rows."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.periods import today
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.campaigns import BEHIND, campaigns, task_form, tasks
from wenming_metrics.ui.frame import page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.progress.source_row import FormOffer, draw_lines

_OFFER = FormOffer("下载这些任务（可填写后再上传）", "campaign", "专项行动任务", "进展")
_ALL = "全部行动"
_ACTIONS = tables.configs(
    *(
        "campaign",
        "state=campaign_state",
        "tasks",
        "done=tasks_done",
        "overdue=overdue_items",
        "next_due",
        "lead",
    )
)
_TASKS = tables.configs(
    *("task", "unit_name", "phase", "due=task_due", "days_late", "progress=task_progress"),
    *("state=task_state", *tables.SOURCE),
)


def draw(office: Office) -> None:
    """Draw the actions as of today."""
    task_lines = ask(tasks, today())
    if task_lines.empty:
        page.note("还没有专项行动。在“数据上传”里上传专项行动的任务表；空白表也在那里下载。")
        return
    summed = campaigns(task_lines)
    page.say(_sentence(summed))
    tables.show(summed, _ACTIONS, 14)
    with page.row():
        options = [_ALL, *summed["campaign"]]
        selected = page.select("看哪个行动的任务", options, "work_campaign", width=320)
    lines = task_lines if selected == _ALL else task_lines[task_lines["campaign"] == selected]
    lines = lines.sort_values("days_late", ascending=False, kind="stable")
    page.note(f"{len(lines)}项任务，截至{today():%Y-%m-%d}。点一行，看原表里的这一行。")
    key = f"work-tasks-{selected}"
    draw_lines(office, lines, _TASKS, key, _OFFER, task_form)


def _sentence(summed: pd.DataFrame) -> str:
    behind = summed[summed["state"] == BEHIND]
    if behind.empty:
        return f"{len(summed)}个专项行动，没有逾期的任务。"
    in_words = "、".join(
        f"{words.plain(line.campaign or '未写行动名称')}（逾期{line.overdue}项）"
        for line in behind.head(3).itertuples()
    )
    return f"{len(summed)}个专项行动中，**{len(behind)}个滞后**：{in_words}{'等' if len(behind) > 3 else ''}。"
