"""权重影响: whose place stays when weights move, and which weight matters most."""

from __future__ import annotations

from functools import partial

import streamlit as st

from wenming_metrics.domain.periods import window
from wenming_metrics.export.tables import influence_workbook
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.ranking.weights import influence_sentence, weight_influence
from wenming_metrics.ui.frame import page, tables, words
from wenming_metrics.ui.frame.cache import ask

_PERIODS = {"month": "月", "week": "周", "quarter": "季度", "year": "年"}
_UNITS = tables.configs(
    *("place", "unit_name", "score", "kept=place_kept", "place_range", "group"),
)
_WEIGHTS = tables.configs("name=indicator", "up=weight_up", "down=weight_down", "code")


def draw(office: Office) -> None:
    """Draw how far the places of a period rest on the weights."""
    days = ask(days_known)
    if not days:
        page.note("还没有督查数据，看不出权重的影响。")
        return
    kind = page.select("时段", list(_PERIODS), "weights_kind", format_func=_PERIODS.get, width=160)
    period = window(kind, days[-1])
    board = next(board for board in office.rules.boards if board.ranked)
    influence = ask(weight_influence, period, board.kind)
    summary = influence_sentence(influence)
    page.note(f"{words.plain(period.title)}：{words.plain(summary)}")
    if influence.units.empty:
        return
    unit_part, weight_part = st.columns([3, 2], gap="medium")
    with unit_part:
        st.markdown("#### 各单位的名次")
        lines = influence.units.assign(place=influence.units["rank"].astype(str))
        tables.show(lines.assign(kept=lines["kept"] * 100), _UNITS, 14)
    with weight_part:
        st.markdown("#### 单独动一项权重，几个单位的名次会变")
        tables.show(influence.weights, _WEIGHTS, 14)
    title = f"权重影响（{period.title}）"
    make = partial(influence_workbook, influence.units, influence.weights, title, [summary])
    page.offer("下载本表", make, title, f"get-{title}")
