"""对不上号的反馈: answers without a known number, each with the problem it most likely answers."""

from __future__ import annotations

import streamlit as st

from wenming_metrics.decisions.answers import accept_answers
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.matches import unmatched_answers
from wenming_metrics.ui.frame import cache, page, tables
from wenming_metrics.ui.frame.act_button import button
from wenming_metrics.ui.frame.cache import ask

_LINES = tables.configs(
    *("unit_name", "site=answer_site", "description=answer_text", "state=answer_says"),
    *("number=offered_number", "site_name=offered_site", "item_name=offered_item", "likeness"),
    *("second", *tables.SOURCE),
)


def draw(office: Office, back: int, who: str) -> None:
    """Draw the answers that name no known problem, looked for when they are asked for only.

    Takes: back - problems of so many days are offered
    """
    unfolded = st.expander("对不上号的反馈", on_change="rerun", key="matches-open")
    if unfolded.open:
        with unfolded:
            _draw_lines(office, back, who)


def _draw_lines(office: Office, back: int, who: str) -> None:
    lines = ask(unmatched_answers, back)
    if lines.empty:
        page.note("没有对不上号的反馈。")
        return
    offered = int((lines["likeness"] > 0).sum())
    page.note(
        f"{len(lines)} 条没有写编号，或者编号不认识。其中 {offered} 条有相近的问题，列在右边；看过无误的勾选确认，"
        "就当作写了那个编号。拿不准的不要确认，请单位补上编号再报。"
    )
    key = f"matches-{len(lines)}-{cache.version().revision}"
    ticked = lines.iloc[tables.pick_many(lines, _LINES, key, 10)]
    button(
        f"确认这 {len(ticked)} 条",
        "matches-accept",
        lambda: accept_answers(office, ticked, who),
        lambda numbers: f"已确认 {len(numbers)} 条反馈。",
        disabled=not who or ticked.empty,
    )
