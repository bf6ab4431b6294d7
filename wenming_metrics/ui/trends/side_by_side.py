"""并排比较: two to five units side by side in the same days, and whether they differ by more than noise."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from wenming_metrics.charts.sparklines import Small, small_lines
from wenming_metrics.domain.numbers import rounded
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.bands import ERROR, bands, join_bands
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.trend.trend import Course
from wenming_metrics.scoring.ranking.bands import CLEAR
from wenming_metrics.ui.frame import navigation, page, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.losses.scope import Scope, book_of

LEAST, MOST = 2, 5
"""So many units stand side by side."""
_CONTROL = "trend_units"


def choose(window: Window, board: str) -> list[str]:
    """Draw the control of the units; it opens on the first and the last with a place."""
    options, placed = ask(_names, window, board)
    unknown = [name for name in st.query_params.get_all(_CONTROL) if name not in options]
    names = st.multiselect(
        "比较哪几个单位",
        options,
        default=list(dict.fromkeys([*placed[:1], *placed[-1:]])),
        max_selections=MOST,
        placeholder=f"选{LEAST}至{MOST}个",
        key=_CONTROL,
        bind="query-params",
        width=480,
    )
    if unknown:
        navigation.remark("单位", "、".join(unknown), "、".join(names))
    return names


def _names(_office: Office, window: Window, board: str) -> tuple[list[str], list[str]]:
    """List the units that may be compared, and those with a place, the first on top."""
    ranked = ask(ranking, window, board)
    return ranked["unit_name"].tolist(), ranked.loc[ranked["rank"].notna(), "unit_name"].tolist()


def draw(
    listed_units: Sequence[str], selection: Selection, series: Course, link: dict[str, str]
) -> None:
    """Draw the units that are chosen, in the days of a selection.

    Takes: series - their courses; link - address of one unit's course, by name
    """
    if len(listed_units) < LEAST:
        page.say(f"请选{LEAST}至{MOST}个单位。")
        return
    lines = ask(ranking, selection.window, selection.board)
    ranked = join_bands(lines, ask(bands, selection.window, selection.board))
    units = ranked.set_index("unit_name").loc[list(listed_units)]
    page.say(difference(units))
    st.html(_table(units, _branch_losses(selection, listed_units)))
    page.note("各类失分是单位自己得分里失的分，相加等于满分减得分。")
    rows = {name: series.wholes.index[series.wholes["name"] == name][0] for name in listed_units}
    values = {name: series.values[row] for name, row in rows.items()}
    known = np.concatenate(list(values.values()))
    if np.isnan(known).all():
        return
    low, high = float(np.floor(np.nanmin(known))), float(np.ceil(np.nanmax(known)))
    smalls = [
        Small(name, _latest(units.loc[name]), link[name], tuple(_plain(course)))
        for name, course in values.items()
    ]
    page.note(f"各图同一刻度：下边{low:g}，上边{high:g}。点一个单位看它的走势。")
    st.html(small_lines(smalls, low, high))


def _plain(course: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in course]


def _latest(unit: pd.Series) -> str:
    return "本期没有得分" if pd.isna(unit["score"]) else f"{unit['score']:.2f}"


def difference(units: pd.DataFrame) -> str:
    """Say who stands highest and lowest, and whether they differ by more than noise.

    Takes: units - by name: score (NaN: none), score_error (NaN: unknown)
    """
    with_score = units[units["score"].notna()].sort_values("score", ascending=False, kind="stable")
    without = [words.plain(name) for name in units.index[units["score"].isna()]]
    left_out = f"；{'、'.join(without)}没有得分" if without else ""
    if len(with_score) < LEAST:
        return f"有得分的不足{LEAST}个，不作比较{left_out}。"
    first, last = with_score.iloc[0], with_score.iloc[-1]
    gap = first["score"] - last["score"]
    names = words.bold(str(with_score.index[0])), words.bold(str(with_score.index[-1]))
    if gap < 0.005:
        return f"{names[0]}与{names[1]}得分相同（{first['score']:.2f}分）{left_out}。"
    sentence = f"{names[0]}{first['score']:.2f}分最高，{names[1]}{last['score']:.2f}分最低，相差{gap:.2f}分"
    limit = CLEAR * float(np.hypot(first[ERROR], last[ERROR]))
    if np.isnan(limit):
        return f"{sentence}{left_out}。"
    is_clear = bool(rounded(gap) > rounded(limit))
    return f"{sentence}，{'大于误差' if is_clear else '在误差以内，无明显差别'}{left_out}。"


def _branch_losses(selection: Selection, listed_units: Sequence[str]) -> pd.DataFrame:
    """Give the shown points that each unit lost, by top indicator, the most on top."""
    book = book_of(selection)
    lost = pd.DataFrame({name: book.below(Scope(name)) for name in listed_units})
    order = lost.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return lost.loc[order]


def _table(units: pd.DataFrame, lost: pd.DataFrame) -> str:
    """Make the table: a column a unit, a row a figure."""
    ranks = [
        "—" if pd.isna(rank) else f"{group} {'并列' if tied else ''}第{rank}"
        for rank, group, tied in zip(units["rank"], units["group"], units["tied"], strict=True)
    ]
    rows = [
        ("得分", [_latest(unit) for _, unit in units.iterrows()]),
        ("名次", ranks),
        ("较上期", [words.signed(points) or "—" for points in units["score_change"]]),
        ("点位", [f"{sites:,}" for sites in units["sites"]]),
        ("检查项", [f"{count:,}" for count in units["checks"]]),
        ("合格率", list(map(words.pass_rate, units["checks"], units["failed"]))),
    ]
    rows += [
        (f"{name}失分", ["0" if pd.isna(loss) else f"{loss:.2f}" for loss in losses])
        for name, losses in zip(lost.index, lost.to_numpy(), strict=True)
    ]
    header = "".join(f"<th>{escape(str(name))}</th>" for name in units.index)
    body = "".join(
        f"<tr><th>{escape(str(title))}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for title, cells in rows
    )
    return f"<div class='side-by-side'><table><tr><td></td>{header}</tr>{body}</table></div>"
