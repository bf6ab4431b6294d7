"""The page of lost points: where one stands, the sentence, and the tabs below it."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.periods import previous, today
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.problems.by_board import held_by_board
from wenming_metrics.scoring.losses.ledger import LEVELS, last_names
from wenming_metrics.ui.frame import cache, filters, navigation, page, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.losses import rows, sentences, strictness, views, what_if
from wenming_metrics.ui.losses import scope as losses_scope
from wenming_metrics.ui.losses.repeats import page as repeats_page
from wenming_metrics.ui.losses.scope import CITY, Book, Scope
from wenming_metrics.ui.problems.sentences import most_overdue, unit_holding
from wenming_metrics.ui.trends import change

LOST, MOVED, REPEATED, FIXING = "失分", "变动原因", "反复问题", "优先整改事项"
_TAB = "lost_tab"


def draw(office: Office, selection: Selection) -> None:
    """Draw the page below its period."""
    book = losses_scope.book_of(selection)
    scope = losses_scope.choose(book)
    filters.carry(office.rules, ask(days_known), selection, scope.unit)
    losses_scope.crumbs(scope)
    if scope.unit:
        board = office.rules.board(selection.board)
        query = filters.portrait_query(selection.window, ask(days_known), board, scope.unit)
        navigation.link("pages/portrait.py", label="打开单位画像", query_params=query)
    page.say(book.recall(_opening, scope, words.when(selection.window, today())))
    page.note(book.recall(_basis, scope))
    cache.draw(_draw_holding, selection.board, scope.unit)
    tabs = [LOST, MOVED, REPEATED, FIXING]
    tab = page.switch("看什么", tabs, _TAB, label_visibility="collapsed")
    if tab == LOST:
        views.draw(book, scope)
        with page.fold("失分记录", "rows"):
            rows.draw(book, scope)
    elif tab == MOVED:
        before = previous(selection.window)
        unit_name = scope.unit or CITY
        cache.draw(change.draw_change, before, selection.window, selection.board, unit_name)
        if office.rules.board(selection.board).role == "territory" and not office.viewer.is_scoped:
            strictness.draw(selection.window, selection.board)
    elif tab == FIXING:
        what_if.draw(book, scope)
    else:
        repeats_page.draw(office, book, scope)


def _draw_holding(office: Office, board: str, unit: str) -> None:
    """Say what problems the unit has in hand; "": who of the board has most that are overdue."""
    holding = ask(held_by_board, board)
    if unit:
        sentence = unit_holding(holding.of_unit(unit), holding.as_of)
        page.note(f"{words.plain(unit)}问题整改：{sentence}")
    elif holding.by_unit["overdue"].any():
        title = office.rules.board(board).title
        page.note(f"问题整改：{most_overdue(holding.by_unit, holding.as_of, title)}")


def _opening(book: Book, scope: Scope, window_name: str) -> str:
    units = book.ledger.units
    if not scope.unit and book.ledger.city_score is None:
        return f"{window_name}没有督查，或各街道检查项不足，暂不评分。"
    lines = book.lines(scope)
    if scope.unit and (units.loc[units["name"] == scope.unit, "total"].isna()).all():
        return f"{words.plain(scope.unit)}{window_name}没有得分。"
    names = pd.Series(last_names(lines), lines.index)
    if len(scope.path) < len(LEVELS):
        level_names = lines[LEVELS[len(scope.path)]].astype(object)
        names = level_names.where(level_names != "", names)
    losses = lines[scope.value].groupby(names).sum()
    added = -float(lines.loc[lines[scope.value] < 0, scope.value].sum())
    return sentences.opening(scope.name, window_name, book.shown_points(scope), losses, added)


def _basis(book: Book, scope: Scope) -> str:
    """Say what the total is, and what stands apart from it."""
    units, total = book.ledger.units, book.shown_points(scope)
    lines = book.lines(scope)
    sentences_of_basis = [f"按指标逐级往下，直到最后列出的记录，各行相加都正好是 {total:.2f} 分。"]
    if scope.unit:
        unit_lines = units[units["name"] == scope.unit]
        if len(unit_lines) and pd.isna(unit_lines["score"].iloc[0]):
            sentences_of_basis.append(f"{unit_lines['status'].iloc[0]}，不进入全市得分。")
        else:
            city = float(lines["city"].sum())
            sentences_of_basis.append(f"在全市得分里计 {city:.4f} 分。")
    else:
        scored = int((units["weight"] > 0).sum())
        left = len(units) - scored
        apart = f"，{left} 个没有得分的不计入" if left else ""
        sentences_of_basis.append(f"全市是 {scored} 个单位按份额相加{apart}。")
    sentences_of_basis.append(sentences.uncounted(float(lines["uncounted"].sum())))
    return "".join(sentences_of_basis)
