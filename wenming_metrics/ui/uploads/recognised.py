"""What each table of a file was taken for, and 「改为…」 where that is wrong."""

from __future__ import annotations

import streamlit as st

from wenming_metrics.decisions import mappings
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import Reading, Recognised
from wenming_metrics.reading.records.kinds import CHOSEN_TITLES, SHEET_TITLES
from wenming_metrics.ui.frame import page, words


def draw(office: Office, found: Reading, key: str, who: str) -> None:
    """Offer to say of one table that it is of another kind; remembered by its headers."""
    forms = {one.fingerprint: one for one in found.recognised}
    if not any(one.kind or one.is_chosen for one in forms.values()):
        return  # nothing is known: the page asks what it is
    with st.popover("种类认得不对,改为…", key=f"kinds-{key}"):
        titles = {form: _told(one) for form, one in forms.items()}
        place = f"kind-of-{key}"
        form = st.selectbox("哪张表", list(titles), format_func=titles.get, key=f"{place}-table")
        others = [kind for kind in CHOSEN_TITLES if kind != forms[form].kind]
        said = st.selectbox(
            "改为",
            others,
            index=None,
            placeholder="请选择",
            format_func=CHOSEN_TITLES.get,
            key=f"{place}-{form}",
        )
        st.button(
            "记住这个种类",
            key=f"{place}-set",
            disabled=not (who and said),
            on_click=mappings.remember_kind,
            args=(office, form, said or "", who),
        )
        page.note("以后表头相同的表都这样读;在「记住的表头和名称」里可以不再记它。")
        if not who:
            page.note("填好经办人,就可以记住。")


def _told(one: Recognised) -> str:
    kind = SHEET_TITLES.get(one.kind, "不读" if one.is_chosen else "没有认出")
    return f"{words.plain(one.sheet)}:{kind}{'(已改)' if one.is_chosen and one.kind else ''}"
