"""From a unit's score down: its indicators, the rows behind them, the row as it was sent.

The figures on every step add up to the one above, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd
import streamlit as st

from wenming_metrics.charts.losses import loss_bars
from wenming_metrics.domain.numbers import POINT_SCALE, half_up
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.ranking.visits import visits
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.scores.deductions import finding_of_row
from wenming_metrics.queries.scores.details import leaf_rows, named_rows, unit_leaves, unit_ledger
from wenming_metrics.queries.scores.records import answers_to
from wenming_metrics.scoring.tree.adjusting import in_use
from wenming_metrics.ui.frame import (
    cache,
    cards,
    filters,
    navigation,
    page,
    signed_view,
    tables,
    words,
)
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection

_LEDGER = tables.configs(
    *("kind=adjustment", "counted=counted_points", "points=written_points", "reason=merit"),
    *("document_no", "file", "source_row", "remark=long_remark"),
)
_BARS = 8
_LEAVES = tables.configs(
    *("name=leaf_name", "loss", "multiple", "path", "rate", "checks", "failed", "responsible"),
    responsible="责任单位（参考）",
)
_ROWS = tables.configs(
    *("day", "site_name", "description", "lost", "loss=row_loss", "leaf_name", "responsible"),
    *tables.SOURCE,
)
_VISITS = tables.configs(
    *("day", "site_name", "point_type_name", "source_name", "checks", "failed", "lost"),
    *("score=visit_score", "grade=visit_grade"),
)
_NAMED = tables.configs(
    *("day", "unit_name", "site_name", "description", "places", "lost", "leaf_name"),
    *tables.SOURCE,
    unit_name="街道",
)


@dataclass(frozen=True)
class ChosenUnit:
    """One unit in one window on one board."""

    selection: Selection
    unit: int
    name: str

    @property
    def key(self) -> str:
        """What a selectable table of this unit must carry in its key."""
        return f"{self.unit}-{self.selection.key}"

    @property
    def cut(self) -> Cutoff | None:
        """Say as known when its figures are; None: now."""
        return signed_view.cut_of(self.selection.signed)


def draw_unit(office: Office, line: pd.Series, selection: Selection) -> None:
    """Draw what one unit lost.

    Takes: line - the unit's line of the ranked list; one with rows, whether it has a place or not
    """
    chosen = ChosenUnit(selection, int(line["unit"]), str(line["unit_name"]))
    leaves = ask(unit_leaves, selection.window, chosen.unit, selection.board, chosen.cut)
    full, exact = office.rules.full_mark, float(leaves["loss"].sum())
    has_score = not pd.isna(line["score"])
    # What decisions added or took is no loss of the tree: the leaves add up without it.
    total = full - float(line["score"]) + float(line["adjusted"]) if has_score else exact
    total = float(half_up(total, 2))
    leaves = leaves.assign(loss=tables.shown_losses(leaves["loss"], total, 2))
    go_there(chosen.key)
    with st.container(border=True, key="unit-panel"):
        st.subheader(f"{words.plain(chosen.name)} · {selection.window.title}")
        st.markdown(_summary(leaves, line, total, full))
        _offer_portrait(chosen.name, selection)
        if in_use(office.rules.adjustments):
            _draw_ledger(line, chosen)
        code = _draw_leaves(leaves, chosen)
        with page.fold("失分记录和各次督查", "rows"):
            _draw_rows(leaves, code, chosen, total)
            _draw_visits(chosen)


def _draw_visits(chosen: ChosenUnit) -> None:
    """Draw every visit with its own score and grade, as the store holds them now."""
    selection = chosen.selection
    if chosen.cut is not None:
        return
    with st.expander("各次督查", key="visits", on_change="rerun") as opened:
        if not opened.open:
            return
        lines = ask(visits, selection.window, selection.board, chosen.unit)
        page.note("每次督查单独的得分，不计权重；单位的得分按指标加权，不是它们的平均。")
        hidden = {"grade"} if (lines["grade"] == "").all() else set()
        columns = {name: column for name, column in _VISITS.items() if name not in hidden}
        tables.show(lines, columns, 10)


def _offer_portrait(name: str, selection: Selection) -> None:
    """Draw the way to all that is known of a unit on one page."""
    board = cache.office().rules.board(selection.board)
    query = filters.portrait_query(selection.window, ask(days_known), board, name)
    navigation.link("pages/portrait.py", label="打开单位画像", query_params=query)


def _summary(leaves: pd.DataFrame, line: pd.Series, total: float, full: float) -> str:
    score = line["score"]
    if pd.isna(score):
        opening = f"检查项不足，暂不评分；按已查的指标失 {total:.2f} 分。"
    else:
        opening = f"得分 **{score:.2f}**，失 **{total:.2f}** 分（{_difference(line, full)}）。"
    lost = leaves[leaves["loss"] > 0]
    if lost.empty:
        return opening + "没有失分的项目。"
    most = int((lost["loss"].cumsum() < 0.8 * total).sum()) + 1
    return (
        f"{opening}查了 {len(leaves)} 条测评标准，{len(lost)} 条失分，"
        f"其中 {most} 条占八成以上。下表各条失分相加正好是 {total:.2f} 分。{_heaviest(lost)}"
    )


def _heaviest(lost: pd.DataFrame) -> str:
    """Name the costliest leaf to which the weight of what was not looked at came."""
    heavy = lost[lost["multiple"].notna()]
    if heavy.empty:
        return ""
    line = heavy.loc[heavy["loss"].idxmax()]
    return (
        f"失分里有 {len(heavy)} 条的权重是测评办法所给的 2 倍以上（没有查到的指标分担过来），"
        f"失分最多的“{words.plain(line['name'])}”是 {line['multiple']:.1f} 倍。"
    )


def _difference(line: pd.Series, full: float) -> str:
    """Write where the lost points come from: 100 − 92.00, and what was added or taken."""
    added = float(half_up(line["adjusted"], 2))
    if not added:
        return f"{full:g} − {line['score']:.2f}"
    sign = "+" if added > 0 else "−"
    return f"{full:g} − {line['score']:.2f} {sign} {abs(added):.2f} 加减分"


def _draw_ledger(line: pd.Series, chosen: ChosenUnit) -> None:
    """Draw the decisions on a unit and its coefficient, where there are any."""
    selection = chosen.selection
    lines = ask(unit_ledger, selection.window, chosen.unit, selection.board)
    if lines.empty:
        return
    st.markdown(f"**加减分账**：得分里加减了 {line['adjusted']:+.2f} 分，各行相加正好是这个数。")
    show_adjustments(lines)


def _draw_leaves(leaves: pd.DataFrame, chosen: ChosenUnit) -> str | None:
    """Draw bars and table of the leaves; returns the picked leaf's code."""
    lost = leaves[leaves["loss"] > 0].reset_index(drop=True)
    if lost.empty:
        return None
    left, right = st.columns([1, 2], gap="medium")
    with right:
        page.note("点一行，看这一条的失分记录。")
        spelled = lost.assign(rate=lost["rate"] * 100)
        hidden = {"multiple"} if lost["multiple"].isna().all() else set()
        columns = {name: column for name, column in _LEAVES.items() if name not in hidden}
        codes, key = lost["code"].astype(str).tolist(), f"leaves-{chosen.key}"
        picked = tables.pick(spelled, columns, key, 10, param="leaf", ids=codes)
    with left:
        page.note(f"失分最多的 {min(len(lost), _BARS)} 条")
        bars = loss_bars(lost.head(_BARS), picked)
        page.chart(bars, f"bars-{chosen.key}")
    return None if picked is None else str(lost["code"].iloc[picked])


def draw_named(line: pd.Series, selection: Selection) -> None:
    """Draw the problems that a unit was named for.

    Takes: line - the unit's line of a list that is not ranked
    """
    rows = ask(named_rows, selection.window, int(line["unit"]), selection.board)
    name = words.plain(line["unit_name"])
    with st.container(border=True, key="unit-panel"):
        st.subheader(f"{name} · {selection.window.title}")
        if rows.empty:
            page.note("本期没有记到这个单位的问题。")
            return
        _offer_portrait(str(line["unit_name"]), selection)
        page.note(f"{len(rows)} 条记录由其负责。点一行，看原表里的这一行。")
        key = f"named-{line['unit']}-{selection.key}"
        draw_original(rows, tables.pick(rows, _NAMED, key, 10, param="row"))


def _draw_rows(leaves: pd.DataFrame, code: str | None, chosen: ChosenUnit, total: float) -> None:
    selection = chosen.selection
    rows = ask(leaf_rows, selection.window, chosen.unit, code, selection.board, chosen.cut)
    if rows.empty:
        return
    name = "全部测评标准"
    if code is not None:
        leaf = leaves[leaves["code"] == code].iloc[0]
        name, total = f"“{words.plain(leaf['name'])}”", float(leaf["loss"])
    rows = rows.assign(loss=tables.shown_losses(rows["loss"], total, 4))
    st.markdown(f"#### {name}的失分记录（{len(rows)} 条，失分合计 {total:.2f}）")
    page.note("失分：这一条记录让总分少了多少。点一行，看原表里的这一行。")
    key = f"rows-{chosen.key}-{code}"
    draw_original(rows, tables.pick(rows, _ROWS, key, 10, param="row"))


def draw_original(rows: pd.DataFrame, picked: int | None) -> None:
    """Draw the cells of the picked row, or of the first one folded away, as they were sent."""
    row = rows.iloc[picked or 0]
    title = f"原表：{words.origin(row)}"
    with st.expander(words.plain(title), expanded=picked is not None):
        finding = (
            None if picked is None else ask(finding_of_row, row["day"], row["batch"], row["seq"])
        )
        if finding:
            st.markdown(words.problem(finding))
        cards.cells(row["cells"])
        cards.pictures(cards.row_pictures(row))
        if finding and finding.number:
            _draw_answers(ask(answers_to, row["day"], row["batch"], row["seq"]))


def _draw_answers(answers: pd.DataFrame) -> None:
    """Draw what units answered to a problem, each with its photos and the row it stands in."""
    for answer in answers.itertuples():
        who = f"{answer.unit_name} " if answer.unit_name else ""
        measure = f"，{answer.measure}" if answer.measure else ""
        st.markdown(
            f"**整改反馈**：{words.plain(f'{who}{answer.on:%Y-%m-%d} {answer.state}{measure}')}"
        )
        page.note(words.plain(f"见 {words.origin(answer)}"))
        cards.pictures(cards.row_pictures(answer))


def go_there(key: str) -> None:
    """Bring the panel into view when another unit has been chosen. Takes: key - of the choice"""
    script = (
        "const panel = document.querySelector('.st-key-unit-panel');"
        f"const key = '{escape(key)}';"
        "if (panel && window.shownUnit !== key)"
        " panel.scrollIntoView({behavior: 'smooth', block: 'start'});"
        "window.shownUnit = key;"
    )
    st.html(f"<script>setTimeout(() => {{ {script} }}, 400)</script>", unsafe_allow_javascript=True)


def show_adjustments(ledger: pd.DataFrame) -> None:
    """Draw the lines of 加减分账, as `scoring.tree.adjusting.settle` gives them.

    What no workbook says has neither points nor row.
    """
    written = ledger["written"].where(ledger["written"] > 0) / POINT_SCALE
    rows = ledger["source_row"].where(ledger["source_row"] > 0).astype("Int64")
    tables.show(ledger.assign(points=written, source_row=rows), _LEDGER)
