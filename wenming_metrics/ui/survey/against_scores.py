"""群众评价和督查得分: each unit's rate of a wave beside its score of the same days, and whether they go together."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.charts.paired_dots import paired_dots
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.survey.rates import rates
from wenming_metrics.scoring.survey.agreement import (
    AGREES,
    LEAST_UNITS,
    OPPOSES,
    TOO_FEW,
    Agreement,
    agreement,
)
from wenming_metrics.ui.frame import page, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.survey import frames, sentences
from wenming_metrics.ui.survey.frames import ChosenRate


def draw(office: Office, choice: ChosenRate) -> None:
    """Draw the dots and what they say; a sentence alone while no unit has both."""
    wave_rates = ask(rates, choice.wave, shared=True)
    street_scores = ask(ranking, choice.wave, office.rules.boards[0].kind, wait=False)
    units = paired(
        frames.chosen_units(wave_rates, choice), street_scores, wave_rates.survey.decimals
    )
    title = words.plain(wave_rates.survey.rate(choice.rate).title)
    st.markdown("#### 群众评价和督查得分：对得上吗")
    st.markdown(opening(agreement(units["x"], units["y"]), title))
    if units.empty:
        return
    with st.container(width=860):
        page.chart(paired_dots(units, "督查得分", f"{title}（%）"), "opinion-scores")
    page.note(
        "一点是一个单位，横着看同一时段的督查得分，竖着看这一项比率，细线是各自的中位；样本不足、不公布的单位不在内。"
        "两样各有误差，问的也不是一回事，对不上不等于哪一样错了；各组之间的差别也算在内，要看组内，请选单位分组。"
    )


def paired(units: pd.DataFrame, street_scores: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Put rate and score of the units side by side that may be compared and have both.

    Takes:   units - of `frames.chosen_units`; street_scores - of `queries.ranking.ranking.ranking`
    Returns: x (score), y (rate, per cent), hover
    """
    judged = units[units["judged"]]
    joined = judged.merge(street_scores[["unit", "score"]].dropna(), on="unit")
    hovers = [
        f"{sentences.hover(line, decimals)}<br>督查得分 {line['score']:.2f}"
        for line in joined.to_dict("records")
    ]
    return pd.DataFrame({"x": joined["score"], "y": joined["value"], "hover": hovers})


def opening(compared: Agreement, title: str) -> str:
    """Say whether the two go together. Takes: title - of the rate, as text without marks"""
    if compared.verdict == TOO_FEW:
        return f"{title}和督查得分都有的单位只有{compared.n}个，或者各单位都一样，样本不足（至少{LEAST_UNITS}个），看不出。"
    spelled_range = f"{compared.low:+.2f} 至 {compared.high:+.2f}"
    basis = f"{compared.n}个单位，等级相关 {compared.correlation:+.2f}，误差范围 {spelled_range}"
    if compared.verdict == AGREES:
        conclusion = f"**多数一致**：督查得分高的单位，{title}多数也高"
    elif compared.verdict == OPPOSES:
        conclusion = f"**多数不一致**：督查得分高的单位，{title}多数反而低"
    else:
        conclusion = f"看不出{title}和督查得分一致还是不一致"
    return f"{conclusion}（{basis}）。"
