"""All that the page of one unit shows, gathered once: for the screen and for the printed page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.domain.periods import KINDS, Window, window
from wenming_metrics.publishing.issues import issues, signed_for
from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.queries.losses import what_if
from wenming_metrics.queries.losses.ledger import ROW, Ledger
from wenming_metrics.queries.losses.repeat_sites import returning_sites
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.details import PATH_MARK, named_rows
from wenming_metrics.queries.survey import rates
from wenming_metrics.queries.unit import open_problems, portrait
from wenming_metrics.queries.unit.open_problems import Unsolved
from wenming_metrics.rules.model import Board
from wenming_metrics.scoring.losses.ledger import LEVELS
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.frame.tables import shown_losses
from wenming_metrics.ui.losses.scope import Book, Scope, book_of

TOGETHER = 3
"""So many classes of problems are said to be put right first."""


@dataclass(frozen=True, eq=False)
class UnitFacts:
    """What is known of one unit in one window.

    line - of the list (`queries.ranking.ranking`), or of the one that is not ranked; over_time -
    `portrait.ranks_over_time`, signed periods as they were signed; open - its open problems; deadlines -
    `queries.unit.open_problems.deadlines_kept`; repeats -
    `queries.losses.repeat_sites.returning_sites`; documents - `queries.scores.dated_facts.documents` of the unit in `quarter`, one line or none; survey - of
    the last wave begun by the end of the window, None = none; scored - None where nobody is ranked
    """

    selection: Selection
    board: Board
    is_first: bool
    name: str
    unit: int
    line: pd.Series
    over_time: pd.DataFrame
    open: Unsolved
    deadlines: pd.Series
    repeats: pd.DataFrame
    quarter: Window
    documents: pd.DataFrame
    survey: SurveyFacts | None
    scored: ScoreFacts | None


@dataclass(frozen=True, eq=False)
class SurveyFacts:
    """The figures of one unit in one wave: `queries.survey.rates.Rates.units`, with title and target."""

    wave: Window
    lines: pd.DataFrame
    decimals: int


@dataclass(frozen=True, eq=False)
class ScoreFacts:
    """What only a unit of a ranked board has.

    against - `portrait.against_group`; losses - path (tuple of names), loss (as shown; they add up
    to total), count (problems), sites; the largest first; total - as shown; fixing -
    `queries.losses.what_if.candidates` by class, those that give back most first; together - score with the first
    TOGETHER put right (None: no score), and what that gives back; classes - of problems that cost
    points
    """

    against: pd.DataFrame
    losses: pd.DataFrame
    total: float
    fixing: pd.DataFrame
    together: tuple[float | None, float]
    classes: int

    @property
    def seen(self) -> bool:
        """Say whether anything of the unit was looked at."""
        return bool((self.against["state"] == portrait.SEEN).any())


def gather(office: Office, selection: Selection, line: pd.Series) -> UnitFacts:
    """Gather what is known of the unit of a line of the list."""
    board = office.rules.board(selection.board)
    unit, name, window_chosen = int(line["unit"]), str(line["unit_name"]), selection.window
    quarter = (
        window_chosen
        if list(KINDS).index(window_chosen.kind) >= 3
        else window("quarter", window_chosen.end)
    )
    return UnitFacts(
        selection=selection,
        board=board,
        is_first=board.kind == office.rules.boards[0].kind,
        name=name,
        unit=unit,
        line=line,
        over_time=_over_time(selection, unit),
        open=ask(open_problems.unsolved, window_chosen, board.kind, unit),
        deadlines=ask(open_problems.deadlines_kept, window_chosen, board.kind, unit),
        repeats=ask(returning_sites, window_chosen, board.kind, name),
        quarter=quarter,
        documents=_of_unit(ask(portrait.documents_due, quarter), unit),
        survey=_survey(window_chosen, unit),
        scored=book_of(selection).recall(_scored, name, unit) if board.ranked else None,
    )


def _survey(window_end: Window, unit: int) -> SurveyFacts | None:
    """Give the unit's figures of the latest wave that had begun by the end of a window."""
    begun = [wave for wave in ask(rates.waves) if wave.start <= window_end.end]
    if not begun:
        return None
    wave_rates = ask(rates.rates, begun[0])
    unit_rates = wave_rates.units[wave_rates.units["unit"] == unit]
    titles = {rate.code: (rate.title, rate.target) for rate, _ in wave_rates.definitions}
    unit_rates = unit_rates.assign(
        title=[titles[code][0] for code in unit_rates["rate"]],
        target=[titles[code][1] for code in unit_rates["rate"]],
    )
    return (
        SurveyFacts(begun[0], unit_rates, wave_rates.survey.decimals) if len(unit_rates) else None
    )


def _of_unit(documents: pd.DataFrame, unit: int) -> pd.DataFrame:
    """Keep the line of a unit, unless its file must not be published (不得对外公布)."""
    return documents[(documents["unit"] == unit) & ~documents["restricted"].astype(bool)]


def _over_time(selection: Selection, unit: int) -> pd.DataFrame:
    """Give places over time; what is signed is given as it was signed."""
    window_chosen, board = selection.window, selection.board
    over_time = ask(portrait.ranks_over_time, window_chosen, board, unit).copy()
    issues_made = ask(issues)
    for row, period in zip(over_time.index, over_time["window"], strict=True):
        issue = signed_for(issues_made, period)
        if issue is None or (period == window_chosen and not selection.signed):
            continue
        listed = ask(frozen, issue.key, shared=True).lists.boards.get(board)
        signed_line = None if listed is None else listed[listed["unit"] == unit]
        if signed_line is None or signed_line.empty or "rank" not in signed_line:
            continue
        for name in ("status", "score", "rank", "tied", "checks", "failed"):
            over_time.at[row, name] = signed_line[name].iloc[0]
        peers = listed["group"] == signed_line["group"].iloc[0]
        over_time.at[row, "ranked"] = int((peers & listed["rank"].notna()).sum())
    return over_time


def _scored(book: Book, name: str, unit: int) -> ScoreFacts:
    scope = Scope(name)
    total, unit_lines = book.shown_points(scope), book.lines(scope)
    fixes, together = fix_first(book.ledger, name)
    return ScoreFacts(
        against=ask(portrait.against_group, book.window, book.board, unit, book.cut),
        losses=loss_lines(unit_lines, total),
        total=total,
        fixing=fixes,
        together=together,
        classes=what_if.labels(unit_lines, "class").replace("", pd.NA).nunique(),
    )


def loss_lines(lines: pd.DataFrame, total: float) -> pd.DataFrame:
    """Sum lines of the ledger by standard, the largest first.

    Takes:   lines - of one unit; total - as shown
    Returns: path (tuple of names from the top), loss (as shown, they add up to the total), count
             (problems), sites
    """
    lines = lines[lines["points"] != 0]
    paths = [
        tuple(name for name in names if name)
        for names in lines[list(LEVELS)].astype(object).itertuples(index=False)
    ]
    is_row = (lines["kind"] == ROW).to_numpy()
    losses = pd.DataFrame(
        {
            "path": pd.Series(paths, dtype=object),
            "loss": lines["points"].to_numpy(float),
            "count": is_row.astype(int),
            "site": np.where(is_row, lines["site"].to_numpy(), np.nan),
        }
    )
    by_standard = losses.groupby("path", sort=False, as_index=False).agg(
        loss=("loss", "sum"), count=("count", "sum"), sites=("site", "nunique")
    )
    by_standard = by_standard.sort_values("loss", ascending=False, kind="stable", ignore_index=True)
    return by_standard.assign(loss=shown_losses(by_standard["loss"], total, 2))


def fix_first(ledger: Ledger, name: str) -> tuple[pd.DataFrame, tuple[float | None, float]]:
    """Say which classes of problems of a unit give back most, and what the first give together.

    Returns: `queries.losses.what_if.candidates` by class that give anything back; score with the first TOGETHER put
             right (None: no score) and points given back, as shown
    """
    inside = (ledger.lines["unit_name"] == name).to_numpy()
    candidates = what_if.candidates(ledger, inside, "class")
    candidates = candidates[half_up(candidates["gain"], 2) > 0]
    candidates = candidates.sort_values("gain", ascending=False, kind="stable", ignore_index=True)
    first = candidates["name"].head(TOGETHER)
    dropped = what_if.labels(ledger.lines, "class").isin(first).to_numpy() & inside
    unit_position = int(np.flatnonzero(ledger.units["name"] == name)[0])
    gain = float(what_if.gains(ledger, dropped)[unit_position]) if len(first) else 0.0
    score, exact = (
        ledger.units["score"].iloc[unit_position],
        ledger.units["total"].iloc[unit_position],
    )
    after = None if pd.isna(score) else float(half_up(exact + gain, 2))
    return candidates, (after, float(half_up(gain, 2)))


def node_of(path: tuple[str, ...]) -> str:
    """Write a path as the page of lost points writes it in its address."""
    return PATH_MARK.join(path)


def kinds_of(facts: UnitFacts) -> pd.DataFrame:
    """Count what a unit that is not ranked is responsible for.

    Returns: name (of the standard, or 不计分), count, places, lost; the most frequent first
    """
    rows = ask(named_rows, facts.selection.window, facts.unit, facts.board.kind)
    rows = rows.assign(name=rows["leaf_name"])
    by_kind = rows.groupby("name", as_index=False, sort=False).agg(
        count=("name", "size"), places=("places", "sum"), lost=("lost", "sum")
    )
    return by_kind.sort_values(["count", "lost"], ascending=False, kind="stable", ignore_index=True)
