"""Empty forms to be filled in, with the names of the registers and the catalogue in force."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.export.rules_book import rules_workbook
from wenming_metrics.export.templates import filled_form, template_workbook, templates
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.workbook.own_book import own_pages
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register


def forms() -> dict[str, str]:
    """List the forms: kind -> its Chinese title."""
    return templates()


def form_file(office: Office, kind: str) -> bytes:
    """Make the form of a kind of sheet: the bytes of an xlsx file."""
    with reading(office.store) as connection:
        register = read_register(connection)
    return template_workbook(kind, register, office.catalogue, office.rules.survey)


def own_form(office: Office) -> bytes:
    """Make the workbook in which an office writes its own items and point types, with those it has."""
    return rules_workbook(own_pages(office.catalogue, office.rules), "本单位")


def filled_file(office: Office, kind: str, lines: pd.DataFrame) -> bytes:
    """Make the form of a kind with lines in it, as `export.templates.filled_form` does."""
    with reading(office.store) as connection:
        register = read_register(connection)
    return filled_form(kind, lines, register, office.catalogue)
