"""整改报告: what became of the problems of one source or list, as a Word document for whoever asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd

from wenming_metrics.domain.numbers import small_base
from wenming_metrics.export.word.blocks import HEADING, NOTE, Block, Grid, Paragraph, body
from wenming_metrics.publishing.bulletin.phrases import long_day, percent
from wenming_metrics.publishing.dispatch.office_paper import OfficePaper
from wenming_metrics.publishing.dispatch.orders import describe_problems
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import ProblemView
from wenming_metrics.queries.problems.wording import basis
from wenming_metrics.scoring.loop.figures import figures
from wenming_metrics.scoring.tree.states import OPEN
from wenming_metrics.store.database import reading
from wenming_metrics.store.problems import read_events
from wenming_metrics.vocabulary import titles

_UNITS = titles(
    *("unit_name=holder", "handed=handed_problems", "settled=settled_problems", "rectified_rate"),
    *("overdue=overdue_problems", "postponed=postponed_problems"),
)
_PROBLEMS = titles(
    *("number=problem_number", "site_name", "item_name", "description", "unit_name=holder"),
    *("measure", "state=loop_state"),
)
_WIDTHS = (22, 22, 20, 36, 20, 30, 16)


def rectification_report(office: Office, lines: pd.DataFrame, view: ProblemView) -> bytes:
    """Make the report of some problems of a view; the same bytes for the same state of the store.

    Takes: lines - of the view, those that are reported of
    """
    with reading(office.store) as connection:
        paper = OfficePaper(connection)
        described = describe_problems(connection, office, lines).set_index(["batch", "seq"])
        events = read_events(connection, lines["number"])
    keys = pd.MultiIndex.from_frame(lines[["batch", "seq"]])
    measures = _measures(events)
    listed_lines = lines.assign(
        description=[described["description"].get(key) or "" for key in keys],
        measure=[measures.get(number, "") for number in lines["number"]],
    )
    page_blocks = [
        *_summary(listed_lines, view),
        *_units(listed_lines),
        *_each(listed_lines),
        Paragraph(NOTE, basis(view)),
    ]
    title = f"关于{source_of(lines)}查出问题\n整改情况的报告"
    return paper.fill("文明城市创建整改报告", title, "", view.as_of, page_blocks)


def source_of(lines: pd.DataFrame) -> str:
    """Name where problems come from: the one source of all of them, else 督查等."""
    sources = lines["source_name"].unique()
    return str(sources[0]) if len(sources) == 1 else "督查等"


def _measures(events: pd.DataFrame) -> dict[str, str]:
    """Give what was last done about each number, as the unit said."""
    measures = {}
    for event in events.itertuples():
        if event.details.get("measure"):
            measures[event.number] = str(event.details["measure"])
    return measures


def _summary(lines: pd.DataFrame, view: ProblemView) -> Iterator[Block]:
    counts = figures(lines).set_index("code")["numerator"]
    to_do = figures(lines).set_index("code")["denominator"]["claim_rate"]
    settled = _settled(lines)
    yield Paragraph(HEADING, "一、总体情况")
    yield body(
        f"截至{long_day(view.as_of)}，{source_of(lines)}查出的问题{len(lines)}条，已交办{counts['handed']}条；"
        f"应整改{to_do}条，已整改完{settled}条，整改率{percent(settled, to_do) if to_do else '—'}"
        f"（{settled}/{to_do}）{small_base(to_do)}；逾期{counts['overdue']}条。"
        f"挂账{counts['suspended']}条，长期整改{counts['long_term']}条，不属实{counts['untrue']}条，"
        f"没有交办{len(lines) - counts['handed'] - _untrue_unhanded(lines)}条。"
    )


def _settled(lines: pd.DataFrame) -> int:
    """Count what was handed out and is closed."""
    return int(((lines["handed"] > 0) & (lines["closed"] < OPEN)).sum())


def _untrue_unhanded(lines: pd.DataFrame) -> int:
    return int(((lines["handed"] == 0) & (lines["state"] == "不属实")).sum())


def _units(lines: pd.DataFrame) -> Iterator[Block]:
    handed = lines[(lines["handed"] > 0) & (lines["state"] != "不属实")]
    rows = []
    for unit, of_unit in handed.groupby("unit_name", sort=False):
        postponed = int(of_unit["state"].isin(["挂账", "长期整改"]).sum())
        settled, to_do = _settled(of_unit), len(of_unit) - postponed
        share = f"{percent(settled, to_do)}（{settled}/{to_do}）" if to_do else "—"
        overdue = int(of_unit["is_overdue"].sum())
        rows.append((str(unit), len(of_unit), settled, share, overdue, postponed))
    rows.sort(key=lambda row: -row[1])
    yield Paragraph(HEADING, "二、各责任单位")
    if rows:
        texts = tuple(tuple(map(str, row)) for row in rows)
        yield Grid("", tuple(_UNITS.values()), texts, (40, 16, 18, 32, 16, 24), frozenset([0]))
    else:
        yield body("还没有交办。")


def _each(lines: pd.DataFrame) -> Iterator[Block]:
    yield Paragraph(HEADING, "三、逐条情况")
    rows = tuple(
        (
            *(str(line.number), str(line.site_name), str(line.item_name)),
            " ".join(str(line.description).split()),
            *(str(line.unit_name), " ".join(str(line.measure).split()), _stands(line)),
        )
        for line in lines.sort_values(["day", "unit_name", "number"], kind="stable").itertuples()
    )
    yield Grid("", tuple(_PROBLEMS.values()), rows, _WIDTHS, frozenset([1, 2, 3, 5]))


def _stands(line: tuple) -> str:
    """Say where a problem stands: since when it is closed, else its state and its limit."""
    if line.closed < OPEN:
        return f"{date.fromordinal(int(line.closed)).isoformat()}整改完"
    return "，".join(filter(None, (line.state, line.term if line.is_overdue else "")))
