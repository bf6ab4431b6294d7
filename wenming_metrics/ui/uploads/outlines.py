"""Outlines of the map: a file, the system of its coordinates, what is wrong with it, then stored."""

from __future__ import annotations

import streamlit as st

from wenming_metrics.decisions.outlines import drop_outlines, keep_outlines, look_at_outlines
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.outlines.shapes import SYSTEMS
from wenming_metrics.store.database import reading
from wenming_metrics.store.outlines import OutlineVersion, stored_outlines
from wenming_metrics.ui.frame import cards, page, words
from wenming_metrics.ui.frame.act_button import button, tell_done
from wenming_metrics.ui.frame.cache import ask

_MOST = 20


def present_outlines(office: Office) -> OutlineVersion | None:
    """Give the outlines in force."""
    with reading(office.store) as connection:
        return stored_outlines(connection)


def draw(office: Office, who: str) -> None:
    """Draw what is stored, and the way to store others."""
    present = ask(present_outlines)
    with st.expander("地图的轮廓", key="outlines"):
        tell_done()
        if present is None:
            page.note(
                "还没有轮廓。传一份单位轮廓（GeoJSON，或一行一个点的表格），排名页下面就有示意图；没有也不影响别的。"
            )
        else:
            page.note(
                f"现在用的是“{words.plain(present.name)}”，{present.system}，{len(present.shapes)} 个图形，{present.who}存入。"
            )
            button(
                "撤去地图",
                "outlines-drop",
                lambda: drop_outlines(office, who),
                lambda _: "地图已撤去。",
                disabled=not who,
                lacking="请先填写经办人",
                right="撤回",
            )
        system = st.selectbox("坐标系", list(SYSTEMS), key="outlines-system", width=260)
        upload = st.file_uploader(
            "轮廓文件", ["geojson", "json", "xlsx", "csv"], key="outlines-file"
        )
        if upload is None:
            return
        file = look_at_outlines(office, upload.getvalue(), upload.name, system)
        st.markdown(f"**{words.plain(file.sentence)}**")
        cards.sentences([words.plain(text) for _, text in file.told[:_MOST]])
        if len(file.told) > _MOST:
            page.note(f"另有 {len(file.told) - _MOST} 条，改好上面的再传一次看。")
        button(
            "存入轮廓",
            "outlines-keep",
            lambda: keep_outlines(office, file, who),
            lambda count: f"已存入，地图上共 {count} 个图形。",
            disabled=file.is_refused or not who,
            lacking="请先填写经办人" if not who else "没有可用的轮廓",
            right="入库",
            type="primary",
        )
