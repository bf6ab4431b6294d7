"""谁扣得严: those who looked, each beside the others where they looked at the same, made when it is opened."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.strictness import who_scores_harder
from wenming_metrics.scoring.ranking.strictness import ALIKE, LEAST_CHECKS, LEAST_UNITS, TOO_FEW
from wenming_metrics.ui.frame import cache, page, tables, words
from wenming_metrics.ui.frame.cache import ask

_TABLE = tables.configs(
    *("who=looked_by", "gap=taken_off_more", "range=taken_off_range", "checks=checks_alike"),
    *("units=units_alike", "verdict=strictness_verdict"),
)


def draw(window: Window, board: str) -> None:
    """Draw the folded part. Takes: board - of territories"""
    folded = page.unfolded("谁扣得严", "lost-strictness")
    if folded is not None:
        with folded:
            cache.draw(_draw_lines, window, board)


def _draw_lines(_office: Office, window: Window, board: str) -> None:
    lines = ask(who_scores_harder, window, board, wait=False)
    st.markdown(opening(lines))
    if lines.empty:
        return
    ranges = [
        "" if pd.isna(low) else f"{low:+.2f} 至 {high:+.2f}"
        for low, high in zip(lines["gap_low"], lines["gap_high"], strict=True)
    ]
    tables.show(lines.assign(range=ranges), _TABLE, 10)
    page.note(
        "只比相同内容：同一单位、同类点位、同一测评项，和别人查的比。各组去的点位、日子不同，差别也可能由此而来；"
        "要下结论，请看几个组先后查过的同一点位。计划里没有写组的，按来源比。"
    )


def opening(lines: pd.DataFrame) -> str:
    """Say who takes off more or less for the same. Takes: lines - of `scoring.ranking.strictness`"""
    judged = lines[lines["verdict"] != TOO_FEW]
    if judged.empty:
        return f"看不出谁扣得严：别人也查过的相同内容不到 {LEAST_UNITS} 个单位、{LEAST_CHECKS} 项，样本不足。"
    apart = judged[judged["verdict"] != ALIKE]
    if apart.empty:
        return "同样的内容，看不出谁扣得严、谁扣得松：差别都在误差以内。"
    spelled = [
        f"{words.bold(line.who)}比别人{'多' if line.gap > 0 else '少'}扣{abs(line.gap):.2f}个百分点"
        for line in apart.itertuples()
    ]
    return f"同样的内容，{'，'.join(spelled)}，大于误差。"
