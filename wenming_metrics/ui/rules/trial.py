"""A draft of the rules tried on past days: old place, new place, which clause moved whom."""

from __future__ import annotations

import logging
from datetime import timedelta

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import custom
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.ranking.trial import noise_sentences
from wenming_metrics.revising.trying import try_draft
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.ui.frame import cache, page, tables, words
from wenming_metrics.ui.frame.cache import ask

logger = logging.getLogger(__name__)
_TRIED = "rules_tried"
_MOVED = tables.configs(
    *("unit_name", "places=rank_tried", "scores=score_tried", "clause", "alone", "group"),
)
_CLAUSES = tables.configs("title=clause_title", "moved=units_moved", "most")


def draw(office: Office, draft: int, files: dict[str, bytes]) -> None:
    """Draw what the draft would have done in the last days."""
    st.markdown("#### 试算")
    days = ask(days_known)
    if not days:
        page.note("还没有督查数据，不能试算。")
        return
    with page.row():
        count = st.number_input("试算最近几天", 1, 366, 30, key="trial_days", width=160)
        pressed = st.button("试算", key="try-draft")
    key = (draft, int(count), cache.version())
    if pressed:
        over = custom(days[-1] - timedelta(days=int(count) - 1), days[-1])
        board = next(ranked_board for ranked_board in office.rules.boards if ranked_board.ranked)
        try:
            with st.spinner("正在试算，每条改动都要单独算一遍……"):
                tried = try_draft(office, files, over, board.kind)
        except (IntakeError, RuleSetError, KeyError) as error:
            logger.warning("draft %s cannot be tried", draft, exc_info=True)
            reason = "草案里没有现行的榜单。" if isinstance(error, KeyError) else str(error)
            page.tell(words.plain(f"不能试算：{reason}"), was_done=False)
            return
        sentences = noise_sentences(tried.trial)
        st.session_state[_TRIED] = (key, over.title, tried.units, tried.clauses, sentences)
    tried_before = st.session_state.get(_TRIED)
    if tried_before and tried_before[0] == key:
        _draw_tried(*tried_before[1:])


def _draw_tried(
    title: str, units: pd.DataFrame, clauses: pd.DataFrame, sentences: list[str]
) -> None:
    moved = int(units["changed"].sum())
    st.markdown(f"{words.plain(title)}：**{moved}** 个单位的名次会变。没有保存，现行得分没有变。")
    if sentences:
        page.note("名次的把握：" + words.plain("".join(sentences)))
    tables.show(_clause_lines(clauses), _CLAUSES, 12)
    page.note(
        "每条改动单独放进现行办法里算一遍；各条单独的影响不一定加得成合起来的影响："
        "权重和计分方式互相牵连，名次又是一起排的。"
    )
    lines = _unit_lines(units)
    if lines.empty:
        page.note("这几天查得太少，各单位都没有名次。试算的天数可以多一些。")
    else:
        tables.show(lines, _MOVED, 14)


def _clause_lines(clauses: pd.DataFrame) -> pd.DataFrame:
    changes = [
        "不能单独试算"
        if pd.isna(clause.most)
        else f"{clause.unit_name} {clause.most:+.2f}"
        if clause.unit_name
        else "没有变化"
        for clause in clauses.itertuples()
    ]
    return clauses.assign(most=changes, moved=clauses["moved"].astype("Int64"))


def _unit_lines(units: pd.DataFrame) -> pd.DataFrame:
    scored = units["rank_before"].notna() | units["rank_after"].notna()
    lines = units[scored]
    return lines.assign(
        places=[
            f"{_rank(line.rank_before)} → {_rank(line.rank_after)}" for line in lines.itertuples()
        ],
        scores=[
            f"{_score(line.score_before)} → {_score(line.score_after)}"
            for line in lines.itertuples()
        ],
        alone=[
            f"{line.by_clause:+.2f}，第 {_rank(line.rank_by_clause)} 名" if line.clause else ""
            for line in lines.itertuples()
        ],
    ).reset_index(drop=True)


def _rank(rank: object) -> str:
    return "—" if pd.isna(rank) else str(int(rank))


def _score(score: float) -> str:
    return "—" if pd.isna(score) else f"{score:.2f}"
