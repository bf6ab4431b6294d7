"""Lines with the row of the original file behind each, and the form in which they go out and come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.latest import original
from wenming_metrics.ui.frame import cards, page, tables, words
from wenming_metrics.ui.frame.cache import ask

Form = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class FormOffer:
    """A list that goes out as a form: button, kind of the form, name of the file, what comes back changed."""

    label: str
    kind: str
    name: str
    changes: str


def draw_lines(
    office: Office, lines: pd.DataFrame, columns: dict, key: str, offer: FormOffer, form: Form
) -> int | None:
    """Draw lines to pick one of, its original row, and the form; gives which was picked.

    Takes: form - lays lines out as it
    """
    picked = tables.pick(lines, columns, key, 12, param="work_row")
    draw_source(lines, picked)
    page.offer(
        offer.label,
        lambda: filled_file(office, offer.kind, form(lines)),
        offer.name,
        f"file-{key}",
        f"与空白表同样的列，改了{offer.changes}再上传，以后来的为准。",
    )
    return picked


def draw_source(lines: pd.DataFrame, picked: int | None) -> None:
    """Draw the picked line as it was sent. Takes: lines - with batch, file, sheet, source_row"""
    if picked is None:
        return
    line = lines.iloc[picked]
    with st.expander(words.plain(f"原表：{words.origin(line)}"), expanded=True):
        cards.cells(ask(original, int(line["batch"]), line["sheet"], int(line["source_row"])))
