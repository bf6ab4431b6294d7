"""Figures and lists of problems as page, workbook and terminal spell them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import half_up, small_base
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.queries.problems.lists import ProblemView
from wenming_metrics.vocabulary import columns

LIST = columns(
    *("number=problem_number", "state=loop_state", "unit_name=holder", "term", "due_day", "age"),
    *("site_name", "item_name", "found_on", "source_name", "returns=returned_times"),
)
UNITS = columns(
    *(
        "unit_name=holder",
        "held=in_hand",
        "overdue=overdue_problems",
        "most_late",
        "oldest",
        "undated",
        "stalled",
    ),
    "returned=returned_problems",
)
FIGURES = columns(
    *("title=loop_figure", "share=loop_share", "counts=loop_counts", "words=loop_words"),
    "meaning=loop_meaning",
)


def basis(view: ProblemView) -> str:
    """Say as of when, and what closes a problem."""
    days, count = view.median
    usual = f"{days:g} 个工作日" if days else "不到 1 个工作日"
    typical = f"，从交办到整改完的中位数{usual}（{count:,} 条）" if count else ""
    return (
        f"截至 {view.as_of.isoformat()}，{view.begin.isoformat()} 以来发现的和以前交办、到那天还没有整改完的问题；"
        f"整改完{closing(view)}{typical}。"
    )


def closing(view: ProblemView) -> str:
    """Say what closes a problem."""
    return "以核查通过并销号为准" if view.closes == "check" else "以责任单位反馈已整改为准"


def rate(line: pd.Series) -> str:
    """Spell a share, 「—」 without a base."""
    return "—" if np.isnan(line["rate"]) else f"{float(half_up(100 * line['rate'], 1)):.1f}%"


def share(line: pd.Series) -> str:
    """Say what a share is of."""
    if pd.isna(line["denominator"]):
        return line["words"]
    small = small_base(line["denominator"])
    return f"{line['words']}：{line['numerator']:,} ÷ {line['denominator']:,}{small}"


def figure_lines(view: ProblemView) -> pd.DataFrame:
    """Spell all figures: title, share, counts (numerator ÷ denominator), words, meaning."""
    lines = view.figures
    has_base = lines["denominator"].notna()
    counts = [
        f"{line.numerator:,} ÷ {line.denominator:,}{small_base(line.denominator)}"
        if is_share
        else f"{line.numerator:,} 条"
        for line, is_share in zip(lines.itertuples(), has_base, strict=True)
    ]
    shares = [
        rate(line) if is_share else ""
        for (_, line), is_share in zip(lines.iterrows(), has_base, strict=True)
    ]
    return lines.assign(share=shares, counts=counts)


def list_file(lines: pd.DataFrame, view: ProblemView) -> bytes:
    """Make the workbook of a list of problems, of who holds how many, and of the figures."""
    notes = (basis(view),)
    title = f"问题整改（截至 {view.as_of.isoformat()}）"
    dates = {
        name: [None if day is None else day.isoformat() for day in lines[name]]
        for name in ("due_day", "found_on")
    }
    return write_book(
        ExportSheet("问题清单", title, lines.assign(**dates), LIST, notes),
        ExportSheet("各单位", title, view.by_unit, UNITS, notes),
        ExportSheet("指标", title, figure_lines(view), FIGURES, notes),
    )
