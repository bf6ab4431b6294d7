"""反复问题, a tab of 失分分析: who has them, in which classes, at which sites, and what may be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa
import streamlit as st

from wenming_metrics.charts.pareto import recurring_bars
from wenming_metrics.charts.template import settled
from wenming_metrics.decisions.same_problem import say_same
from wenming_metrics.domain.periods import today
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.queries.losses import repeats as questions
from wenming_metrics.queries.losses import same_problem
from wenming_metrics.queries.losses.repeat_sites import sites_back
from wenming_metrics.queries.losses.repeats import Repeats
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.details import PATH_MARK
from wenming_metrics.scoring.losses.repeats import count, total
from wenming_metrics.scoring.tree.states import LOOK_BACK
from wenming_metrics.ui.frame import cache, page, tables, words
from wenming_metrics.ui.frame.act_button import button, tell_done
from wenming_metrics.ui.losses.repeats import sentences
from wenming_metrics.ui.losses.repeats import sites as repeats_sites
from wenming_metrics.ui.losses.repeats.sites import repeats_of
from wenming_metrics.ui.losses.scope import NAMED, NOBODY, Book, Scope

_BY = {"测评项": "item_name", "问题类别": "category", "点位类型": "point_type_name"}
Listed = tuple[pa.Table, dict]
"""A table as it is sent, and its columns."""
_BARS = 8
_MOST = 6
"""So many pairs are asked about at once."""
YES, NO = "是同一问题", "不是同一问题"


def draw(office: Office, book: Book, scope: Scope) -> None:
    """Draw what comes back in a scope."""
    back = repeats_of(book, scope.unit)
    total_line, units, table = book.recall(_totals, scope)
    with st.container(key="sentence-repeats"):
        window_words = words.when(book.window, today())
        listed = units.iloc[:0] if scope.unit else units
        st.markdown(sentences.opening(scope.name, window_words, total_line, listed))
    page.note(f"截至 {back.as_of}。{sentences.without_answers(back.answers)}")
    with st.expander("重复、反弹、连续通报、反复点位是怎样算的"):
        st.markdown(sentences.meanings(back.relapse_days, back.running, back.period))
    if total_line["found"] or total_line["closed"]:
        with page.fold("这个单位" if scope.unit else "各单位", "repeat-units"):
            _draw_units(table, scope, is_compared=not scope.unit and len(units) > 1)
        with page.fold("哪一类反复最多", "repeat-classes"):
            _draw_classes(book, scope)
        repeats_sites.draw(book, scope, book.recall(_sites, scope))
    with page.fold("可能是同一问题", "repeat-pairs"):
        _draw_pairs(office, book, scope)


def _inside_of(book: Book, scope: Scope) -> Repeats:
    return narrowed(repeats_of(book, scope.unit), book, scope)


def _totals(book: Book, scope: Scope) -> tuple[pd.Series, pd.DataFrame, Listed]:
    """Count what comes back in a scope: in all, and by unit; the last also as a table under its sum."""
    back = _inside_of(book, scope)
    sums, units = (
        total(back.current, back.closed),
        count(back.current, back.closed, "unit_name"),
    )
    lines = units
    if len(units) > 1:
        total_row = pd.DataFrame([dict(sums) | {"name": "合计"}]).astype(units.dtypes.to_dict())
        lines = pd.concat([units, total_row], ignore_index=True)
    return sums, units, _listed("单位", lines)


def _listed(first: str, counts: pd.DataFrame) -> Listed:
    shown_columns = columns(first, counts)
    return tables.prepared(counts, shown_columns), shown_columns


def _classes(book: Book, scope: Scope, kind: str) -> tuple[str, go.Figure | None, Listed]:
    """Count what comes back by class: a sentence, bars (None where nothing does), a table."""
    back = _inside_of(book, scope)
    by_class = count(back.current, back.closed, _BY[kind])
    recurs = by_class[by_class["any"] > 0]
    bars = settled(recurring_bars(recurs.head(_BARS))) if len(recurs) else None
    return sentences.classes(by_class, kind), bars, _listed(kind, by_class)


def _sites(book: Book, scope: Scope) -> repeats_sites.SitesBack:
    problems = _inside_of(book, scope).problems
    return repeats_sites.prepared(sites_back(cache.office(), problems), problems)


def narrowed(back: Repeats, book: Book, scope: Scope) -> Repeats:
    """Give what comes back in a scope; problems of before stay, as what bears on it.

    Takes: back - of the city, or of the unit of the scope
    """
    findings, closed = back.problems, back.closed
    current = findings["current"] & _inside(findings, book, scope)
    return replace(
        back, problems=findings.assign(current=current), closed=closed[_inside(closed, book, scope)]
    )


def _inside(lines: pd.DataFrame, book: Book, scope: Scope) -> np.ndarray:
    mask = np.ones(len(lines), bool)
    if scope.unit:
        mask &= (lines["unit_name"] == scope.unit).to_numpy()
    if scope.path:
        branch = PATH_MARK.join(scope.path)
        below = lines["path"].astype(str).str.startswith(branch + PATH_MARK)
        mask &= ((lines["path"] == branch) | below).to_numpy()
    for column, value in scope.cuts:
        if column == NAMED:
            wanted = "" if value == NOBODY else value
            responsible_names = book.recall(
                _responsible, scope.unit, most=4, wait=cache.CALCULATING
            )
            responsible_names = responsible_names.loc[lines.index]
            mask &= np.array([wanted in text.split("、") for text in responsible_names], bool)
        elif column == "site_name":  # the ledger tells sites of one name apart
            ledger = book.ledger.lines
            mask &= lines["site"].isin(ledger.loc[ledger[column] == value, "site"]).to_numpy()
        else:
            mask &= (lines[column] == value).to_numpy()
    return mask


def _responsible(book: Book, unit: str) -> pd.Series:
    return questions.responsible(cache.office(), repeats_of(book, unit).problems)


def columns(first: str, counts: pd.DataFrame) -> dict:
    """Give the columns of a table of the four meanings; those that say nothing are left out."""
    shown_columns = tables.configs(
        *("name=part_name", "found", "any", "any_rate", "again", "again_rate", "relapsed"),
        *("closed", "reopened_rate", "rechecked", "recheck_rate", "running", "running_rate"),
        *("returning", "sites=sites_failed", "returning_rate"),
        name=first,
    )
    if not counts["closed"].any():
        for name in ("closed", "reopened_rate", "rechecked", "recheck_rate"):
            shown_columns.pop(name)
    if not counts["relapsed"].any() and "closed" not in shown_columns:
        shown_columns.pop("relapsed")
    return shown_columns


def _draw_units(listed: Listed, scope: Scope, *, is_compared: bool) -> None:
    title = "这个单位" if scope.unit else "各单位"
    st.subheader(title)
    tables.show(*listed, 14)
    if is_compared:
        page.note("反复最多的在前，最下面是合计。查得多的单位条数也多，请连同占比看。")


def _draw_classes(book: Book, scope: Scope) -> None:
    st.subheader("哪一类反复最多")
    kind = page.switch("按什么分", list(_BY), "repeat_by")
    sentence, bars, listed = book.recall(_classes, scope, kind)
    st.markdown(sentence)
    if bars is None:
        return
    left, right = st.columns([1, 2], gap="medium")
    with left:
        page.chart(bars, f"repeat-bars-{kind}-{book.key}-{scope.key}")
        page.note("深色是反复的，整条是查出的问题。")
    with right:
        tables.show(*listed, 10)


def _suggestions(book: Book, unit: str) -> pd.DataFrame:
    return same_problem.suggestions(cache.office(), repeats_of(book, unit))


def _decided(book: Book, unit: str) -> pd.DataFrame:
    return same_problem.decided(cache.office(), repeats_of(book, unit))


def _pairs(book: Book, scope: Scope) -> tuple[pd.DataFrame, pd.DataFrame]:
    """List the pairs of a scope that nobody has spoken of, and those of which somebody has."""
    suggested = book.recall(_suggestions, scope.unit, most=4)
    decided = book.recall(_decided, scope.unit, most=4)
    current = _inside_of(book, scope).current
    return _of_current(suggested, current), _of_current(decided, current)


def _draw_pairs(office: Office, book: Book, scope: Scope) -> None:
    """Draw pairs of a scope that nobody has spoken of, and what was said."""
    pairs, ruled = book.recall(_pairs, scope, most=4, wait="正在比较问题的写法……")
    tell_done()
    st.subheader("可能是同一问题")
    if pairs.empty:
        page.note("没有写法相近、又记在不同测评项下的问题。")
    else:
        page.note(
            f"同一点位、{LOOK_BACK} 天内、记在不同测评项下、写法相近的问题，共 {len(pairs)} 对，"
            "最像的在前。是不是同一问题由人定：定为同一问题的，在这一页合起来算重复、反弹、连续通报和"
            "反复点位；不改变任何得分。随时可以改。"
        )
    if pairs.empty and ruled.empty:
        return
    who = page.ask_who("变动记录", 240)
    for pair in pairs.head(_MOST).itertuples():
        _draw_pair(office, pair, who, (YES, NO))
    if len(ruled):
        with st.expander(f"已经定了的 {len(ruled)} 对"):
            for pair in ruled.itertuples():
                page.note(
                    f"{words.plain(pair.who)} {moment(pair.at)} 定：{YES if pair.same else NO}"
                )
                _draw_pair(office, pair, who, (NO,) if pair.same else (YES,))


def _of_current(pairs: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    """Keep the pairs whose later problem is in the scope."""
    current_keys = pd.MultiIndex.from_frame(current[["batch", "seq"]])
    return pairs[pd.MultiIndex.from_frame(pairs[["other_batch", "other_seq"]]).isin(current_keys)]


def _draw_pair(office: Office, pair: tuple, who: str, answers: Sequence[str]) -> None:
    finding, earlier = (pair.batch, pair.seq), (pair.other_batch, pair.other_seq)
    with st.container(border=True, width=980):
        st.markdown(f"**{words.plain(pair.site_name)}** {words.plain(pair.unit_name)}")
        for side in ("", "other_"):
            file, sheet, row, day, item, text = (
                getattr(pair, side + name)
                for name in ("file", "sheet", "source_row", "day", "item_name", "text")
            )
            st.markdown(sentences.pair(day, item, text, f"{file}“{sheet}”第 {row} 行"))
        with st.container(horizontal=True):
            for answer in answers:
                button(
                    answer,
                    f"same-{answer}-{finding}-{earlier}",
                    lambda same=answer == YES: say_same(office, finding, earlier, who, same=same),
                    lambda _, answer=answer: f"{pair.site_name}的两条问题已定：{answer}。",
                    disabled=not who.strip(),
                )
