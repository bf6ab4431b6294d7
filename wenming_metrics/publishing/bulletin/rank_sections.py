"""Sections of a 通报 about places: rankings with their moved_place, lists of names, units without."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from wenming_metrics.export.word.blocks import NOTE, SUBHEADING, Block, Grid, Paragraph, body
from wenming_metrics.publishing.bulletin.layout import Layout
from wenming_metrics.publishing.bulletin.material import Material
from wenming_metrics.publishing.bulletin.phrases import (
    heads,
    join,
    numeral,
    percent,
    points,
    rate,
    sentence,
    signed,
)
from wenming_metrics.scoring.ranking.ranking import FEW_SEEN, THIN, UNVISITED, VETOED
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT
from wenming_metrics.vocabulary import moved_place, on_time_note

_MOVED = 3
"""So many units that moved most are named on either side."""
SIDES = {FRONT: "表扬", BACK: "批评"}
"""What a document says of the units named on either side."""
_STATUSES = {
    UNVISITED: "本期未督查",
    THIN: "检查项不足，暂不评分",
    FEW_SEEN: "当日督查面不足，不排名次",
    VETOED: "一票否决，不参加排名",
}


def ranking(material: Material, layout: Layout) -> list[Block]:
    """Give each board its lists, group by group: who leads, who is last, who moved; and the table."""
    blocks: list[Block] = []
    boards = material.lists.boards
    ranked_first = sorted(boards, key=lambda kind: kind not in material.lists.shortlists)
    for number, kind in enumerate(ranked_first, 1):
        frame = boards[kind]
        ranked = kind in material.lists.shortlists
        board_blocks = _ranked(material, frame) if ranked else _listed(material, frame)
        if board_blocks and len(boards) > 1:
            blocks.append(Paragraph(SUBHEADING, f"（{numeral(number)}）{material.boards[kind]}"))
        blocks += board_blocks
    return blocks


def placed_groups(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the groups of a list in its order, each with its placed units."""
    for group in dict.fromkeys(frame["group"]):
        lines = frame[(frame["group"] == group) & frame["rank"].notna()]
        if len(lines):
            yield group, lines


def _ranked(material: Material, frame: pd.DataFrame) -> list[Block]:
    blocks: list[Block] = []
    for group, lines in placed_groups(frame):
        prefix = f"{group}：" if group else ""
        texts = [_ends(lines, material.decimals), *_moves(lines)]
        blocks.append(body(prefix + "".join(texts)))
        blocks.append(_rank_grid(f"{group}排名" if group else "排名", lines, material.decimals))
    return blocks


def _ends(lines: pd.DataFrame, decimals: int) -> str:
    """Say who is first and who last; where all have one score, that."""
    first, last = lines["rank"].min(), lines["rank"].max()
    best, worst = (lines[lines["rank"] == rank] for rank in (first, last))
    top, bottom = best["score"].iloc[0], worst["score"].iloc[0]
    if len(lines) == 1:
        return f"{lines['unit_name'].iloc[0]}{points(top, decimals)}分。"
    if first == last:
        return f"{len(lines)}个单位得分相同，均为{points(top, decimals)}分。"
    gap = top - bottom
    return sentence(
        [
            f"共{len(lines)}个单位参加排名",
            f"第{first}名{_shared(best)}（{points(top, decimals)}分）",
            f"末位{_shared(worst)}（第{last}名，{points(bottom, decimals)}分）",
            f"首末相差{points(gap, decimals)}分",
        ]
    )


def _shared(lines: pd.DataFrame) -> str:
    return join(lines["unit_name"]) + ("并列" if len(lines) > 1 else "")


def _moves(lines: pd.DataFrame) -> list[str]:
    """Name who moved most since the issue before; nothing where nobody did, or nobody knows."""
    change = pd.to_numeric(lines["rank_change"]).astype(float)
    texts, unclear = [], pd.Series(False, lines.index)
    if "clear_change" in lines:  # what sampling alone may have moved is not told
        unclear = (change != 0) & ~lines["clear_change"].fillna(False).astype(bool)
    compared, change = change.notna(), change.mask(unclear)
    if not compared.any():
        return texts
    for word, steps in (("上升", change), ("下降", -change)):
        moved = lines.assign(steps=steps)[steps > 0]
        moved = moved.sort_values(["steps", "rank"], ascending=[False, True], kind="stable")
        named = [f"{line.unit_name}{word}{int(line.steps)}名" for line in moved.itertuples()]
        if named:
            some = "等" if len(named) > _MOVED else ""
            texts.append(f"名次{word}的有{len(named)}个：{join(named[:_MOVED])}{some}。")
    if not texts:
        texts.append(_unmoved(lines, unclear & compared))
    new = lines.loc[lines["is_new"].astype(bool), "unit_name"]
    if len(new):
        texts.append(f"上期未排名、本期新进排名的{len(new)}个：{join(new)}。")
    return texts


def _unmoved(lines: pd.DataFrame, unclear: pd.Series) -> str:
    """Say why no moved_place is told. Takes: unclear - whose place moved by no more than noise"""
    if not unclear.any():
        return "各单位名次与上期持平。"
    if lines.loc[unclear, "clear_change"].isna().all():
        return "点位不足，名次升降不作比较。"
    return "各单位得分与上期相比，变化均不大于误差。"


def _rank_grid(title: str, lines: pd.DataFrame, decimals: int) -> Grid:
    compared = bool(lines["rank_change"].notna().any())
    rows = [
        (
            f"{line.rank}{'（并列）' if line.tied else ''}",
            str(line.unit_name),
            points(line.score, decimals),
            signed(line.score_change, decimals),
            moved_place(line, compared=compared),
            str(line.sites),
            str(line.checks),
            str(line.failed),
            "—" if pd.isna(line.coverage) else percent(line.coverage, 1),
        )
        for line in lines.itertuples()
    ]
    names = ("rank", "unit_name", "score", "score_change", "moved", "sites", "checks", "failed")
    return Grid(title, heads(*names, "coverage"), tuple(rows), (13, 26, 13, 14, 10, 10, 12, 10, 14))


def _listed(material: Material, frame: pd.DataFrame) -> list[Block]:
    """Give the list of a board without places: those that problems name."""
    lines = frame[(frame["failed"] > 0) | (frame["failed_before"] > 0)]
    if lines.empty:
        return []
    rows = [
        (
            str(line.unit_name),
            str(line.failed),
            signed(line.failed - line.failed_before, 0),
            str(line.places),
            points(line.lost, 2),
            rate(line.in_time, line.fell_due) if line.fell_due else "—",
            str(line.not_due),
            str(line.recurred),
        )
        for line in lines.itertuples()
    ]
    names = (
        "unit_name",
        "failed",
        "problems_more",
        "places",
        "lost",
        "kept",
        "not_due",
        "recurred",
    )
    grid = Grid("", heads(*names), tuple(rows), (26, 9, 11, 10, 12, 26, 11, 9))
    return [grid, Paragraph(NOTE, on_time_note(lines["as_of"].iloc[0]))]


def shortlists(material: Material, layout: Layout) -> list[Block]:
    """Name the units that a person confirmed for 表扬 and 批评; before it is signed, who is proposed.

    A signed document names nobody whom no person confirmed; where all names wait, it says so.
    """
    named = material.named
    if len(named):
        return list(_confirmed(named))
    if material.is_signed:
        is_proposed = any(len(frame) for frame in material.lists.shortlists.values())
        return [body("本期没有经确认通报表扬、通报批评的单位。")] if is_proposed else []
    blocks = []
    for frame in material.lists.shortlists.values():
        for (group, title), lines in frame.groupby(["group", "title"], sort=False):
            named = lines[lines["left_out"] == 0]
            units = join(_listed_unit(line, material.decimals) for line in named.itertuples())
            out = int(lines["left_out"].sum())
            texts = [f"{group}{title}建议名单（{len(named)}个）：{units}" if len(named) else ""]
            texts += [f"另有并列的{out}个超过名单上限，未列名" if out else ""]
            if any(texts):
                blocks.append(body(sentence(texts)))
    return blocks


def _confirmed(named: pd.DataFrame) -> Iterator[Block]:
    for end, word in SIDES.items():
        units = named.loc[named["side"] == end, "unit_name"]
        if len(units):
            yield body(f"对{join(units)}（{len(units)}个）予以通报{word}。")


def _listed_unit(line: tuple, decimals: int) -> str:
    running = f"，连续{line.running}期" if line.running > 1 else ""
    below = "，低于达标线" if line.below and line.side != FRONT else ""
    return f"{line.unit_name}（第{line.rank}名，{points(line.score, decimals)}分{below}{running}）"


def absent(material: Material, layout: Layout) -> list[Block]:
    """List the units without a place, by reason."""
    blocks = []
    for kind in material.lists.shortlists:
        frame = material.lists.boards[kind]
        without = frame[frame["rank"].isna()]
        for status, lines in without.groupby("status", sort=False):
            words = _STATUSES.get(status, status)
            blocks.append(body(f"{words}的{len(lines)}个：{join(lines['unit_name'])}。"))
    return blocks
