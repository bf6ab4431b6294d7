"""负面清单 on the page: what happened in a month, whom nobody looked at, and what a look through it found."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.decisions.negative_list import note_negative_check, set_negative_items
from wenming_metrics.domain.periods import Window, today, window
from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.negative_list import (
    CLEAR,
    HAPPENED,
    KIND,
    UNCHECKED,
    negative_checks,
    negative_form,
    negative_items,
)
from wenming_metrics.ui.frame import page, tables, words
from wenming_metrics.ui.frame.act_button import button, tell_done
from wenming_metrics.ui.progress.months import choose_month, offer_month

COLUMNS = (
    *("unit_name", "result=negative_result", "item=negative_item", "evidence=negative_evidence"),
    *("checker=negative_checker", "who", "at"),
)
_ALL = "全部事项"


def draw(office: Office) -> None:
    """Draw the look through the list of a month, and let a person note what it found."""
    tell_done()
    month = choose_month()
    items = negative_items(office, month)
    month_checks = negative_checks(office, month)
    page.say(_sentence(month_checks, month, items))
    page.note("事项由本单位按上级文件自己写，软件不带清单，也不凭它扣分；要扣分的上传加减分表。")
    lines = month_checks.assign(at=month_checks["at"].str[:16].str.replace("T", " "))
    tables.show(lines, tables.configs(*COLUMNS), 14)
    offer_month("负面清单核查", month, lines, COLUMNS)
    page.offer(
        "下载核查表（可填写后再上传）",
        lambda: filled_file(office, KIND, negative_form(month, month_checks)),
        f"负面清单核查_{month.title}",
        "file-negative-form",
        "一个单位一行，填了结果、依据和核查人再上传；没有填结果的行待核。",
    )
    if office.viewer.may("拟稿"):
        _draw_entry(office, month, items, month_checks)


def _sentence(month_checks: pd.DataFrame, month: Window, items: list[str]) -> str:
    if not items:
        return "还没有写明负面清单的事项。"
    counts = month_checks.groupby("result")["unit_name"].nunique()
    happened = month_checks.loc[month_checks["result"] == HAPPENED, "unit_name"]
    named = f"：{words.plain('、'.join(dict.fromkeys(happened)))}" if len(happened) else ""
    return (
        f"{month.title}负面清单{len(items)}项：**已发生{len(happened)}项**{named}；"
        f"未核查的单位{counts.get(UNCHECKED, 0)}个，核查过未发生的{counts.get(CLEAR, 0)}个。"
    )


def _draw_entry(
    office: Office, month: Window, items: list[str], month_checks: pd.DataFrame
) -> None:
    who = page.ask_who("负面清单")
    with st.expander("登记核查结果", expanded=bool(items)):
        units = st.multiselect(
            "核查了哪些单位", list(dict.fromkeys(month_checks["unit_name"])), key="negative-units"
        )
        happened = month_checks.loc[month_checks["result"] == HAPPENED, "item"]
        matters = list(dict.fromkeys([_ALL, *items, *happened]))  # taken off, it may be corrected
        with page.row():
            matter = st.selectbox("哪一项", matters, key="negative-item", width=320)
            results = [CLEAR] if matter == _ALL else [HAPPENED, CLEAR]
            result = st.selectbox("核查结果", results, key=f"negative-{matter}", width=130)
            evidence = st.text_input("核查依据", key="negative-evidence", width=320)
            checker = st.text_input("核查人", key="negative-checker", width=130)
        button(
            "登记这些单位的结果",
            "negative-note",
            lambda: note_negative_check(
                office,
                month,
                units,
                "" if matter == _ALL else matter,
                result,
                evidence,
                checker,
                who,
            ),
            lambda _: f"{month.title}{len(units)}个单位的核查结果已登记。",
            disabled=not (who and units and evidence.strip() and checker.strip()),
        )
    with st.expander("负面清单的事项", expanded=not items):
        in_force = negative_items(office, window("month", today()))
        text = st.text_area("事项（一行一项）", "\n".join(in_force), key="negative-items")
        button(
            "保存事项",
            "negative-save",
            lambda: set_negative_items(office, text.splitlines(), who),
            lambda _: "负面清单的事项已保存。",
            disabled=not (who and text.strip()),
        )
