"""Tables on screen: Chinese headings, aligned figures, and the row that a reader picks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.dataframe_util import convert_pandas_df_to_arrow_bytes

from wenming_metrics.domain.numbers import allocate, half_up
from wenming_metrics.queries.ranking.ranking import group_means
from wenming_metrics.scoring.ranking.bands import spell_bands
from wenming_metrics.scoring.ranking.ranking import RANKED
from wenming_metrics.ui.frame import navigation, words
from wenming_metrics.ui.frame.marks import MarkedTable
from wenming_metrics.vocabulary import Column, columns, moved_place

Table = pd.DataFrame | MarkedTable | pa.Table
"""What is drawn: figures, figures with colours (`marks`), or what `prepared` makes of figures."""
_ONE, _SEVERAL = "single-row", "multi-row"
_AND = "~"
"""Stands between the names of several rows in the address."""
_ROW, _HEAD = 36, 36
"""Height of a row and of the heading, in pixels."""
_TALL = 16
"""Rows a long table shows before it scrolls inside."""


def config(column: Column, **more: object) -> dict:
    """Say how a page draws a column. Takes: more - for its kind alone, such as y_min of a small line"""
    return _stated(_kind_of(column, **more))


def _stated(settings: Mapping) -> dict:
    """Leave out what is not set: Streamlit copies all of it at every drawing."""
    return {
        name: _stated(value) if isinstance(value, dict) else value
        for name, value in settings.items()
        if value is not None
    }


def _kind_of(column: Column, **more: object) -> dict:
    settings = {"label": column.title, "width": column.width or None, **more}
    settings["help"] = column.meaning if column.explain else None
    kinds = st.column_config
    if column.type == "日期":
        return kinds.DateColumn(format=column.form, **settings)
    if column.type in ("整数", "小数", "比率"):
        return kinds.NumberColumn(format=column.form or "localized", **settings)
    if column.type == "走势":
        return kinds.LineChartColumn(**settings)
    if column.type == "进度":
        return kinds.ProgressColumn(format=column.form, min_value=0, max_value=100, **settings)
    return kinds.TextColumn(alignment=column.align or None, **settings)


def configs(*names: str, **titles: str) -> dict[str, dict]:
    """Say how a page draws the columns of a table; takes what `vocabulary.columns` takes."""
    return {column.name: config(column) for column in columns(*names, **titles)}


SOURCE = ("file", "sheet", "source_row")
"""Where a row stands in the workbook that was sent."""
RANKED_LIST = (
    *("place", "moved", "unit_name", "score", "place_band", "score_band", "tier"),
    *("change", "trend", "sites", "checks", "failed", "coverage", "registered", "group"),
)
EFFECT = configs("unit_name", "scores=score_pair", "ranks=rank_pair")
UNIT_CHANGES = configs(
    "change=unit_change", "unit_kind", "unit_name", "before=unit_before", "why=unit_why"
)
CHOICES = configs("written", "means", "file=confirmed_in", "who", "at")
ACTS = configs("at", "who", "act", "what=act_on", "reason")
WAITING = configs(
    *("street", "site", "item", "description", "points=points_written", "said=held_reason"),
    *(*SOURCE, "who"),
)
UNCONFIRMED = configs(
    *("header", "old=cell_old", "new=cell_new", "who=corrected_by", *SOURCE),
)
FILES = configs(
    *(
        "name=file_name",
        "said=outcome",
        "good=storable",
        "held",
        "kind",
        "sender",
        "seen",
        "skipped",
    ),
)
BATCHES = configs(
    *("batch", "name=file_name", "kind", "span=inspected_days", "good=stored_rows", "held", "who"),
    *("at=stored_at", "state=batch_state"),
)


def show(data: Table, columns: dict, rows: int = _TALL) -> None:
    """Draw a table to be read; a long one scrolls inside."""
    _draw(data, columns, rows)


def pick(
    data: Table,
    columns: dict,
    key: str,
    rows: int = _TALL,
    on_select: Callable[[], None] | str = "rerun",
    *,
    param: str = "",
    ids: Sequence[str] = (),
) -> int | None:
    """Draw a table of which one row can be picked.

    Takes:   key - must name all filters: a selection is a position and outlives a change of data;
             on_select - called before the page is drawn again; param - name in the address that keeps
             the picked row, "": it is not kept; ids - what the rows are known by there, whatever
             their order; without them by the place in the file (batch and seq, or sheet and row)
    Returns: position of the picked row in `data`, or None
    """
    if param:
        picked = _pick_held(data, columns, key, param, ids or record_ids(data), rows, _ONE)
    else:
        picked = _picked(
            _draw(data, columns, rows, on_select=on_select, selection_mode=_ONE, key=key), data
        )
    return picked[0] if picked else None


def record_ids(lines: pd.DataFrame) -> list[str]:
    """Name each line by the row of the stored file that it comes from."""
    names = ("batch", "seq") if "seq" in lines else ("batch", "sheet", "source_row")
    return ["-".join(map(str, line)) for line in zip(*(lines[n] for n in names), strict=True)]


def _pick_held(
    data: Table,
    columns: dict,
    key: str,
    param: str,
    ids: Sequence[str],
    rows: int,
    mode: str,
) -> list[int]:
    """Draw a table of which the picked rows are kept in the address; gives their positions."""
    ids, in_address, state_key = list(ids), st.query_params.get(param), f"held-{param}"
    names_asked = in_address.split(_AND) if in_address is not None else []
    positions = [ids.index(name) for name in names_asked if name in ids]
    if len(positions) < len(names_asked):
        if in_address != st.session_state.get(
            state_key
        ):  # it was not picked here, among other rows
            navigation.remark("记录", in_address, _AND.join(ids[n] for n in positions))
        del st.query_params[param]

    def follow() -> None:
        names = _AND.join(ids[n] for n in _picked(st.session_state[key], data))
        st.session_state[state_key] = names
        if names:
            st.query_params[param] = names
        else:
            st.query_params.pop(param, None)

    usual = {"selection_default": {"selection": {"rows": positions}}} if positions else {}
    state = _draw(data, columns, rows, on_select=follow, selection_mode=mode, key=key, **usual)
    return _picked(state, data)


def _picked(state: Mapping, data: Table) -> list[int]:
    return [row for row in state["selection"]["rows"] if row < _count(data)]


def pick_many(
    data: Table,
    columns: dict,
    key: str,
    rows: int = _TALL,
    *,
    param: str = "",
    ids: Sequence[str] = (),
) -> list[int]:
    """Draw a table of which rows can be ticked; gives their positions. Takes what `pick` takes"""
    if param:
        return _pick_held(data, columns, key, param, ids, rows, _SEVERAL)
    state = _draw(data, columns, rows, on_select="rerun", selection_mode=_SEVERAL, key=key)
    return _picked(state, data)


def pick_name(
    data: Table,
    columns: dict,
    key: str,
    control: str,
    names: Sequence[str],
    rows: int = _TALL,
) -> None:
    """Draw a table of which a click on a line puts its name into a control; no text: nobody.

    Takes: control - key of the control; names - of the lines
    """

    renewed = f"{key}-renewed"
    table_key = f"{key}-{st.session_state.get(renewed, 0)}"

    def follow() -> None:
        picked = st.session_state[table_key]["selection"]["rows"]
        name = names[picked[0]] if picked else None
        st.session_state[control] = name if isinstance(name, str) else None
        if picked and not isinstance(name, str):  # a tick that does nothing does not stay
            st.session_state[renewed] = st.session_state.get(renewed, 0) + 1

    pick(data, columns, table_key, rows, follow)


def choose_name(label: str, names: Sequence[str], control: str) -> None:
    """Draw the control that `pick_name` fills."""
    in_address = st.query_params.get(control)
    chosen = st.selectbox(
        label,
        names,
        index=None,
        placeholder="点表中一行，或在这里选",
        key=control,
        bind="query-params",
        width=300,
    )
    navigation.remark("单位", in_address, chosen or "")


def chosen_line(lines: pd.DataFrame, control: str) -> pd.Series | None:
    """Give the line of the unit that is chosen by click, control or address."""
    name = st.session_state.get(control)
    if name is None:  # mostly: then no names are compared
        return None
    chosen = lines[lines["unit_name"] == name]
    return chosen.iloc[0] if len(chosen) else None


def _draw(data: Table, columns: dict, rows: int, **more: object) -> dict:
    if not _count(data):
        # The grid of an empty table says "empty".
        st.caption("没有可列的行。")
        return {"selection": {"rows": []}}
    settings = {"column_order": list(columns), "column_config": columns, "hide_index": True, **more}
    settings |= {"row_height": _ROW, "placeholder": ""}
    settings["height"] = _HEAD + _ROW * max(1, min(_count(data), rows)) + 2
    if isinstance(data, MarkedTable):
        return data.draw(**settings)
    return st.dataframe(
        without_minus_zero(data, columns) if isinstance(data, pd.DataFrame) else data, **settings
    )


def prepared(data: pd.DataFrame, columns: dict) -> pa.Table:
    """Make a table as it is sent, for a page that draws the same one again and again."""
    sent = convert_pandas_df_to_arrow_bytes(without_minus_zero(data, columns))
    return pa.ipc.open_stream(sent).read_all()


def _count(data: Table) -> int:
    table = data.table if isinstance(data, MarkedTable) else data
    return table.num_rows if isinstance(table, pa.Table) else len(table.index)


def without_minus_zero(data: pd.DataFrame, columns: dict) -> pd.DataFrame:
    """Keep the columns that are shown, with 0 for figures that would be spelled -0.00 in their form."""
    data, mended = data[[name for name in columns if name in data]], {}
    for name in data.columns:
        form = (columns[name].get("type_config") or {}).get("format") or ""
        decimals = re.search(r"\.(\d)f", str(form))
        if decimals and pd.api.types.is_float_dtype(data[name]):
            values = data[name].to_numpy(float, na_value=np.nan)
            is_nothing = np.abs(values) < 0.5 * 10.0 ** -int(decimals[1])
            if np.signbit(values[is_nothing]).any():
                mended[name] = data[name].mask(is_nothing, 0.0)
    return data.assign(**mended) if mended else data


def ranking_columns(lines: pd.DataFrame) -> dict:
    """Give the columns of the ranked list; all small lines share one scale."""
    scores = [score for course in lines["trend"] for score in course]
    low = float(np.floor(min(scores))) if scores else 0.0
    (trend,) = columns("trend")
    scale = {"y_min": low, "y_max": max(scores, default=100.0)}
    present = [name for name in RANKED_LIST if name in lines]
    marks = ["held=held_beside"] if "held" in lines else []
    return configs(*present, *marks) | {"trend": config(trend, **scale)}


def ranked_lines(ranked: pd.DataFrame) -> pd.DataFrame:
    """Make the lines of the ranked list: each group headed by its mean, then by place.

    Takes:   ranked - as `queries.ranking.ranking.ranking` gives it
    Returns: the columns of RANKED_LIST, unit (<NA> on a mean's line) and is_mean; without those of
             bands where the list has none; held where some unit has rows that do not count yet
    """
    placed = ranked[ranked["status"] == RANKED]
    compared = bool(placed["rank_change"].notna().any())
    lines = placed.assign(
        is_mean=False,
        place=[f"{'并列 ' if line.tied else ''}{line.rank}" for line in placed.itertuples()],
        moved=[moved_place(line, compared=compared) for line in placed.itertuples()],
        change=[words.signed(value) for value in placed["score_change"]],
        # A missing value inside a list makes Streamlit print the list instead of a line.
        trend=[[score for score in course if score is not None] for course in placed["trend"]],
        coverage=placed["coverage"] * 100,
        **({"registered": placed["registered"] * 100} if "registered" in placed else {}),
        **spell_bands(placed),
    )
    marked = ["held"] if "held" in lines and lines["held"].any() else []
    present = (name for name in RANKED_LIST if name in lines)
    lines = lines[["unit", "is_mean", *present, *marked]]
    if marked:
        lines = lines.assign(held=lines["held"].where(lines["held"] > 0))
    groups = [_with_mean(lines, mean) for mean in group_means(ranked).itertuples()]
    listed = pd.concat(groups, ignore_index=True) if groups else lines
    return listed.astype(dict.fromkeys(["sites", "checks", "failed", *marked], "Int64"))


def _with_mean(lines: pd.DataFrame, mean: tuple) -> pd.DataFrame:
    head = {"unit_name": f"{mean.group}平均", "group": mean.group, "is_mean": True}
    head |= {"score": float(half_up(mean.score, 2)), "trend": []}
    blank = ("place", "place_band", "moved", "score_band", "change")
    head |= {name: "" for name in blank if name in lines}
    return pd.concat([pd.DataFrame([head]), lines[lines["group"] == mean.group]])


def shown_losses(losses: Sequence[float], total: float, decimals: int) -> np.ndarray:
    """Round lost points for the screen so that they add up to the total that is shown.

    Takes: losses - those below zero are gains; total - the shown total, within rounding of their sum
    """
    exact = np.asarray(losses, float)
    size = np.abs(exact).sum()
    if not size:
        return np.zeros(len(exact))
    # What the rounding of the total added is taken of each by its size.
    return allocate(exact + (total - exact.sum()) * np.abs(exact) / size, total, decimals)
