"""The problems of a file, grouped by what follows from them; the first ones here, all in a workbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

import pandas as pd
import streamlit as st

from wenming_metrics.domain.problems import HOLD, NOTE, REJECT
from wenming_metrics.export.tables import XLSX, problem_workbook
from wenming_metrics.reading.feedback.marked_workbook import marked_name
from wenming_metrics.ui.frame import cards, page

_FIRST = 20
_MEANING = {
    REJECT: "整个文件没有收下，改好后重新上传",
    HOLD: "这些行留存但不计分，改好后重新上传",
    NOTE: "请看一眼，照常计分",
}


def draw(
    problems: pd.DataFrame,
    filename: str,
    key: str,
    marked: Callable[[], tuple[str, bytes] | str] | None = None,
) -> None:
    """Draw the problems of one file, the gravest kind open.

    Takes: problems - as `problems.problem_frame` gives it; key - makes the widgets unique;
           marked - gives name and bytes of the file with its problems marked, or why there is none
    """
    if problems.empty:
        return
    gravest = problems["severity"].iloc[0]
    for severity, meaning in _MEANING.items():
        of_severity = problems[problems["severity"] == severity]
        if len(of_severity):
            title = f"{severity} {len(of_severity):,} 条：{meaning}"
            _draw_group(of_severity, title, opened=severity == gravest != NOTE)
    with st.container(horizontal=True):
        if marked:
            page.download(
                "下载标注好的原表",
                lambda: _marked(marked, problems, filename),
                marked_name(filename),
                XLSX,
                f"marked-{key}",
                "原表里有问题的格子涂了底色、加了批注，图片和格式不变；改好后整份再上传",
            )
        page.offer(
            "下载全部提示",
            lambda: problem_workbook(problems, f"{filename} 的提示"),
            f"{PurePath(filename).stem}_提示",
            f"problems-{key}",
        )


def _marked(
    marked: Callable[[], tuple[str, bytes] | str], problems: pd.DataFrame, filename: str
) -> bytes:
    """Make the marked file; where there is none, the list of problems says why in its title."""
    marked_file = marked()
    if isinstance(marked_file, str):
        return problem_workbook(problems, f"{filename} 的提示（{marked_file}）")
    return marked_file[1]


def _draw_group(of_severity: pd.DataFrame, title: str, *, opened: bool) -> None:
    with st.expander(title, expanded=opened):
        cards.sentences(of_severity["text"].head(_FIRST))
        if len(of_severity) > _FIRST:
            page.note(
                f"这里列出前 {_FIRST} 条，还有 {len(of_severity) - _FIRST:,} 条，请下载全部提示。"
            )
