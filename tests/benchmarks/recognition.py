"""What it costs to find out what a table is, and to answer what is asked about it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.benchmarks.ingest import registered
from tests.benchmarks.stores import WHO
from tests.benchmarks.suite import (
    Line,
    Setup,
    benchmark,
    kept_workbook,
    let_go,
    medians,
    ratio,
    take_turns,
)
from wenming_metrics.domain.periods import today
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.grid import Workbook
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.recognise import sheets

_ROWS, _NAME = 12_000, "督查表.xlsx"


@benchmark("recognition")
def recognition(setup: Setup) -> Iterator[Line]:
    """Recognise a checklist, beside taking it in; read it again by an answer, beside reading it."""
    content = kept_workbook(setup, _ROWS).read_bytes()
    offices = registered(setup, setup.runs + 2)
    left, office = iter(offices[:-1]), offices[-1]
    against = commit.intake_context(office)
    workbook = commit.decode_file(office, content, _NAME, against)
    whole = partial(_take_in, left, content)
    known = partial(_recognise, office, against, workbook)
    shares = take_turns({"whole": whole, "recognised": known}, setup.runs)
    yield Line(
        f"recognition-{_ROWS}",
        f"{_ROWS} rows: what every sheet and column is / bytes to committed and rankable",
        ratio(shares, "recognised", "whole"),
        0.10,
        seconds=medians(shares),
        runs=setup.runs,
    )
    read_once = partial(commit.read_file, office, content, _NAME, against)
    again = partial(read_once, workbook=workbook)
    answers = take_turns({"read": read_once, "answered": again}, setup.runs)
    let_go(*offices)
    yield Line(
        f"answer-{_ROWS}",
        f"{_ROWS} rows: reading again by an answer, the decoded grid kept / one read",
        ratio(answers, "answered", "read"),
        1.2,
        seconds=medians(answers),
        runs=setup.runs,
    )


def _take_in(left: Iterator[Office], content: bytes) -> None:
    office = next(left)
    commit.commit(office, commit.inspect(office, content, _NAME), WHO)


def _recognise(office: Office, against: commit.IntakeContext, workbook: Workbook) -> None:
    """Do all of it anew, the words of the registers too."""
    sheets._lexicon.cache_clear()
    context = Context(against.register, office.catalogue, today())
    words = sheets.search_words(context, _NAME)
    headed, _, _ = sheets.find_sheets(workbook.sheets, words)
    sheets.list_unmapped(workbook.sheets, headed, words)
