"""Changing the rules: an edited workbook, its faults or a draft, the trial, publishing."""

from __future__ import annotations

import logging
from datetime import timedelta

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from wenming_metrics.access.viewer import AccessError
from wenming_metrics.domain.periods import today
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.revising import drafts
from wenming_metrics.revising.books import read_book
from wenming_metrics.revising.compare import compare
from wenming_metrics.revising.publish import Release, next_id, publish
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.rules.workbook.parts import parts_of
from wenming_metrics.rules.workbook.workbook import WorkbookError
from wenming_metrics.runtime import settings
from wenming_metrics.store.database import StoreError
from wenming_metrics.ui.frame import cache, cards, page, words
from wenming_metrics.ui.frame.act_button import do, tell_done
from wenming_metrics.ui.rules import trial
from wenming_metrics.ui.rules.versions import draw_changes

logger = logging.getLogger(__name__)
_READ, _ROUND, _SAID = "rules_read", "rules_round", "rules_said"
_MOST = 200
"""Faults that are listed; a workbook of another kind has thousands."""


def draw(office: Office) -> None:
    """Draw the way from a workbook to a published version."""
    tell_done(_SAID)
    st.markdown(
        "到“各版办法”下载现行的一版，在 Excel 里改好，放到这里。先看改了什么、有没有写错，"
        "存为草案；试算以后再发布。**发布以前什么都不会改变。**"
    )
    who = page.ask_who("变动记录")
    number = st.session_state.setdefault(_ROUND, 0)
    file = st.file_uploader("把改好的办法（Excel）拖到这里", key=f"rules-drop-{number}")
    if file:
        _draw_upload(office, file, who)
    _draw_drafts(office, who)


def _draw_upload(office: Office, file: UploadedFile, who: str) -> None:
    """Read a workbook once; draw its faults, or what it changes."""
    upload = st.session_state.get(_READ, {})
    if upload.get("id") != file.file_id:
        upload = {"id": file.file_id, "files": {}, "faults": []}
        try:
            with st.spinner(f"正在读 {words.plain(file.name)}……"):
                upload["files"], _ = read_book(file.getvalue(), office.catalogue)
        except WorkbookError as error:
            upload["faults"] = [str(fault) for fault in error.faults]
        st.session_state[_READ] = upload
    with st.container(border=True, key="rules-upload"):
        st.markdown(f"##### {words.plain(file.name)}")
        if upload["faults"]:
            _draw_faults(upload["faults"])
            return
        st.markdown("**没有写错的地方。与现行办法相比：**")
        draw_changes(_compared(office, upload["files"]))
        st.button(
            "存为草案",
            type="primary",
            disabled=not who,
            help=None if who else "请先填写经办人",
            on_click=do,
            args=(
                lambda: _keep(office, file.name, who),
                lambda number: f"已存为第 {number} 号草案，可以在下面试算、发布。",
                _SAID,
            ),
        )


def _draw_faults(faults: list[str]) -> None:
    st.markdown(f"**有 {len(faults)} 处要改，没有存下任何内容。改好后再放进来：**")
    cards.sentences(faults[:_MOST])
    if len(faults) > _MOST:
        page.note(f"只列出前 {_MOST} 处。")


def _compared(office: Office, files: dict[str, bytes]) -> pd.DataFrame:
    return compare(drafts.parts_in_force(office), parts_of(files), office.catalogue)


def _keep(office: Office, name: str, who: str) -> int:
    """Keep what was read as a draft, and empty the drop zone; gives the draft's number."""
    number = drafts.keep(office, st.session_state[_READ]["files"], name, who)
    st.session_state[_ROUND] += 1
    st.session_state.pop(_READ)
    return number


def _draw_drafts(office: Office, who: str) -> None:
    open_drafts = drafts.open_drafts(office)
    st.subheader("草案")
    if open_drafts.empty:
        page.note("没有草案。")
        return
    titles = {
        int(line.draft): f"第 {line.draft} 号：{line.name}（{line.who} {line.at[:10]}）"
        for line in open_drafts.itertuples()
    }
    draft = st.selectbox("哪一份草案", list(titles), format_func=titles.get, width=480)
    files = drafts.files_of_draft(office, draft)
    with st.container(border=True, key="draft-panel"):
        st.markdown("#### 与现行办法相比")
        draw_changes(_compared(office, files))
        trial.draw(office, draft, files)
        _draw_release(office, draft, files, who)


def _draw_release(office: Office, draft: int, files: dict[str, bytes], who: str) -> None:
    """Draw the buttons that end a draft, and what a person says on publishing."""
    st.markdown("#### 发布")
    release = _ask_release(office, draft, files, who)
    ready = bool(who and release.document.strip() and release.version.strip())
    page.note(
        "发布后新的一版从施行日期起用，以前的日子仍按原来的办法；发布过的文件不再改动，也不能撤销。"
    )
    with st.container(horizontal=True):
        st.button(
            "发布",
            type="primary",
            key="publish-draft",
            disabled=not ready,
            help="要填经办人、版本和文号",
            on_click=_publish,
            args=(office, draft, release),
        )
        st.button(
            "废弃这份草案",
            key="drop-draft",
            disabled=not who,
            on_click=do,
            args=(
                lambda: drafts.drop(office, draft, who),
                lambda _: f"第 {draft} 号草案已废弃。",
                _SAID,
            ),
        )


def _ask_release(office: Office, draft: int, files: dict[str, bytes], who: str) -> Release:
    draft_settings = parts_of(files).settings
    used_ids = {rule_set.id for rule_set in cache.rule_sets()}
    draft_id = str(draft_settings["id"])
    with page.row():
        free = draft_id if draft_id not in used_ids else next_id(used_ids, draft_id)
        rules_id = st.text_input("编号", free, key=f"rule-id-{draft}", width=180)
        version = st.text_input(
            "版本",
            ""
            if str(draft_settings["version"]) == office.rules.version
            else str(draft_settings["version"]),
            key=f"rule-version-{draft}",
            placeholder=f"现行 {office.rules.version}",
            width=120,
        )
        document = st.text_input(
            "文号", key=f"rule-document-{draft}", placeholder="依据哪一份文件", width=280
        )
        first = st.date_input(
            "施行日期",
            today() + timedelta(days=1),
            format="YYYY-MM-DD",
            key=f"rule-first-{draft}",
            width=160,
        )
    past = first < today() and st.checkbox(
        "从过去的日期起施行", key=f"rule-past-{draft}", help="那以后没有签发的得分都会按新办法重算"
    )
    return Release(who, document, first, rules_id.strip(), version, bool(past))


def _publish(office: Office, draft: int, release: Release) -> None:
    environment = settings.load()
    try:
        rules = publish(office, environment.data, draft, release)
    except (IntakeError, RuleSetError, StoreError, AccessError, OSError) as error:
        logger.warning("%s", error, exc_info=True)
        st.session_state[_SAID] = (False, str(error))
        return
    message = f"已发布 {rules.id}（版本 {rules.version}），{rules.effective_from} 起施行。"
    if environment.rules_id:
        message += "这台机器用环境变量 WENMING_RULES 指定了办法，要改它才会换用。"
    st.session_state[_SAID] = (True, message)
