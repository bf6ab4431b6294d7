"""The figures of one issue: every board's list, the city, and what each unit lost on which leaf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.domain.periods import Window, previous, series, today
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.bands import (
    ERROR,
    band_window,
    errors_in,
    join_bands,
    mark_unclear,
    stored_tallies,
)
from wenming_metrics.queries.ranking.overview import (
    CityOverview,
    by_category,
    city_losses,
    city_score,
    largest,
)
from wenming_metrics.queries.ranking.ranking import list_standings, place_window, rank_standings
from wenming_metrics.queries.ranking.shortlists import name_ranked
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.scores.as_known import know, known_standings, known_tallies
from wenming_metrics.queries.scores.deadline_rates import on_time
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.queries.scores.score_windows import COURSE, score_windows, statuses
from wenming_metrics.queries.scores.standings import Standings
from wenming_metrics.scoring.ranking.ranking import RANKED, rank_changes


@dataclass(frozen=True, eq=False)
class Signed:
    """What was signed of windows (without number): (window, kind of board) -> list; city's score."""

    boards: Mapping[tuple[Window, str], pd.DataFrame]
    cities: Mapping[Window, float | None]


@dataclass(frozen=True, eq=False)
class IssueLists:
    """All figures of an issue.

    boards - kind of board -> its list, as `queries.ranking.ranking.ranking` or `listing` give it;
             ranked ones with the columns of `queries.ranking.bands`
    shortlists - kind of ranked board -> as `queries.ranking.shortlists.named_units`
    leaves - kind of ranked board -> unit, unit_name, rules (digest), code, name, rate, loss
    city   - as `queries.ranking.overview.city`; losses, shares - as `top_losses` and `category_shares`
    rows, batches - how many rows count, of which batches; rules - digests of the versions
    """

    boards: Mapping[str, pd.DataFrame]
    shortlists: Mapping[str, pd.DataFrame]
    leaves: Mapping[str, pd.DataFrame]
    city: CityOverview
    losses: pd.DataFrame
    shares: pd.DataFrame
    rows: int
    batches: tuple[int, ...]
    rules: tuple[str, ...]


def make_lists(
    connection: Connection, office: Office, window: Window, cut: Cutoff, signed: Signed | None
) -> IssueLists:
    """Make all lists of a window as known at a moment.

    Takes: signed - of earlier issues: what movement and course are measured against; None: figures
           alone are wanted, without movement, course and names
    """
    rows_known = know(connection, window, cut)
    scored = {
        board.kind: known_standings(connection, office, board, rows_known)
        for board in office.rules.boards
    }
    boards, shortlists = {}, {}
    for kind, now in scored.items():
        if now.board.ranked:
            errors = errors_in(now, -1, partial(known_tallies, connection, rows_known))
        if signed is None:
            boards[kind] = (
                join_bands(rank_standings(now), band_window(now, errors, None))
                if now.board.ranked
                else list_standings(now)
            )
        elif now.board.ranked:
            boards[kind], shortlists[kind] = _ranked(connection, office, now, errors, signed)
        else:
            boards[kind] = _listed(connection, office, now, signed, cut.at)
    first = scored[office.rules.boards[0].kind]
    losses = city_losses(first)
    return IssueLists(
        boards=boards,
        shortlists=shortlists,
        leaves={kind: _leaves(now) for kind, now in scored.items() if now.board.ranked},
        city=_city(connection, office, first, signed),
        losses=largest(losses),
        shares=by_category(losses),
        rows=int(rows_known.batch_days["rows"].sum()),
        batches=tuple(sorted({int(batch) for batch in rows_known.batch_days["batch"]})),
        rules=tuple(stretch.rules.digest for stretch, _, _ in first.spans_in()),
    )


def _ranked(
    connection: Connection,
    office: Office,
    now: Standings,
    errors: pd.DataFrame,
    signed: Signed,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make a ranked list with its bands, and who is named at its ends.

    Where an earlier window was signed, its signed list is what this one is measured against.
    """
    window = now.windows[0]
    windows = series(window, COURSE[window.kind])
    ranked, live = rank_standings(now), score_windows(connection, office, windows, now.board)
    lists = [signed.boards.get((_plain(earlier), now.board.kind)) for earlier in windows[:-1]]
    newest_first = reversed(range(len(lists)))
    earlier = (place_window(live, n) if lists[n] is None else lists[n] for n in newest_first)
    before = next(earlier)
    if lists[-1] is None:
        errors_before = errors_in(live, -2, stored_tallies(connection))
        error_of = dict(zip(live.units["unit"], errors_before["error"], strict=True))
        before = before.assign(**{ERROR: before["unit"].map(error_of)})
    was = before.set_index("unit").reindex(ranked["unit"])
    courses = rank_standings(live).set_index("unit")["trend"]
    trend = [
        _course(courses.get(unit), unit, current_trend, lists)
        for unit, current_trend in zip(ranked["unit"], ranked["trend"], strict=True)
    ]
    lines = ranked.assign(
        rank_change=rank_changes(ranked, before),
        is_new=ranked["rank"].notna() & was["rank"].isna().to_numpy(),
        score_change=half_up(ranked["score"] - was["score"].to_numpy(float), 9),
        trend=trend,
    )
    banded = join_bands(lines, band_window(now, errors, before))
    shortlists = name_ranked(chain([ranked, before], earlier), now.rules().lists)
    return banded, mark_unclear(shortlists, banded)


def _course(
    live: list | None, unit: int, current_trend: list, lists: Sequence[pd.DataFrame | None]
) -> list[float | None]:
    """Give the scores of a unit, oldest first: signed ones as signed, its own as in this list."""
    earlier = (live or [None] * (len(lists) + 1))[:-1]
    for index, frame in enumerate(lists):
        if frame is not None:
            line = frame[(frame["unit"] == unit) & frame["rank"].notna()]
            earlier[index] = float(line["score"].iloc[0]) if len(line) else None
    return [*earlier, *current_trend]


def _listed(
    connection: Connection, office: Office, now: Standings, signed: Signed, known_at: str
) -> pd.DataFrame:
    """Make a list that is not ranked; deadlines are looked at as of the window's last day."""
    window, board = now.windows[0], now.board
    earlier = _plain(previous(window))
    was = signed.boards.get((earlier, board.kind))
    if was is None:
        was = list_standings(score_windows(connection, office, [earlier, earlier], board))
    moment = Moment(min(window.end, today()).toordinal(), known_at)
    became = on_time(connection, now, office.rules.pricing, moment)
    lines = list_standings(now).merge(became, on="unit")
    failed = was.set_index("unit")["failed"].reindex(lines["unit"]).fillna(0)
    return lines.assign(failed_before=failed.to_numpy(int))


def _plain(window: Window) -> Window:
    """Give a window without its number: an issue's days are the same days."""
    return Window(window.kind, window.start, window.end)


def _leaves(standings: Standings) -> pd.DataFrame:
    """List rate and points lost of every unit on every node that makes its own rate."""
    names = standings.units["name"].tolist()
    units = standings.units["unit"].tolist()
    frames = []
    for (stretch, unit_slice, _), (rules, losses) in zip(
        standings.spans_in(), standings.losses(), strict=True
    ):
        rates = stretch.scores.rates[:, unit_slice]
        rated = (rules.nodes["mode"] != "").to_numpy()[:, None]
        node, unit_index = np.nonzero(rated & ~np.isnan(rates))
        frames.append(
            pd.DataFrame(
                {
                    "unit": [units[index] for index in unit_index],
                    "unit_name": [names[index] for index in unit_index],
                    "rules": rules.digest,
                    "code": rules.nodes["code"].to_numpy()[node],
                    "name": rules.nodes["name"].to_numpy()[node],
                    "rate": rates[node, unit_index],
                    "loss": losses[node, unit_index],
                }
            )
        )
    return pd.concat(frames).sort_values(["unit", "rules", "code"], ignore_index=True)


def _city(
    connection: Connection, office: Office, now: Standings, signed: Signed | None
) -> CityOverview:
    """Sum up the city; where the window before was signed, it is compared with the signed score."""
    score, before = city_score(now), _plain(previous(now.windows[0]))
    if signed is None:
        was = None
    elif before in signed.cities:
        was = signed.cities[before]
    else:
        was = city_score(score_windows(connection, office, [before], now.board))
    counts = {name: int(now.counted(name).sum()) for name in ("checks", "failed", "places")}
    return CityOverview(
        score=score,
        score_change=None if None in (score, was) else float(half_up(score - was, 9)),
        target=now.rules().target,
        scored=int((statuses(now) == RANKED).sum()),
        units=len(now.units),
        sites=now.sites["site"].nunique(),
        visits=int(now.sites["visits"].sum()),
        **counts,
    )
