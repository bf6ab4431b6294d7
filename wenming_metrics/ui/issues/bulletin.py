"""通报 (Word) of an issue: download it; set its sections, free texts and shell for this and later ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from wenming_metrics.export.package import DOCX, PPTX
from wenming_metrics.publishing.bulletin.document import (
    make_bulletin,
    make_slides,
    make_unit_sheets,
    old_days,
)
from wenming_metrics.publishing.bulletin.layout import (
    DEADLINE_MARK,
    SECTIONS,
    Layout,
    layout_in_force,
    save_layout,
    shell_in_force,
    with_shell,
)
from wenming_metrics.publishing.issues import Issue
from wenming_metrics.publishing.signing import draft_lists
from wenming_metrics.queries.office import Office
from wenming_metrics.ui.frame import page, words
from wenming_metrics.ui.frame.act_button import button
from wenming_metrics.ui.frame.cache import ask

_FIELDS = ("sections", "subject", "signer", "feedback_days", "per_unit", "opening", "demands")
"""Fields of a layout that are edited here; its shell is handed in as a file."""


def draw(office: Office, issue: Issue, who: str) -> None:
    """Draw the 通报 of an issue that is signed, or would be signed as it stands."""
    st.subheader("通报")
    layout = layout_in_force(office)
    if not issue.was_signed and not ask(draft_lists, issue).rows:
        page.note("这些日子还没有督查数据，不能出通报。")
        return
    if issue.was_signed:
        page.note("Word 文档，可以修改；改完以后在“核对”页上传，逐个数字与签发的核对。")
    else:
        page.note("还没有签发，下载的是征求意见稿，文中写明“未签发”。")
    for warning in old_days(issue.window, layout):
        page.note(warning)
    standing = "" if issue.was_signed else "（征求意见稿）"
    with page.row():
        page.download(
            "下载通报（Word）",
            lambda: make_bulletin(office, issue).content,
            f"{issue.title}{standing}.docx",
            DOCX,
            f"bulletin-{issue.key}",
        )
        page.download(
            "下载幻灯片",
            lambda: make_slides(office, issue).content,
            f"{issue.title}{standing}.pptx",
            PPTX,
            f"bulletin-slides-{issue.key}",
            "领导会议用，图表可以在 PowerPoint 或 WPS 里修改。",
        )
        page.download(
            "下载一单位一单",
            lambda: make_unit_sheets(office, issue).content,
            f"{issue.title}一单位一单{standing}.zip",
            "application/zip",
            f"bulletin-units-{issue.key}",
            "每个单位一份 Word，只有它自己的得分、名次、失分和问题。单位多的，要等一会儿。",
        )
    with st.expander("通报的部分、文字和外壳"):
        _draw_layout(office, issue, layout, who)


def _draw_layout(office: Office, issue: Issue, layout: Layout, who: str) -> None:
    page.note("保存以后，这一期和以后各期都照此出；签发的数不受影响。")
    keys = {name: f"bulletin-{name}-{issue.key}-{layout.digest}" for name in (*_FIELDS, "shell")}
    st.multiselect(
        "各部分和次序",
        list(SECTIONS),
        default=list(layout.sections),
        format_func=SECTIONS.get,
        key=keys["sections"],
    )
    with page.row():
        st.text_input("标题里的事项", layout.subject, key=keys["subject"], width=320)
        st.text_input("落款", layout.signer, key=keys["signer"], width=320)
        st.number_input(
            "几天内反馈", 0, 365, layout.feedback_days, key=keys["feedback_days"], width=130
        )
        st.number_input(
            "每个单位列几条问题", 0, 100, layout.per_unit, key=keys["per_unit"], width=150
        )
    st.text_area("开头", layout.opening, key=keys["opening"])
    st.text_area(
        "工作要求（一行一条）",
        layout.demands,
        help=f"{DEADLINE_MARK} 换成时段最后一天以后几天的日期。",
        key=keys["demands"],
    )
    _draw_shell(office, layout, keys["shell"])
    button(
        "保存通报的设置",
        f"bulletin-save-{issue.key}",
        lambda: _save(office, layout, keys),
        lambda _: "通报的设置已保存。",
        disabled=not who,
    )


def _draw_shell(office: Office, layout: Layout, key: str) -> None:
    page.note(
        f"正在用的外壳：{words.plain(layout.shell_name) or '软件自带的'}。"
        "下载以后在 Word 里改红头、字体、页边距，留好 {{标题}}、{{正文}} 这些标记，再传上来。"
    )
    with page.row():
        page.download(
            "下载外壳",
            lambda: shell_in_force(office),
            layout.shell_name or "通报外壳.docx",
            DOCX,
            f"{key}-file",
        )
        st.file_uploader("换外壳", "docx", key=key)


def _save(office: Office, layout: Layout, keys: Mapping[str, str]) -> None:
    """Save what the fields hold when the button is pressed, not what they held when it was drawn."""
    fields = {name: st.session_state[keys[name]] for name in _FIELDS}
    layout = replace(layout, **{**fields, "sections": tuple(fields["sections"])})
    shell = st.session_state[keys["shell"]]
    if shell is not None:
        layout = with_shell(office.store, layout, shell.getvalue(), shell.name)
    save_layout(office.store, layout)
