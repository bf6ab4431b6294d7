"""The instructions: one text per theme that people edit, and three tables that make themselves."""

from __future__ import annotations

import re
from importlib import resources
from itertools import accumulate
from typing import NamedTuple

import pandas as pd
import streamlit as st

from wenming_metrics.domain.problems import messages
from wenming_metrics.rules.setting import Setting
from wenming_metrics.rules.settings_table import RULES
from wenming_metrics.ui.frame import page
from wenming_metrics.vocabulary import column_frame

_FOLDER = resources.files("wenming_metrics") / "manual"
_SETTINGS = {"path": "设置", "title": "名称", "meaning": "意思"}
_COLUMNS = {"title": "列名", "aliases": "也可以写成", "type": "填什么", "meaning": "意思"}
_FIRST = 700
"""Characters of a theme that a phone shows before the line that unfolds it, by whole sections."""
_MESSAGES = {"code": "编号", "severity": "处理", "text": "说明", "remedy": "改法"}


class Theme(NamedTuple):
    """One file of the manual: its name, its heading of the first level, the text below it."""

    file: str
    title: str
    text: str


def themes() -> list[Theme]:
    """Give the themes of the manual, in the order of the numbers of their files."""
    files = sorted(file.name for file in _FOLDER.iterdir() if file.name.endswith(".md"))
    return [_theme(name) for name in files]


def _theme(name: str) -> Theme:
    heading, text = (_FOLDER / name).read_text(encoding="utf-8").split("\n", 1)
    return Theme(name, heading.removeprefix("# ").strip(), text.strip())


def rule_settings() -> pd.DataFrame:
    """List the settings of `rules.toml`: path, title, meaning."""
    rows = [(setting.path, setting.title, _meaning(setting)) for setting in RULES.settings]
    return pd.DataFrame(rows, columns=list(_SETTINGS))


def _meaning(setting: Setting) -> str:
    """Say what a setting means, what may be written, and what holds where nothing is written."""
    choices = "、".join(f"{code} {word}" for code, word in setting.words.items())
    clauses = [
        setting.meaning,
        f"可以写：{choices}" if choices else "",
        f"不写时：{setting.blank}" if setting.blank else "",
    ]
    return "。".join(clause for clause in clauses if clause)


def columns() -> pd.DataFrame:
    """List the columns that a workbook may have: title, aliases, type, meaning."""
    return column_frame()[list(_COLUMNS)]


def all_messages() -> pd.DataFrame:
    """List every message about a workbook: code, severity, text, remedy."""
    rows = [
        (m.code, m.severity, _without_slots(m.text), _without_slots(m.remedy))
        for m in messages().values()
    ]
    return pd.DataFrame(rows, columns=list(_MESSAGES))


def _without_slots(template: str) -> str:
    """Put dots where a message takes what was found: 「“…”看不出是哪一天。」"""
    return re.sub(r"\{\w+\}", "…", template)


def draw() -> None:
    """Draw the chosen theme, and beside it the tables of settings, columns and messages."""
    text_tab, settings_tab, columns_tab, messages_tab = st.tabs(
        ["怎样使用", "办法的设置", "表格的列", "提示一览"], key="manual_tab", bind="query-params"
    )
    with text_tab:
        _draw_theme(themes())
    with settings_tab:
        st.markdown("测评办法的文件 `rules.toml` 里可以写的全部设置。Excel 表里的名称与这里相同。")
        _draw_table(rule_settings(), _SETTINGS)
    with columns_tab:
        st.markdown("列的先后不限，多出来的列不影响。列名写成“也可以写成”里的任何一种，都能识别。")
        _draw_table(columns(), _COLUMNS)
    with messages_tab:
        st.markdown("上传文件后可能看到的全部提示。“…”处是当时的内容。")
        _draw_table(all_messages(), _MESSAGES)


def _draw_theme(available: list[Theme]) -> None:
    by_title = {theme.title: theme for theme in available}
    with st.container(width=860, key="themes"):
        title = page.switch("主题", list(by_title), "theme")
    with st.container(width=860, key="theme-text"):
        sections = [
            section for section in re.split(r"(?m)^(?=## )", by_title[title].text) if section
        ]
        count = max(1, sum(size <= _FIRST for size in accumulate(map(len, sections))))
        first, others = (
            re.sub(r"(?m)^## ", "#### ", "".join(run))
            for run in (sections[:count], sections[count:])
        )
        st.markdown(f"### {title}\n{first}")
        if others:
            with page.fold("、".join(re.findall(r"(?m)^#### (.+)", others)), "theme"):
                st.markdown(others)


def _draw_table(frame: pd.DataFrame, headings: dict[str, str]) -> None:
    name, first = next(iter(headings.items()))
    with page.fold(f"全部{len(frame)}行", name), st.container(key=f"reference-{name}"):
        st.table(frame.rename(columns=headings).set_index(first))
