"""一点一档 as documents: of each site its standards, problems, 达标验收 and photos; a zip."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd

from wenming_metrics.export.word.blocks import HEADING, NOTE, Block, Grid, Paragraph, body
from wenming_metrics.publishing.bulletin.unit_sheets import pack
from wenming_metrics.publishing.check_sheets import file_name
from wenming_metrics.publishing.dispatch.office_paper import OfficePaper
from wenming_metrics.publishing.dispatch.orders import describe_problems
from wenming_metrics.publishing.dispatch.papers import photo_blocks
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.queries.progress.site_files import (
    BACK,
    NOT_READY,
    NOT_SEEN,
    site_standards,
)
from wenming_metrics.store.database import reading
from wenming_metrics.vocabulary import titles

_STANDARDS = titles("item_name", "full_mark", "looked_on=site_looked_on", "result=last_result")
_PROBLEMS = titles(
    *("found_on", "item_name", "description", "unit_name=holder", "state=loop_state", "due_day"),
)
_ACCEPTANCE = (("验收结论", "□达标    □未达标"), ("验收人", ""), ("验收时间", "    年  月  日"))


def site_papers(office: Office, sites: pd.DataFrame, last_day: date) -> bytes:
    """Make a document of each site; the same bytes for the same state of the store.

    Takes: sites - lines of `queries.progress.site_files.site_files`
    """
    standards = site_standards(office, sites, last_day)
    problems = problem_view(office, BACK, last_day).lines
    problems = problems[problems["site"].isin(sites["site"]) & (problems["batch"] > 0)]
    with reading(office.store) as connection:
        paper = OfficePaper(connection)
        described = describe_problems(connection, office, problems)
    described_problems = problems.drop(
        columns=["site_name", "item_name", "found_on", "sheet", "source_row"]
    )
    described_problems = described_problems.drop(columns=["number", "places"]).merge(
        described, on=["batch", "seq"]
    )
    files = {}
    for line in sites.itertuples():
        of_site = described_problems[described_problems["site"] == line.site]
        page_blocks = [
            *_facts(line, last_day),
            *_standards(standards[standards["site"] == line.site]),
            *_problems(of_site),
            *_acceptance(line),
        ]
        title = f"{line.site_name}\n点位档案"
        photos = photo_blocks(office, of_site, "附件：问题照片")
        content = paper.fill("文明城市创建点位档案", title, "", last_day, page_blocks, photos)
        files[f"{file_name(line.street_name)}_{file_name(line.site_name)}.docx"] = content
    return pack(files)


def _facts(line: tuple, last_day: date) -> Iterator[Block]:
    looked = f"最近一次查看{line.looked_on}" if line.looked_on else f"近{BACK}天没有查看过"
    yield body(
        f"{line.street_name}{line.type_name}，{looked}；没有整改完的问题{line.open_problems}条，"
        f"其中逾期{line.overdue}条（截至{last_day}）。"
    )


def _standards(lines: pd.DataFrame) -> Iterator[Block]:
    yield Paragraph(HEADING, "一、测评标准和最近一次查看")
    rows = tuple(
        (line.item_name, f"{line.full_mark:g}", str(line.looked_on or "—"), line.result)
        for line in lines.itertuples()
    )
    yield Grid("", tuple(_STANDARDS.values()), rows, (70, 16, 32, 24), frozenset([0]))


def _problems(lines: pd.DataFrame) -> Iterator[Block]:
    yield Paragraph(HEADING, "二、问题和整改")
    if lines.empty:
        yield body(f"近{BACK}天没有查出问题。")
        return
    rows = tuple(
        (
            *(str(line.found_on), str(line.item_name), " ".join(str(line.description).split())),
            *(str(line.unit_name), str(line.state), str(line.due_day or "—")),
        )
        for line in lines.sort_values("day", ascending=False, kind="stable").itertuples()
    )
    yield Grid("", tuple(_PROBLEMS.values()), rows, (26, 24, 40, 24, 18, 24), frozenset([1, 2]))


def _acceptance(line: tuple) -> Iterator[Block]:
    yield Paragraph(HEADING, "三、达标验收")
    reasons = {
        NOT_READY: f"最近一次查看不符合{line.failed_now}项，没有整改完的问题{line.open_problems}条",
        NOT_SEEN: f"近{BACK}天没有查看过，不能判断",
    }
    reason = reasons.get(line.verdict, "最近一次查看各项都符合，没有没整改完的问题")
    yield body(f"按督查记录：{line.verdict}（{reason}）。是否达标由现场验收的人确认。")
    yield Grid("", ("项目", "填写"), _ACCEPTANCE, (40, 60))
    yield Paragraph(NOTE, "没有查看过的测评项，不等于符合。")
