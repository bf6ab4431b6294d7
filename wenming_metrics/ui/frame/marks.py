"""Tables with colours: what is marked is worked out once, not whenever the table is drawn.

pandas works the looks of a table out anew at every drawing, and Streamlit then writes a second table of
what each cell shows; for 500 lines that is more than all else of a page. So the looks are kept with the
table. Cells show what their column says: figures by their form, texts as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from pandas.io.formats.style import Styler


def _kept(styled: Styler) -> Styler:
    """Work out the looks of a table and the texts of its cells, and keep both."""
    texts = styled.data.astype(str)
    styled.data.astype = lambda *_: texts  # what Streamlit asks for at every drawing
    styled._compute()
    # Without its body nothing is written over cells: no column of ours is without a form.
    looks = styled._translate(False, False) | {"body": []}
    styled._compute, styled._translate = lambda: styled, lambda *_: looks
    return styled


def coloured(lines: pd.DataFrame, name: str, inks: Sequence[str]) -> Styler:
    """Write one column in colours. Takes: inks - of each line"""
    styles = [f"color: {ink}" for ink in inks]
    return _kept(lines.style.apply(lambda column: styles, axis=0, subset=[name]))


def mark_means(lines: pd.DataFrame, columns: Mapping[str, object]) -> Styler:
    """Set the lines of the means apart by a grey ground. Takes: columns - those that are shown"""
    grey = np.where(lines["is_mean"], "background-color: #eef2f7; color: #52606d", "")
    return _kept(lines[list(columns)].style.apply(lambda column: grey, axis=0))


def mark_verdicts(lines: pd.DataFrame, names: Sequence[str]) -> Styler:
    """Set 达到 on green and 未达到 on red ground in some columns."""
    colours = {"达到": "background-color: #e3f4e8", "未达到": "background-color: #fbe3e1"}
    return _kept(lines.style.map(lambda text: colours.get(text, ""), subset=list(names)))
