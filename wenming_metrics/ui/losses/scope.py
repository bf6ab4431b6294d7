"""Where a reader of the loss ledger stands: unit, branch of the tree, and what else it is cut by.

All of it lives in the address, so the same address shows the same view to a colleague. A figure is
made by one rule wherever it is shown, so what was clicked is what stands on top after the click.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.losses.ledger import Ledger, ledger
from wenming_metrics.queries.losses.ledger_rows import responsible_units
from wenming_metrics.queries.memory import Answer
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.scores.details import PATH_MARK
from wenming_metrics.scoring.losses.ledger import LEVELS, inside
from wenming_metrics.ui.frame import page, signed_view, words
from wenming_metrics.ui.frame.cache import answer_to, ask
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.frame.replay import draw_still
from wenming_metrics.ui.frame.tables import shown_losses

_LEDGERS = 6
"""So many ledgers are kept: one may have a million lines."""
CITY = "全市"
UNIT, NODE = "lost_unit", "lost_node"
NAMED = "named"
"""Stands for the column of the units that rows name as responsible, which are several per line."""
NOBODY = "没有写责任单位"
CUTS = {
    "point_type_name": ("lost_type", "点位类型"),
    "site_name": ("lost_site", "点位"),
    "item_name": ("lost_item", "测评项"),
    "category": ("lost_category", "问题类别"),
    "lead": ("lost_lead", "牵头单位"),
    NAMED: ("lost_named", "责任单位"),
    "source_name": ("lost_source", "来源"),
}
"""Columns that a view may be cut by beside unit and tree: name in the address, title."""
NamedOf = Callable[[], pd.DataFrame]
"""Gives the responsible units of lines, see `queries.losses.ledger_rows.responsible_units`."""


@dataclass(frozen=True)
class Scope:
    """What is looked at: unit ("" = the city), path (names from the top), cuts (column, value)."""

    unit: str = ""
    path: tuple[str, ...] = ()
    cuts: tuple[tuple[str, str], ...] = ()

    @property
    def value(self) -> str:
        """The column of points that is summed."""
        return "points" if self.unit else "city"

    @property
    def key(self) -> str:
        """What a selectable table or figure must carry in its key."""
        return "-".join([self.unit, *self.path, *(f"{a}={b}" for a, b in self.cuts)])

    @property
    def name(self) -> str:
        """What is looked at, in words: 「甲街道「环境」(主干道)」."""
        branch = f"“{self.path[-1]}”" if self.path else ""
        cuts = f"（{'、'.join(value for _, value in self.cuts)}）" if self.cuts else ""
        return f"{self.unit or CITY}{branch}{cuts}"

    def without_cut(self, column: str) -> Scope:
        """Give the scope without its cut by a column."""
        return replace(self, cuts=tuple(cut for cut in self.cuts if cut[0] != column))

    def with_cut(self, column: str, value: str) -> Scope:
        """Give the scope narrowed by one more value."""
        return replace(self, cuts=(*self.without_cut(column).cuts, (column, value)))


@dataclass(frozen=True, eq=False)
class Book:
    """A ledger with who is named responsible, made only when it is asked for.

    key - names the window, for the keys of tables and figures; window, board, cut - what the ledger was
    asked for; answer - by which the ledger was given, None: it was made by hand
    """

    ledger: Ledger = field(repr=False)
    named_of: NamedOf = field(repr=False)
    key: str = ""
    window: Window | None = None
    board: str = ""
    cut: Cutoff | None = None
    answer: Answer | None = field(default=None, repr=False)

    def recall(
        self, make: Callable, *arguments: object, most: int = 0, wait: str | bool = False
    ) -> object:
        """Give what a function makes of this book and some arguments; shared, see `ask`."""
        return ask(make, *arguments, of=self, shared=True, most=most, wait=wait)

    def parted_by(self, column: str, scope: Scope) -> dict[str, Book]:
        """Give a book of each value of a column: below a scope it says the same points, sooner.

        To look for the lines of each in all of them, again and again, took most of the page.
        """
        cut_by = {name for name, _ in scope.cuts} - {NAMED}
        names = [*LEVELS, *{"points", "city", "unit_name", column, *cut_by}]
        lines = self.ledger.lines[names]
        groups = lines.groupby(column, observed=True).indices
        return {
            name: replace(self, ledger=replace(self.ledger, lines=lines.take(positions)))
            for name, positions in groups.items()
        }

    def lines(self, scope: Scope) -> pd.DataFrame:
        """Give the lines inside a scope."""
        lines = self.ledger.lines
        mask = self._cut(scope) & inside(lines, scope.path)
        return lines[mask]

    def _cut(self, scope: Scope) -> np.ndarray:
        lines = self.ledger.lines
        mask = np.ones(len(lines), bool)
        if scope.unit:
            mask &= (lines["unit_name"] == scope.unit).to_numpy()
        for column, value in scope.cuts:
            mask &= self.names(value) if column == NAMED else (lines[column] == value).to_numpy()
        return mask

    def names(self, unit: str) -> np.ndarray:
        """Say of each line whether its rows name a unit as responsible."""
        responsible, index = self.named_of(), self.ledger.lines.index
        if unit == NOBODY:
            return ~index.isin(responsible["line"])
        return index.isin(responsible.loc[responsible["name"] == unit, "line"])

    def shown_points(self, scope: Scope) -> float:
        """Give the points of a scope as they are shown: allocated from the top of the tree down."""
        lines, total = self.ledger.lines[self._cut(scope)], self._top(scope)
        for level, name in zip(LEVELS, scope.path, strict=False):
            branches = _parts(lines, level, scope.value, total)
            if name not in branches.index:
                return 0.0
            total = float(branches[name])
            lines = lines[lines[level] == name]
        return total

    def below(self, scope: Scope) -> pd.Series:
        """Give the shown points of the next level of the tree, by name; they add up to `shown_points`."""
        lines, level = self.lines(scope), LEVELS[len(scope.path)]
        if not (lines[level] != "").any():
            return pd.Series(dtype=float)
        return _parts(lines, level, scope.value, self.shown_points(scope))

    def in_blocks(self, scope: Scope, blocks: pd.DataFrame) -> pd.DataFrame:
        """Put the points of blocks as they are shown in the place of the exact ones, as column `shown`.

        Takes: blocks - `scoring.losses.ledger.blocks` of the scope
        """
        above_lines = {(): (self.lines(scope), self.shown_points(scope))}
        shares: dict[tuple, pd.Series] = {}
        allocated = []
        for path in blocks["path"]:
            above = path[:-1]
            level = LEVELS[len(scope.path) + len(above)]
            lines, total = above_lines[above]
            if above not in shares:
                shares[above] = _parts(lines, level, scope.value, total)
            allocated.append(float(shares[above][path[-1]]))
            above_lines[path] = (lines[lines[level] == path[-1]], allocated[-1])
        return blocks.assign(shown=allocated)

    def _top(self, scope: Scope) -> float:
        """Give the shown points of a scope without its path: full mark - published score."""
        units = self.ledger.units
        if not scope.cuts and scope.unit:
            unit_lines = units[units["name"] == scope.unit]
            if len(unit_lines) and not pd.isna(unit_lines["score"].iloc[0]):
                return float(half_up(unit_lines["full"].iloc[0] - unit_lines["score"].iloc[0], 2))
        elif not scope.cuts and self.ledger.city_score is not None:
            return float(half_up(self.ledger.city_full - self.ledger.city_score, 2))
        lines = self.ledger.lines[self._cut(scope)]
        return float(half_up(lines[scope.value].sum(), 2))


def _parts(lines: pd.DataFrame, level: str, value: str, total: float) -> pd.Series:
    """Share the shown points of a branch among the branches below it."""
    sums = lines.groupby(level, observed=True)[value].sum().sort_index()
    return pd.Series(shown_losses(sums.to_numpy(), total, 2), sums.index.astype(object))


def book_of(selection: Selection) -> Book:
    """Give the ledger of what a reader chose, as signed or as it is now."""
    window, board = selection.window, selection.board
    cut = signed_view.cut_of(selection.signed)
    answer = _ledger(window, board, cut)
    return Book(
        answer.content,
        lambda: ask(_responsible, window, board, cut, shared=True, most=_LEDGERS),
        selection.key,
        window,
        board,
        cut,
        answer,
    )


def _ledger(window: Window, board: str, cut: Cutoff | None) -> Answer:
    return answer_to(ledger, window, board, cut, shared=True, most=_LEDGERS)


def _responsible(office: Office, window: Window, board: str, cut: Cutoff | None) -> pd.DataFrame:
    return responsible_units(office, window, _ledger(window, board, cut).content.lines, cut)


def choose(book: Book) -> Scope:
    """Draw the controls that narrow: unit and indicator, and folded away what else.

    Of what is folded away each control is made only when it is open or in use: listing every site and every
    responsible unit costs more than the rest of the page. What is in use stands in the crumbs.
    """
    units, paths = book.recall(_options, "unit_name"), book.recall(_paths)
    with page.row("narrowing"):
        unit = _select("单位", UNIT, units, CITY, 200)
        node = _select("指标", NODE, paths, "全部指标", 340)
    more = st.expander("再按点位类型、责任单位、来源等缩小", key="narrow_more", on_change="rerun")
    in_use = {
        key for key, _ in CUTS.values() if st.session_state.get(key) or key in st.query_params
    }
    cuts = _cuts(book, more, in_use) if more.open or in_use else []
    return Scope(unit, tuple(node.split(PATH_MARK)) if node else (), tuple(cuts))


def _cuts(book: Book, expander: DeltaGenerator, in_use: set[str]) -> list[tuple[str, str]]:
    """Draw the controls that are folded away; gives what is chosen in them. Takes: in_use - their keys"""
    cuts = []
    columns = expander.columns(4)
    for position, (column, (key, title)) in enumerate(CUTS.items()):
        if not (expander.open or key in in_use):
            continue
        with columns[position % 4]:
            options = book.recall(_options, column)
            value = _select(title, key, options, "全部", "stretch")
        cuts += [(column, value)] if value else []
    return cuts


def _options(book: Book, column: str) -> list[str]:
    if column == NAMED:
        return [*sorted(book.named_of()["name"].unique()), NOBODY]
    lines = book.ledger.lines
    lost = lines[lines["points"] != 0]
    sums = lost.groupby(column, observed=True)["points"].sum()
    return sums.sort_values(ascending=False, kind="stable").index.astype(object).tolist()


def _paths(book: Book) -> list[str]:
    """List every branch that lost or gained, in the order of the tree."""
    lines = book.ledger.lines
    lost = lines[lines["points"] != 0]
    order = lost.sort_values(["stretch", "node"], kind="stable", ascending=[False, True])
    branches = order[list(LEVELS)].astype(object).drop_duplicates()
    paths: dict[str, None] = {}
    for names in branches.itertuples(index=False):
        path = [name for name in names if name]
        for depth in range(1, len(path) + 1):
            paths[PATH_MARK.join(path[:depth])] = None
    return list(paths)


def _select(label: str, key: str, options: list[str], none: str, width: int | str) -> str:
    choice = page.select(label, options, key, index=None, placeholder=none, width=width)
    return choice or ""


def crumbs(scope: Scope) -> None:
    """Draw where the reader stands; each step above is a way back."""
    steps: list[tuple[str, Scope]] = [(CITY, Scope())]
    if scope.unit:
        steps.append((scope.unit, Scope(scope.unit)))
    for depth in range(1, len(scope.path) + 1):
        path = scope.path[:depth]
        steps.append((path[-1], Scope(scope.unit, path)))
    with st.container(horizontal=True, vertical_alignment="center", key="crumbs", gap="small"):
        for depth_shown, (name, to) in enumerate(steps):
            if depth_shown:
                st.markdown("›", width="content")
            if to == scope:
                st.markdown(f"**{words.plain(name)}**", width="content")
            else:
                narrowed = replace(to, cuts=scope.cuts) if depth_shown else to
                label = words.plain(name)
                st.button(
                    label,
                    key=f"crumb-{depth_shown}",
                    type="tertiary",
                    on_click=go,
                    args=(narrowed,),
                )
        for column, value in scope.cuts:
            key, title = CUTS[column]
            label = f"{title}：{words.plain(value)} ✕"
            st.button(label, key=f"drop-{key}", on_click=go, args=(scope.without_cut(column),))


def go(scope: Scope) -> None:
    """Show a scope: put it into the controls, and by them into the address."""
    st.session_state[UNIT] = scope.unit or None
    st.session_state[NODE] = PATH_MARK.join(scope.path) or None
    chosen = dict(scope.cuts)
    for column, (key, _) in CUTS.items():
        st.session_state[key] = chosen.get(column)


def follow(key: str, scopes: list[Scope | None]) -> None:
    """Go where the picked row of a table, or point of a figure, leads; None leads nowhere."""
    picked = st.session_state[key]["selection"]
    positions = picked.get("rows") or [point["point_index"] for point in picked.get("points", [])]
    if positions and positions[0] < len(scopes) and scopes[positions[0]] is not None:
        go(scopes[positions[0]])


def introduce(title: str, text: str) -> None:
    """Head a part of a page. Takes: text - what is to be seen in it, a line of lesser weight"""
    draw_still(lambda: (st.subheader(title), page.note(text)), "head", title, text)
