"""The two ends of each group: 靠前 and 靠后, as short lists that open the unit."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.rules.model import Lists
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT, name_units
from wenming_metrics.ui.frame import words
from wenming_metrics.vocabulary import movement


def draw_groups(ranked: pd.DataFrame, query: dict[str, str], told: Lists) -> None:
    """Draw both ends of every group, the groups side by side.

    Takes: ranked - as `queries.ranking.ranking.ranking` gives it; query - address of the same period
           on the page of one unit;
           told - who is named, by the rules
    """
    placed = ranked[ranked["rank"].notna()]
    # Where nobody had a place before, 新 on every line would say nothing.
    placed = placed.assign(is_new=placed["is_new"] & placed["rank_change"].notna().any())
    groups = [str(group) for group in ranked["group"].unique()]
    named = name_units(ranked, told)
    for place, (column, group) in enumerate(zip(st.columns(len(groups)), groups, strict=True)):
        own = placed[placed["group"] == group]
        with column, st.container(key=f"group-{place}", border=True):
            total = int((ranked["group"] == group).sum())
            st.markdown(f"**{words.plain(group)}** :gray[{total} 个街道,{len(own)} 个有名次]")
            if own.empty:
                st.caption("本期没有可以排名的街道")
            for side, title in ((FRONT, told.front), (BACK, told.back)):
                end = named[(named["group"] == group) & (named["side"] == side)]
                _draw_end(own, end, title.removeprefix("排名"), query, f"short-{place}-{side}")


def _draw_end(
    own: pd.DataFrame, end: pd.DataFrame, title: str, query: dict[str, str], key: str
) -> None:
    if end.empty:
        return
    with st.container(key=key, gap=None):
        st.caption(title)
        for line in own[own["unit"].isin(end["unit"])].itertuples():
            _draw_unit(line, query)
        for cut in end[end["left_out"] > 0].itertuples():
            st.caption(f"第 {cut.rank} 名并列 {cut.left_out} 个,超过名单上限,未列名")


def _draw_unit(line: tuple, query: dict[str, str]) -> None:
    moved = movement(line.rank_change, is_new=bool(line.is_new)) or " "
    place = f"{line.rank} 并列" if line.tied else str(line.rank)
    st.page_link(
        "pages/portrait.py",
        label=f"**{place}** {words.plain(line.unit_name)} :gray[{line.score:.2f}] :blue[{moved}]",
        query_params={**query, "unit_who": line.unit_name},
        width="stretch",
    )
