"""Answers to questions and groups of people laid out for the page 两率一度. Pure frames, no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wenming_metrics.charts.answer_bars import Asked, Bar
from wenming_metrics.charts.dot_plot import Section
from wenming_metrics.queries.survey.states import NOT_SHOWN
from wenming_metrics.rules.survey.model import VALID
from wenming_metrics.ui.survey.sentences import between, percent, spelled


def asked(answers: pd.DataFrame, codes: Sequence[str] = ()) -> list[Asked]:
    """Lay out what was answered, question by question.

    Takes:   answers - as `queries.survey.tables.by_question`; codes - of the questions, () = all
    Returns: one per question, in the order of `answers`; what is no answer (不了解, 拒答, 空白, 没有
             问到) apart, where there is any; of those with too few the words alone
    """
    found = []
    for code in codes or list(dict.fromkeys(answers["question"])):
        own = answers[answers["question"] == code]
        if own.empty:
            continue
        valid = (own["state"] == VALID).to_numpy()
        rest = own[~valid & (own["hidden"] | (own["n"] > 0)).to_numpy()]
        bars, apart = (
            tuple(_bar(one) for one in part.to_dict("records")) for part in (own[valid], rest)
        )
        found.append(Asked(str(own["title"].iloc[0]), _rests_on(own), bars, apart))
    return found


def _rests_on(own: pd.DataFrame) -> str:
    """Say what the shares of a question rest on."""
    if own["hidden"].any():
        return NOT_SHOWN
    base = own["base"].iloc[0]
    if not base > 0:
        return "计数" if (own["n"] > 0).any() else "没有人回答"
    several = "可以选几项," if own["share"].sum() > 100.5 else ""
    return f"{several}{base:,.0f} 份回答"


def _bar(one: dict[str, object]) -> Bar:
    share, count = one["share"], one["n"]
    return Bar(
        str(one["option_title"]),
        None if pd.isna(count) else int(count),
        None if pd.isna(share) else float(share),
    )


def people_section(people: pd.DataFrame, decimals: int) -> list[Section]:
    """Lay out the groups of people for dots, in their own order; hidden ones are left out."""
    shown = people[~people["hidden"] & people["value"].notna()]
    lines = shown.to_dict("records")
    told = {
        "name": shown["option_title"].to_numpy(),
        **{name: shown[name].to_numpy(float) for name in ("value", "low", "high")},
        "said": [f"<b>{percent(one['shown'], decimals)}</b> {one['n']:,}份" for one in lines],
        "hover": [
            f"<b>{one['option_title']} {percent(one['shown'], decimals)}</b>"
            f"<br>误差范围 {between(one['low'], one['high'])}<br>有效 {one['n']:,} 份"
            for one in lines
        ],
    }
    return [Section("", pd.DataFrame(told))] if len(shown) else []


def people_table(people: pd.DataFrame, decimals: int, hide: int) -> pd.DataFrame:
    """Give the lines of the table of groups of people: option_title, figure, margin, n, remark."""
    texts = spelled(people.to_dict("records"), decimals, hide)
    return people[["option_title", "n"]].assign(**texts).reset_index(drop=True)


def cross_table(cells: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Give units by groups of people as a table of words.

    Takes:   cells - as `queries.survey.tables.cross`
    Returns: unit_name, and a column per group of people: 「92.3%(24)」, 「不公布」 or 「—」 (nobody)
    """
    told = cells.assign(said=[_cell(one, decimals) for one in cells.to_dict("records")])
    wide = told.pivot(index=["unit", "unit_name"], columns="option_title", values="said")
    titles = list(dict.fromkeys(cells["option_title"]))
    return wide[titles].reset_index().drop(columns="unit")


def _cell(one: dict[str, object], decimals: int) -> str:
    if not one["n"]:
        return "—"
    return "不公布" if one["hidden"] else f"{percent(one['shown'], decimals)}({one['n']})"
