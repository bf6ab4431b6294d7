"""Slides of a 通报 for the leaders' meeting: the same sentences and figures, with charts."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.export.slides import Bars, Slide, make_slides
from wenming_metrics.export.word.blocks import BODY, NOTE, Block, Grid, Paragraph
from wenming_metrics.publishing.bulletin import rank_sections, sections
from wenming_metrics.publishing.bulletin.layout import SECTIONS, Layout
from wenming_metrics.publishing.bulletin.loss_sections import shown_shares
from wenming_metrics.publishing.bulletin.material import Material
from wenming_metrics.publishing.bulletin.phrases import percent, points, signed
from wenming_metrics.publishing.bulletin.work_sections import problem_states
from wenming_metrics.scoring.survey.rates import HIDDEN

_MOST_SENTENCES = 4
_MOST_ROWS = 9
"""So many rows of a table can be read from the back of a room."""
_MOST_BARS = 18
_MOST_GROUPS = 3
"""So many charts stand side by side."""
_SHARE, _COUNT = '0.00"%"', "0"


def make_deck(material: Material, layout: Layout) -> list[Slide]:
    """Make the slides of a material, in the order of the layout's sections; empty ones are left out."""
    makers = {
        "summary": _summary,
        "ranking": _ranking,
        "losses": _losses,
        "problems": _problems,
        "repeats": _tabled,
        "rectification": _rectification,
        "survey": _survey,
        "demands": _said,
    }
    slides: list[Slide] = []
    for name in layout.sections:
        if name in makers:
            blocks = sections.MAKERS[name](material, layout)
            slides += makers[name](material, SECTIONS[name], blocks) if blocks else []
    return slides


def _said(material: Material, heading: str, blocks: list[Block]) -> list[Slide]:
    """Give the first sentences of a section."""
    texts = [block.text for block in blocks if isinstance(block, Paragraph) and block.kind == BODY]
    return [Slide(heading, tuple(texts[:_MOST_SENTENCES]))]


def _tabled(material: Material, heading: str, blocks: list[Block]) -> list[Slide]:
    """Give the sentences and the first table of a section, as many rows as can be read."""
    grids = tuple(
        replace(block, title="", rows=block.rows[:_MOST_ROWS])
        for block in blocks
        if isinstance(block, Grid)
    )
    slide = _said(material, heading, blocks)[0]
    if not grids:
        return [slide]
    n_rows = len(grids[0].rows)
    total = next(len(block.rows) for block in blocks if isinstance(block, Grid))
    limit = "" if n_rows == total else f"下表列出前{n_rows}行，全部见通报。"
    # The document says how many rows its own table has; here they are fewer.
    texts = [text.partition("，下表列出")[0].rstrip("。") + "。" for text in slide.sentences]
    return [replace(slide, sentences=(*texts, *filter(None, [limit])), drawings=grids[:1])]


def _summary(material: Material, heading: str, blocks: list[Block]) -> list[Slide]:
    overview, decimals = material.lists.city, material.decimals
    figures = [("检查点位（个）", str(overview.sites)), ("检查（项次）", str(overview.checks))]
    figures += [("发现问题（处）", str(overview.places))]
    if overview.score is not None:
        scores_shown = [("全市得分", points(overview.score, decimals))]
        if overview.score_change is not None and not pd.isna(overview.score_change):
            scores_shown.append(("较上期", signed(overview.score_change, decimals)))
        figures = [*scores_shown, *figures]
    return [replace(_said(material, heading, blocks)[0], figures=tuple(figures))]


def _ranking(material: Material, heading: str, blocks: list[Block]) -> list[Slide]:
    """Draw the scores of each group of the ranked boards, and who moved in a sentence."""
    slides, form = [], f"0.{'0' * material.decimals}" if material.decimals else "0"
    for kind in material.lists.shortlists:
        groups = list(rank_sections.placed_groups(material.lists.boards[kind]))
        for start in range(0, len(groups), _MOST_GROUPS):
            charts, texts = [], []
            for group, lines in groups[start : start + _MOST_GROUPS]:
                title = f"{group}（{len(lines)}个）" if group else material.boards[kind]
                marks = [float(half_up(score, material.decimals)) for score in lines["score"]]
                names = [f"{line.rank} {line.unit_name}" for line in lines.itertuples()]
                charts.append(Bars(title, tuple(names), tuple(marks), form))
                texts.append(
                    f"{group}：{_ends(lines, material.decimals)}"
                    if group
                    else _ends(lines, material.decimals)
                )
            title = f"{material.boards[kind]}{heading}"
            slides.append(Slide(title, tuple(texts), drawings=tuple(charts)))
    return slides


def _ends(lines: pd.DataFrame, decimals: int) -> str:
    """Say who is first and who last, shorter than in the document."""
    ends = [lines.iloc[0]] if len(lines) == 1 else [lines.iloc[0], lines.iloc[-1]]
    texts = []
    for word, line in zip(("第1名", "末位"), ends, strict=False):
        tied = int((lines["rank"] == line["rank"]).sum())
        name = f"{line['unit_name']}等{tied}个并列" if tied > 1 else line["unit_name"]
        texts.append(f"{word}{name}（{points(line['score'], decimals)}分）")
    return "，".join(texts) + "。"


def _losses(material: Material, heading: str, blocks: list[Block]) -> list[Slide]:
    names, shares = tuple(material.lists.shares["name"]), tuple(shown_shares(material))
    chart = Bars("各类失分占比", names, shares, _SHARE)
    leaves = [block for block in blocks if isinstance(block, Grid)][-1]
    table = Grid(
        leaves.title,
        leaves.heads[:3],
        tuple(row[:3] for row in leaves.rows[:_MOST_ROWS]),
        leaves.widths[:3],
        frozenset([0]),
    )
    slide = _said(material, heading, blocks)[0]
    return [replace(slide, drawings=(chart, table) if len(names) > 1 else (table,))]


def _problems(material: Material, heading: str, blocks: list[Block]) -> list[Slide]:
    slide = _said(material, heading, blocks)[0]
    problems = material.facts.problems
    if problems.empty:
        return [slide]
    counts = problems.groupby("unit_name", sort=False)["places"].sum()
    counts = counts.sort_values(ascending=False, kind="stable").head(_MOST_BARS)
    title = f"问题较多的{len(counts)}个单位（处）"
    chart = Bars(title, tuple(counts.index), tuple(map(int, counts)), _COUNT)
    return [replace(slide, sentences=slide.sentences[:1], drawings=(chart,))]


def _rectification(material: Material, heading: str, blocks: list[Block]) -> list[Slide]:
    counts = problem_states(material.facts.problems, material.facts.as_of)
    to_do, due = counts["to_do"], counts["fell_due"]
    figures = [("整改率", percent(counts["closed"], to_do, 2) if to_do else "—")]
    if due:
        figures.append(("按期整改率", percent(counts["in_time"], due, 2)))
        figures.append(("逾期（条）", str(due - counts["in_time"])))
    return [replace(_said(material, heading, blocks)[0], figures=tuple(figures))]


def _survey(material: Material, heading: str, blocks: list[Block]) -> list[Slide]:
    survey = material.facts.survey
    public = survey[survey["shown"].notna() & (survey["state"] != HIDDEN)]
    notes = [block.text for block in blocks if isinstance(block, Paragraph) and block.kind == NOTE]
    slide = _said(material, heading, blocks)[0]
    slide = replace(slide, notes=tuple(notes))
    figures = tuple((str(line.title), f"{line.shown:g}%") for line in public.itertuples())
    return [replace(slide, figures=figures)]


def make_presentation(
    material: Material, layout: Layout, title: str, properties: dict[str, str]
) -> bytes:
    """Make the .pptx of a material."""
    standing = [block.text for block in sections.standing(material)]
    notes = [block.text for block in sections.material_notes(material)]
    lines = [*standing, layout.signer, *filter(None, [material.issue.document]), *notes]
    foot = f"{material.window.title}  {notes[-1]}"
    return make_slides(title, lines, make_deck(material, layout), foot, properties)
