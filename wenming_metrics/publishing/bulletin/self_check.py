"""Before a document goes out: its own figures read back, the layout of its shell, what nobody confirmed yet."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pandas as pd
from docx import Document as open_document
from docx.shared import Mm, Pt
from sqlalchemy import Connection

from wenming_metrics.export.word.blocks import BODY
from wenming_metrics.export.word.styles import PITCH
from wenming_metrics.publishing.bulletin.compare import SAME
from wenming_metrics.publishing.bulletin.confirmed import WAITING, candidates, names_gone
from wenming_metrics.publishing.bulletin.document import Bulletin, build
from wenming_metrics.publishing.bulletin.layout import Layout, current_layout, kind_of
from wenming_metrics.publishing.bulletin.material import Material, material_of_issue
from wenming_metrics.publishing.bulletin.printed import font_notes
from wenming_metrics.publishing.bulletin.recheck import recheck
from wenming_metrics.publishing.issues import Issue
from wenming_metrics.publishing.proposals import fit_names, propose
from wenming_metrics.queries.office import Office
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT
from wenming_metrics.store.database import reading

PASSED, LOOK, CUSTOM = "通过", "请核对", "与国标不同"
"""Verdicts: nothing to be done; a person has to look; the shell differs from GB/T 9704-2012, which it may."""
CHECKS = ["check_item", "check_verdict", "check_note"]
_MARGINS = {
    "上边距": ("top_margin", 37),
    "左边距": ("left_margin", 28),
    "下边距": ("bottom_margin", 35),
    "右边距": ("right_margin", 26),
    "纸张宽度": ("page_width", 210),
    "纸张高度": ("page_height", 297),
}
"""Of GB/T 9704-2012, in mm: A4, 37 above and 28 at the left of a text block of 156 x 225."""
_OFF = Mm(1)


def check_before(office: Office, issue: Issue) -> pd.DataFrame:
    """Check the 通报 of an issue as it would go out now; gives CHECKS, a line each."""
    with reading(office.store) as connection:
        material = material_of_issue(connection, office, issue)
        layout = current_layout(connection, kind_of(issue))
        bulletin = build(connection, material, layout)
        lines = [
            *_length(bulletin, layout),
            *_margins(bulletin),
            *_confirmations(connection, office, material),
        ]
    lines.insert(0, _figures(office, bulletin))
    lines += [("字体", LOOK, note) for note in font_notes()]
    lines += [("自拟文字", LOOK, text) for text in bulletin.warnings if "自拟文字" in text]
    return pd.DataFrame(lines, columns=CHECKS)


def _figures(office: Office, bulletin: Bulletin) -> tuple[str, str, str]:
    """Read the finished file back, and compare each number and name with what is frozen, or would be."""
    result = recheck(office, bulletin.content, bulletin.name)
    numbers = sum(result.counts.values())
    wrong = sum(check.state != SAME for check in result.marks)
    if result.is_same:
        return "数字", PASSED, f"{numbers}个数字逐个对照，全部一致"
    return "数字", LOOK, f"{numbers}个数字中有{wrong}处不一致。{''.join(result.remarks)}"


def _length(bulletin: Bulletin, layout: Layout) -> Iterator[tuple[str, str, str]]:
    is_short = bulletin.signs <= layout.longest
    limit = f"{'没有超过' if is_short else '超过'}{layout.longest}字"
    yield "篇幅", PASSED if is_short else LOOK, f"正文约{bulletin.signs}字，{limit}"
    if layout.plan_no:
        yield "督查计划编号", PASSED, layout.plan_no
    else:
        yield "督查计划编号", LOOK, "没有填写；没有编号的可以不填"


def _margins(bulletin: Bulletin) -> Iterator[tuple[str, str, str]]:
    document = open_document(BytesIO(bulletin.content))
    section = document.sections[0]
    faults = [
        f"{title}{size.mm:.0f}毫米（国标{standard}）"
        for title, (name, standard) in _MARGINS.items()
        if (size := getattr(section, name)) is None or abs(size - Mm(standard)) > _OFF
    ]
    body = document.styles[BODY]
    pitch = body.paragraph_format.line_spacing
    if body.font.size != Pt(16) or not isinstance(pitch, int) or abs(pitch.pt - PITCH) > 0.5:
        faults.append("正文不是3号字、每页22行")
    note = "；".join(faults) if faults else "A4，页边距、字号、行距符合 GB/T 9704-2012"
    yield "版式", CUSTOM if faults else PASSED, note


def _names(connection: Connection, office: Office, material: Material) -> tuple[str, str]:
    """Say how many names were confirmed, and which of them rest on too little."""
    named = material.facts.named
    if named.empty:
        return LOOK, "没有确认，签发的通报不列名"
    lines = propose(connection, office, material.issue, material.lists)
    fit = {(end, name) for end in (FRONT, BACK) for name in fit_names(lines, end)}
    weak = [line.unit_name for line in named.itertuples() if (line.side, line.unit_name) not in fit]
    count = f"已确认{len(named)}个单位"
    if not weak:
        return PASSED, count
    return LOOK, f"{count}，其中{'、'.join(weak)}依据不足：只有一周、期数不够，或者样本不足"


def _confirmations(
    connection: Connection, office: Office, material: Material
) -> Iterator[tuple[str, str, str]]:
    if material.facts is None:
        return
    waiting = [
        picture
        for picture in candidates(connection, material.facts.problems, material.window)
        if picture.state == WAITING
    ]
    count = len(material.facts.pictures)
    note = f"打码已确认的{count}张放入通报"
    if waiting and not material.is_signed:
        yield "照片", LOOK, f"{note}，待确认的{len(waiting)}张不放入"
    elif count:
        yield "照片", PASSED, note
    if any(len(frame) for frame in material.lists.shortlists.values()):
        yield "表扬和批评", *_names(connection, office, material)
    if not material.is_signed:
        gone = names_gone(connection, material.issue, material.lists)
        if gone:
            yield "表扬和批评", LOOK, f"{'、'.join(gone)}已不在建议名单里，请重新确认"
