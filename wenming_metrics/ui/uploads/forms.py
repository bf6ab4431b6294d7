"""Empty forms on the page 数据上传, to be sent to those who fill them in."""

from __future__ import annotations

import streamlit as st

from wenming_metrics.queries.files.forms import form_file, forms
from wenming_metrics.queries.office import Office
from wenming_metrics.ui.frame import page


def draw(office: Office) -> None:
    """Offer a form of each kind of table, with drop-down lists of this city's names."""
    with st.expander("要一张空白表格发给填表的人"):
        page.note("下拉框里是现在的街道、社区、点位类型和测评项；填好直接上传，不用再改格式。")
        titles = {title: kind for kind, title in forms().items()}
        with page.row():
            form_title = st.selectbox("表格", list(titles), key="form-kind", width=280)
            page.offer(
                "下载空白表格",
                lambda: form_file(office, titles[form_title]),
                f"{form_title}_模板",
                f"form-{titles[form_title]}",
            )
