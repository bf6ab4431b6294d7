"""问卷: questions, options and figures changed as a workbook, kept as the next draft of the rules."""

from __future__ import annotations

from functools import partial

import streamlit as st

from wenming_metrics.queries.office import Office
from wenming_metrics.revising import drafts
from wenming_metrics.revising.compare import compare
from wenming_metrics.revising.own_items import latest_parts
from wenming_metrics.revising.questionnaire import questionnaire_form, read_questionnaire
from wenming_metrics.rules.workbook.parts import parts_of
from wenming_metrics.rules.workbook.workbook import WorkbookError
from wenming_metrics.ui.frame import page
from wenming_metrics.ui.frame.act_button import draft_button
from wenming_metrics.ui.rules.faults import draw_faults
from wenming_metrics.ui.rules.versions import draw_changes

_ROUND = "questionnaire_round"


def draw(office: Office, who: str, memory: str) -> None:
    """Draw the form and the place to put it back. Takes: memory - where what was done is told"""
    turn = st.session_state.setdefault(_ROUND, 0)
    with st.expander("问卷的题目、选项和指标：用 Excel 表"):
        page.note(
            "下载表格，改题目、选项和它们的其他写法、指标怎样算，填好放回来，存为下一版的草案，发布以后才用。"
            "灰色的代号由系统编，不用写。"
        )
        make = partial(questionnaire_form, office)
        page.offer("下载问卷表格", make, "问卷题目和指标", "questionnaire-form")
        upload = st.file_uploader("把填好的问卷表格放到这里", key=f"questionnaire-{turn}")
        if not upload:
            return
        try:
            files = read_questionnaire(office, upload.getvalue())
        except WorkbookError as error:
            draw_faults(error)
            return
        changes = compare(latest_parts(office), parts_of(files), office.catalogue)
        st.markdown("**没有写错的地方。与最新的一版相比：**")
        draw_changes(changes)
        if changes.empty:
            return
        make = partial(_keep, office, files, upload.name, who)
        draft_button("存为问卷的草案", "questionnaire-keep", make, who, memory)


def _keep(office: Office, files: dict[str, bytes], name: str, who: str) -> int:
    """Keep the draft and empty the drop zone."""
    draft = drafts.keep(office, files, name, who)
    st.session_state[_ROUND] += 1
    return draft
