"""What is looked at month by month: 测评复盘 beside our own inspections, and 减负."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.periods import Window, previous, today, window
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.publishing.merit import FEWEST, FIT, merits
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.burden import burden
from wenming_metrics.queries.progress.third_party import (
    NOT_LOOKED_AT,
    PASSED_OVER,
    SAW,
    TEST_BACK,
    TESTS,
    review_test,
)
from wenming_metrics.ui.frame import page, tables
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.vocabulary import SOURCES, columns

_REVIEW = (
    *("site_name", "street_name=street", "item_name", "found_on=review_found_on"),
    *("ours=review_ours", "looked_on=review_looked_on", "lost"),
)
_BURDEN = (
    *("unit_name", "visits=asked_visits", "visit_days=asked_days", "problems=asked_problems"),
    *("documents=asked_documents", "tasks=asked_tasks", "figures=asked_figures"),
    "sheets=asked_sheets",
)
MERIT = (
    *("group", "unit_name", "front=merit_front", "back=merit_back", "ranked=merit_ranked"),
    *("mean_rank=merit_mean_rank", "issues=rests_on_issues", "against=merit_against"),
    "verdict=merit_verdict",
)
_MONTHS = 12


def draw_review(office: Office) -> None:
    """Draw what a test found in a month beside our own inspections."""
    names = {SOURCES[code]: code for code in TESTS}
    with page.row("work-review"):
        test = page.select("哪种测评", list(names), "work_test", usual=SOURCES[TESTS[0]], width=160)
        month = choose_month()
    lines = ask(review_test, month, TEST_BACK, names[test])
    if lines.empty:
        page.note(
            f"{month.title}没有{test}查出的问题。把失分清单的来源写成{test}，在“数据上传”里上传。"
        )
        return
    counts = lines["ours"].value_counts()
    page.say(
        f"{month.title}{test}查出{len(lines)}处，督查也查出{counts.get(SAW, 0)}处，"
        f"**查过没有查出{counts.get(PASSED_OVER, 0)}处**，没有查{counts.get(NOT_LOOKED_AT, 0)}处。"
    )
    page.note(
        "同一点位、同一测评项，测评查出以前 60 天里市、区、局督查的结果。其间可能新出现问题，查过没有查出不等于漏查。"
    )
    tables.show(lines, tables.configs(*_REVIEW), 16)
    offer_month("测评复盘", month, lines, _REVIEW)


def draw_burden(office: Office) -> None:
    """Draw what was asked of each unit in a month."""
    month = choose_month()
    lines = ask(burden, month)
    if lines.empty:
        page.note(f"{month.title}没有督查，也没有要报的材料、任务和数据。")
        return
    sums = lines[["visits", "problems", "documents", "tasks", "figures"]].sum()
    page.say(
        f"{month.title}对{len(lines)}个单位督查{sums['visits']:,}次，问题{sums['problems']:,}条，"
        f"材料{sums['documents']:,}项，任务{sums['tasks']:,}项，填报数据{sums['figures']:,}个。"
    )
    page.note("按名册的次序列，不排名，不计入得分。")
    tables.show(lines, tables.configs(*_BURDEN), 16)
    offer_month("基层减负", month, lines, _BURDEN)


def draw_merits(office: Office) -> None:
    """Draw who stood in front over the signed issues of this calendar_year, with what speaks for and against."""
    calendar_year = page.select("哪一年", [today().year, today().year - 1], "work_year", width=130)
    lines = ask(merits, calendar_year)
    if lines.empty:
        page.note(f"{calendar_year}年签发的各期里没有排名靠前的单位，列不出先进候选。")
        return
    count = int((lines["verdict"] == FIT).sum())
    page.say(
        f"{calendar_year}年排名靠前过的单位{len(lines)}个，其中期数够、没有不利情况的{count}个。"
    )
    page.note(
        f"只凭本单位期次里签发的各期，至少{FEWEST}期有名次；负面清单登记为已发生的列为不利情况。"
        "只供评选时参考，谁是先进由人决定。"
    )
    tables.show(lines, tables.configs(*MERIT), 16)
    sheet = ExportSheet("先进候选", f"{calendar_year}年先进候选", lines, columns(*MERIT))
    page.offer(
        "下载先进候选", lambda: write_book(sheet), f"先进候选_{calendar_year}年", "file-merits"
    )


def choose_month() -> Window:
    """Let a month of the last year be chosen."""
    this_month = window("month", today())
    months = [previous(this_month, back) if back else this_month for back in range(_MONTHS)]
    titles = {month.title: month for month in months}
    return titles[
        page.select("哪个月", list(titles), "work_month", usual=next(iter(titles)), width=200)
    ]


def offer_month(title: str, month: Window, lines: pd.DataFrame, names: tuple[str, ...]) -> None:
    """Offer the lines of a month as a workbook. Takes: names - of columns, as `vocabulary.columns`"""
    sheet = ExportSheet(title, f"{month.title}{title}", lines, columns(*names))
    page.offer(f"下载{title}", lambda: write_book(sheet), f"{title}_{month.title}", f"file-{title}")
