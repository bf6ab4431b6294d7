"""What stands on top of the page of one unit: its sentences, where they lead, its periods as points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from wenming_metrics.charts.rank_history import PeriodRank
from wenming_metrics.domain.periods import Window
from wenming_metrics.publishing.issues import issues, signed_for
from wenming_metrics.scoring.ranking.ranking import RANKED, THIN
from wenming_metrics.ui.frame import filters, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.portrait import sentences
from wenming_metrics.ui.portrait.facts import TOGETHER, UnitFacts

_UNITS = {"day": "天", "week": "周", "month": "个月", "quarter": "个季度"}
_WHY = {THIN: "暂不评分"}


def opening(facts: UnitFacts, lines: pd.DataFrame, window_name: str) -> list[str]:
    """Say in a few sentences what a unit's period comes to.

    Takes: lines - the list that the unit's line is of; window_name - the window
    """
    window, line = facts.selection.window, facts.line
    compared = words.before(window)
    if facts.scored is None:
        return [_signed(facts, sentences.listed(line, facts.name, window_name, compared))]
    peers = lines[(lines["group"] == line["group"]) & (lines["status"] == RANKED)]
    sentences_first = [
        _signed(facts, sentences.standing(line, facts.name, window_name, len(peers), compared))
    ]
    scored = facts.scored
    if not scored.seen:
        return sentences_first
    return [
        *sentences_first,
        sentences.costs(scored.losses, scored.total),
        sentences.fix(scored.fixing, scored.together, line["score"], TOGETHER),
    ]


def _signed(facts: UnitFacts, sentence: str) -> str:
    """Add to a sentence whether its figures are signed, or may still change."""
    issue = signed_for(ask(issues), facts.selection.window)
    if facts.selection.signed and issue is not None:
        return f"{sentence}{words.plain(issue.title)}已签发。"
    return f"{sentence.removesuffix('。')}（数据未签发）。"


def lost_query(facts: UnitFacts, days: Sequence[date]) -> dict[str, str]:
    """Give the address parameters of 失分分析 for the unit in its period."""
    period = filters.query_of(facts.selection.window, days, "lost_")
    return {**period, "lost_unit" if facts.is_first else "lost_named": facts.name}


def unit_of(of: Window) -> str:
    """Say how windows of a kind are counted."""
    return "期" if of.number else _UNITS.get(of.kind, "期")


def labels_of(facts: UnitFacts) -> list[str]:
    """Give a short name to each period."""
    return [_label(period) for period in facts.over_time["window"]]


def points_of(facts: UnitFacts) -> list[PeriodRank]:
    """Make a point of each period, oldest first."""
    return [
        PeriodRank(
            label=_label(line.window),
            score=None if pd.isna(line.score) else float(line.score),
            rank=0 if pd.isna(line.rank) else int(line.rank),
            why="" if not pd.isna(line.score) else _WHY.get(line.status, line.status),
            hover=_hover(line, ranked=facts.scored is not None),
        )
        for line in facts.over_time.itertuples()
    ]


def _label(of: Window) -> str:
    if of.number and of.kind != "week":
        return f"{of.number}期"
    if of.kind == "month":
        return f"{of.start.year % 100}年{of.start.month}月"
    if of.kind == "quarter":
        return f"{of.start.year % 100}年{(of.start.month + 2) // 3}季"
    return f"{of.start.month}/{of.start.day}"


def _hover(line: tuple, *, ranked: bool) -> str:
    counted = f"{line.checks:,} 项检查，{line.failed:,} 项有问题"
    if not ranked:
        return f"{line.window.title}<br>{line.failed:,} 项有问题"
    if pd.isna(line.score):
        return f"{line.window.title}<br>{line.status}<br>{counted}"
    rank = "" if pd.isna(line.rank) else f"，第 {line.rank} 名（共 {line.ranked} 个）"
    return f"{line.window.title}<br><b>{line.score:.2f} 分</b>{rank}<br>{counted}"
