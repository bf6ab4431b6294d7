"""A week's 通报 of the full city and one sheet for each unit, in seconds, beside the questions they rest on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from pypdf import PdfReader

from tests.benchmarks.stores import END
from tests.benchmarks.suite import Line, Setup, benchmark, generated, medians, take_turns
from wenming_metrics.domain.periods import window
from wenming_metrics.export.word.blocks import body
from wenming_metrics.export.word.document import fill
from wenming_metrics.export.word.shell import (
    DATE_MARK,
    NUMBER_MARK,
    SIGNER_MARK,
    TITLE_MARK,
    default_shell,
)
from wenming_metrics.publishing.bulletin.document import make_bulletin, make_unit_sheets
from wenming_metrics.publishing.bulletin.material import issue_of_window, material_of_issue
from wenming_metrics.publishing.bulletin.unit_sheets import units_of
from wenming_metrics.store.database import reading

_SHEETS = 70


@benchmark("bulletins")
def bulletins(setup: Setup) -> Iterator[Line]:
    """Make the papers of the last week of the small store; nothing is kept from turn to turn."""
    office = generated(setup, setup.days[0])
    with reading(office.store) as connection:
        issue = issue_of_window(connection, office, window("week", END))
        units = units_of(material_of_issue(connection, office, issue))

    def ask() -> None:
        with reading(office.store) as connection:
            material_of_issue(connection, office, issue)

    ways = {
        "questions": ask,
        "bulletin": lambda: make_bulletin(office, issue),
        "sheets": lambda: make_unit_sheets(office, issue),
    }
    seconds = medians(take_turns(ways, setup.runs))
    yield Line(
        "bulletin",
        "seconds for the Word 通报 of a week; beside it those of its questions alone",
        seconds["bulletin"],
        2.0,
        seconds={name: seconds[name] for name in ("bulletin", "questions")},
        runs=setup.runs,
    )
    yield Line(
        "unit sheets",
        f"seconds for {_SHEETS} sheets (Word and Excel), of {len(units)} units",
        seconds["sheets"] * _SHEETS / len(units),
        20.0,
        seconds={"all sheets": seconds["sheets"], "questions": seconds["questions"]},
        runs=setup.runs,
    )


@benchmark("word page")
def word_page(setup: Setup) -> Iterator[Line]:
    """Measure a full page of running text in the PDF that LibreOffice makes of a Word 通报."""
    text = "督查情况通报如下" * 400
    shown = {mark: "通报" for mark in (TITLE_MARK, NUMBER_MARK, SIGNER_MARK, DATE_MARK)}
    path = setup.new_path(".docx")
    path.write_bytes(fill(default_shell(), shown, [body(text)], [], {}))
    command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(path.parent)]
    subprocess.run([*command, str(path)], check=True, capture_output=True)
    page = PdfReader(path.with_suffix(".pdf")).pages[2]
    lines = [line.strip() for line in page.extract_text().splitlines() if len(line) > 10]
    yield Line("lines of a page", "of 22 that GB/T 9704-2012 asks for", len(lines) / 22, 1.0)
    longest = max(map(len, lines))
    yield Line("signs of a line", "of 28 that GB/T 9704-2012 asks for", longest / 28, 1.0)
