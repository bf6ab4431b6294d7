"""What people confirm of an issue before it goes out: its steps, the names, every picture."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.publishing.bulletin.confirmed import (
    CONFIRMED,
    LEFT_OUT,
    WAITING,
    Candidate,
    candidates_of,
    confirm_names,
    judge_picture,
    names_noted,
    picture_of,
    proposed_names,
)
from wenming_metrics.publishing.issues import Issue
from wenming_metrics.publishing.lists import IssueLists
from wenming_metrics.publishing.proposals import (
    DECIDED,
    PROPOSALS_NOTE,
    PROPOSED,
    decide_measure,
    decisions,
    fit_names,
    is_fit,
    proposals,
)
from wenming_metrics.publishing.signing import draft_lists
from wenming_metrics.publishing.steps import note_step, steps_of
from wenming_metrics.queries.office import Office
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT
from wenming_metrics.store.issues import COUNTERSIGNED, PRINTED, REVIEWED
from wenming_metrics.ui.frame import cards, page, tables, words
from wenming_metrics.ui.frame.act_button import button
from wenming_metrics.ui.frame.cache import ask

_PROPOSED = tables.configs(*PROPOSED)
_DECIDED = tables.configs(*DECIDED)
_STEPS = tables.configs("step=document_step", "who", "at", "reason=step_remark")


def draw_steps(office: Office, issue: Issue, who: str) -> None:
    """Draw the steps that the document has taken, and note the next one."""
    st.subheader("办理步骤")
    events = ask(steps_of, issue)
    tables.show(events.assign(at=events["at"].str[:16].str.replace("T", " ")), _STEPS, 7)
    choices = [PRINTED] if issue.was_signed else [REVIEWED, COUNTERSIGNED]
    with page.row():
        act = st.selectbox("哪一步", choices, key=f"step-{issue.key}", width=130)
        handler = st.text_input("办理人", key=f"step-who-{issue.key}", width=160)
        remark = st.text_input("步骤备注", key=f"step-remark-{issue.key}", width=320)
        button(
            "记下这一步",
            f"step-note-{issue.key}",
            lambda: note_step(office, issue.key, act, handler, remark),
            lambda _: f"{act}已记下。",
            disabled=not (who and handler.strip()),
        )


def draw_names(office: Office, issue: Issue, who: str) -> None:
    """Let a person confirm who of the 建议名单 is named for 表扬 and 批评."""
    lists = ask(draft_lists, issue)
    front, back = (proposed_names(lists, end) for end in (FRONT, BACK))
    if not front and not back:
        return
    st.subheader("表扬和批评名单")
    noted = names_noted(office, issue)
    if noted:
        page.note(f"{words.plain(noted['who'])} 已确认，可以再改。")
    else:
        page.note("建议名单由系统按测评办法列出，由人确认以后才写“通报表扬”“通报批评”。")
    lines = _draw_grounds(issue)
    fit = {end: fit_names(lines, end) for end in (FRONT, BACK)}
    _draw_choice(office, issue, lists, (front, back), fit | noted, who)


def _draw_grounds(issue: Issue) -> pd.DataFrame:
    """Draw what each proposal rests on; gives the lines of `proposals`."""
    lines = ask(proposals, issue.key)
    count = int(is_fit(lines["verdict"]).sum())
    some = f"可以建议的有{count}项" if count else "没有可以建议的"
    page.note(f"{some}；只凭一周的名次、点位不足的，不建议。{PROPOSALS_NOTE}")
    tables.show(lines, _PROPOSED, 9)
    return lines


def draw_proposals(office: Office, issue: Issue, who: str) -> None:
    """Draw the 建议名单 of a signed issue, and keep what was decided."""
    expander = page.unfolded("建议名单和决定", "proposals")
    if expander is None:
        return
    with expander:
        lines = _draw_grounds(issue)
        decided = decisions(office, issue)
        if len(decided):
            page.note("登记的决定，没有建议过的单位也在内：")
            at = decided["at"].str[:16].str.replace("T", " ")
            tables.show(decided.assign(at=at), _DECIDED, 9)
        if lines.empty or not office.viewer.may("拟稿"):
            return
        with page.row():
            units = list(dict.fromkeys(lines["unit_name"]))
            unit = st.selectbox("决定哪个单位", units, key=f"decide-unit-{issue.key}", width=180)
            measures = list(dict.fromkeys(lines["measure"]))
            measure = st.selectbox("建议", measures, key=f"decide-what-{issue.key}", width=140)
            decision = st.text_input("怎样决定", key=f"decide-{issue.key}", width=320)
            document = st.text_input("决定的文号", key=f"decide-document-{issue.key}", width=200)
            button(
                "登记决定",
                f"decide-note-{issue.key}",
                lambda: decide_measure(office, issue.key, unit, measure, decision, document, who),
                lambda _: f"{unit}{measure}的决定已登记。",
                disabled=not (who and decision.strip()),
            )


def _draw_choice(
    office: Office,
    issue: Issue,
    lists: IssueLists,
    proposed: tuple[list[str], list[str]],
    noted: dict,
    who: str,
) -> None:
    names = []
    for (end, title), units in zip(
        ((FRONT, "通报表扬"), (BACK, "通报批评")), proposed, strict=True
    ):
        preset = [name for name in noted[end] if name in units]
        names.append(st.multiselect(title, units, preset, key=f"names-{end}-{issue.key}"))
    button(
        "确认名单",
        f"names-{issue.key}",
        lambda: confirm_names(office, issue, lists, *names, who),
        lambda _: "名单已确认，写进通报。",
        disabled=not who,
    )


def draw_pictures(office: Office, issue: Issue, who: str) -> None:
    """Show one picture after the other, until a person has said of each whether it may go out."""
    pictures = candidates_of(office, issue)
    if not pictures:
        return
    st.subheader("照片")
    counts = {
        state: sum(picture.state == state for picture in pictures)
        for state in (WAITING, CONFIRMED, LEFT_OUT)
    }
    page.note(
        "放进通报的照片逐张由人看过：人脸、车牌、未成年人没有打码的不用。"
        f"{'，'.join(f'{state}{count}张' for state, count in counts.items())}。"
    )
    state = page.switch("照片状态", list(counts), "picture_state", WAITING)
    state_pictures = [picture for picture in pictures if picture.state == state]
    if state_pictures:
        numbers = range(1, len(state_pictures) + 1)
        number = st.selectbox("第几张", numbers, key=f"picture-{state}-{issue.key}", width=130)
        _draw_picture(office, issue, state_pictures[number - 1], who)


def _draw_picture(office: Office, issue: Issue, picture: Candidate, who: str) -> None:
    photo = picture_of(office, picture.digest)
    if photo is None:
        page.note("这张照片打不开，或者太小、太大，不能放进通报。")
    else:
        cards.inline(photo.content, "image/jpeg", picture.caption, 480)
    with page.row():
        for state, label in ((CONFIRMED, "打码已确认"), (LEFT_OUT, "不用这张")):
            button(
                label,
                f"picture-{state}-{picture.digest[:16]}",
                lambda state=state: judge_picture(office, issue, picture.digest, state, who),
                lambda _: "照片已处理。",
                disabled=not who or (state == CONFIRMED and photo is None),
            )
