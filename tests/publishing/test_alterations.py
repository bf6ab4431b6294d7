"""Of Word, slides, workbook and PDF alike: whatever was altered is found, other wording is not."""

import io
import random

import pytest
from openpyxl import load_workbook

from tests.publishing.alterations import (
    KINDS,
    alter,
    open_print,
    open_slides,
    open_word,
    open_workbook,
    reword,
)
from tests.publishing.bulletin_city import signed_city
from wenming_metrics.export.typeset import print_pdf
from wenming_metrics.publishing.bulletin.compare import SAME, compare
from wenming_metrics.publishing.bulletin.document import make_bulletin, make_slides
from wenming_metrics.publishing.bulletin.layout import current_layout, kind_of
from wenming_metrics.publishing.bulletin.material import material_of_issue
from wenming_metrics.publishing.bulletin.printed import full_print
from wenming_metrics.publishing.bulletin.recheck import recheck, sheet_lines
from wenming_metrics.publishing.bulletin.sections import names_in
from wenming_metrics.publishing.bulletin.tokens import NameFinder
from wenming_metrics.publishing.issues import issues
from wenming_metrics.publishing.signed_workbook import period_file
from wenming_metrics.reading.sandbox.documents import read_text
from wenming_metrics.store.database import reading

FORMS = ("docx", "pptx", "xlsx", "pdf")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return signed_city(tmp_path_factory.mktemp("altered"))


@pytest.fixture(scope="module")
def made(office):
    """Of each form: how it is opened, its lines as handed out, how lines are read; and the names."""
    issue = issues(office)[0]
    with reading(office.store) as connection:
        material = material_of_issue(connection, office, issue)
        layout = current_layout(connection, kind_of(issue))
    content, page = make_bulletin(office, issue).content, full_print(material, layout)
    deck, book = make_slides(office, issue).content, period_file(office, issue)[1]
    forms = {
        "docx": (lambda: open_word(content), content, text_lines),
        "pptx": (lambda: open_slides(deck), deck, text_lines),
        "xlsx": (lambda: open_workbook(book), book, sheet_lines),
        "pdf": (lambda: open_print(page), print_pdf(page), text_lines),
    }
    names = NameFinder(*names_in(material))
    return {
        form: (open_it, read(data), read, names) for form, (open_it, data, read) in forms.items()
    }


def text_lines(content):
    return read_text(content).lines


def changed(made, form, edit, dice):
    """Edit a document and compare it; gives what was done, and what of it was found."""
    open_it, expected, read, names = made[form]
    document = open_it()
    done = edit(document, dice)
    marks = compare(expected, read(document.save()), names) if done else []
    return done, [mark for mark in marks if mark.state != SAME]


@pytest.mark.parametrize("form", FORMS)
def test_whatever_is_altered_is_found(made, form, request):
    """One of each kind in every run (of a PDF, which is slow to lay out, two); 200 of each by --explore."""
    count, missed, altered = 2 if form == "pdf" else len(KINDS), [], 0
    count = 200 if request.config.getoption("explore") else count
    for n in range(count):
        kind = KINDS[n % len(KINDS)]
        done, found = changed(
            made, form, lambda d, dice, kind=kind: alter(d, kind, dice), random.Random(n)
        )
        altered += bool(done)
        missed += [(kind, done)] if done and not found else []
    assert altered >= count * 3 // 5
    assert missed == []


@pytest.mark.parametrize("form", FORMS)
def test_other_wording_is_not_reported(made, form, request):
    """One edit in every run; 100 of each form by --explore."""
    reported = []
    for n in range(100 if request.config.getoption("explore") else 1):
        done, found = changed(made, form, reword, random.Random(1_000 + n))
        assert done
        reported += [(done, mark) for mark in found]
    assert reported == []


def test_what_is_hidden_in_a_workbook_is_told(office):
    book = period_file(office, issues(office)[0])[1]
    unchanged = recheck(office, book, "签发名单.xlsx")
    assert (unchanged.is_same, unchanged.remarks) == (True, ())
    edited = load_workbook(io.BytesIO(book))
    ranking, other = edited.worksheets[:2]
    ranking.row_dimensions[3].hidden = ranking.column_dimensions["B"].hidden = True
    ranking.row_dimensions[9_000].hidden = True  # below all that is written
    other.sheet_state = "hidden"
    buffer = io.BytesIO()
    edited.save(buffer)
    told = recheck(office, buffer.getvalue(), "签发名单.xlsx")
    assert (told.is_same, told.remarks) == (
        False,
        (
            f"工作表“{ranking.title}”隐藏了第3行、B列，打开时看不到。",
            f"工作表“{other.title}”被隐藏，打开时看不到。",
        ),
    )
