"""The questionnaire of the rules as a workbook of its own, and a filled-in one as the next draft."""

from __future__ import annotations

from wenming_metrics.export.rules_book import rules_workbook
from wenming_metrics.queries.office import Office
from wenming_metrics.revising.books import sheets_of
from wenming_metrics.revising.own_items import latest_parts
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.rules.load import load_files
from wenming_metrics.rules.workbook.parts import Parts, files_of
from wenming_metrics.rules.workbook.survey_book import filled_in_survey, survey_pages
from wenming_metrics.rules.workbook.workbook import WorkbookError


def questionnaire_form(office: Office) -> bytes:
    """Make the workbook of the questionnaire of the latest version, empty where it has none."""
    return rules_workbook(survey_pages(latest_parts(office).survey), "问卷")


def read_questionnaire(office: Office, content: bytes) -> dict[str, bytes]:
    """Give the files of the latest version with a filled-in questionnaire in it.

    Raises WorkbookError with every fault, by sheet, row and column.
    """
    former = latest_parts(office)
    survey, locate = filled_in_survey(sheets_of(content), former.survey)
    files, _ = files_of(Parts(former.settings, former.lines, former.composite, survey))
    try:
        load_files(files, office.catalogue)
    except RuleSetError as error:
        raise WorkbookError([locate(fault) for fault in error.faults]) from error
    return files
