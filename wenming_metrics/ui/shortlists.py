"""The two ends of each group: 靠前 and 靠后, as short lists that open the unit."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.ui import words
from wenming_metrics.vocabulary import movement

_COUNT = 3


def front_and_back(placed: pd.DataFrame, count: int = _COUNT) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split off the ends of one group; nobody stands in both, ties are never torn apart.

    Takes:   placed - the ranked units of one group in the order of rank
    Returns: front (best first) and back (worst last); both may be empty
    """
    size = len(placed)
    if not size:
        return placed, placed
    wanted = min(count, (size + 1) // 2)
    front = placed[placed["rank"] <= placed["rank"].iloc[wanted - 1]]
    rest = placed.iloc[len(front) :]
    if rest.empty:
        return front, rest
    return front, rest[rest["rank"] >= rest["rank"].iloc[-min(count, len(rest))]]


def draw_groups(ranked: pd.DataFrame, query: dict[str, str]) -> None:
    """Draw both ends of every group, the groups side by side.

    Takes: ranked - as `queries.ranking.ranking` gives it; query - address of the same period
    """
    placed = ranked[ranked["rank"].notna()]
    # Where nobody had a place before, 新 on every line would say nothing.
    placed = placed.assign(is_new=placed["is_new"] & placed["rank_change"].notna().any())
    groups = [str(group) for group in ranked["group"].unique()]
    for place, (column, group) in enumerate(zip(st.columns(len(groups)), groups, strict=True)):
        own = placed[placed["group"] == group]
        with column, st.container(key=f"group-{place}", border=True):
            total = int((ranked["group"] == group).sum())
            st.markdown(f"**{words.plain(group)}** :gray[{total} 个街道,{len(own)} 个有名次]")
            _draw_ends(own, query, place)


def _draw_ends(own: pd.DataFrame, query: dict[str, str], place: int) -> None:
    if own.empty:
        st.caption("本期没有可以排名的街道")
        return
    for title, end in zip(("靠前", "靠后"), front_and_back(own), strict=True):
        if len(end):
            with st.container(key=f"short-{place}-{title}", gap=None):
                st.caption(title)
                for line in end.itertuples():
                    _draw_unit(line, query)


def _draw_unit(line: tuple, query: dict[str, str]) -> None:
    moved = movement(line.rank_change, is_new=bool(line.is_new)) or " "
    place = f"{line.rank} 并列" if line.tied else str(line.rank)
    st.page_link(
        "pages/ranking.py",
        label=f"**{place}** {words.plain(line.unit_name)} :gray[{line.score:.2f}] :blue[{moved}]",
        query_params={**query, "unit": line.unit_name},
        width="stretch",
    )
