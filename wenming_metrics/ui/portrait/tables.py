"""The lists of the page of one unit as HTML: the same on the screen and on paper, only longer or shorter.

What is cut off is counted in the last line, never dropped in silence. Everything that comes from
data passes through `escape`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from urllib.parse import urlencode

import pandas as pd

from wenming_metrics.charts.range_bars import Range, left_end, range_lines
from wenming_metrics.queries.survey.states import NOT_SHOWN, STATE_WORDS
from wenming_metrics.queries.unit.open_problems import Unsolved
from wenming_metrics.queries.unit.portrait import ASIDE, SEEN
from wenming_metrics.ui.frame.words import not_announced
from wenming_metrics.ui.portrait import sentences
from wenming_metrics.ui.portrait.facts import SurveyFacts, node_of
from wenming_metrics.ui.survey.sentences import percent

SURVEY_NOTE = "份数后面是误差范围（95%置信水平）和同组名次。"
LONG_NAMES, LONG_MIDDLE = "long", "broad"
Row = tuple[str, str, str]
"""Left, middle and right cell of a line, as HTML."""


def table(rows: Iterable[Row], *, last: Row | None = None, look: str = "") -> str:
    """Make a table of three columns.

    Takes: last - a line that sums up, drawn strong; look - LONG_NAMES or LONG_MIDDLE: what gets more
           room on paper
    """
    body = "".join(_row(row) for row in rows) + (_row(last, "whole") if last else "")
    return f"<table class='{f'facts {look}'.strip()}'>{body}</table>" if body else ""


def _row(row: Row, mark: str = "") -> str:
    left, middle, right = row
    return (
        f"<tr class='{mark}'><td>{left}</td><td class='quiet'>{middle}</td>"
        f"<td class='number'>{right}</td></tr>"
    )


def address(query: Mapping[str, str], **more: str) -> str:
    """Give the address of the page of lost points, narrowed."""
    return f"lost?{urlencode({**query, **more})}"


def linked(text: str, to: str) -> str:
    """Give a text that leads to an address."""
    return f"<a href='{escape(to, quote=True)}' target='_self'>{escape(text)}</a>"


def as_html(sentence: str) -> str:
    """Turn a sentence as it is written for the screen into HTML: bold stays, escapes go."""
    pieces = []
    for position, piece in enumerate(sentence.split("**")):
        text = escape(re.sub(r"\\(.)", r"\1", piece))
        pieces.append(f"<b>{text}</b>" if position % 2 else text)
    return "".join(pieces)


def rest(total: int, shown_rows: int, what: str = "条", to: str = "") -> list[Row]:
    """Give the line that leads to all of them, or none. Takes: what - how they are counted"""
    if total <= shown_rows:
        return []
    if not to:
        return [(f"另有 {total - shown_rows} {what}未列出", "", "")]
    return [(linked(f"查看全部 {total} {what}", to), "", "")]


def branches(lines: pd.DataFrame, query: Mapping[str, str], *, scored: bool, most: int) -> str:
    """Draw the top indicators of a unit on the range of its group.

    Takes: lines - `portrait.against_group`; scored - whether the unit is among those compared
    """
    top = lines[lines["level"] == 1]
    top = top[(top["state"] != ASIDE) | (top["units"] > 0)]
    drawn = [_range(line, query, scored=scored) for line in top.head(most).itertuples()]
    if not drawn:
        return ""
    left = len(top) - len(drawn)
    cut = f"另有 {left} 类未列出。" if left else ""
    scale = (
        f"浅色横条是同组最低到最高，竖线是平均，圆点是本单位；左端 {left_end(drawn)}%，右端 100%。"
    )
    return f"{range_lines(drawn)}<div class='note'>{scale}{cut}</div>"


def _range(line: tuple, query: Mapping[str, str], *, scored: bool) -> Range:
    some = line.units > 0
    basis = [f"平均 {line.middle:.1f}%"] if some else []
    basis += [f"查 {line.checks:,} 项"] if line.state == SEEN else []
    basis += [sentences.place_in(line)] if scored and line.state == SEEN and some else []
    return Range(
        name=line.name,
        low=line.low if some else None,
        high=line.high if some else None,
        middle=line.middle if some else None,
        value=line.rate if line.state == SEEN else None,
        value_text=f"{line.rate:.1f}%" if line.state == SEEN else line.state,
        basis=" · ".join(basis),
        link=address(query, lost_node=line.name) if line.state == SEEN else "",
    )


def standards(lines: pd.DataFrame, *, ahead: bool) -> str:
    """List standards on which a unit is ahead of its group, or behind it. Takes: lines - of `extremes`"""
    rows = [
        (
            escape(line.name),
            escape(f"{line.rate:.1f}%，平均 {line.middle:.1f}%，查 {line.checks:,} 项"),
            f"{'多得' if ahead else '多失'} {abs(line.gap):.2f} 分",
        )
        for line in lines.itertuples()
    ]
    return table(rows)


def losses(standards: pd.DataFrame, total: float, query: Mapping[str, str], most: int) -> str:
    """List what cost most, the rest in one line, and the sum. Takes: standards - `Scored.losses`"""
    first, remaining = standards.head(most), standards.iloc[most:]
    rows = [
        (
            linked(line.path[-1], address(query, lost_node=node_of(line.path))),
            escape(_behind(line)),
            f"{line.loss:.2f}",
        )
        for line in first.itertuples()
    ]
    if len(remaining):
        rows.append((f"其余 {len(remaining)} 条标准", "", f"{remaining['loss'].sum():.2f}"))
    return table(rows, last=("合计", "", f"{total:.2f}")) if rows else ""


def _behind(line: tuple) -> str:
    above = line.path[0] if len(line.path) > 1 else ""
    basis = f"{line.count} 条问题，{line.sites} 个点位" if line.count else "不在某一行上"
    return f"{above} · {basis}" if above else basis


def fixes(candidates: pd.DataFrame, classes: int, query: Mapping[str, str], most: int) -> str:
    """List the classes of problems that give back most.

    Takes: candidates - `Scored.fixing`; classes - how many there are in all
    """
    rows = [
        (
            linked(line.name, address(query, lost_tab="优先整改事项")),
            escape(f"{line.count} 条问题，{line.sites} 个点位"),
            f"+{line.gain:.2f}",
        )
        for line in candidates.head(most).itertuples()
    ]
    return table(
        rows + rest(classes, len(rows), "类", address(query, lost_tab="优先整改事项")),
        look=LONG_NAMES,
    )


def problems(unsolved: Unsolved, narrow: Mapping[str, str], most: int) -> str:
    """List open problems, the most urgent first. Takes: narrow - address of the unit's lost points"""
    rows = []
    for line in unsolved.lines.head(most).itertuples():
        mark, words = sentences.urgency(line.left)
        day = address(narrow, lost_period="日", lost_date=line.day.isoformat())
        number = f"{line.number} · " if line.number else ""
        what = f"{line.site_name}：{line.description or line.item_name}"
        rows.append(
            (
                linked(what, day),
                escape(
                    f"{number}{line.day:%m-%d} 发现，期限 {line.due:%m-%d}{not_announced(line.years)}"
                ),
                f"<span class='due {mark}'>{words}</span>",
            )
        )
    return table(rows + rest(unsolved.dated, len(rows)), look=LONG_NAMES)


def repeats(sites: pd.DataFrame, to: str, most: int) -> str:
    """List the sites that keep coming back. Takes: sites - `repeat_sites.returning_sites`"""
    rows = [
        (
            linked(line.site_name, to),
            escape(f"{line.point_type_name} · {line.items}"),
            f"{line.days} 天有问题",
        )
        for line in sites.head(most).itertuples()
    ]
    return table(rows + rest(len(sites), most, "个", to))


def survey(facts: SurveyFacts, most: int) -> str:
    """List the rates of a survey."""
    decimals = facts.decimals
    rows = [
        (escape(_aimed(line)), escape(_margin(line, decimals)), percent(line.shown, decimals))
        for line in facts.lines.head(most).itertuples()
    ]
    return table(rows + rest(len(facts.lines), most, "项"), look=LONG_MIDDLE)


def _aimed(line: tuple) -> str:
    has = line.target is not None and not pd.isna(line.target)
    return f"{line.title}（目标 {line.target:g}%）" if has else str(line.title)


def _margin(line: tuple, decimals: int) -> str:
    counted = f"{line.n:,.0f} 份"
    if pd.isna(line.shown):
        return f"{counted}，{NOT_SHOWN}"
    few = STATE_WORDS.get(line.state, "")
    clauses = [f"{counted}（{few}）" if few else counted]
    if not pd.isna(line.low):
        clauses.append(f"{line.low:.{decimals}f}—{percent(line.high, decimals)}")
    if not pd.isna(line.place):
        clauses.append(f"第 {int(line.place)} 名")
    return "，".join(clauses)


def kinds(by_kind: pd.DataFrame, to: str, most: int) -> str:
    """List kinds of problems. Takes: by_kind - name, count, places, lost, most frequent first"""
    rows = [
        (
            linked(line.name, to),
            escape(f"{line.places} 处，扣分 {line.lost:.2f}"),
            f"{line.count} 条",
        )
        for line in by_kind.head(most).itertuples()
    ]
    return table(rows + rest(len(by_kind), most, "类", to))


def periods(labels: Sequence[str], counts: Sequence[int]) -> str:
    """Write counts per period side by side, for paper."""
    heads = "".join(f"<th>{escape(label)}</th>" for label in labels)
    cells = "".join(f"<td>{count}</td>" for count in counts)
    return f"<table class='periods'><tr>{heads}</tr><tr>{cells}</tr></table>"
