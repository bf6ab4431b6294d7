"""Sections of a 通报 about what came later: 更正 of earlier issues, 回头看, and pictures that people confirmed."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from wenming_metrics.export.word.blocks import NOTE, Block, Grid, Paragraph, Pictures, body
from wenming_metrics.publishing.bulletin.earlier import CITY_NAME
from wenming_metrics.publishing.bulletin.layout import Layout
from wenming_metrics.publishing.bulletin.material import Material
from wenming_metrics.publishing.bulletin.phrases import (
    clip,
    heads,
    points,
    rate,
    sentence,
    short_day,
)
from wenming_metrics.publishing.bulletin.reviews import GOOD

_WHO = re.compile(r"（[^（）]*\d\d:\d\d）")
"""Who did it and when: of the office alone."""
_MOST_PICTURES = 80
_MOST_CORRECTED = 200


def corrections(material: Material, layout: Layout) -> list[Block]:
    """Say what earlier issues said that is no longer so: both figures and the reason."""
    if material.facts is None or material.facts.corrections.empty:
        return []
    lines, section_blocks = material.facts.corrections, []
    for _, of_issue in lines.groupby("issue", sort=False):
        title, document = of_issue["title"].iloc[0], of_issue["document"].iloc[0]
        city = of_issue[of_issue["unit_name"] == CITY_NAME]
        units = of_issue[of_issue["unit_name"] != CITY_NAME]
        count = f"更正{len(units)}个单位的得分或名次" if len(units) else ""
        city_text = ""
        if len(city):
            old_score, new_score = (
                _score(city[name].iloc[0], material) for name in ("score_said", "score_now")
            )
            city_text = f"全市得分由{old_score}更正为{new_score}"
        section_blocks.append(body(sentence([f"{title}（{document}）", city_text, count])))
        if len(units):
            section_blocks.append(_corrected_grid(units.head(_MOST_CORRECTED), material))
    return section_blocks


def _corrected_grid(units: pd.DataFrame, material: Material) -> Grid:
    rows = tuple(
        (
            str(line.unit_name),
            _score(line.score_said, material),
            _score(line.score_now, material),
            _rank(line.rank_said),
            _rank(line.rank_now),
            _WHO.sub("", str(line.reason)),
        )
        for line in units.itertuples()
    )
    names = ("unit_name", "score_said", "score_corrected", "rank_said", "rank_corrected")
    names += ("since_reasons",)
    return Grid("更正情况", heads(*names), rows, (26, 14, 14, 12, 12, 50), frozenset([0, 5]))


def _score(score: float | None, material: Material) -> str:
    return "无" if score is None or pd.isna(score) else f"{points(score, material.decimals)}分"


def _rank(rank: float | None) -> str:
    return "无" if rank is None or pd.isna(rank) else f"第{int(rank)}名"


def reviews(material: Material, layout: Layout) -> list[Block]:
    """Say what a second look found: what holds, what does not, and each problem before and after."""
    if material.facts is None or material.facts.reviews.empty:
        return []
    lines = material.facts.reviews
    total, good = len(lines), int(lines["result"].isin(GOOD).sum())
    counts = lines.loc[~lines["result"].isin(GOOD), "result"].value_counts()
    texts = [
        f"本期对{total}条问题进行了“回头看”",
        f"整改到位、没有反弹的{good}条（{rate(good, total)}）",
    ]
    texts += [f"{result}{count}条" for result, count in counts.items()]
    rows = tuple(
        (
            str(line.number),
            str(line.unit_name),
            str(line.site_name),
            clip(" ".join(str(line.description).split()) or str(line.item_name)),
            short_day(line.found),
            short_day(line.looked_on),
            f"{line.result}（{line.way}）" if line.way else str(line.result),
        )
        for line in lines.itertuples()
    )
    names = ("problem_number", "unit_name", "site_name", "description", "found_on")
    names += ("looked_on", "look_outcome")
    grid = Grid(
        "回头看前后对照", heads(*names), rows, (16, 22, 24, 40, 16, 16, 22), frozenset([2, 3])
    )
    undone = lines[~lines["result"].isin(GOOD)]
    section_blocks: list[Block] = [body(sentence(texts)), grid]
    if len(undone):
        units = "、".join(dict.fromkeys(undone["unit_name"]))
        section_blocks.append(body(f"没有整改到位的单位（{units}）要书面说明原因和完成时限。"))
    return section_blocks


def problem_pictures(material: Material, units: Sequence[str] = ()) -> list[Block]:
    """Set in the pictures that a person confirmed. Takes: units - only theirs; empty: all"""
    photos, gone, left_out = [], 0, 0
    for line in material.facts.pictures.itertuples():
        problem = material.facts.problems.iloc[int(line.problem)]
        if units and problem["unit_name"] not in units:
            continue
        content = material.pictures.get(line.digest)
        if content is None:
            gone += 1
        elif len(photos) == _MOST_PICTURES:
            left_out += 1
        else:
            text = f"{problem['unit_name']} {problem['site_name']}：“{problem['item_name']}”一项"
            photos.append((content, int(line.width), int(line.height), text))
    remarks = [f"另有{left_out}张照片未列入。"] if left_out else []
    remarks += [f"有{gone}张照片已不在库里，未列入。"] if gone else []
    pictures = [Pictures(tuple(photos))] if photos else []
    return [*pictures, *(Paragraph(NOTE, text) for text in remarks)]
