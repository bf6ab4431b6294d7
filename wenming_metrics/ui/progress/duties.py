"""责任分解 on the page: by unit, by leaf, by site; what nobody answers for; each duty with its row."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import today
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.duties import (
    DATED,
    duties,
    duty_counts,
    duty_form,
    leaf_duties,
    site_duties,
)
from wenming_metrics.ui.frame import cache, page, tables
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.progress.source_row import FormOffer, draw_lines

_ALL = "全部"
_COUNTS = tables.configs(
    *("unit_name", "standing=duties_standing", "dated=duties_dated"),
    *("overdue=overdue_items", "incomplete=duties_incomplete"),
)
_LEAVES = tables.configs(
    *("name=leaf_name", "lead=rule_lead", "responsible=rule_responsible", "duty_units"),
)
_SITES = tables.configs(
    *("site_name", "street_name=street", "type_name=point_type", "loss=loss_times"),
    *("relapses=relapse_times", "site_units", "type_units", "leaders"),
)
_LINES = tables.configs(
    *("matter=duty_matter", "sort=duty_sort", "unit_name", "lead", "leader"),
    *("due=task_due", "progress=task_progress", "lacking=duty_lacking", *tables.SOURCE),
)
_OFFER = FormOffer(
    "下载责任分解（内部，可填写后再上传）", "duty", "责任分解_内部", "单位、时限或进展"
)


def draw(office: Office) -> None:
    """Draw the duties as of today."""
    day = today()
    lines = ask(duties, day, shared=True)
    if lines.empty:
        page.note(
            "还没有责任分解。在“数据上传”里上传责任分解表或包保、挂钩名单；空白表也在那里下载。"
        )
        return
    cache.draw(_draw_counts, day)
    with page.fold("测评标准和点位由谁负责", "owners"):
        only_nobody = st.toggle("只列没有人负责的", key="duty_nobody", bind="query-params")
        cache.draw(_draw_owners, day, only_nobody)
    _draw_lines(office, lines)


def _draw_counts(office: Office, day: date) -> None:
    lines, leaf_lines, sites = (
        ask(question, day, shared=True) for question in (duties, leaf_duties, site_duties)
    )
    page.say(_sentence(lines, leaf_lines, sites))
    st.subheader("各单位的责任")
    tables.show(duty_counts(lines), _COUNTS, 10)


def _draw_owners(office: Office, day: date, only_nobody: bool) -> None:
    for title, owned, columns in (
        ("测评标准由谁负责", ask(leaf_duties, day, shared=True), _LEAVES),
        ("点位由谁负责", ask(site_duties, day, shared=True), _SITES),
    ):
        st.subheader(title)
        tables.show(owned[owned["nobody"]] if only_nobody else owned, columns, 10)


def _sentence(lines: pd.DataFrame, leaf_lines: pd.DataFrame, sites: pd.DataFrame) -> str:
    n_dated, n_lacking = int((lines["sort"] == DATED).sum()), int((lines["lacking"] != "").sum())
    overdue = int(lines["overdue"].sum())
    late = f"{overdue}项任务逾期，" if overdue else ""
    return (
        f"共{len(lines):,}项责任，其中任务{n_dated}项；{late}**{n_lacking}项**五落实不全；"
        f"{len(leaf_lines)}条测评标准中{int(leaf_lines['nobody'].sum())}条、"
        f"{len(sites):,}个点位中{int(sites['nobody'].sum()):,}个没有人负责。"
    )


def _draw_lines(office: Office, lines: pd.DataFrame) -> None:
    st.subheader("逐项责任")
    units = [_ALL, *lines["unit_name"].unique()]
    unit = page.select("责任单位", units, "duty_unit", width=240)
    shown_lines = lines if unit == _ALL else lines[lines["unit_name"] == unit]
    shown_lines = shown_lines.sort_values("days_late", ascending=False, kind="stable")
    page.note(f"{len(shown_lines):,}项，截至{today():%Y-%m-%d}。点一行，看原表里的这一行。")
    form = partial(duty_form, office, today())
    draw_lines(office, shown_lines, _LINES, f"work-duties-{unit}", _OFFER, form)
