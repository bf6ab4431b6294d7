"""The end of every way down: the rows that lost the points, as they were sent, and the arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from wenming_metrics.queries.losses.ledger import ROW
from wenming_metrics.queries.losses.ledger_rows import loss_rows
from wenming_metrics.ui.frame import cache, cards, drill, tables
from wenming_metrics.ui.frame.replay import draw_still
from wenming_metrics.ui.losses import sentences
from wenming_metrics.ui.losses.scope import Book, Scope, introduce

_MOST = 200
"""So many losses are listed one by one."""
_ROWS = tables.configs(
    *("day", "loss=row_loss", "unit_name", "site_name", "description", "lost", "uncounted"),
    *("leaf_name", "multiple", "responsible", "source_name", *tables.SOURCE),
    unit_name="属地",
)

_COLUMNS = [*_ROWS, "batch", "seq", "cells", "line", "of_line"]


def draw(book: Book, scope: Scope) -> None:
    """Draw the rows behind a scope; their points add up to what stands on top."""
    records = book.recall(_found, scope, most=48, wait="正在查找原表的行……")
    if records is None:
        return
    book = records.book  # of a newer ledger than ours, where somebody has looked since
    listed, total = records.listed, records.listed["loss"].sum()
    introduce(
        f"失分记录（{records.count:,} 条）",
        f"下面各行失分相加正好是上面的 {total:.2f} 分。点一行，看这一行的分是怎样算的、原表怎样写的。",
    )
    key = f"lost-rows-{book.key}-{scope.key}"
    picked = tables.pick(records.table, records.columns, key, 12, param="lost_row", ids=records.ids)
    row = listed.iloc[picked or 0]
    number = int(row["line"])
    if number < 0:
        return
    is_row = book.ledger.lines.at[number, "kind"] == ROW
    paint = partial(_draw_row, book, scope, listed, picked, is_row)
    if picked is not None or (is_row and cards.row_pictures(row)):
        paint()  # a picture may be blanked while all figures stay
    else:
        draw_still(paint, "first row", made_from=records)


def _draw_row(
    book: Book, scope: Scope, listed: pd.DataFrame, picked: int | None, is_row: bool
) -> None:
    """Draw how the points of the picked row, or else of the first one, came about, and its cells."""
    row = listed.iloc[picked or 0]
    line = book.ledger.lines.loc[int(row["line"])]
    weight = None if scope.unit else _weight(book, line)
    with st.container(key="arithmetic"):
        arithmetic = sentences.arithmetic(line, row["of_line"], weight, row["loss"])
        which = "第一行" if picked is None else "这一行"
        st.markdown(f"**{which}的算法** {arithmetic}")
    if is_row:
        drill.draw_original(listed, picked)


@dataclass(frozen=True, eq=False)
class _Found:
    """The rows behind a scope: of which book, as figures, how many records there are, the table, its
    columns and ids."""

    book: Book
    listed: pd.DataFrame
    count: int
    table: pa.Table
    columns: dict[str, dict]
    ids: list[str]


def _found(book: Book, scope: Scope) -> _Found | None:
    """Find the rows behind a scope; None: nothing was lost."""
    listed, count = _listed(book, scope)
    if listed.empty:
        return None
    hidden = {"uncounted"} if not (listed["uncounted"] > 0).any() else set()
    hidden |= {"unit_name"} if scope.unit else set()
    hidden |= {"multiple"} if listed["multiple"].isna().all() else set()
    columns = {name: column for name, column in _ROWS.items() if name not in hidden}
    table, ids = tables.prepared(listed, columns), tables.record_ids(listed)
    return _Found(book, listed, count, table, columns, ids)


def _weight(book: Book, line: pd.Series) -> float:
    return float(book.ledger.units["weight"].iloc[int(line["place"])])


def _listed(book: Book, scope: Scope) -> tuple[pd.DataFrame, int]:
    """List rows, losses without a row, and in one line what is too much to list.

    Returns: the columns of _COLUMNS, empty where nothing was lost; how many records there are
    """
    lines = book.lines(scope)
    lines = lines[lines[scope.value] != 0].sort_values(scope.value, ascending=False, kind="stable")
    if lines.empty:
        return pd.DataFrame(columns=_COLUMNS), 0
    first, rest = lines.head(_MOST), lines.iloc[_MOST:]
    frames, checks = [], first[first["kind"] == ROW]
    if len(checks):
        rows = loss_rows(cache.office(), book.window, checks.sort_index(), book.cut)
        of = lines.loc[rows["line"], scope.value].to_numpy()
        multiple = lines.loc[rows["line"], "multiple"].to_numpy()
        frames.append(rows.assign(loss=of * rows["of_line"], multiple=multiple))
    silent = first[first["kind"] != ROW]
    if len(silent):
        frames.append(_without_row(silent, scope))
    if len(rest):
        remainder = f"其余 {len(rest):,} 条失分较少的，合在这一行"
        remainder_row = {
            "description": remainder,
            "loss": rest[scope.value].sum(),
            "line": -1,
            "of_line": np.nan,
        }
        frames.append(pd.DataFrame([remainder_row]))
    listed = pd.concat(frames, ignore_index=True).reindex(columns=_COLUMNS)
    listed = listed.astype(dict.fromkeys(["batch", "seq", "source_row"], "Int64"))
    order = np.lexsort([-listed["loss"].to_numpy(float), listed["line"] < 0])
    listed = listed.iloc[order].reset_index(drop=True)
    allocated = tables.shown_losses(listed["loss"], book.shown_points(scope), 4)
    return listed.assign(loss=allocated), int((lines["kind"] == ROW).sum())


def _without_row(silent: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    columns = {"unit_name": silent["unit_name"].astype(object), "loss": silent[scope.value]}
    columns |= {
        "multiple": silent["multiple"],
        "description": silent["reason"].astype(object),
        "line": silent.index,
        "of_line": 1.0,
    }
    names = silent["owner_path"].astype(object).where(silent["owner_path"] != "", silent["level2"])
    return pd.DataFrame({**columns, "leaf_name": names})
