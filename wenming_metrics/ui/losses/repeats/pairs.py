"""Problems that may be one: two texts side by side, and a person who says whether they are."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from wenming_metrics.decisions.same_problem import say_same
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.queries.losses.repeats import Repeats
from wenming_metrics.queries.office import Office
from wenming_metrics.scoring.tree.states import LOOK_BACK
from wenming_metrics.ui.frame import page, words
from wenming_metrics.ui.frame.act_button import button, tell_done
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.losses.repeats import cache, sentences

_MOST = 6
"""So many pairs are asked about at once."""
YES, NO = "是同一问题", "不是同一问题"


def draw(office: Office, found: Repeats, selection: Selection, unit: str | None) -> None:
    """Draw pairs of a scope that nobody has spoken of, and what was said."""
    at = (selection.window, selection.board, unit)
    pairs = _inside(cache.suggestions(*at), found)
    said = _inside(cache.decided(*at), found)
    tell_done()
    st.subheader("可能是同一问题")
    if pairs.empty:
        page.note("没有写法相近、又记在不同测评项下的问题。")
    else:
        page.note(
            f"同一点位、{LOOK_BACK} 天内、记在不同测评项下、写法相近的问题,共 {len(pairs)} 对,"
            "最像的在前。是不是同一问题由人定:定为同一问题的,在这一页合起来算重复、反弹、连续通报和"
            "反复点位;不改变任何得分。随时可以改。"
        )
    if pairs.empty and said.empty:
        return
    who = st.text_input("经办人", key="repeat-who", width=160)
    for pair in pairs.head(_MOST).itertuples():
        _draw_pair(office, pair, who, (YES, NO))
    if len(said):
        with st.expander(f"已经定了的 {len(said)} 对"):
            for pair in said.itertuples():
                page.note(
                    f"{words.plain(pair.who)} {moment(pair.at)} 定:{YES if pair.same else NO}"
                )
                _draw_pair(office, pair, who, (NO,) if pair.same else (YES,))


def _inside(pairs: pd.DataFrame, found: Repeats) -> pd.DataFrame:
    """Keep the pairs whose later problem is in the scope."""
    current = found.current
    own = pd.MultiIndex.from_frame(current[["batch", "seq"]])
    return pairs[pd.MultiIndex.from_frame(pairs[["other_batch", "other_seq"]]).isin(own)]


def _draw_pair(office: Office, pair: tuple, who: str, answers: Sequence[str]) -> None:
    one, other = (pair.batch, pair.seq), (pair.other_batch, pair.other_seq)
    with st.container(border=True, width=980):
        st.markdown(f"**{words.plain(pair.site_name)}** {words.plain(pair.unit_name)}")
        place = (pair.file, pair.sheet, pair.source_row)
        st.markdown(sentences.pair(pair.day, pair.item_name, pair.text, place))
        place = (pair.other_file, pair.other_sheet, pair.other_source_row)
        st.markdown(sentences.pair(pair.other_day, pair.other_item_name, pair.other_text, place))
        with st.container(horizontal=True):
            for answer in answers:
                button(
                    answer,
                    f"same-{answer}-{one}-{other}",
                    lambda same=answer == YES: say_same(office, one, other, who, same=same),
                    lambda _, answer=answer: f"{pair.site_name}的两条问题已定:{answer}。",
                    disabled=not who.strip(),
                )
