"""失分: the tree, the few that make up most, the shades, and a table beside each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa
import streamlit as st

from wenming_metrics.charts.pareto import pareto
from wenming_metrics.charts.template import CONFIG, Drawing, settled
from wenming_metrics.charts.treemap import join_narrow, shades, tree_blocks
from wenming_metrics.scoring.losses.ledger import LEVELS, blocks, crossing, sum_lines
from wenming_metrics.ui.frame import page, tables, words
from wenming_metrics.ui.frame.replay import draw_still
from wenming_metrics.ui.losses import scope as losses_scope
from wenming_metrics.ui.losses import sentences
from wenming_metrics.ui.losses.scope import CUTS, NAMED, NOBODY, Book, Scope, introduce

TREE, UNITS = "指标", "单位"
_BY = "lost_by"
_BARS, _LINES, _SHADES, _WIDE = 10, 60, 20, 12
"""Bars drawn, lines listed, units and indicators of the shades."""
_BLOCKS = 60
_PARTS = (
    *("name=part", "shown=loss", "share=loss_share", "running=loss_running", "city=city_loss"),
    *("count=losses", "sites", "uncounted=uncounted_sum"),
)


def draw(book: Book, scope: Scope) -> None:
    """Draw the three figures of a scope with their tables."""
    tree = book.recall(_tree, scope)
    if tree is None:
        return
    by = _choose_by(scope)
    if by == TREE and not tree.scopes:
        by = CUTS["site_name"][1]  # the last level of the tree: which sites
    few = book.recall(_few, scope, by)
    key = f"{by}-{book.key}-{scope.key}"
    left, right = st.columns(2, gap="large")
    if tree.scopes:
        with left:
            _draw_drawn("失分在哪里", tree, f"tree-{key}")
    with right if tree.scopes else left:
        _draw_drawn(f"哪些{by}失分最多", few, f"pareto-{key}")
    with right, page.fold(f"全部{by}", "parts"):
        _draw_table(book.recall(_listed_parts, scope, by), key)
    with page.fold("单位和指标", "shades"):
        _draw_shades(book, scope)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """A figure, what is to be seen in it, and the scope that each of its points opens."""

    note: str
    figure: go.Figure
    scopes: list[Scope]


def _draw_drawn(title: str, drawn: _Drawn, key: str) -> None:
    introduce(title, drawn.note)
    if drawn.scopes:
        _pick_figure(drawn.figure, key, drawn.scopes)


def _choose_by(scope: Scope) -> str:
    names = [TREE, *([] if scope.unit else [UNITS]), *(title for _, title in CUTS.values())]
    return page.switch("按什么看", names, _BY)


def parts_of(book: Book, scope: Scope, by: str) -> tuple[pd.DataFrame, list[Scope]]:
    """Part the points of a scope by one thing, the most first.

    Returns: name, loss (exact), shown, share, running (of what was lost, %), city, count, sites,
             uncounted; and per line the scope that it opens
    """
    lines = book.lines(scope)
    if by == TREE:
        column = LEVELS[len(scope.path)]
        branches = sum_lines(lines, column, scope.value)
        below = book.below(scope)
        branches = branches[branches["name"] != ""] if (branches["name"] != "").any() else branches
        scopes = [replace(scope, path=(*scope.path, name)) for name in branches["name"]]
        branches = branches.assign(shown=below.reindex(branches["name"]).to_numpy())
        if not len(below):
            branches, scopes = branches.iloc[:0], []
    elif by == UNITS:
        branches = sum_lines(lines, "unit_name", "city")
        scopes = [replace(scope, unit=name) for name in branches["name"]]
        points = [book.shown_points(narrower) for narrower in scopes]
        city = tables.shown_losses(branches["loss"], book.shown_points(scope), 4)
        branches = branches.assign(shown=points, city=city)
    else:
        column = next(column for column, (_, title) in CUTS.items() if title == by)
        branches = _named(book, lines, scope.value) if column == NAMED else None
        branches = sum_lines(lines, column, scope.value) if branches is None else branches
        scopes = [scope.with_cut(column, name) for name in branches["name"]]
        points = [book.shown_points(narrower) for narrower in scopes[:_LINES]]
        branches = branches.assign(shown=[*points, *branches["loss"].iloc[_LINES:]])
    total = max(float(lines.loc[lines[scope.value] > 0, scope.value].sum()), np.finfo(float).tiny)
    lost = branches["loss"].clip(lower=0.0)
    return branches.assign(share=lost / total * 100, running=lost.cumsum() / total * 100), scopes


def _named(book: Book, lines: pd.DataFrame, value: str) -> pd.DataFrame:
    """Sum lines over the units that their rows name; a line counts in full for each of them."""
    responsible = book.named_of()
    inside_scope = responsible[responsible["line"].isin(lines.index)]
    by_unit = lines.loc[inside_scope["line"]].assign(named=inside_scope["name"].to_numpy())
    nobody = lines[~lines.index.isin(inside_scope["line"])].assign(named=NOBODY)
    return sum_lines(pd.concat([by_unit, nobody]), "named", value)


def _tree(book: Book, scope: Scope) -> _Drawn | None:
    """Draw the tree below a scope, with the points as they are shown; None: nothing was lost."""
    lines = book.lines(scope)
    if not (lines[scope.value] != 0).any():
        return None
    tree = blocks(lines, len(scope.path), scope.value)
    if tree.empty:
        return _Drawn("", Drawing().figure(), [])
    drawn = book.in_blocks(scope, tree[tree["level"] <= _levels(tree)])
    widest, drawn = sentences.widest(drawn), join_narrow(drawn)
    scopes = [replace(scope, path=(*scope.path, *path)) for path in drawn["path"]]
    return _Drawn(widest, settled(tree_blocks(drawn)), scopes)


def _levels(tree: pd.DataFrame) -> int:
    """Say down to which level blocks are drawn, so that they stay large enough to read."""
    sizes = tree.groupby("level").size().cumsum()
    fits = sizes[sizes <= _BLOCKS]
    return int(fits.index.max()) if len(fits) else 0


def _few(book: Book, scope: Scope, by: str) -> _Drawn:
    """Draw the few that lost most."""
    branches, scopes = book.recall(parts_of, scope, by)
    lost = branches[branches["loss"] > 0]
    if lost.empty:
        return _Drawn("只有加分，没有失分。", Drawing().figure(), [])
    if by == CUTS[NAMED][1]:
        note = "一条记录写了几个责任单位的，每个单位都全数计，各单位相加会多于总数，不合计。"
        main, total = 0, float(lost["loss"].max())
    else:
        note = sentences.few(lost["loss"])
        main, total = crossing(lost["loss"]), float(lost["loss"].sum())
    drawn = lost.head(_BARS)
    values = drawn["city"] if by == UNITS else drawn["shown"]
    columns = {"name": drawn["name"], "loss": values, "share": drawn["loss"] / total}
    figure = pareto(pd.DataFrame(columns), main, together=by != CUTS[NAMED][1])
    return _Drawn(note, settled(figure), [scopes[position] for position in drawn.index])


@dataclass(frozen=True, eq=False)
class _Listed:
    """The parts of a scope as a table: what is said above it, its columns, what each line opens."""

    note: str
    table: pa.Table
    columns: dict[str, dict]
    scopes: list[Scope]


def _listed_parts(book: Book, scope: Scope, by: str) -> _Listed | None:
    """List the parts of a scope; None: there are none."""
    branches, scopes = book.recall(parts_of, scope, by)
    if branches.empty:
        return None
    columns = tables.configs(*_PARTS, name=by)
    if by != UNITS:
        columns.pop("city")
    if not (branches["uncounted"] > 0).any():
        columns.pop("uncounted")
    if by == CUTS[NAMED][1]:
        columns.pop("running")
    listed = branches.head(_LINES).reset_index(drop=True)
    note = _table_note(by, book.shown_points(scope), len(branches) - len(listed))
    return _Listed(note, tables.prepared(listed, columns), columns, scopes[:_LINES])


def _draw_table(listed: _Listed | None, key: str) -> None:
    if listed is None:
        return
    page.note(listed.note)
    table = f"parts-{key}"
    follow = partial(losses_scope.follow, table, listed.scopes)
    tables.pick(listed.table, listed.columns, table, 10, follow)


def _table_note(by: str, total: float, left_out: int) -> str:
    more = f"只列失分最多的 {_LINES} 个，另有 {left_out} 个。" if left_out else ""
    if by == TREE:
        return f"点一行，就看它里面。各行失分相加正好是 {total:.2f} 分。"
    if by == UNITS:
        return (
            "“失分”是单位自己得分里失的，“计入全市”是乘上它在全市所占份额；"
            f"“计入全市”相加正好是 {total:.2f} 分。{more}点一行，就看这个单位。"
        )
    if by == CUTS[NAMED][1]:
        return f"{more}点一行，只看这个单位负责的。"
    return f"点一行，只看它。分项四舍五入，各行相加与 {total:.2f} 分可能差百分之几分。{more}"


def _draw_shades(book: Book, scope: Scope) -> None:
    """Draw units against indicators; within a unit, point types against indicators."""
    what = "点位类型" if scope.unit else UNITS
    listed, drawn = book.recall(_shaded, scope, what)
    if listed is None:
        return
    introduce(f"{what}和指标", drawn.note)
    _pick_figure(drawn.figure, f"shades-{book.key}-{scope.key}", drawn.scopes)
    if listed.table.num_rows <= _SHADES and len(listed.columns) - 1 <= _WIDE:
        return
    draw_still(partial(_draw_all_shades, listed, what), "shades", what, made_from=listed)


def _draw_all_shades(listed: _Listed, what: str) -> None:
    with st.expander(f"全部{listed.table.num_rows}个{what}的数"):
        tables.show(listed.table, listed.columns, 14)


def _shaded(book: Book, scope: Scope, what: str) -> tuple[_Listed | None, _Drawn]:
    """Make the table of shades and its figure; None: nothing was lost."""
    level = LEVELS[len(scope.path)] if len(scope.path) < len(LEVELS) else ""
    column = "point_type_name" if scope.unit else "unit_name"
    table = shades_of(book, scope, book.lines(scope), column, level)
    if table.empty:
        return None, _Drawn("", Drawing().figure(), [])
    small = table.iloc[:_SHADES, :_WIDE]
    omission = "" if small.shape == table.shape else _left_out(table, small, what)
    looked, unseen = book.ledger.looked, None
    if not scope.unit:
        unseen = np.array(
            [
                [row not in looked.get((*scope.path, name), frozenset([row])) for name in small]
                for row in small.index
            ]
        )
    hatched = "斜线格没有检查，" if unseen is not None and unseen.any() else ""
    note = (
        f"{sentences.darkest(table)}格里是{_whose(scope)}失的分，{hatched}0 是查了没有失分。"
        f"{omission}点击一格，查看明细。"
    )
    scopes = [_cell(scope, row, name) for row in small.index for name in small.columns]
    listed = table.rename_axis("name").reset_index()
    names = {name: words.plain(str(name)) for name in table}
    losses = [f"{name}=loss" for name in names]
    columns = tables.configs("name=part_name", *losses, name=what, **names)
    drawn = _Listed("", tables.prepared(listed, columns), columns, [])
    return drawn, _Drawn(note, settled(shades(small, unseen)), scopes)


def shades_of(
    book: Book, scope: Scope, lines: pd.DataFrame, column: str, level: str
) -> pd.DataFrame:
    """Part lost points by a column and the next level of the tree, the most first in both ways.

    Within the city too the cells are points of the units' own scores, which can be compared.
    """
    lost = lines[lines["points"] > 0]
    lost = lost[lost[level] != ""] if level else lost.iloc[:0]
    names = lost.groupby(column, observed=True)["points"].sum().index.astype(object)
    if not len(names):
        return pd.DataFrame()
    books = book.parted_by(column, scope)
    rows = {name: books[name].below(_row(scope, name)) for name in names}
    table = pd.DataFrame(rows).T.reindex(columns=_levels_of(lost, level))
    return table.loc[table.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def _levels_of(lost: pd.DataFrame, level: str) -> pd.Index:
    """Give the names of a level, the most points first."""
    sums = lost.groupby(level, observed=True)["points"].sum()
    return sums.sort_values(ascending=False, kind="stable").index.astype(object)


def _left_out(table: pd.DataFrame, small: pd.DataFrame, what: str) -> str:
    return (
        f"图里只画失分最多的 {len(small)} 个{what}、{small.shape[1]} 个指标，"
        f"表里是全部 {len(table)} 个。"
    )


def _whose(scope: Scope) -> str:
    return "这个单位的得分里" if scope.unit else "各单位自己的得分里"


def _row(scope: Scope, row: str) -> Scope:
    return scope.with_cut("point_type_name", row) if scope.unit else replace(scope, unit=row)


def _cell(scope: Scope, row: str, name: str) -> Scope:
    return replace(_row(scope, row), path=(*scope.path, name))


def _pick_figure(figure: object, key: str, scopes: list[Scope]) -> None:
    st.plotly_chart(
        figure,
        theme=None,
        config=CONFIG,
        key=key,
        on_select=partial(losses_scope.follow, key, scopes),
        selection_mode="points",
    )
