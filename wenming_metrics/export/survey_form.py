"""What the forms of questionnaires and of counted tables hold of the survey in force."""

from __future__ import annotations

from dataclasses import replace

from wenming_metrics.export.form_columns import Form
from wenming_metrics.reading.survey.questions import column_names, name_of, spell_name
from wenming_metrics.rules.survey.model import COUNT, MULTIPLE, SCALE, Survey
from wenming_metrics.vocabulary import INPUT

SURVEY, COUNTED = "survey", "counts"


def with_questions(kind: str, form: Form, survey: Survey | None) -> Form:
    """Put the columns of a survey's questions into a form, before its remark."""
    if survey is None or kind not in (SURVEY, COUNTED):
        return form
    if kind == COUNTED:
        names = tuple(column_names(survey, counted=True))
    else:
        names = tuple(name_of(one.code) for one in survey.questions if one.kind != COUNT)
    *facts, last = form.columns
    return replace(form, columns=(*facts, *names, last))


def heading(name: str, survey: Survey | None) -> str:
    """Give the heading of a column: that of the vocabulary, or the question."""
    return INPUT[name].title if name in INPUT else spell_name(survey, name)


def answers_offered(survey: Survey | None) -> dict[str, list[str]]:
    """Give the answers to choose from, by the name of the column; groups of people too."""
    found: dict[str, list[str]] = {"people_group": []}
    for one in survey.questions if survey else ():
        titles = [option.title for option in one.options]
        if one.kind == SCALE:
            titles = [str(step) for step in range(one.low, one.high + 1)]
        found[name_of(one.code)] = titles
        found["people_group"] += titles if one.people else []
    return found


def questions_of_several(survey: Survey | None) -> set[str]:
    """List the columns in which several answers may be written."""
    asked = survey.questions if survey else ()
    return {name_of(one.code) for one in asked if one.kind == MULTIPLE}


def example_answers(survey: Survey | None) -> dict[str, object]:
    """Make up answers: the first that there is to each question, one of everything counted."""
    found: dict[str, object] = {"people_group": None, "planned_answers": 100, "returned": None}
    counted = column_names(survey, counted=True)
    told = {name: several[0] for name, several in answers_offered(survey).items() if several}
    return {**found, **dict.fromkeys(counted, 1), **told}
