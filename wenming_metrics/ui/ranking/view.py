"""What 排名 shows of a list, made at once and kept: a page that is drawn again only draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pandas as pd

from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.queries.files.held_effect import held_counts, with_held
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.ranking.bands import bands, join_bands, named_clearly
from wenming_metrics.queries.ranking.ranking import listing, ranking
from wenming_metrics.queries.ranking.sampling import plan_sentence
from wenming_metrics.scoring.ranking.ranking import FEW_SEEN, THIN, UNVISITED, VETOED
from wenming_metrics.ui.frame import cards, filters, marks, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection


def units_of(selection: Selection) -> pd.DataFrame:
    """List the units of the chosen board, window and group."""
    units = _board_of(selection, ranking)
    if not selection.signed:
        units = join_bands(units, ask(bands, selection.window, selection.board))
    return of_group(units, selection)


def _board_of(selection: Selection, question: Callable) -> pd.DataFrame:
    """Give the lines of the chosen board as they were signed, or as a question gives them now."""
    if selection.signed:
        return ask(frozen, selection.signed, shared=True).lists.boards[selection.board]
    return _beside_held(ask(question, selection.window, selection.board), selection)


def _beside_held(lines: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    return with_held(lines, ask(held_counts, selection.window, selection.board))


def of_group(lines: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Keep the lines of the chosen group."""
    return lines[lines["group"] == selection.group] if selection.group else lines


def shortlists_of(selection: Selection) -> pd.DataFrame:
    """List who is named in front and at the back of the chosen group, or of all."""
    if selection.signed:
        shortlists = ask(frozen, selection.signed, shared=True).lists.shortlists[selection.board]
    else:
        named_lines = ask(named_clearly, selection.window, selection.board)
        shortlists = _beside_held(named_lines, selection)
    return of_group(shortlists, selection)


@dataclass(frozen=True, eq=False)
class Summary:
    """What the page shows of a ranked list, made at once and kept: a page that is drawn again only draws.

    opening - its first sentence; sureness, sentences, caveats - below the list: how sure the places are, short
    lists and who has no place, points for what was not looked at and a plan that is missing; units, named - its units, and those of
    the short lists; table, columns - the list as it is drawn; names - of its lines, a mean has none; cards -
    the list for a phone
    """

    opening: str
    sureness: str
    sentences: tuple[str, ...]
    caveats: tuple[str, ...]
    units: pd.DataFrame
    shortlists: pd.DataFrame
    table: marks.MarkedTable
    columns: dict[str, dict]
    names: list[str | float]
    cards: str


def summary_of(office: Office, selection: Selection) -> Summary:
    """Make what the page shows of the chosen list."""
    units, shortlists = units_of(selection), shortlists_of(selection)
    lines = tables.ranked_lines(units)
    columns = tables.ranking_columns(lines)
    return Summary(
        opening=words.ranking(units),
        sureness=words.sureness(units),
        sentences=(*_named(shortlists), *apart(units)),
        caveats=(*filled_notes(units, office.rules.missing_flag), *_plan_note(office, selection)),
        units=units,
        shortlists=shortlists,
        table=marks.mark_means(lines, columns),
        columns=columns,
        names=lines["unit_name"].where(~lines["is_mean"]).tolist(),
        cards=_phone_cards(office, selection, lines),
    )


def summarised(selection: Selection) -> Summary:
    """Give what is shown of a list, as it was made before if nothing has changed."""
    return ask(summary_of, selection, shared=True, wait=False)


def _plan_note(office: Office, selection: Selection) -> Iterator[str]:
    """Say that the window has no plan; of what is signed only what was frozen is said."""
    if not selection.signed and (note := plan_sentence(office, selection.window, selection.board)):
        yield note


def _named(shortlists: pd.DataFrame) -> Iterator[str]:
    """Spell both short lists of every group in a line each."""
    for group in shortlists["group"].unique():
        group_lists = shortlists[shortlists["group"] == group]
        sides = [
            f"{words.plain(title)}：{words.named_line(group_lists[group_lists['title'] == title])}"
            for title in group_lists["title"].unique()
        ]
        yield f"**{words.plain(group)}** " + " · ".join(sides)


def apart(units: pd.DataFrame) -> Iterator[str]:
    """Name the units without a place and why."""
    for status, title, why in (
        (UNVISITED, "未督查", "本期没有去过，不排名，也不算 0 分"),
        (THIN, "检查项不足，暂不评分", "查到的指标太少，不参加排名"),
    ):
        without = units[units["status"] == status]
        if len(without):
            names = words.joined(without["unit_name"])
            yield f"**{title}**（{len(without)} 个；{why}）：{names}"
    few = units[units["status"] == FEW_SEEN]
    if len(few):
        texts = "、".join(
            f"{words.plain(line.unit_name)} {line.score:.2f}" for line in few.itertuples()
        )
        yield f"**当日督查面不足**（{len(few)}个，所在的组当日督查的单位太少，不排名次）：{texts}"
    vetoed = units[units["status"] == VETOED]
    for line in vetoed.itertuples():
        reason = f"得分 {line.score:.2f}，不排名；依据 {words.plain(line.document_no)}"
        yield f"**一票否决**：{words.plain(line.unit_name)}（{reason}）"


def filled_notes(units: pd.DataFrame, flag: float) -> Iterator[str]:
    """Name the scored units that got points for leaves not looked at, and those missing much.

    Takes: flag - share of weight not looked at from which a unit is marked
    """
    scored = units[units["score"].notna()]
    filled = scored[scored["filled"] > 0]
    if len(filled):
        additions = "、".join(
            f"{words.plain(line.unit_name)} {line.filled:.2f} 分" for line in filled.itertuples()
        )
        yield f"缺项补入：未查的指标按办法补分——{additions}。"
    gaps = scored[1 - scored["coverage"] > flag]
    if len(gaps) and (gaps["filled"] > 0).any():
        names = words.joined(gaps["unit_name"])
        yield f"缺项超过 {flag:.0%}：{names}，名次请谨慎使用。"


def _phone_cards(office: Office, selection: Selection, lines: pd.DataFrame) -> str:
    board, days = office.rules.board(selection.board), ask(days_known, wait=False)
    query = filters.portrait_query(selection.window, days, board, "")
    return cards.ranked_cards(lines, f"unit?{urlencode(query)}")


def listed_of(selection: Selection) -> pd.DataFrame:
    """List the units of a board that is not ranked."""
    return _board_of(selection, listing)
