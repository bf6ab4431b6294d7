"""The page of one unit on paper (打印一页): one side of A4, black on white, nothing cut in silence.

It lies hidden in the page and is all that a printer gets. Lists are short and every line of them
stays on one line, so the sheet has room for the busiest unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from wenming_metrics.charts.rank_history import rank_drawing
from wenming_metrics.ui.portrait import sentences, tables
from wenming_metrics.ui.portrait.facts import UnitFacts, kinds_of
from wenming_metrics.ui.portrait.opening import labels_of, points_of, unit_of

_PERIODS = 12
"""So many periods fit beside one another on paper."""
_BRANCHES, _ENDS, _LOSSES, _FIXES, _OPEN, _SITES, _RATES, _KINDS = 8, 2, 13, 3, 5, 3, 4, 24


def sheet(facts: UnitFacts, opening: Sequence[str], query: Mapping[str, str], foot: str) -> str:
    """Make the sheet of one unit.

    Takes:   opening - its opening sentences; query - the address of its lost points; foot - under
             which rules and from how many checks
    Returns: HTML, seen by printers only
    """
    body = _scored(facts, query) if facts.scored is not None else _listed(facts, query)
    lower = _part("未整改的问题", [_note(sentences.problems(facts.open))], _open(facts, query))
    return (
        f"<div class='printed'><div class='head'><b>单位画像</b> {escape(_who(facts))}</div>"
        f"<p class='told'>{tables.as_html(''.join(opening))}</p>{_over_time(facts)}{body}{lower}"
        f"{_last(facts, query)}<div class='foot'>{escape(foot)}</div></div>"
    )


def _who(facts: UnitFacts) -> str:
    group = facts.line.get("group", "")
    names = [facts.name, group or "", facts.board.title, facts.selection.window.title]
    return " · ".join(name for name in names if name)


def _part(title: str, notes: Sequence[str], body: str) -> str:
    return f"<div class='part'><h2>{escape(title)}</h2>{''.join(notes)}{body}</div>"


def _note(sentence: str) -> str:
    return f"<p class='note'>{tables.as_html(sentence)}</p>"


def _pair(left: str, right: str) -> str:
    return f"<div class='pair'><div>{left}</div><div>{right}</div></div>"


def _over_time(facts: UnitFacts) -> str:
    lines, unit = facts.over_time.tail(_PERIODS), unit_of(facts.selection.window)
    if facts.scored is None:
        counts = lines["failed"].astype(int).tolist()
        table = tables.periods(labels_of(facts)[-_PERIODS:], counts)
        return _part("问题多少", [_note(sentences.counted(lines, unit))], table)
    drawing = rank_drawing(points_of(facts)[-_PERIODS:])
    return _part("名次和得分", [_note(sentences.course(lines, unit))], drawing)


def _scored(facts: UnitFacts, query: Mapping[str, str]) -> str:
    scored, line = facts.scored, facts.line
    if not scored.seen:
        return _note(sentences.NOT_SEEN)
    comparison = sentences.against(scored.against, str(line["group"]))
    drawn = tables.branches(
        scored.against, query, scored=not pd.isna(line["score"]), most=_BRANCHES
    )
    left = _part("强项和弱项", [_note(comparison)], drawn)
    right = _part(
        "失分账",
        [_note(sentences.ledger(scored.losses, scored.total, _LOSSES))],
        tables.losses(scored.losses, scored.total, query, _LOSSES),
    )
    behind, ahead = sentences.extremes(scored.against, _ENDS)
    ends = tables.standards(behind, ahead=False)
    ends += tables.standards(ahead, ahead=True)
    left += _part("离同组平均最远的标准", [], ends) if ends else ""
    return _pair(left + _note(sentences.unseen(scored.against)), right)


def _listed(facts: UnitFacts, query: Mapping[str, str]) -> str:
    kinds = kinds_of(facts)
    to = tables.address(query)
    note = _note(sentences.kinds(kinds))
    return _part("哪几类问题", [note], tables.kinds(kinds, to, _KINDS))


def _open(facts: UnitFacts, query: Mapping[str, str]) -> str:
    return tables.problems(facts.open, query, _OPEN) if facts.open.dated else ""


def _last(facts: UnitFacts, query: Mapping[str, str]) -> str:
    """Make the lowest part: what comes back, what to fix first, and what there is of other kinds."""
    pair = ""
    if facts.scored is not None:
        pair = _pair(_repeats(facts, query), _fixes(facts, query))
    left, right = "", ""
    if sentence := sentences.deadlines(facts.deadlines):
        left = _part("整改", [_note(f"本期发现的问题，{sentence}")], "")
    if facts.survey is not None:
        title = f"两率一度（{facts.survey.wave.title}）"
        note = _note(tables.SURVEY_NOTE)
        right = _part(title, [note], tables.survey(facts.survey, _RATES))
    if len(facts.documents):
        document = facts.documents.iloc[0]
        sentence = f"{facts.quarter.title}：{document['told']}，占 {document['value']:.1f}%。"
        left += _part("台账", [_note(sentence)], "")
    return pair + (_pair(left, right) if left or right else "")


def _repeats(facts: UnitFacts, query: Mapping[str, str]) -> str:
    to = tables.address(query, lost_tab="反复问题")
    note = sentences.RETURNING
    note += "本期无反复点位。" if facts.repeats.empty else ""
    return _part("反复点位", [_note(note)], tables.repeats(facts.repeats, to, _SITES))


def _fixes(facts: UnitFacts, query: Mapping[str, str]) -> str:
    fixes = facts.scored.fixing
    if fixes.empty:
        return ""
    note = _note("只改这一类能挽回的分；几类一起改，不是各行相加。")
    return _part("整改重点", [note], tables.fixes(fixes, facts.scored.classes, query, _FIXES))
