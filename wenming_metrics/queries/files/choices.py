"""What people said of headers and names: for the next reading, and as a list for the page."""

from __future__ import annotations

import pandas as pd
from rapidfuzz import fuzz
from sqlalchemy import Connection

from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import (
    COUNTED,
    FILE_CHOICE,
    KIND_CHOICE,
    LIKE_CHOICE,
    SURVEY,
    NameChoice,
    RememberedChoices,
)
from wenming_metrics.reading.model.sender_answers import (
    BARE_CHOICE,
    BARE_TITLES,
    EVERY_ITEM,
    VISITS_CHOICE,
)
from wenming_metrics.reading.recognise.families import wanted
from wenming_metrics.reading.records.kinds import CHOSEN_TITLES
from wenming_metrics.reading.survey.questions import bare, column_names, spell_name
from wenming_metrics.reading.survey.respondents import filled_in
from wenming_metrics.reading.survey.wordings import question_of, spell_option
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.store.choices import HEADER, NAME, read_headers, read_names
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.vocabulary import INPUT, UNIT_KINDS, normalise

NOT_READ = "不读这一列"
_LIKELY = 60
"""Likeness (0 to 100) from which an answer is offered: below it a person chooses from the list."""
_NAME_KINDS = {"unit": "单位", "item": "测评项", "point_type": "点位类型"}


def read_choices(connection: Connection) -> RememberedChoices:
    """Read what a reading is to know of what people said."""
    headers: dict[str, dict[str, str]] = {}
    for choice in read_headers(connection).itertuples():
        headers.setdefault(choice.fingerprint, {})[choice.header] = choice.name
    names = (
        NameChoice(choice.kind, choice.written, int(choice.target))
        for choice in read_names(connection).itertuples()
    )
    return RememberedChoices(headers, tuple(names))


def choices(office: Office) -> pd.DataFrame:
    """List what is remembered: what (HEADER or NAME), choice, written, means, who, at.

    Returns: besides file ("": not known), on which it was said first, and form, the fingerprint of
             the table where a row stands for the whole of it, else ""
    """
    with reading(office.store) as connection:
        headers, names = read_headers(connection), read_names(connection)
        titles = name_titles(connection, office)
    files = headers[headers["header"] == FILE_CHOICE].set_index("fingerprint")["name"].to_dict()
    rows = [
        (
            *(HEADER, h.choice, *_spell_header(office, h.fingerprint, h.header, h.name)),
            *(h.who, h.at),
            *(files.get(h.fingerprint, ""), h.fingerprint if h.header == KIND_CHOICE else ""),
        )
        for h in headers.itertuples()
        if h.header not in (FILE_CHOICE, LIKE_CHOICE)
    ]
    rows += [
        (
            *(NAME, n.choice, f"{_NAME_KINDS[n.kind]}“{n.written}”"),
            *(titles[n.kind].get(int(n.target), "（已不在名册里）"), n.who, n.at, "", ""),
        )
        for n in names.itertuples()
    ]
    names_of_columns = ["what", "choice", "written", "means", "who", "at", "file", "form"]
    return pd.DataFrame(rows, columns=names_of_columns)


def _spell_header(office: Office, form: str, header: str, name: str) -> tuple[str, str]:
    if question := question_of(form):
        title, answer = spell_option(office.rules.survey, question, name)
        return f"“{title}”的回答“{header}”", answer
    if header == KIND_CHOICE:
        return "整张表", CHOSEN_TITLES.get(name, name)
    if header == BARE_CHOICE:
        return "只写数字的格子", BARE_TITLES[name]
    if header == VISITS_CHOICE:
        return VISITS_TITLE, scope_title(name)
    return f"表头“{header}”", column_title(office, name)


VISITS_TITLE = "问题涉及的点位"


def scope_title(scope: str) -> str:
    """Say which items were looked at, of a choice VISITS_CHOICE."""
    return "查了全部测评项" if scope == EVERY_ITEM else f"查了{scope}的测评项"


def name_titles(connection: Connection, office: Office) -> dict[str, dict[int, str]]:
    """Give every name that a written one may stand for: kind -> number -> as people write it."""
    units, catalogue = read_register(connection).units, office.catalogue
    unit_titles = {
        int(unit.unit): f"{unit.name}（{UNIT_KINDS[unit.kind]}）" for unit in units.itertuples()
    }
    return {
        "unit": unit_titles,
        "item": catalogue.items["name"].to_dict(),
        "point_type": catalogue.point_types["name"].to_dict(),
    }


def nearest_names(office: Office, kind: str, written: str) -> dict[object, str]:
    """Order the names that a written one may stand for, the most alike first: number -> name.

    Takes: kind - as `name_titles`, or `option_form` of a question: code of an option -> its title
    """
    if question := question_of(kind):
        options = office.rules.survey.question(question).options
        titles = {choice.code: choice.title for choice in options}
    else:
        with reading(office.store) as connection:
            titles = name_titles(connection, office)[kind]
    spelling = filled_in(normalise(written))
    return dict(sorted(titles.items(), key=lambda entry: -_alike(spelling, entry[1])))


def nearest_columns(kind: str, header: str, survey: Survey | None = None) -> dict[str, str]:
    """Order the columns that a header may mean in a kind of sheet: name -> title, most alike first.

    Takes: survey - what questionnaires ask: their columns may be answers too
    """
    titles = {name: INPUT[name].title for name in wanted(kind)}
    if kind in (SURVEY, COUNTED):
        titles |= column_names(survey, counted=kind == COUNTED)
    return dict(sorted(titles.items(), key=lambda entry: -_alike_column(header, *entry)))


def is_likely(written: str, name: str) -> bool:
    """Say whether a name is so like a written one that it may be offered as the answer."""
    return _alike(filled_in(normalise(written)), name.split("（")[0]) >= _LIKELY


def _alike_column(header: str, name: str, title: str = "") -> float:
    if name not in INPUT:
        return _alike(bare(header), title)
    column = INPUT[name]
    return max(_alike(header, word) for word in (column.title, *column.aliases))


def column_title(office: Office, name: str) -> str:
    """Give what a person said that a column holds, in words."""
    if name in INPUT:
        return INPUT[name].title
    return spell_name(office.rules.survey, name) or NOT_READ


def _alike(written: str, title: str) -> float:
    return fuzz.ratio(normalise(written), normalise(title))
