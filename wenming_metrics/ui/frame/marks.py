"""Tables with colours: what is marked is worked out once, not whenever the table is drawn.

pandas works the looks of a table out anew at every drawing, and Streamlit then writes a second table of
what each cell shows; that is more than all else of a page. So table and looks are kept as they are sent.
Cells show what their column says: figures by their form, texts as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st
from google.protobuf.message import Message
from pandas.io.formats.style import Styler
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.arrow import ArrowMixin, marshall
from streamlit.proto.ArrowData_pb2 import ArrowData


@dataclass(frozen=True, eq=False)
class MarkedTable:
    """A table as it is sent, and its looks, as Streamlit's message of a table holds both."""

    table: pa.Table
    arrow: ArrowData

    def draw(self, **settings: object) -> Mapping:
        """Draw it. Takes and returns what `st.dataframe` does"""
        return ArrowMixin.dataframe(_Marker(self.arrow, st._main), self.table, **settings)


@dataclass(frozen=True)
class _Marker:
    """Where Streamlit draws a table that it does not know the looks of: they are put in before it is sent."""

    arrow: ArrowData
    page: DeltaGenerator

    @property
    def dg(self) -> _Marker:
        return self

    def _enqueue(self, kind: str, element: Message, **settings: object) -> DeltaGenerator:
        element.arrow_data.styler.CopyFrom(self.arrow.styler)
        return self.page._enqueue(kind, element, **settings)

    def __getattr__(self, name: str) -> object:
        return getattr(self.page, name)


def _marked(styled: Styler) -> MarkedTable:
    """Work out the looks of a table."""
    styled._compute()
    # Without its body nothing is written over cells: no column of ours is without a form.
    looks = styled._translate(False, False) | {"body": []}
    styled._compute, styled._translate = lambda: styled, lambda *_: looks
    arrow = ArrowData()
    # Equal tables may share a name, for they look alike.
    name = sha256(repr((looks["cellstyle"], styled.data.to_dict("list"))).encode()).hexdigest()[:16]
    marshall(arrow, styled.set_uuid(name), name)
    return MarkedTable(pa.ipc.open_stream(arrow.data).read_all(), arrow)


def coloured(lines: pd.DataFrame, name: str, inks: Sequence[str]) -> MarkedTable:
    """Write one column in colours. Takes: inks - of each line"""
    styles = [f"color: {ink}" for ink in inks]
    return _marked(lines.style.apply(lambda column: styles, axis=0, subset=[name]))


def mark_means(lines: pd.DataFrame, columns: Mapping[str, object]) -> MarkedTable:
    """Set the lines of the means apart by a grey ground. Takes: columns - those that are shown"""
    grey = np.where(lines["is_mean"], "background-color: #eef2f7; color: #52606d", "")
    return _marked(lines[list(columns)].style.apply(lambda column: grey, axis=0))


def mark_verdicts(lines: pd.DataFrame, names: Sequence[str]) -> MarkedTable:
    """Set 达到 on green and 未达到 on red ground in some columns."""
    colours = {"达到": "background-color: #e3f4e8", "未达到": "background-color: #fbe3e1"}
    return _marked(lines.style.map(lambda text: colours.get(text, ""), subset=list(names)))
