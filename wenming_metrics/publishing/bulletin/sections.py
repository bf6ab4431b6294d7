"""The sections of a 通报: each makes its sentences and tables of the figures, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from wenming_metrics.export.word.blocks import (
    ANNEX,
    HEADING,
    NOTE,
    SUBHEADING,
    Block,
    Paragraph,
    body,
)
from wenming_metrics.publishing.bulletin import phrases
from wenming_metrics.publishing.bulletin.basis import Basis
from wenming_metrics.publishing.bulletin.layout import DEADLINE_MARK, SECTIONS, Layout
from wenming_metrics.publishing.bulletin.loss_sections import losses
from wenming_metrics.publishing.bulletin.phrases import clip, join, numeral, points
from wenming_metrics.publishing.bulletin.rank_sections import absent, ranking, shortlists
from wenming_metrics.publishing.bulletin.work_sections import (
    problem_grid,
    rectification,
    repeats,
    survey,
)

Section = Callable[[Basis, Layout], list[Block]]


@dataclass(frozen=True)
class Content:
    """The blocks of a 通报: body, and what follows the signature."""

    body: tuple[Block, ...]
    annexes: tuple[Block, ...]


def make_content(basis: Basis, layout: Layout) -> Content:
    """Make all blocks of a 通报. Sections that have nothing to say are left out."""
    blocks, number = [*_standing(basis), *_opening(layout)], 0
    for name in layout.sections:
        section_blocks = _MAKERS[name](basis, layout) if name in _MAKERS else []
        if section_blocks:
            number += 1
            blocks.append(Paragraph(HEADING, f"{numeral(number)}、{SECTIONS[name]}"))
            blocks += section_blocks
    annexes = _annexes(basis) if "annex" in layout.sections else []
    if annexes:
        blocks.append(body("附件：问题清单"))
    return Content(tuple(blocks), (*annexes, *_basis_notes(basis)))


def _standing(basis: Basis) -> list[Block]:
    """Say above everything else that a document is no signed 通报."""
    issue = basis.issue
    if issue.ended_at:
        return [body(f"（本期已作废：{issue.reason}）")]
    return [] if basis.is_signed else [body("（征求意见稿，未签发，数据以签发的通报为准）")]


def _opening(layout: Layout) -> list[Block]:
    return [body(line) for line in layout.opening.splitlines() if line.strip()]


def _summary(basis: Basis, layout: Layout) -> list[Block]:
    city, span = basis.lists.city, basis.window.title
    looked = f"{span}，共检查点位{city.sites}个、到访{city.visits}次，检查{city.checks}项次"
    found = f"发现问题{city.failed}项、{city.places}处" if city.failed else "未发现问题"
    board = next(iter(basis.boards))
    named = f"参加测评的{basis.boards[board]}共{city.units}个"
    without = city.units - city.scored
    scored = "均有得分" if not without else f"有得分的{city.scored}个，未评分的{without}个"
    if not city.scored:
        scored = "均未评分"
    blocks = [body(f"{looked}，{found}。"), body(f"{named}，{scored}。")]
    if city.score is None:
        return blocks
    texts = [f"全市得分{points(city.score, basis.decimals)}分"]
    texts += [phrases.change(city.score_change, basis.decimals), _target(basis)]
    blocks.append(body(phrases.sentence(texts)))
    if basis.window.kind == "day":
        blocks.append(body("当日检查点位少，得分和名次仅供参考。"))
    return blocks


def _target(basis: Basis) -> str:
    city, decimals = basis.lists.city, basis.decimals
    if city.target is None:
        return ""
    gap, target = city.score - city.target, f"目标（{points(city.target, decimals)}分）"
    if points(abs(gap), decimals) == points(0, decimals):
        return f"达到{target}"
    return f"{'高于' if gap > 0 else '低于'}{target}{points(abs(gap), decimals)}分"


def _problems(basis: Basis, layout: Layout) -> list[Block]:
    """Name the problems of each unit, the ones that cost most; the annex has them all."""
    if basis.facts is None:
        return []
    if basis.facts.problems.empty:
        return [body("本期未发现问题。")]
    by_unit = dict(tuple(basis.facts.problems.groupby("unit_name", sort=False)))
    listed = basis.lists.boards[basis.facts.board]["unit_name"].tolist()
    names = [*(name for name in listed if name in by_unit), *(by_unit.keys() - set(listed))]
    blocks: list[Block] = []
    for number, name in enumerate(names, 1):
        lines = by_unit[name]
        count = f"问题{len(lines)}条、{int(lines['places'].sum())}处"
        blocks.append(Paragraph(SUBHEADING, f"（{numeral(number)}）{name}（{count}）"))
        for place, line in enumerate(lines.head(layout.per_unit).itertuples(), 1):
            blocks.append(body(f"{place}.{_problem(line)}"))
        rest = len(lines) - layout.per_unit
        if rest > 0:
            where = "见附件" if "annex" in layout.sections else "从略"
            blocks.append(body(f"其余{rest}条{where}。"))
    return blocks


def _problem(line: tuple) -> str:
    """Word one problem: where, what, who is responsible."""
    text = " ".join(line.description.split())
    what = line.item_name if text in ("", line.item_name) else f"{line.item_name}，{clip(text)}"
    is_other = line.responsible not in ("", line.unit_name)
    who = f"（责任单位：{line.responsible}）" if is_other else ""
    return f"{line.site_name}：{what.rstrip('。；，')}{who}。"


def _demands(basis: Basis, layout: Layout) -> list[Block]:
    deadline = basis.window.end + timedelta(days=layout.feedback_days)
    lines = [line.strip() for line in layout.demands.splitlines() if line.strip()]
    texts = [line.replace(DEADLINE_MARK, phrases.long_day(deadline)) for line in lines]
    return [body(f"（{numeral(number)}）{text}") for number, text in enumerate(texts, 1)]


def _annexes(basis: Basis) -> list[Block]:
    if basis.facts is None or basis.facts.problems.empty:
        return []
    grid, rest = problem_grid(basis)
    blocks = [Paragraph(ANNEX, "附件"), grid]
    if rest:
        blocks.append(Paragraph(NOTE, f"另有{rest}条未列入本表，全部问题见系统导出的清单。"))
    return blocks


def _basis_notes(basis: Basis) -> list[Block]:
    """Say by which rules and of how many rows the figures are, and how to check them."""
    code = basis.digest[:10]
    what = "校验码" if basis.is_signed else "数据校验码（未签发）"
    texts = [
        f"测评办法：{join(basis.rules)}。",
        f"数据依据：入库的{basis.lists.rows}行。{what}：{code}。",
    ]
    return [Paragraph(NOTE, text) for text in texts]


_MAKERS: Mapping[str, Section] = {
    "summary": _summary,
    "ranking": ranking,
    "shortlists": shortlists,
    "absent": absent,
    "losses": losses,
    "problems": _problems,
    "repeats": repeats,
    "rectification": rectification,
    "survey": survey,
    "demands": _demands,
}


def names_in(basis: Basis) -> tuple[set[str], set[str]]:
    """Give the names that figures belong to: of units and sites, and of what else is named.

    Returns: names that occur only where they are meant; names that may be words as well (indicators,
             groups, lists, statuses)
    """
    lists, facts = basis.lists, basis.facts
    strong, weak = set(), set(basis.boards.values())
    for frame in lists.boards.values():
        strong |= set(frame["unit_name"])
        weak |= set(frame.get("group", pd.Series(dtype=object))) | set(frame.get("status", ()))
    for frame in lists.shortlists.values():
        weak |= set(frame["title"])
    weak |= {*lists.losses["name"], *lists.shares["name"]}
    if facts is not None:
        strong |= {*facts.problems["unit_name"], *facts.problems["site_name"]}
        strong |= {name for text in facts.problems["responsible"] for name in text.split("、")}
        weak |= {*facts.problems["item_name"], *facts.problems["state"], *facts.survey["title"]}
    return {name for name in strong if name}, {str(name) for name in weak if name} - strong
