"""Answers to questions and groups of people laid out for the page 两率一度. Pure frames, no Streamlit."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.charts.answer_bars import Bar, QuestionBars
from wenming_metrics.charts.dot_plot import Section
from wenming_metrics.queries.survey.states import NOT_SHOWN
from wenming_metrics.rules.survey.model import VALID
from wenming_metrics.ui.survey.sentences import between, percent, spelled


def question_bars(answers: pd.DataFrame) -> list[QuestionBars]:
    """Lay out what was answered, question by question.

    Takes:   answers - as `queries.survey.tables.by_question`
    Returns: one per question, in the order of `answers`; what is no answer (不了解, 拒答, 空白, 没有
             问到) apart, where there is any; of those with too few the words alone
    """
    questions = []
    for _, of_question in answers.groupby("question", sort=False):
        valid = (of_question["state"] == VALID).to_numpy()
        rest = of_question[~valid & (of_question["hidden"] | (of_question["n"] > 0)).to_numpy()]
        bars, apart = (
            tuple(_bar(answer) for answer in subset.to_dict("records"))
            for subset in (of_question[valid], rest)
        )
        questions.append(
            QuestionBars(str(of_question["title"].iloc[0]), _rests_on(of_question), bars, apart)
        )
    return questions


def _rests_on(of_question: pd.DataFrame) -> str:
    """Say what the shares of a question rest on."""
    if of_question["hidden"].any():
        return NOT_SHOWN
    base = of_question["base"].iloc[0]
    if not base > 0:
        return "计数" if (of_question["n"] > 0).any() else "没有人回答"
    several = "可以选几项，" if of_question["share"].sum() > 100.5 else ""
    return f"{several}{base:,.0f} 份回答"


def _bar(answer: dict[str, object]) -> Bar:
    share, count = answer["share"], answer["n"]
    return Bar(
        str(answer["option_title"]),
        None if pd.isna(count) else int(count),
        None if pd.isna(share) else float(share),
    )


def people_section(people: pd.DataFrame, decimals: int) -> list[Section]:
    """Lay out the groups of people for dots, in their own order; hidden ones are left out."""
    public = people[~people["hidden"] & people["value"].notna()]
    lines = public.to_dict("records")
    columns = {
        "name": public["option_title"].to_numpy(),
        **{name: public[name].to_numpy(float) for name in ("value", "low", "high")},
        "said": [f"<b>{percent(line['shown'], decimals)}</b> {line['n']:,}份" for line in lines],
        "hover": [
            f"<b>{line['option_title']} {percent(line['shown'], decimals)}</b>"
            f"<br>误差范围 {between(line['low'], line['high'])}<br>有效 {line['n']:,} 份"
            for line in lines
        ],
    }
    return [Section("", pd.DataFrame(columns))] if len(public) else []


def people_table(people: pd.DataFrame, decimals: int, hide: int) -> pd.DataFrame:
    """Give the lines of the table of groups of people: option_title, figure, margin, n, remark."""
    texts = spelled(people.to_dict("records"), decimals, hide)
    return people[["option_title", "n"]].assign(**texts).reset_index(drop=True)


def cross_table(cells: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Give units by groups of people as a table of words.

    Takes:   cells - as `queries.survey.tables.cross`
    Returns: unit_name, and a column per group of people: 「92.3%(24)」, 「不公布」 or 「—」 (nobody)
    """
    spelled_cells = cells.assign(said=[_cell(cell, decimals) for cell in cells.to_dict("records")])
    wide = spelled_cells.pivot(index=["unit", "unit_name"], columns="option_title", values="said")
    titles = list(dict.fromkeys(cells["option_title"]))
    return wide[titles].reset_index().drop(columns="unit")


def _cell(cell: dict[str, object], decimals: int) -> str:
    if not cell["n"]:
        return "—"
    return "不公布" if cell["hidden"] else f"{percent(cell['shown'], decimals)}（{cell['n']}）"
