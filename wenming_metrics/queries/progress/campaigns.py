"""专项行动: tasks with their deadlines, and where each action stands."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.latest import latest, ordinals
from wenming_metrics.reading.records.campaign import DONE, NOT_BEGUN, UNDER_WAY

ALL_DONE, BEHIND, ON_COURSE, UNSTARTED, SILENT = "完成", "滞后", "正常", "未启动", "未报进展"
"""Where an action stands."""


def tasks(office: Office, as_of: date) -> pd.DataFrame:
    """List the tasks of all actions, as the file that came last says them.

    Returns: campaign, phase, task, unit, unit_name, lead, due (ISO, or as written), progress (as written),
             state (已完成, 进行中, 未开始, "" = not told), share (percent, NaN = not told), overdue (not done
             after its day), days_late, SOURCE
    """
    facts = ["lead", "due", "due_text", "progress", "state", "share", "remark"]
    task_lines = latest(office, "campaign", ["campaign", "phase", "task"], facts)
    share = pd.to_numeric(task_lines["share"].replace("", np.nan)).astype(float)
    # "80%" says that it is under way, though no word does.
    task_lines["state"] = task_lines["state"].mask(
        (task_lines["state"] == "") & (share > 0), UNDER_WAY
    )
    due, today = ordinals(task_lines["due"]), as_of.toordinal()
    overdue = (due > 0) & (due < today) & (task_lines["state"] != DONE).to_numpy()
    return task_lines.drop(columns=["due_text"]).assign(
        due=task_lines["due"].where(task_lines["due"] != "", task_lines["due_text"]),
        share=share,
        overdue=overdue,
        days_late=np.where(overdue, today - due, 0),
    )


def campaigns(task_lines: pd.DataFrame) -> pd.DataFrame:
    """Sum the tasks up by action, those behind first.

    Takes:   task_lines - of `tasks`
    Returns: campaign, state (ALL_DONE, BEHIND with an overdue task, UNSTARTED, SILENT where no task tells,
             else ON_COURSE), tasks, done, overdue (counts), next_due (ISO of the nearest open deadline), lead
    """
    lines = []
    for name, of_action in task_lines.groupby("campaign", sort=False):
        states = of_action["state"]
        n_done, n_overdue = int((states == DONE).sum()), int(of_action["overdue"].sum())
        open_days = of_action.loc[(states != DONE) & (ordinals(of_action["due"]) > 0), "due"]
        leads = dict.fromkeys(
            lead for text in of_action["lead"] for lead in text.split("、") if lead
        )
        state = _state(states, n_overdue)
        nearest = min(open_days, default="")
        lines.append((name, state, len(of_action), n_done, n_overdue, nearest, "、".join(leads)))
    names = ["campaign", "state", "tasks", "done", "overdue", "next_due", "lead"]
    summed = pd.DataFrame(lines, columns=names)
    return summed.sort_values("overdue", ascending=False, kind="stable", ignore_index=True)


def _state(states: pd.Series, n_overdue: int) -> str:
    if (states == DONE).all():
        return ALL_DONE
    if n_overdue:
        return BEHIND
    if (states == "").all():
        return SILENT
    return UNSTARTED if states.isin(["", NOT_BEGUN]).all() else ON_COURSE


_FORM = ["campaign", "task", "phase", "lead", "responsible", "due", "progress"]


def task_form(lines: pd.DataFrame) -> pd.DataFrame:
    """Lay tasks out as the form 专项行动 that units fill in and send back."""
    return lines.assign(responsible=lines["unit_name"])[_FORM]
