"""更正 of earlier issues in the next one, and the triangle: what each issue said of each period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.publishing.corrections import Corrections, corrections_in
from wenming_metrics.publishing.issues import Issue
from wenming_metrics.publishing.snapshot import Frozen, issues_before, read_frozen
from wenming_metrics.queries.office import Office
from wenming_metrics.store.database import reading

CORRECTED = ["issue", "title", "document", "board", "unit_name", "score_said", "score_now"]
CORRECTED += ["rank_said", "rank_now", "reason"]
CITY_NAME = "全市"
_BACK = 8
"""So many issues back what was said is compared with what is so now."""
_Key = tuple[str, str]


def corrected_since(connection: Connection, office: Office, issue: Issue) -> pd.DataFrame:
    """List what earlier issues said that is no longer so, and that no issue since has told.

    Returns: CORRECTED: issue (number in the store) and its title and 文号, board and unit_name (board ""
             and CITY_NAME: the city), what was said last and what is so now (None: no score, no place)
             and why; the latest period first
    """
    issues_told = [
        (past, read_frozen(connection, past)) for past in issues_before(connection, issue, _BACK)
    ]
    lines = [
        {"issue": past.key, "title": past.title, "document": past.document, **line}
        for past, frozen in issues_told
        for line in _untold(connection, office, frozen, issues_told)
    ]
    return pd.DataFrame(lines, columns=CORRECTED).astype(object)


def _untold(
    connection: Connection, office: Office, frozen: Frozen, issues_told: list[tuple[Issue, Frozen]]
) -> Iterator[dict[str, object]]:
    """Compare what was last said of a period with what is so now, as both are printed."""
    changed = corrections_in(connection, office, frozen.issue)
    decimals = office.rules.decimals
    stated, reasons = _said_last(frozen, issues_told), _reasons(changed)
    for key, (score, rank) in _now(frozen, changed, stated).items():
        score_said, rank_said = stated[key]
        if (_spelled(score_said, decimals), rank_said) != (_spelled(score, decimals), rank):
            yield {
                "board": key[0],
                "unit_name": key[1],
                "score_said": score_said,
                "score_now": score,
                "rank_said": rank_said,
                "rank_now": rank,
                "reason": reasons.get(key) or "各单位得分有更正",
            }


def _signed_figures(frozen: Frozen) -> dict[_Key, tuple[float | None, int | None]]:
    figures = {("", CITY_NAME): (frozen.lists.city.score, None)}
    for kind in frozen.lists.shortlists:
        for line in frozen.lists.boards[kind].itertuples():
            figures[kind, line.unit_name] = (_plain(line.score), _plain(line.rank, int))
    return figures


def _said_last(
    frozen: Frozen, issues_told: list[tuple[Issue, Frozen]]
) -> dict[_Key, tuple[float | None, int | None]]:
    """Give score and rank as the last issue that spoke of them told them."""
    figures = _signed_figures(frozen)
    for _, later in reversed(issues_told):
        for line in _told(later, frozen.issue.key).itertuples():
            figures[line.board, line.unit_name] = (
                _plain(line.score_now),
                _plain(line.rank_now, int),
            )
    return figures


def _told(frozen: Frozen, key: int) -> pd.DataFrame:
    """List what an issue corrected of another one."""
    if frozen.bulletin is None or frozen.bulletin.corrections.empty:
        return pd.DataFrame(columns=CORRECTED)
    lines = frozen.bulletin.corrections
    return lines[lines["issue"] == key]


def _now(
    frozen: Frozen, changed: Corrections, stated: Mapping[_Key, tuple]
) -> dict[_Key, tuple[float | None, int | None]]:
    """Give score and rank as they are now: as signed but for what differs."""
    figures = {**_signed_figures(frozen), ("", CITY_NAME): (changed.city[1], None)}
    for line in changed.units.itertuples():
        if (line.board, line.unit_name) in figures:
            figures[line.board, line.unit_name] = (
                _plain(line.score_now),
                _plain(line.rank_now, int),
            )
    return {key: figures[key] for key in stated if key in figures}


def _reasons(changed: Corrections) -> dict[_Key, str]:
    return {(line.board, line.unit_name): line.reason for line in changed.units.itertuples()}


def _plain(value: object, kind: type = float) -> object:
    return None if value is None or pd.isna(value) else kind(value)


def _spelled(score: float | None, decimals: int) -> float | None:
    return None if score is None else float(half_up(score, decimals))


def names_of(office: Office, issue: Issue) -> list[str]:
    """List the units whose scores a signed issue told."""
    with reading(office.store) as connection:
        figures = _signed_figures(read_frozen(connection, issue))
    return [name for kind, name in figures if kind]


def triangle(office: Office, issue: Issue, unit_name: str = CITY_NAME) -> pd.DataFrame:
    """Give `triangle_in` of an office."""
    with reading(office.store) as connection:
        return triangle_in(connection, issue, unit_name)


def triangle_in(connection: Connection, issue: Issue, unit_name: str = CITY_NAME) -> pd.DataFrame:
    """Say what each issue up to a signed one said of each period's score of a unit.

    Returns: one line per period, the earliest first: title of its issue, and a column for each issue of
             the same book, named by its title, in the order of their signatures: the score as that
             issue left it (NaN before it was signed)
    """
    latest = [*reversed(issues_before(connection, issue, _BACK)), issue]
    by_signature = sorted(latest, key=lambda period: period.signed_at)
    frozen = {period.key: read_frozen(connection, period) for period in latest}
    lines = []
    for period in latest:
        score, line = float("nan"), {"title": period.title}
        for speaker in by_signature:
            if speaker.key == period.key:
                score = _score_of(frozen[period.key], unit_name)
            corrected = _told(frozen[speaker.key], period.key)
            corrected = corrected[corrected["unit_name"] == unit_name]
            if len(corrected):
                score = _plain(corrected["score_now"].iloc[0])
            line[speaker.title] = score
        lines.append(line)
    return pd.DataFrame(lines)


def _score_of(frozen: Frozen, unit_name: str) -> float:
    figures = {name: score for (_, name), (score, _) in _signed_figures(frozen).items()}
    score = figures.get(unit_name)
    return float("nan") if score is None else score
