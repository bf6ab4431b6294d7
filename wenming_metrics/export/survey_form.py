"""What the forms of questionnaires and of counted tables hold of the survey in force."""

from __future__ import annotations

from dataclasses import replace

from wenming_metrics.export.form_columns import BlankForm
from wenming_metrics.reading.survey.questions import column_names, name_of, spell_name
from wenming_metrics.rules.survey.model import COUNT, MULTIPLE, SCALE, Survey
from wenming_metrics.vocabulary import INPUT

SURVEY, COUNTED = "survey", "counts"


def with_questions(kind: str, form: BlankForm, survey: Survey | None) -> BlankForm:
    """Put the columns of a survey's questions into a form, before its remark."""
    if survey is None or kind not in (SURVEY, COUNTED):
        return form
    if kind == COUNTED:
        names = tuple(column_names(survey, counted=True))
    else:
        names = tuple(
            name_of(question.code) for question in survey.questions if question.kind != COUNT
        )
    *facts, last = form.columns
    return replace(form, columns=(*facts, *names, last))


def heading(name: str, survey: Survey | None) -> str:
    """Give the heading of a column: that of the vocabulary, or the question."""
    return INPUT[name].title if name in INPUT else spell_name(survey, name)


def answers_offered(survey: Survey | None) -> dict[str, list[str]]:
    """Give the answers to choose from, by the name of the column; groups of people too."""
    offered: dict[str, list[str]] = {"people_group": []}
    for question in survey.questions if survey else ():
        titles = [option.title for option in question.options]
        if question.kind == SCALE:
            titles = [str(step) for step in range(question.low, question.high + 1)]
        offered[name_of(question.code)] = titles
        offered["people_group"] += titles if question.people else []
    return offered


def questions_of_several(survey: Survey | None) -> set[str]:
    """List the columns in which several answers may be written."""
    questions = survey.questions if survey else ()
    return {name_of(question.code) for question in questions if question.kind == MULTIPLE}


def example_answers(survey: Survey | None) -> dict[str, object]:
    """Make up answers: the first that there is to each question, one of everything counted."""
    examples: dict[str, object] = {"people_group": None, "planned_answers": 100, "returned": None}
    counted = column_names(survey, counted=True)
    first_answers = {
        name: several[0] for name, several in answers_offered(survey).items() if several
    }
    return {**examples, **dict.fromkeys(counted, 1), **first_answers}
