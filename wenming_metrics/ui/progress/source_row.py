"""Lines with the row of the original file behind each, and the form in which they go out and come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

import pandas as pd
import streamlit as st

from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.latest import original
from wenming_metrics.ui.frame import cards, page, tables, words
from wenming_metrics.ui.frame.cache import ask

_PICKED = "work_row"
"""Where the address keeps the line that was picked."""
_MOST = 200
"""Lines that a page draws; more are slow to draw and nobody scrolls that far."""
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
) -> pd.Series | None:
    """Draw lines to pick one of, its original row, and the form; gives the line that was picked.

    Of many the first are drawn, and the one that the address names. Takes: form - lays all lines out as it
    """
    first = _first(lines)
    ids = tables.record_ids(first)
    # A selection is a position: it holds for these very lines only.
    drawn_key = f"{key}-{crc32('|'.join(ids).encode())}"
    picked = tables.pick(first, columns, drawn_key, 12, param=_PICKED, ids=ids)
    if len(first) < len(lines):
        page.note(
            f"这里列出前{_MOST}项，其余{len(lines) - _MOST:,}项用上面的选择看；下载的是全部{len(lines):,}项。"
        )
    draw_source(first, picked)
    page.offer(
        offer.label,
        lambda: filled_file(office, offer.kind, form(lines)),
        offer.name,
        f"file-{key}",
        f"与空白表同样的列，改了{offer.changes}再上传，以后来的为准。",
    )
    return None if picked is None else first.iloc[picked]


def _first(lines: pd.DataFrame) -> pd.DataFrame:
    address_id = st.query_params.get(_PICKED)
    if len(lines) <= _MOST or not address_id:
        return lines.head(_MOST)
    others = lines.iloc[_MOST:]
    is_picked = [record_id == address_id for record_id in tables.record_ids(others)]
    return pd.concat([lines.head(_MOST), others[is_picked]])


def draw_source(lines: pd.DataFrame, picked: int | None) -> None:
    """Draw the picked line as it was sent. Takes: lines - with batch, file, sheet, source_row"""
    if picked is None:
        return
    line = lines.iloc[picked]
    with st.expander(words.plain(f"原表：{words.origin(line)}"), expanded=True):
        cards.cells(ask(original, int(line["batch"]), line["sheet"], int(line["source_row"])))
