"""Tables that wait for a person's word, gathered by their form: one confirmation for all that are alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wenming_metrics.queries.files.choices import NOT_READ, nearest_columns
from wenming_metrics.reading.model.reading import COMPONENT, Reading, Recognised
from wenming_metrics.reading.recognise.families import wanted
from wenming_metrics.reading.survey.questions import MARK
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.vocabulary import headers, normalise

LEFT_AS_IT_IS = "照原数读（分项）"


@dataclass(frozen=True)
class Form:
    """Tables with the same headers: the first of them, and in which files (「文件「工作表」」) they are."""

    table: Recognised
    sources: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Under which it is remembered."""
        return self.table.fingerprint

    @property
    def proposed(self) -> str:
        """The kind that it looks like."""
        return self.table.proposed

    @property
    def source(self) -> str:
        """Where it was met first."""
        return self.sources[0]


def forms_of(readings: Iterable[Reading], *, are_open: bool = True) -> list[Form]:
    """Gather the tables of some files by form. Takes: are_open - those to be confirmed, or the rest"""
    by_form: dict[str, Recognised] = {}
    sources: dict[str, list[str]] = {}
    for file_reading in readings:
        for table in file_reading.recognised:
            if table.is_open == are_open and table.columns:
                by_form.setdefault(table.fingerprint, table)
                source = f"{file_reading.filename}“{table.sheet}”"
                sources.setdefault(table.fingerprint, []).append(source)
    return [Form(table, tuple(sources[form])) for form, table in by_form.items()]


def roles_offered(kind: str, header: str, survey: Survey | None) -> dict[str, str]:
    """List what a column of a kind of table may be, most alike first: name -> as people read it."""
    return {"": NOT_READ, **nearest_columns(kind, header, survey), COMPONENT: LEFT_AS_IT_IS}


def role_proposed(table: Recognised, kind: str, index: int) -> str:
    """Give what a column is filled in with; a question that no survey has is not read."""
    role = table.roles[kind][index] if kind in table.roles else ""
    return "" if role == MARK else role


def is_open(table: Recognised, kind: str, index: int) -> bool:
    """Say whether a person has to look at a column: its title is not one that the kind knows."""
    column, role = table.columns[index], role_proposed(table, kind, index)
    known_role = headers(wanted(kind)).get(normalise(column.header))
    return column.is_doubtful or not known_role or known_role != role


def roles_to_keep(roles: Mapping[str, str]) -> dict[str, str]:
    """Leave out what is kept as it is: components are read without a person's word."""
    return {
        header: role for header, role in roles.items() if role != COMPONENT and normalise(header)
    }
