"""一单位一单: a document for each unit, of its own place, losses and problems, and of no other unit's."""

from __future__ import annotations

import io
from math import fsum
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

from wenming_metrics.domain.numbers import allocate, half_up
from wenming_metrics.export.package import settle
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.export.word.blocks import ANNEX, HEADING, Block, Grid, Paragraph, body
from wenming_metrics.publishing.bulletin.later_sections import problem_pictures
from wenming_metrics.publishing.bulletin.layout import Layout
from wenming_metrics.publishing.bulletin.material import Material
from wenming_metrics.publishing.bulletin.phrases import (
    change,
    heads,
    numeral,
    percent,
    points,
    rate,
    sentence,
)
from wenming_metrics.publishing.bulletin.sections import (
    Content,
    demands,
    material_notes,
    standing,
)
from wenming_metrics.publishing.bulletin.work_sections import (
    excuses,
    is_late,
    problem_grid,
    problem_states,
    word_closed,
    word_excused,
    word_problem,
)
from wenming_metrics.vocabulary import columns

_FIRST = 5
"""So many problems are named as those to put right first."""
_OWN = columns("group", "rank", "unit_name", "score", "sites", "checks", "failed", "places")
_LOST = columns("name=indicator", "rate", "loss")
_PROBLEMS = columns(
    *("site_name", "item_name", "description", "places", "responsible", "due=deadline"),
    *("closed=closed_on", "state"),
)


def units_of(material: Material) -> list[str]:
    """List the units that a sheet is made for: those of the ranked boards that were looked at."""
    names = []
    for kind in material.lists.shortlists:
        frame = material.lists.boards[kind]
        names += frame.loc[frame["checks"] > 0, "unit_name"].tolist()
    return names


def make_sheet(material: Material, layout: Layout, unit: str) -> Content:
    """Make the blocks of one unit's sheet. Raises KeyError for a unit that has none."""
    kind = next(
        (
            kind
            for kind in material.lists.shortlists
            if unit in set(material.lists.boards[kind]["unit_name"])
        ),
        None,
    )
    if kind is None:
        raise KeyError(unit)
    frame = material.lists.boards[kind]
    line = next(frame[frame["unit_name"] == unit].itertuples())
    leaves = material.lists.leaves[kind]
    titled = {
        "得分和名次": _place(material, frame, line),
        "失分": _losses(material, leaves[leaves["unit"] == line.unit]),
        "问题和整改": _work(material, unit),
        "优先整改事项": _first(material, unit),
        "工作要求": demands(material, layout),
    }
    blocks: list[Block] = standing(material, unit)
    for number, (title, section_blocks) in enumerate(
        ((title, blocks) for title, blocks in titled.items() if blocks), 1
    ):
        blocks.append(Paragraph(HEADING, f"{numeral(number)}、{title}"))
        blocks += section_blocks
    photos = [] if material.facts is None else problem_pictures(material, [unit])
    pictures = [Paragraph(ANNEX, "附件：问题照片"), *photos] if photos else []
    return Content(tuple(blocks), (*pictures, *material_notes(material)))


def _place(material: Material, frame: pd.DataFrame, line: tuple) -> list[Block]:
    """Say where the unit stands; of the others only how many they are."""
    decimals, span = material.decimals, material.window.title
    looked = f"{span}，对{line.unit_name}检查点位{line.sites}个、到访{line.visits}次，检查{line.checks}项次"
    failed = f"发现问题{line.places}处，涉及检查{line.failed}项次" if line.failed else "未发现问题"
    blocks: list[Block] = [body(f"{looked}，{failed}。")]
    if pd.isna(line.rank):
        return [*blocks, body(f"本期{line.status}，不排名。")]
    count = int((frame["rank"].notna() & (frame["group"] == line.group)).sum())
    shared = "（并列）" if line.tied else ""
    clear = getattr(line, "clear_change", True)
    is_clear = not (pd.isna(line.rank_change) or pd.isna(clear)) and bool(clear)
    steps = int(line.rank_change) if is_clear else 0
    moved = f"名次较上期{'上升' if steps > 0 else '下降'}{abs(steps)}名" if steps else ""
    texts = [f"得分{points(line.score, decimals)}分", change(line.score_change, decimals)]
    texts += [f"在{line.group}{count}个单位中列第{line.rank}名{shared}", moved]
    return [*blocks, body(sentence(texts)), _peers(material, frame, line)]


def _peers(material: Material, frame: pd.DataFrame, line: tuple) -> Grid:
    """Lay the unit's score among those of its group; the others stay without names."""
    placed = frame[frame["rank"].notna() & (frame["group"] == line.group)]
    rows = tuple(
        (
            str(peer.rank),
            line.unit_name if peer.unit == line.unit else "—",
            points(peer.score, material.decimals),
        )
        for peer in placed.sort_values("rank", kind="stable").itertuples()
    )
    return Grid("同组各单位得分", heads("rank", "unit_name", "score"), rows, (20, 50, 30))


def _losses(material: Material, leaves: pd.DataFrame) -> list[Block]:
    """Give the unit's losses, which add up as they are shown."""
    lost = leaves[leaves["loss"] > 0].sort_values("loss", ascending=False, kind="stable")
    if lost.empty:
        return [body("本期没有失分。")]
    total = float(half_up(fsum(lost["loss"]), material.decimals))
    shown = allocate(lost["loss"].to_numpy(), total, material.decimals)
    rows = [
        (str(line.name), percent(line.rate, 1), points(loss, material.decimals))
        for line, loss in zip(lost.itertuples(), shown, strict=True)
    ]
    names = heads("indicator", "rate", "loss")
    grid = Grid("各项失分", names, tuple(rows), (60, 20, 20), frozenset([0]))
    return [body(f"共失{points(total, material.decimals)}分。"), grid]


def _work(material: Material, unit: str) -> list[Block]:
    if material.facts is None:
        return []
    problems = material.facts.problems[material.facts.problems["unit_name"] == unit]
    if problems.empty:
        return [body("本期未发现问题。")]
    counts = problem_states(problems, material.facts.as_of)
    closed, due = counts["closed"], counts["fell_due"]
    closed_word, to_do = word_closed(material.facts), counts["to_do"]
    texts = [f"本期发现的问题{len(problems)}条{word_excused(problems, to_do)}"]
    texts += [f"{closed_word}{closed}条，整改率{rate(closed, to_do)}" if closed else ""]
    texts += [f"期限已过的{due}条中按期整改{counts['in_time']}条" if due else ""]
    grid, remaining = problem_grid(problems, material.facts.closes)
    left_out = [body(f"另有{remaining}条未列入本表。")] if remaining else []
    return [body(sentence(texts)), grid, *left_out]


def _first(material: Material, unit: str) -> list[Block]:
    """Name what to put right first: open problems that cost most, past their limit before the others."""
    if material.facts is None:
        return []
    problems, as_of = material.facts.problems, material.facts.as_of
    is_open = (problems["closed"] == "") & (excuses(problems) == "")
    unsolved = problems[(problems["unit_name"] == unit) & is_open]
    order = unsolved.assign(is_late=is_late(unsolved, as_of)).sort_values(
        ["is_late", "lost", "places"], ascending=False, kind="stable"
    )
    return [
        body(f"{number}.{word_problem(line)}{'已逾期。' if line.is_late else ''}")
        for number, line in enumerate(order.head(_FIRST).itertuples(), 1)
    ]


def make_book(material: Material, unit: str) -> bytes:
    """Make the workbook of one unit: its figures, its losses, its problems; nothing of another's."""
    frame, leaves = next(
        (material.lists.boards[kind], material.lists.leaves[kind])
        for kind in material.lists.shortlists
        if unit in set(material.lists.boards[kind]["unit_name"])
    )
    unit_line = frame[frame["unit_name"] == unit]
    lost = leaves[(leaves["unit"] == unit_line["unit"].iloc[0]) & (leaves["loss"] > 0)]
    lost = lost.sort_values("loss", ascending=False, kind="stable")
    title, bases = (
        f"{unit} {material.window.title}",
        [note.text for note in material_notes(material)],
    )
    sheets = [
        ExportSheet("得分和名次", title, unit_line, _OWN, bases),
        ExportSheet("失分", f"{title} 失分", lost, _LOST, bases, ("loss",), ("name", "loss")),
    ]
    if material.facts is not None:
        problems = material.facts.problems[material.facts.problems["unit_name"] == unit]
        as_of = [f"截至 {material.facts.as_of}", *bases]
        sheets.append(ExportSheet("问题", f"{title} 问题", problems, _PROBLEMS, as_of))
    return settle(write_book(*sheets))


def pack(files: dict[str, bytes]) -> bytes:
    """Pack files into a zip, the same bytes for the same files. Takes: name -> content"""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return buffer.getvalue()
