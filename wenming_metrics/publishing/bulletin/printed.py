"""A 通报 as PDF, as one page for a leader, as a picture for a phone: an optional extra (typst)."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.export import typeset
from wenming_metrics.export.typeset import (
    BULLETIN,
    LEADER,
    PHONE,
    Print,
    is_installed,
    missing_fonts,
    print_pdf,
    print_pictures,
)
from wenming_metrics.export.word.blocks import NOTE, Block, Grid, Paragraph, body
from wenming_metrics.export.word.shell import RED_HEAD_TEXT
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin import rank_sections, sections
from wenming_metrics.publishing.bulletin.document import (
    Bulletin,
    properties_of,
    standing_of,
    title_of,
)
from wenming_metrics.publishing.bulletin.layout import Layout, current_layout, kind_of
from wenming_metrics.publishing.bulletin.loss_sections import shown_shares
from wenming_metrics.publishing.bulletin.material import Material, material_of_issue
from wenming_metrics.publishing.bulletin.phrases import heads, long_day, percent, points, signed
from wenming_metrics.publishing.bulletin.work_sections import is_late, problem_states
from wenming_metrics.publishing.issues import Issue
from wenming_metrics.queries.office import Office
from wenming_metrics.scoring.survey.rates import HIDDEN
from wenming_metrics.store.database import reading

FORM = "文明创建版面"
"""Property of a PDF beside those of a document: which form it is of."""
NO_PRINT = f"{typeset.MISSING}Word 不受影响。"
_INTERNAL = "这一期标为内部资料，不出便于转发的图片。"
_PREVIEW, _SCREEN = 72.0, 144.0
"""Dots per inch: to be looked through, to be read on a phone."""
_ENDS, _LOSSES, _UNITS = 3, 5, 5
"""So many units at each end of a group, indicators, and units with overdue problems on one page."""


def make_pdf(office: Office, issue: Issue) -> Bulletin:
    """Make the 通报 of an issue as PDF. Raises IntakeError without typst or data."""
    content, material = _printable(office, issue, BULLETIN)
    return Bulletin(f"{issue.title}{standing_of(material)}.pdf", print_pdf(content), _font_notes())


def build_pdf(material: Material, layout: Layout, form: str) -> Bulletin:
    """Make a PDF again in a layout. Takes: form - BULLETIN or LEADER. Raises IntakeError without typst"""
    stop_without_typst()
    make = full_print if form == BULLETIN else short_print
    return Bulletin("", print_pdf(make(material, layout, form)), ())


def make_preview(office: Office, issue: Issue) -> list[bytes]:
    """Draw the pages of a 通报 (PNG) to be looked through. Raises IntakeError without typst or data."""
    return print_pictures(_printable(office, issue, BULLETIN)[0], _PREVIEW)


def make_leader_page(office: Office, issue: Issue) -> Bulletin:
    """Make one A4 page in black and white (PDF). Raises IntakeError without typst or data."""
    content, material = _printable(office, issue, LEADER)
    return Bulletin(f"{issue.title}{standing_of(material)}一页.pdf", print_pdf(content), ())


def make_phone_picture(office: Office, issue: Issue) -> Bulletin:
    """Make one long picture (PNG) for a phone. Raises IntakeError for what is 内部资料 besides."""
    content, material = _printable(office, issue, PHONE)
    (picture,) = print_pictures(content, _SCREEN)
    return Bulletin(f"{issue.title}{standing_of(material)}.png", picture, ())


def stop_without_typst() -> None:
    """Say plainly that typst is not here. Raises IntakeError."""
    if not is_installed():
        raise IntakeError(NO_PRINT)


def _font_notes() -> tuple[str, ...]:
    names = missing_fonts()
    return (f"本机没有{'、'.join(names)}字体，用相近的字体代替。",) if names else ()


def font_notes() -> tuple[str, ...]:
    """Say which classes of type this machine lacks; nothing where typst, which knows, is not here."""
    return _font_notes() if is_installed() else ()


def _printable(office: Office, issue: Issue, form: str) -> tuple[Print, Material]:
    stop_without_typst()
    with reading(office.store) as connection:
        material, layout = _material(connection, office, issue)
    if form == PHONE and layout.internal:
        raise IntakeError(_INTERNAL)
    make = full_print if form == BULLETIN else short_print
    return make(material, layout, form), material


def _material(connection: Connection, office: Office, issue: Issue) -> tuple[Material, Layout]:
    return material_of_issue(connection, office, issue), current_layout(connection, kind_of(issue))


def full_print(material: Material, layout: Layout, form: str = BULLETIN) -> Print:
    """Lay out the whole 通报, as the Word document says it."""
    content = sections.make_content(material, layout)
    issue = material.issue
    day = long_day(issue.signed_on) if material.is_signed else "（未签发）"
    return Print(
        form=form,
        title=title_of(material, layout),
        body=content.body,
        red_head=RED_HEAD_TEXT,
        number=issue.document or "（未签发）",
        signature=(layout.signer, day),
        annexes=content.annexes,
        marks=content.marks,
        properties=properties_of(material, layout) | {FORM: form},
    )


def short_print(material: Material, layout: Layout, form: str) -> Print:
    """Lay out what a leader looks for first: the sentence, four figures, both ends, losses, what is late."""
    issue, standing = material.issue, "已签发" if material.is_signed else "未签发"
    opening = Paragraph(NOTE, f"{issue.title}（{standing}）{issue.document}")
    page_blocks = [
        opening,
        *_sentences(material, layout),
        *_figures(material),
        *_ends(material, form),
    ]
    page_blocks += [*_losses(material), *_late(material), *_survey(material)]
    page_blocks += sections.material_notes(material)
    title = title_of(material, layout)
    marks = sections.make_content(material, layout).marks
    properties = properties_of(material, layout) | {FORM: form}
    return Print(form=form, title=title, body=page_blocks, marks=marks, properties=properties)


def _sentences(material: Material, layout: Layout) -> list[Block]:
    summary = sections.MAKERS["summary"](material, layout)
    return [body("".join(block.text for block in summary if isinstance(block, Paragraph)))]


def _figures(material: Material) -> list[Block]:
    city, decimals = material.lists.city, material.decimals
    facts = material.facts
    in_time = "—"
    if facts is not None:
        counts = problem_states(facts.problems, facts.as_of)
        in_time_count, due = counts["in_time"], counts["fell_due"]
        in_time = f"{percent(in_time_count, due)}（{in_time_count}/{due}）" if due else "—"
    score = "—" if city.score is None else points(city.score, decimals)
    change_text = "" if city.score_change is None else f"（{signed(city.score_change, decimals)}）"
    cells = (f"{score}{change_text}", str(city.sites), str(city.places), in_time)
    titles = ("全市得分（较上期）", "检查点位（个）", "发现问题（处）", "按期整改率")
    return [Grid("", titles, (cells,), (26, 22, 22, 30))]


def _ends(material: Material, form: str) -> list[Block]:
    """Give the first and the last of each group; groups of few are given whole."""
    page_blocks: list[Block] = []
    for kind in material.lists.shortlists:
        groups = list(rank_sections.placed_groups(material.lists.boards[kind]))
        if form == PHONE:
            page_blocks += [_end_grid(group, lines, material.decimals) for group, lines in groups]
            continue
        rows = [
            (group or material.boards[kind], *_end_texts(lines, material.decimals))
            for group, lines in groups
        ]
        if rows:
            names = ("分组", f"排名靠前（前{_ENDS}名）", f"排名靠后（后{_ENDS}名）")
            page_blocks.append(
                Grid(material.boards[kind], names, tuple(rows), (16, 42, 42), frozenset([1, 2]))
            )
    return page_blocks


def _end_texts(lines: pd.DataFrame, decimals: int) -> tuple[str, str]:
    first, last = _both_ends(lines)
    return _listed(first, decimals), _listed(last, decimals)


def _both_ends(lines: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part the first from the last; nobody stands at both."""
    last = lines.tail(min(_ENDS, len(lines) // 2))
    return lines.head(min(_ENDS, len(lines) - len(last))), last


def _listed(lines: pd.DataFrame, decimals: int) -> str:
    texts = [
        f"{line.rank} {line.unit_name} {points(line.score, decimals)}"
        for line in lines.itertuples()
    ]
    return "；".join(texts) or "—"


def _end_grid(group: str, lines: pd.DataFrame, decimals: int) -> Grid:
    ends = pd.concat(_both_ends(lines))
    rows = tuple(
        (str(line.rank), str(line.unit_name), points(line.score, decimals))
        for line in ends.itertuples()
    )
    title = f"{group}（共{len(lines)}个）"
    return Grid(title, heads("rank", "unit_name", "score"), rows, (14, 60, 26), frozenset([1]))


def _losses(material: Material) -> list[Block]:
    shares = material.lists.shares
    rows = [
        (str(name), f"{share:.2f}%")
        for name, share in zip(shares["name"], shown_shares(material), strict=True)
    ][:_LOSSES]
    names = heads("loss_kind", "loss_share")
    return [Grid("主要失分", names, tuple(rows), (70, 30), frozenset([0]))] if rows else []


def _late(material: Material) -> list[Block]:
    """Name the units with most problems past their limit."""
    if material.facts is None or material.facts.problems.empty:
        return []
    facts = material.facts
    late = facts.problems[is_late(facts.problems, facts.as_of)]
    late = late[late["closed"] == ""]
    counts = (
        late.groupby("unit_name", sort=False).size().sort_values(ascending=False, kind="stable")
    )
    if counts.empty:
        return [body(f"截至{long_day(facts.as_of)}，本期问题没有逾期未整改的。")]
    units_named = "、".join(f"{name}{count}条" for name, count in counts.head(_UNITS).items())
    ellipsis = "等" if len(counts) > _UNITS else ""
    return [
        body(f"截至{long_day(facts.as_of)}，逾期未整改{len(late)}条：{units_named}{ellipsis}。")
    ]


def _survey(material: Material) -> list[Block]:
    """Give the rates of the latest wave in one line, each with how many answers it rests on."""
    if material.facts is None or material.facts.survey.empty:
        return []
    texts = [
        f"{line.title}样本不足，不公布"
        if line.state == HIDDEN or pd.isna(line.shown)
        else f"{line.title}{line.shown:g}%（有效回答{line.n}份）"
        for line in material.facts.survey.itertuples()
    ]
    return [body(f"{material.facts.wave}问卷调查：{'，'.join(texts)}。")]
