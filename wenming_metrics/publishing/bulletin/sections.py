"""The sections of a 通报: each makes its sentences and tables of the figures, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd

from wenming_metrics.export.word.blocks import (
    ADDRESSEE,
    ANNEX,
    HEADING,
    IMPRINT,
    MARK,
    NOTE,
    Block,
    Paragraph,
    body,
    plain_text,
)
from wenming_metrics.publishing.bulletin import phrases
from wenming_metrics.publishing.bulletin.later_sections import (
    corrections,
    problem_pictures,
    reviews,
)
from wenming_metrics.publishing.bulletin.layout import DEADLINE_MARK, SECTIONS, Layout
from wenming_metrics.publishing.bulletin.loss_sections import losses
from wenming_metrics.publishing.bulletin.material import Material
from wenming_metrics.publishing.bulletin.phrases import join, numeral, points
from wenming_metrics.publishing.bulletin.rank_sections import SIDES, absent, ranking, shortlists
from wenming_metrics.publishing.bulletin.work_sections import (
    hotline,
    problem_grid,
    problems,
    rectification,
    repeats,
    survey,
)
from wenming_metrics.queries.files.held_effect import held_sentence
from wenming_metrics.queries.scores.details import PATH_MARK

Section = Callable[[Material, Layout], list[Block]]


@dataclass(frozen=True)
class Content:
    """The blocks of a 通报: body, what follows the signature, and what stands above the head."""

    body: tuple[Block, ...]
    annexes: tuple[Block, ...]
    marks: tuple[Block, ...] = ()


def make_content(material: Material, layout: Layout) -> Content:
    """Make all blocks of a 通报. Sections that have nothing to say are left out."""
    material = narrow(material, layout)
    blocks, number = [*standing(material), *_opening(layout)], 0
    additions = dict(layout.additions)
    for name in layout.sections:
        section_blocks = MAKERS[name](material, layout) if name in MAKERS else []
        section_blocks += [body(line) for line in _lines(additions.get(name, ""))]
        if section_blocks:
            number += 1
            blocks.append(Paragraph(HEADING, f"{numeral(number)}、{heading_of(name, material)}"))
            blocks += section_blocks
    annexes = _annexes(material) if "annex" in layout.sections else {}
    titles = [
        f"附件{order if len(annexes) > 1 else ''}：{title}"
        for order, title in enumerate(annexes, 1)
    ]
    blocks += [body(title) for title in titles]
    following: list[Block] = []
    for title, annex_blocks in zip(titles, annexes.values(), strict=True):
        following += [Paragraph(ANNEX, title.partition("：")[0]), *annex_blocks]
    return Content(
        tuple(blocks),
        (*following, *material_notes(material), *_plan(layout), *_imprint(material, layout)),
        _marks(layout),
    )


def narrow(material: Material, layout: Layout) -> Material:
    """Keep the problems that a special 通报 is about: by indicator, item or type of site."""
    names = set(filter(None, layout.scope.split("、")))
    if not names or material.facts is None or material.facts.problems.empty:
        return material
    problems = material.facts.problems
    levels = [names & set(path.split(PATH_MARK)) for path in problems["path"]]
    mask = pd.Series([bool(level) for level in levels], problems.index)
    mask |= problems["item_name"].isin(names) | problems["point_type_name"].isin(names)
    # Pictures keep the number of their line.
    pictures = material.facts.pictures
    if len(pictures):
        position = pd.Series(mask.cumsum() - 1, problems.index)
        pictures = pictures[[bool(mask.iloc[line]) for line in pictures["problem"]]]
        pictures = pictures.assign(problem=[int(position.iloc[n]) for n in pictures["problem"]])
    narrowed = problems[mask].reset_index(drop=True)
    return replace(material, facts=replace(material.facts, problems=narrowed, pictures=pictures))


def heading_of(name: str, material: Material) -> str:
    """Give the heading of a section; names that a person confirmed, or a signature, propose no more."""
    is_decided = material.is_signed or len(material.named) > 0
    return "表扬和批评" if name == "shortlists" and is_decided else SECTIONS[name]


def _marks(layout: Layout) -> tuple[Block, ...]:
    """Say above the head how far it may go."""
    texts = [layout.secrecy, "内部资料，注意保存" if layout.internal else ""]
    return tuple(Paragraph(MARK, text) for text in texts if text)


def _plan(layout: Layout) -> list[Block]:
    return [Paragraph(NOTE, f"督查计划编号：{layout.plan_no}。")] if layout.plan_no else []


def _imprint(material: Material, layout: Layout) -> list[Block]:
    """Say at the very end who gets a copy, and who gave it out when."""
    if not layout.copies:
        return []
    signed_on = phrases.long_day(material.issue.signed_on) if material.is_signed else ""
    texts = [f"抄送：{layout.copies.rstrip('。')}。"]
    texts += [f"{layout.signer} {signed_on}印发"] if signed_on else []
    return [Paragraph(IMPRINT, text) for text in texts]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def standing(material: Material, unit: str = "") -> list[Block]:
    """Say above everything else that a document is no signed 通报, and which rows do not count yet."""
    if material.issue.ended_at:
        return [body(f"（本期已作废：{material.issue.reason}）")]
    if material.is_signed:
        return []
    held_note = "" if material.held is None else held_sentence(material.held, unit)
    texts = ("（征求意见稿，未签发，数据以签发的通报为准）", held_note)
    return [body(text) for text in texts if text]


def _opening(layout: Layout) -> list[Block]:
    addressee = f"{layout.addressee.rstrip('：')}：" if layout.addressee else ""
    to_whom = [Paragraph(ADDRESSEE, addressee)] if addressee else []
    return [*to_whom, *(body(line) for line in _lines(layout.opening))]


def _summary(material: Material, layout: Layout) -> list[Block]:
    overview, span = material.lists.city, material.window.title
    looked = (
        f"{span}，共检查点位{overview.sites}个、到访{overview.visits}次，检查{overview.checks}项次"
    )
    problems = (
        f"发现问题{overview.places}处，涉及检查{overview.failed}项次"
        if overview.failed
        else "未发现问题"
    )
    board = "单位" if material.facts is None else material.boards[material.facts.city_board]
    named = f"参加测评的{board}共{overview.units}个"
    without = overview.units - overview.scored
    standing_words = (
        "均有得分" if not without else f"有得分的{overview.scored}个，未评分的{without}个"
    )
    if not overview.scored:
        standing_words = "均未评分"
    blocks = [
        body(f"{looked}，{problems}。"),
        *_late(material),
        body(f"{named}，{standing_words}。"),
    ]
    if overview.score is None:
        return blocks
    texts = [f"全市得分{points(overview.score, material.decimals)}分"]
    texts += [phrases.change(overview.score_change, material.decimals), _target(material)]
    blocks.append(body(phrases.sentence(texts)))
    if material.window.kind == "day":
        blocks.append(body("当日检查点位少，得分和名次仅供参考。"))
    return blocks


def _late(material: Material) -> list[Block]:
    """Say what of earlier issues the figures hold, whose problems are not named here."""
    if material.facts is None or not material.facts.late_rows:
        return []
    return [body(f"以上含以前各期截止以后收到、计入本期的{material.facts.late_rows}行记录。")]


def _target(material: Material) -> str:
    overview, decimals = material.lists.city, material.decimals
    if overview.target is None:
        return ""
    gap, goal = overview.score - overview.target, f"目标（{points(overview.target, decimals)}分）"
    if points(abs(gap), decimals) == points(0, decimals):
        return f"达到{goal}"
    return f"{'高于' if gap > 0 else '低于'}{goal}{points(abs(gap), decimals)}分"


def demands(material: Material, layout: Layout) -> list[Block]:
    """Give the office's own demands, with the day by which units answer."""
    deadline = material.window.end + timedelta(days=layout.feedback_days)
    lines = [line.strip() for line in layout.demands.splitlines() if line.strip()]
    texts = [line.replace(DEADLINE_MARK, phrases.long_day(deadline)) for line in lines]
    return [body(f"（{numeral(number)}）{text}") for number, text in enumerate(texts, 1)]


def _annexes(material: Material) -> dict[str, list[Block]]:
    """Give the annexes by their titles."""
    annexes: dict[str, list[Block]] = {}
    if material.facts is None or material.facts.problems.empty:
        return annexes
    grid, remaining = problem_grid(material.facts.problems, material.facts.closes)
    left_out = f"另有{remaining}条未列入本表，全部问题见系统导出的清单。"
    annexes["问题清单"] = [grid, *([Paragraph(NOTE, left_out)] if remaining else [])]
    pictures = problem_pictures(material)
    return annexes | ({"问题照片": pictures} if pictures else {})


def material_notes(material: Material) -> list[Block]:
    """Say by which rules and of how many rows the figures are, and how to check them."""
    code = material.digest[:10]
    what = "校验码" if material.is_signed else "数据校验码（未签发）"
    texts = [
        f"测评办法：{join(material.rules)}。",
        f"数据依据：入库的{material.lists.rows}行。{what}：{code}。",
    ]
    return [Paragraph(NOTE, text) for text in texts]


MAKERS: Mapping[str, Section] = {
    "summary": _summary,
    "ranking": ranking,
    "shortlists": shortlists,
    "absent": absent,
    "losses": losses,
    "problems": problems,
    "repeats": repeats,
    "rectification": rectification,
    "hotline": hotline,
    "survey": survey,
    "reviews": reviews,
    "corrections": corrections,
    "demands": demands,
}


def names_in(material: Material) -> tuple[set[str], set[str]]:
    """Give the names that figures belong to: of units and sites, and of what else is named.

    Returns: names that occur only where they are meant; names that may be words as well (indicators,
             groups, lists, statuses, 表扬 and 批评)
    """
    lists, facts = material.lists, material.facts
    strong, weak = set(), {*material.boards.values(), *SIDES.values()}
    for frame in lists.boards.values():
        strong |= set(frame["unit_name"])
        weak |= set(frame.get("group", pd.Series(dtype=object))) | set(frame.get("status", ()))
    for frame in lists.shortlists.values():
        weak |= set(frame["title"])
    weak |= {*lists.losses["name"], *lists.shares["name"]}
    if facts is not None:
        strong |= {*facts.problems["unit_name"], *facts.problems["site_name"]}
        strong |= {name for text in facts.problems["responsible"] for name in text.split("、")}
        for frame in (facts.corrections, facts.reviews, facts.hotline):
            strong |= set(frame.get("unit_name", ())) | set(frame.get("site_name", ()))
        weak |= {*facts.problems["item_name"], *facts.problems["state"], *facts.survey["title"]}
    strong, weak = ({plain_text(str(name)) for name in names if name} for names in (strong, weak))
    return strong, weak - strong
