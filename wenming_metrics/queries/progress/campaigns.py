"""专项行动: tasks with their deadlines, and where each action stands."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.latest import latest, ordinals
from wenming_metrics.reading.records.campaign import DONE, NOT_BEGUN, PLAN_FACTS, UNDER_WAY

_KEY = ["campaign", "phase", "task"]
_SEPARATORS = re.compile("[、，,；;]")
ALL_DONE, BEHIND, ON_COURSE, UNSTARTED, SILENT = "完成", "滞后", "正常", "未启动", "未报进展"
"""Where an action stands."""


def tasks(office: Office, as_of: date) -> pd.DataFrame:
    """List the tasks of all actions, as the file that came last says them.

    Returns: campaign, phase, task, unit, unit_name, lead, due (ISO, or as written), progress (as written),
             state (已完成, 进行中, 未开始, "" = not told), share (percent, NaN = not told), overdue (not done
             after its day), days_late, first, last (of the phase, ISO), PLAN_FACTS, SOURCE
    """
    facts = ["lead", "due", "due_text", "progress", "state", "share", "remark", "first", "last"]
    task_lines = latest(office, "campaign", _KEY, [*facts, *PLAN_FACTS])
    task_lines = task_lines[task_lines["task"] != ""].reset_index(drop=True)
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


def plans(office: Office) -> pd.DataFrame:
    """Say of each action what its plan says and when its phases are.

    Returns: campaign, PLAN_FACTS (the first that is written; linked ones joined by 、), first, last (ISO
             days of the whole, "" = not written), phases (name, first and last of each, in their order)
    """
    lines = latest(office, "campaign", _KEY, ["first", "last", *PLAN_FACTS])
    rows = []
    for campaign, of_action in lines.groupby("campaign", sort=False):
        texts = {name: _first_text(of_action[name]) for name in PLAN_FACTS}
        texts |= {name: _all_names(of_action[name]) for name in ("linked_items", "linked_types")}
        dated = of_action[(of_action["first"] != "") & (of_action["phase"] != "")]
        phase_days = dated.groupby("phase", sort=False).agg(
            first=("first", "min"), last=("last", "max")
        )
        phases = sorted(phase_days.itertuples(name=None), key=lambda span: span[1:])
        begin = min((first for _, first, _ in phases), default="")
        end = max((last for _, _, last in phases), default="")
        rows.append((campaign, *texts.values(), begin, end, tuple(phases)))
    return pd.DataFrame(rows, columns=["campaign", *PLAN_FACTS, "first", "last", "phases"])


def phase_on(phases: tuple[tuple[str, str, str], ...], as_of: date) -> str:
    """Name the phase that a day lies in; "" where it lies in none."""
    day = as_of.isoformat()
    return next((name for name, first, last in phases if first <= day <= (last or day)), "")


def _first_text(texts: pd.Series) -> str:
    return next((text for text in texts if text), "")


def _all_names(texts: pd.Series) -> str:
    names = (name for text in texts for name in _SEPARATORS.split(text))
    return "、".join(dict.fromkeys(name.strip() for name in names if name.strip()))


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
_SPAN = {"first": "phase_from", "last": "phase_to"}


def task_form(lines: pd.DataFrame) -> pd.DataFrame:
    """Lay tasks out as the form 专项行动 that units fill in and send back."""
    form = lines.assign(responsible=lines["unit_name"]).rename(columns=_SPAN)
    optional = [*PLAN_FACTS, *_SPAN.values(), "remark"]
    return form[[*_FORM, *(name for name in optional if name in form and (form[name] != "").any())]]
