"""How sure the places of a window are, and which changes since the window before are more than noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import rounded
from wenming_metrics.domain.periods import Window, series
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.ranking import rank_window, ranking
from wenming_metrics.queries.ranking.shortlists import named_units
from wenming_metrics.queries.scores.score_windows import standings_now
from wenming_metrics.queries.scores.standings import RuleSpan, Standings
from wenming_metrics.scoring.ranking.bands import (
    BAND_COLUMNS,
    CLEAR,
    FEW_SITES,
    check_factors,
    check_points,
    place_bands,
    score_errors,
    site_sums,
    sum_sites,
)
from wenming_metrics.scoring.ranking.ranking import RANKED
from wenming_metrics.scoring.ranking.shortlists import FRONT
from wenming_metrics.scoring.tally.leaves import place_cells
from wenming_metrics.scoring.tally.tally import TERRITORY, checks_of_days
from wenming_metrics.scoring.tree.adjusting import in_use
from wenming_metrics.scoring.tree.basis import DayTally
from wenming_metrics.store.database import reading
from wenming_metrics.store.days import by_month, month_of
from wenming_metrics.store.tallies import days_with_rows, read_days
from wenming_metrics.vocabulary import ROLE_CODES

ERROR = "score_error"
COLUMNS = [ERROR, *BAND_COLUMNS, "clear_change"]
"""What `join_bands` puts beside a ranked list."""
TalliesOn = Callable[[Window], Iterator[tuple[int, DayTally]]]
"""Gives the days of a span with their visits and grain."""


def bands(office: Office, window: Window, board: str = "street") -> pd.DataFrame:
    """Say how sure score and place of every unit of a board are in a window.

    Returns: one line per unit, in the order of the register: unit, score_error (standard error in
        points, NaN = unknown), `scoring.ranking.bands.BAND_COLUMNS`, clear_change (whether the
        score differs from the window before by more than noise; <NA> = cannot be said)
    """
    standings, errors = errors_now(office, window, board)
    earlier = rank_window(standings, -2).assign(**{ERROR: errors[0]["error"].to_numpy()})
    return band_window(standings, errors[1], earlier)


def errors_now(
    office: Office, window: Window, board: str
) -> tuple[Standings, tuple[pd.DataFrame, pd.DataFrame]]:
    """Score a window and the one before it, as the store stands now.

    Returns: the scores, and `errors_in` of the earlier and of the later window
    """
    standings = standings_now(office, series(window, 2), board)
    if office.recall is None:
        return standings, _errors_of(office, standings)
    return standings, office.recall(office, _both_errors, window, board)


def _both_errors(office: Office, window: Window, board: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _errors_of(office, standings_now(office, series(window, 2), board))


def _errors_of(office: Office, standings: Standings) -> tuple[pd.DataFrame, pd.DataFrame]:
    with reading(office.store) as connection:
        tallies = stored_tallies(connection)
        return errors_in(standings, -2, tallies), errors_in(standings, -1, tallies)


def band_window(
    standings: Standings, errors: pd.DataFrame, earlier: pd.DataFrame | None
) -> pd.DataFrame:
    """Make the lines of `bands` for the last of some scored windows.

    Takes: errors - `errors_in`; earlier - lines with unit, score and, if known, score_error
    """
    lines = rank_window(standings, -1)
    units = lines.drop(columns="sites").join(errors)
    exact = standings.total[standings.window_columns(-1)]
    units = units.assign(score=np.where(lines["score"].isna(), np.nan, exact))
    banded = place_bands(units, standings.rules().full_mark)
    banded = banded.assign(unit=units["unit"], **{ERROR: units["error"]})
    return banded.assign(clear_change=_clear(lines, units["error"], earlier))[["unit", *COLUMNS]]


def _clear(now: pd.DataFrame, error: pd.Series, earlier: pd.DataFrame | None) -> pd.Series:
    """Say whose score moved by CLEAR errors of the difference; <NA> where an error is unknown."""
    clear = pd.Series(pd.NA, now.index, dtype="boolean")
    if earlier is None or ERROR not in earlier:
        return clear
    was = earlier.set_index("unit")[["score", ERROR]].reindex(now["unit"])
    gap = np.abs(now["score"].to_numpy(float) - was["score"].to_numpy(float))
    limit = CLEAR * np.sqrt(error.to_numpy(float) ** 2 + was[ERROR].to_numpy(float) ** 2)
    measured = ~np.isnan(gap) & ~np.isnan(limit)
    clear[measured] = rounded(gap[measured]) > rounded(limit[measured])
    return clear


def join_bands(board_lines: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Put the columns of `bands` beside those of a ranked list."""
    return board_lines.merge(lines, on="unit", how="left", validate="one_to_one")


def errors_in(standings: Standings, number: int, tallies_on: TalliesOn) -> pd.DataFrame:
    """Give the standard errors of the scores in one window: as `scoring.ranking.bands.score_errors`.

    What no site was looked at for adds no error: facts, decisions, leaves that were filled in. Boards of
    another role than territory have none: checks are kept site by site for territories only.
    """
    group = pd.factorize(standings.units["group"])[0]
    frames = []
    factors: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    spans = standings.spans_in(number) if _is_territorial(standings) else []
    for span, columns, shares in spans:
        if id(span.scores) not in factors:
            factors[id(span.scores)] = check_factors(span.scores, span.rules)
        in_window = tuple(factor[:, columns] for factor in factors[id(span.scores)])
        for placed in _place_months(standings, span, tallies_on):
            site = placed["site"].to_numpy(np.int64)
            # Visits whose rows name no site are each one of its own.
            placed = placed.assign(site=np.where(site < 0, -1 - placed["visit"], site))
            sites = site_sums(placed, in_window, span.rules)
            share = np.nan_to_num(shares)[sites["column"].to_numpy(np.int64)]
            frames.append(sites.assign(lost=sites["lost"] * share, weight=sites["weight"] * share))
    sites = sum_sites(pd.concat(frames, ignore_index=True)) if frames else sum_sites(_NO_SITES)
    errors = score_errors(sites, group)
    rules = standings.rules(number)
    if in_use(rules.adjustments):
        groups = standings.units["group"]
        difficulty = groups.map(dict(rules.adjustments.difficulty)).fillna(1.0)
        errors["error"] *= difficulty.to_numpy(float)
    return errors


def largest_check(connection: Connection, standings: Standings) -> tuple[float, int]:
    """Find the one check of the last window that costs its unit most.

    Returns: points of the score, and the position of the unit; (0, -1) where nothing was lost
    """
    largest, position = 0.0, -1
    for span, columns, shares in standings.spans_in() if _is_territorial(standings) else []:
        cost = check_factors(span.scores, span.rules)[0][:, columns] * np.nan_to_num(shares)
        for placed in _place_months(standings, span, stored_tallies(connection)):
            points = check_points(placed, cost, span.rules)
            if len(points) and points.max() > largest:
                largest = float(points.max())
                position = int(placed["column"].to_numpy()[points.argmax()])
    return largest, position


def _place_months(
    standings: Standings, span: RuleSpan, tallies_on: TalliesOn
) -> Iterator[pd.DataFrame]:
    """Place the checks of a span as `place_cells`: day by day each would cost as much as a month."""
    for _, month in groupby(tallies_on(span.window), lambda numbered: month_of(numbered[0])):
        checks, size = checks_of_days(month), len(standings.units)
        yield place_cells(checks, span.rules, standings.column_of, size, TERRITORY)


_NO_SITES = pd.DataFrame({"column": [], "site": [], "lost": [], "weight": []})


def _is_territorial(standings: Standings) -> bool:
    return ROLE_CODES.index(standings.board.role) == TERRITORY


def stored_tallies(connection: Connection) -> TalliesOn:
    """Give the days of a span as the store keeps them, a month in memory at a time."""

    def tallies(span: Window) -> Iterator[tuple[int, Mapping[str, pd.DataFrame]]]:
        for month in by_month(days_with_rows(connection, span.days)):
            visits, grain = (read_days(connection, month, name) for name in ("visits", "grain"))
            yield from ((day, {"visits": visits[day], "grain": grain[day]}) for day in visits)

    return tallies


def mark_unclear(shortlists: pd.DataFrame, banded: pd.DataFrame) -> pd.DataFrame:
    """Say in the remarks of the lists of front and back who does not differ from the next unit.

    Takes: shortlists - as `queries.ranking.shortlists.named_units`; banded - the ranked list of the same
           window, with the columns of `bands`
    """
    remarks = []
    columns = ["unit", "group", "rank", "standing", "score", ERROR]
    placed = banded.loc[banded["rank"].notna(), columns].set_index("unit")
    for line in shortlists.itertuples():
        side = shortlists[(shortlists["group"] == line.group) & (shortlists["side"] == line.side)]
        rivals = placed[(placed["group"] == line.group) & ~placed.index.isin(side["unit"])]
        remark = "" if line.left_out else _unclear(placed.loc[line.unit], rivals, line.side)
        remarks.append("，".join(filter(None, (line.remark, remark))))
    return shortlists.assign(remark=remarks)


def _unclear(line: pd.Series, rivals: pd.DataFrame, side: str) -> str:
    """Say why a unit that is named is no clear case; "" where it is one."""
    if line["standing"] == FEW_SITES:
        return FEW_SITES
    if rivals.empty or np.isnan(line[ERROR]):
        return ""
    nearest = rivals.sort_values("rank", kind="stable").iloc[0 if side == FRONT else -1]
    limit = CLEAR * np.hypot(line[ERROR], nearest[ERROR])
    if not rounded(abs(line["score"] - nearest["score"])) <= rounded(limit):
        return ""
    return f"与{'后' if side == FRONT else '前'}一名无明显差别"


def named_clearly(office: Office, window: Window, board: str = "street") -> pd.DataFrame:
    """List the units named at both ends as `named_units`, marked by `mark_unclear`."""
    banded = join_bands(ranking(office, window, board), bands(office, window, board))
    return mark_unclear(named_units(office, window, board), banded)


def sureness_of(board_lines: pd.DataFrame) -> dict[str, str]:
    """Say of each group which places can be told apart, and why none where they cannot.

    Takes:   board_lines - a list with the columns of `bands`
    Returns: group -> sentence; {} for a list without bands
    """
    if "tier" not in board_lines:
        return {}
    placed = board_lines[board_lines["status"] == RANKED]
    return {group: _group_sureness(lines) for group, lines in placed.groupby("group", sort=False)}


def _group_sureness(lines: pd.DataFrame) -> str:
    banded = lines[lines["tier"].notna()]
    few = lines.loc[lines["standing"] == FEW_SITES, "unit_name"].tolist()
    left_out = f"{_names(few)}点位不足，不估计。" if few else ""
    if len(lines) == 1:
        return f"只有1个单位有名次，无从比较。{left_out}"
    if banded.empty:
        return left_out or "得分都没有误差可估，名次只供参考。"
    if len(banded) == 1:
        return f"误差估得出的只有{_names(banded['unit_name'].tolist())}，无从比较。{left_out}"
    count = int(banded["tier"].max())
    width = int((banded["place_high"] - banded["place_low"] + 1).median())
    if count == 1:
        return f"{len(banded)}个单位得分差别都不大于误差，分不出高低。{left_out}"
    last = banded.loc[banded["tier"] == count, "unit_name"].tolist()
    return (
        f"分得开的有{count}档（末档{len(last)}个：{_names(last)}），"
        f"名次区间一般宽{width}名。{left_out}"
    )


def _names(units: list[str], limit: int = 3) -> str:
    """Name the first few of some units, and say how many there are in all."""
    return "、".join(units[:limit]) + (f"等 {len(units)} 个" if len(units) > limit else "")
