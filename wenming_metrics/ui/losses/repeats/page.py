"""反复问题, a tab of 失分分析: who has them, in which classes, at which sites, and what may be one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from wenming_metrics.charts.repeat_bars import recurring_bars
from wenming_metrics.charts.template import CONFIG
from wenming_metrics.domain.periods import today
from wenming_metrics.queries.losses.repeat_sites import sites_back
from wenming_metrics.queries.losses.repeats import Repeats
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.details import PATH_MARK
from wenming_metrics.scoring.losses.repeats import count, total
from wenming_metrics.ui.frame import page, tables, words
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.losses import cache as losses_cache
from wenming_metrics.ui.losses.repeats import cache, pairs, sentences
from wenming_metrics.ui.losses.repeats import sites as repeats_sites
from wenming_metrics.ui.losses.scope import CITY, NAMED, NOBODY, Book, Scope

_BY = {"测评项": "item_name", "问题类别": "category", "点位类型": "point_type_name"}
_BARS = 8
_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn


def draw(office: Office, book: Book, scope: Scope, selection: Selection) -> None:
    """Draw what comes back in a scope."""
    whole = cache.repeats(selection.window, selection.board, scope.unit or None)
    found = narrowed(whole, book, scope)
    current = found.current
    at = ("repeats", book.at, scope)
    told = losses_cache.kept((*at, "total"), lambda: total(current, found.closed))
    units = losses_cache.kept((*at, "unit"), lambda: count(current, found.closed, "unit_name"))
    with st.container(key="sentence-repeats"):
        said = words.when(selection.window, today())
        shown = units.iloc[:0] if scope.unit else units
        st.markdown(sentences.opening(_name(scope), said, told, shown))
    page.note(f"截至 {whole.as_of}。{sentences.without_answers(whole.answers)}")
    with st.expander("重复、反弹、连续通报、反复点位是怎样算的"):
        st.markdown(sentences.meanings(whole.relapse_days, whole.running, whole.period))
    key = f"{selection.key}-{scope.key}"
    if told["found"] or told["closed"]:
        _draw_units(units, told, scope)
        _draw_classes(found, at, key)
        sites = losses_cache.kept((*at, "sites"), lambda: sites_back(office, found.found))
        repeats_sites.draw(sites, selection, scope.unit or None, key)
    pairs.draw(office, found, selection, scope.unit or None)


def narrowed(whole: Repeats, book: Book, scope: Scope) -> Repeats:
    """Give what comes back in a scope; problems of before stay, as what bears on it.

    Takes: whole - of the city, or of the unit of the scope
    """
    found, closed = whole.found, whole.closed
    current = found["current"] & _inside(found, book, scope)
    return replace(
        whole, found=found.assign(current=current), closed=closed[_inside(closed, book, scope)]
    )


def _inside(lines: pd.DataFrame, book: Book, scope: Scope) -> np.ndarray:
    kept = np.ones(len(lines), bool)
    if scope.unit:
        kept &= (lines["unit_name"] == scope.unit).to_numpy()
    if scope.path:
        branch = PATH_MARK.join(scope.path)
        below = lines["path"].astype(str).str.startswith(branch + PATH_MARK)
        kept &= ((lines["path"] == branch) | below).to_numpy()
    for column, value in scope.cuts:
        if column == NAMED:
            wanted = "" if value == NOBODY else value
            named = cache.responsible(*book.at[:2], scope.unit or None).loc[lines.index]
            kept &= np.array([wanted in text.split("、") for text in named], bool)
        elif column == "site_name":  # the ledger tells sites of one name apart
            ledger = book.ledger.lines
            kept &= lines["site"].isin(ledger.loc[ledger[column] == value, "site"]).to_numpy()
        else:
            kept &= (lines[column] == value).to_numpy()
    return kept


def _name(scope: Scope) -> str:
    name = scope.unit or CITY
    if scope.path:
        name += f"「{scope.path[-1]}」"
    return name + (f"({'、'.join(value for _, value in scope.cuts)})" if scope.cuts else "")


def columns(first: str, told: pd.DataFrame) -> dict:
    """Give the columns of a table of the four meanings; those that say nothing are left out."""
    count_of = {"format": "localized", "width": 62}
    share = {"format": "%.1f%%", "width": 66}
    found = {
        "name": _text(first, width=150),
        "found": _number("问题", **count_of, help="查出的问题,条"),
        "any": _number("反复", **count_of, help="重复、反弹、连续通报的,一条只计一次"),
        "any_rate": _number("反复率", **share, help="反复的 ÷ 查出的问题"),
        "again": _number("重复", **count_of),
        "again_rate": _number("重复率", **share, help="重复的 ÷ 查出的问题"),
        "relapsed": _number("反弹", **count_of),
        "closed": _number("整改完", **count_of, help="已整改、本期可能反弹的问题"),
        "reopened_rate": _number("反弹率", **share, help="又查出的 ÷ 整改完的"),
        "rechecked": _number("复查", **count_of, help="整改完的里面,本期又查过的"),
        "recheck_rate": _number("复查再现率", format="%.1f%%", width=84, help="又查出的 ÷ 复查的"),
        "running": _number("连续通报", format="localized", width=72),
        "running_rate": _number("连续率", **share, help="连续通报的 ÷ 查出的问题"),
        "returning": _number("反复点位", format="localized", width=72),
        "sites": _number("问题点位", format="localized", width=72, help="查出问题的点位"),
        "returning_rate": _number(
            "点位占比", format="%.1f%%", width=76, help="反复点位 ÷ 查出问题的点位"
        ),
    }
    if not told["closed"].any():
        for name in ("closed", "reopened_rate", "rechecked", "recheck_rate"):
            found.pop(name)
    if not told["relapsed"].any() and "closed" not in found:
        found.pop("relapsed")
    return found


def _draw_units(units: pd.DataFrame, told: pd.Series, scope: Scope) -> None:
    title = "这个单位" if scope.unit else "各单位"
    st.subheader(title)
    lines = units
    if len(units) > 1:
        whole = pd.DataFrame([dict(told) | {"name": "合计"}]).astype(units.dtypes.to_dict())
        lines = pd.concat([units, whole], ignore_index=True)
    tables.show(lines, columns("单位", lines), 14)
    if not scope.unit and len(units) > 1:
        page.note("反复最多的在前,最下面是合计。查得多的单位条数也多,请连同占比看。")


def _draw_classes(found: Repeats, at: tuple[Hashable, ...], key: str) -> None:
    st.subheader("哪一类反复最多")
    kind = st.segmented_control(
        "按什么分", list(_BY), default="测评项", required=True, key="repeat_by", bind="query-params"
    )
    by = _BY[kind]
    told = losses_cache.kept((*at, by), lambda: count(found.current, found.closed, by))
    st.markdown(sentences.classes(told, kind))
    recurs = told[told["any"] > 0]
    if recurs.empty:
        return
    left, right = st.columns([1, 2], gap="medium")
    with left:
        bars = recurring_bars(recurs.head(_BARS))
        st.plotly_chart(bars, theme=None, config=CONFIG, key=f"repeat-bars-{kind}-{key}")
        page.note("深色是反复的,整条是查出的问题。")
    with right:
        tables.show(told, columns(kind, told), 10)
