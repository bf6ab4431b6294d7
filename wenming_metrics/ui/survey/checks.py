"""疑似代填 and 配额进度 on the page 两率一度: what to look at again, and how many are still missing."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from wenming_metrics.decisions.questionnaires import decide_answer
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.quota import quota_board
from wenming_metrics.queries.survey.rates import Rates, rates
from wenming_metrics.queries.survey.rows import flagged
from wenming_metrics.ui.frame import act_button, page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.survey import frames, sentences, sentences_more, unit
from wenming_metrics.ui.survey.frames import ChosenRate

_DOUBTS = tables.configs("unit_name", "reasons", "counted=counts_now", "decided", *tables.SOURCE)
_BOTH = tables.configs(
    *("title=rate_title", "now", "n", "clean", "n_clean", "moved=clean_moved"),
)
POINTS = 5.0
"""How exact a unit's figure is to be, in percentage points up and down."""
_QUOTAS = tables.configs(
    *("unit_name", "people", "planned", "done", "progress", "gap", "more"),
    more=f"到 ±{POINTS:g} 还要",
)


def draw_doubts(office: Office, chosen: ChosenRate, wave_rates: Rates) -> None:
    """Draw the figures with and without what looks doubtful, the list, and how one is taken out."""
    listed = ask(flagged, chosen.wave)
    _say(sentences_more.flagged(listed))
    if listed.empty:
        return
    _draw_both(wave_rates, ask(_without_flagged, chosen.wave))
    st.markdown(f"#### 要看的问卷（{len(listed):,} 份）")
    page.note(
        "点一份，看原表里的这一行；不计的，写明原因，数马上重算，随时可以恢复。"
        "每一次认定都留在“数据上传”的“变动记录”里。"
    )
    lines = listed.assign(counted=np.where(listed["counts"], "计入", "不计"))
    key = f"doubts-{chosen.wave.key}-{len(listed)}"
    picked = tables.pick(lines, _DOUBTS, key, 12, param="doubt")
    if picked is not None:
        _draw_decision(office, listed.iloc[picked])


def _without_flagged(office: Office, wave: Window) -> Rates:
    return rates(office, wave, without_flagged=True)


def _say(sentence: str) -> None:
    with st.container(key="sentence-part"):
        st.markdown(sentence)


def _draw_both(wave_rates: Rates, clean: Rates) -> None:
    """Draw every rate of the city as it is and as it would be without what looks doubtful."""
    lines = []
    for rate in wave_rates.survey.rates:
        pair = [frames.totals_of(version.totals, rate.code) for version in (wave_rates, clean)]
        if not all(map(len, pair)):
            continue
        now, then = (totals.iloc[0] for totals in pair)
        figures = [
            sentences.percent(total["shown"], wave_rates.survey.decimals) for total in (now, then)
        ]
        lines.append(
            {
                **{"title": rate.title, "now": figures[0], "clean": figures[1]},
                **{"n": now["n"], "n_clean": then["n"]},
                "moved": words.signed(then["value"] - now["value"]),
            }
        )
    st.markdown("#### 去掉和不去掉，全市各是多少")
    with st.container(width=640):
        tables.show(pd.DataFrame(lines), _BOTH)


def _draw_decision(office: Office, line: pd.Series) -> None:
    """Draw one questionnaire as it was sent, and the form that takes it out or back in."""
    counts = bool(line["counts"])
    with st.container(border=True, key="unit-panel"):
        st.markdown(f"##### {words.plain(str(line['unit_name']))}：{words.plain(line['reasons'])}")
        if line["decided"]:
            page.note(words.plain(line["decided"]))
        unit.draw_original(line, is_open=True)
        key = f"{line['batch']}-{line['seq']}-{counts}"
        with page.row():
            who = page.ask_who("变动记录", 240)
            why = "为什么不计" if counts else "为什么恢复"
            reason = st.text_input("原因", key=f"doubt-reason-{key}", placeholder=why, width=360)
            row_key = int(line["batch"]), int(line["seq"])
            act_button.button(
                "这一份不计" if counts else "恢复计入",
                f"doubt-{key}",
                partial(decide_answer, office, *row_key, not counts, reason, who),
                lambda _: "这一份已不计，数已重算。" if counts else "这一份已恢复计入，数已重算。",
                disabled=not (who.strip() and reason.strip()),
            )


def draw_quotas(chosen: ChosenRate, wave_rates: Rates) -> None:
    """Draw how many questionnaires were planned and done, and how many more make figures sure."""
    board = ask(quota_board, chosen.wave, POINTS)
    if board.empty:
        page.note("这一期没有配额。把“问卷配额”表（单位、计划份数）传到“数据上传”，这里就有进度。")
        return
    _say(sentences_more.quotas(board))
    first = words.plain(wave_rates.survey.rates[0].title)
    page.note(
        f"最后一列：要把这个单位{first}的误差范围压到上下 {POINTS:g} 个百分点以内，还要多少份。"
        "各人群是本单位配额的分项，不另加。经人认定不计的问卷，不算已完成。"
    )
    with st.container(width=860):
        tables.show(quota_lines(board), _QUOTAS, 20)


def quota_lines(board: pd.DataFrame) -> pd.DataFrame:
    """Lay out the quota board: the unit that lacks most first, its groups of people below it."""
    unit_gap = board[board["stratum"] == ""].drop_duplicates("unit").set_index("unit")["gap"]
    share = np.where(board["planned"] > 0, 100 * board["done"] / board["planned"], np.nan)
    lines = board.assign(
        progress=np.minimum(share, 100.0),
        people=[f"其中 {stratum}" if stratum else "" for stratum in board["stratum"]],
        lacks=board["unit"].map(unit_gap).fillna(0),
    )
    return lines.sort_values(["lacks", "unit"], ascending=[False, True], kind="stable")
