"""What a wall screen shows of a signed issue, sheet by sheet. Pure: frozen figures in, HTML out.

Only what was signed stands on a wall: nothing live, nothing of 上级测评, no name of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from math import ceil

import numpy as np
import pandas as pd

from wenming_metrics.publishing.snapshot import Frozen
from wenming_metrics.scoring.ranking.ranking import RANKED
from wenming_metrics.scoring.survey.rates import HIDDEN
from wenming_metrics.ui.frame.words import arrow
from wenming_metrics.vocabulary import moved_place

_LINES = 11
"""So many lines of a list are read from across a room."""
_SITES, _UNITS = 8, 10


@dataclass(frozen=True)
class WallSettings:
    """What an address asks of a wall.

    sheets - names of SHEETS, in their order; groups, units - only these, () = all; turn - seconds a
    sheet stays; night - the hours in which the screen is dark: from, to (equal: never)
    """

    sheets: tuple[str, ...]
    groups: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    turn: int = 20
    night: tuple[int, int] = (22, 7)


def read_settings(query: Mapping[str, str]) -> tuple[WallSettings, list[str]]:
    """Read the address of a wall.

    Returns: the settings, what is not known left out; and what that was, in words
    """
    faults: list[str] = []
    asked = _words(query.get("sheets", ""))
    unknown = [name for name in asked if name not in SHEETS]
    if unknown:
        faults.append(f"没有“{'、'.join(unknown)}”这一屏，有：{'、'.join(SHEETS)}")
    turn = _number(query.get("turn", "20"), 5, 600)
    hours = [_number(hour, 0, 24) for hour in query.get("night", "22-7").split("-")]
    if turn is None:
        faults.append("turn 应为 5 到 600 的秒数，已按 20 秒翻页")
    if len(hours) != 2 or None in hours:
        faults.append("night 应写成“22-7”，已按 22 时到 7 时熄屏")
        hours = [22, 7]
    return WallSettings(
        sheets=tuple(name for name in asked if name in SHEETS) or tuple(SHEETS),
        groups=_words(query.get("groups", "")),
        units=_words(query.get("units", "")),
        turn=turn or 20,
        night=(hours[0], hours[1]),
    ), faults


def listed_only(signed: Frozen, settings: WallSettings) -> tuple[WallSettings, list[str]]:
    """Leave out groups and units that a signed issue does not list; without any left all are shown.

    Returns: the settings, and what was left out, in words
    """
    boards = [lines for lines in signed.lists.boards.values() if "rank" in lines]
    faults, within = [], {}
    for title, column, names in (
        ("groups", "group", settings.groups),
        ("units", "unit_name", settings.units),
    ):
        in_issue = {str(name) for lines in boards for name in lines[column]}
        within[title] = tuple(name for name in names if name in in_issue)
        if unknown := [name for name in names if name not in in_issue]:
            instead = "" if within[title] else "，已显示全部"
            faults.append(f"这一期的榜单里没有“{'、'.join(unknown)}”{instead}")
    return replace(settings, **within), faults


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.replace("，", ",").replace("、", ",").split(",")))


def _number(text: str, least: int, limit: int) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) < 5
    return int(text) if is_number and least <= int(text) <= limit else None


def wall_sheets(signed: Frozen, settings: WallSettings) -> list[str]:
    """Make the sheets of a signed issue, those without anything to show left out."""
    return [
        f"<section><h2>{escape(title)}</h2>{content}</section>"
        for name in settings.sheets
        for title, content in SHEETS[name](signed, settings)
    ]


def _score(signed: Frozen, settings: WallSettings) -> Iterator[tuple[str, str]]:
    city = signed.lists.city
    if city.score is None:
        return
    clauses = [_step(city.score_change)]
    if city.target is not None:
        gap = city.score - city.target
        clauses.append(f"{'高于' if gap >= 0 else '低于'}目标{city.target:g}分{abs(gap):.2f}分")
    clauses.append(f"{city.scored}个单位的平均，检查{city.checks:,}项次")
    ends = [
        f"<tr><td>{escape(group)}</td><td>{_units_at(lines, 'min')}</td><td>{_units_at(lines, 'max')}</td></tr>"
        for group, lines in _ranked(signed, settings)
        if lines["rank"].nunique() > 1
    ]
    first_row = "<tr><th>分组</th><th>第一</th><th>末位</th></tr>"
    table = f"<table>{first_row}{''.join(ends)}</table>" if ends else ""
    yield (
        f"{signed.issue.window.title}全市得分",
        f"<p class='score'>{city.score:.2f}</p><p>{'　'.join(clauses)}</p>{table}",
    )


def _step(change: float | None) -> str:
    if change is None:
        return "上期没有签发的得分"
    if abs(change) < 0.005:
        return "与上期持平"
    return f"较上期{arrow(change)}分"


def _units_at(lines: pd.DataFrame, end: str) -> str:
    """Name who stands at one end of a group, with the score. Takes: end - "min" or "max" of the ranks"""
    units = lines[lines["rank"] == lines["rank"].agg(end)]
    names = "、".join(units["unit_name"].astype(str)[:3]) + ("等" if len(units) > 3 else "")
    return f"{escape(names)} {units['score'].iloc[0]:.2f}"


def _ranked(signed: Frozen, settings: WallSettings) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the ranked units of each group that the wall shows, best first."""
    for lines in signed.lists.boards.values():
        if "rank" not in lines:
            continue
        placed = lines[lines["status"] == RANKED]
        if settings.units:
            placed = placed[placed["unit_name"].isin(settings.units)]
        for group, group_lines in placed.groupby("group", sort=False):
            if not settings.groups or group in settings.groups:
                yield str(group), group_lines.sort_values("rank", kind="stable")


def _ranks(signed: Frozen, settings: WallSettings) -> Iterator[tuple[str, str]]:
    for group, lines in _ranked(signed, settings):
        stretches = np.array_split(np.arange(len(lines)), ceil(len(lines) / _LINES))
        for number, stretch in enumerate(stretches, 1):
            rows = [
                (
                    *(str(int(line.rank)), line.unit_name, f"{line.score:.2f}"),
                    moved_place(line),
                )
                for line in lines.iloc[stretch].itertuples()
            ]
            page = f"（{number}/{len(stretches)}）" if len(stretches) > 1 else ""
            yield f"{group}排名{page}", _table(("名次", "单位", "得分", "较上期"), rows)


def _losses(signed: Frozen, settings: WallSettings) -> Iterator[tuple[str, str]]:
    shares = signed.lists.shares
    shares = shares[shares["loss"] > 0].head(_UNITS)
    if shares.empty:
        return
    widest = shares["loss"].max()
    rows = "".join(
        f"<tr><td>{escape(str(line.name))}</td><td class='bar'><i style='width:"
        f"{100 * line.loss / widest:.1f}%'></i></td><td>失{line.loss:.2f}分</td></tr>"
        for line in shares.itertuples(index=False)
    )
    yield "全市主要失分", f"<table>{rows}</table>"


def _problems(signed: Frozen, settings: WallSettings) -> Iterator[tuple[str, str]]:
    if signed.bulletin is None or signed.bulletin.problems.empty:
        return
    lines = signed.bulletin.problems
    is_open = lines["closed"] == ""
    counts = is_open.groupby(lines["unit_name"], sort=False).agg(["size", "sum"])
    counts = counts.sort_values(["sum", "size"], ascending=False, kind="stable").head(_UNITS)
    rows = [(name, str(line["size"]), str(line["sum"])) for name, line in counts.iterrows()]
    yield (
        "本期问题整改",
        f"<p>发现问题{len(lines):,}条，截至{signed.bulletin.as_of}，"
        f"已整改{int((~is_open).sum()):,}条，未整改{int(is_open.sum()):,}条</p>"
        + _table(("单位", "发现", "未整改"), rows),
    )


def _sites(signed: Frozen, settings: WallSettings) -> Iterator[tuple[str, str]]:
    if signed.bulletin is None or signed.bulletin.sites.empty:
        return
    rows = [
        (line.site_name, line.unit_name, f"{line.days}天{line.times}次")
        for line in signed.bulletin.sites.head(_SITES).itertuples()
    ]
    yield "反复点位", _table(("点位", "单位", "查出"), rows)


def _survey(signed: Frozen, settings: WallSettings) -> Iterator[tuple[str, str]]:
    if signed.bulletin is None:
        return
    told = signed.bulletin.survey
    told = told[(told["state"] != HIDDEN) & told["shown"].notna()]
    if told.empty:
        return
    decimals = max(len(f"{shown:g}".partition(".")[2]) for shown in told["shown"])
    figures = "".join(
        f"<div><b>{line.shown:.{decimals}f}%</b><span>{escape(str(line.title))}（{line.n:,}份）</span></div>"
        for line in told.itertuples()
    )
    yield f"{signed.bulletin.wave}民意调查", f"<div class='rates'>{figures}</div>"


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    titles = "".join(f"<th>{escape(text)}</th>" for text in heads)
    lines = ["".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows]
    return f"<table><tr>{titles}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


SHEETS: dict[str, Callable[[Frozen, WallSettings], Iterator[tuple[str, str]]]] = {
    "得分": _score,
    "排名": _ranks,
    "失分": _losses,
    "整改": _problems,
    "反复": _sites,
    "民意": _survey,
}
"""Name of a sheet in the address -> what makes its pages."""
