"""Stored records of one kind as a list for people: on the page, on the command line, as a workbook.

No contacts of units (责任人, 联系电话) stand in it, and numbers of persons in running text are masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
from sqlalchemy import func, select

from wenming_metrics.domain.periods import window
from wenming_metrics.domain.privacy import mask
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.records import records
from wenming_metrics.reading.model.reading import COUNTED
from wenming_metrics.reading.records.kinds import BY_NAME
from wenming_metrics.reading.survey.questions import name_of, spell_name
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading
from wenming_metrics.store.frames import read_frame, that_count
from wenming_metrics.vocabulary import Column, columns, input_columns

_KIND_COLUMNS = {
    "rectification": (
        "problem_no",
        "site",
        "description",
        "severity",
        "handed_out",
        "deadline",
        "measure",
        "finished",
        "finding=finding_state",
    ),
    "document": ("project", "indicator", "content", "requirement", "due", "lead", "handed_in"),
    "duty": (
        *("project", "indicator", "content", "standard", "point_type", "site", "task", "lead"),
        *("assisting", "due", "progress"),
    ),
    "external": (
        "test",
        "group",
        "indicator",
        "total",
        "printed_rank",
        "change=printed_change",
        "parts",
    ),
    "metric": ("indicator", "value", "numerator", "denominator", "scale", "target"),
    "negative": ("barred_item", "barred_result", "barred_evidence", "barred_checker"),
    "adverts": ("site", "point_type", "ad_length", "ad_count", "ad_damaged", "ad_required"),
    "campaign": ("campaign", "task", "phase", "lead", "due", "progress"),
    "adjustment": ("type=adjustment_type", "points=adjusted_points", "reason", "document_no"),
    "moves": (
        *("problem_no", "act=move_act", "who=handler", "reason=move_reason", "way=check_way"),
        *("outcome=look_result", "approver=approved_by", "document_no", "measure"),
    ),
    "quota": ("people_group", "planned=planned_answers"),
    "counts": ("counts=option_counts",),
    "holidays": ("first=off_from", "last=off_to", "arrangement", "holiday", "document_no"),
}
"""What each kind tells of itself, from left to right."""
RESTRICTED = "不得对外公布"


def record_counts(office: Office) -> dict[str, int]:
    """Count the records of each kind whose batches count; kinds without any are left out."""
    table = schema.record
    query = that_count(select(table.c.kind, func.count().label("n")), table)
    with reading(office.store) as connection:
        counted = read_frame(connection, query.group_by(table.c.kind))
    counts = dict(zip(counted["kind"], counted["n"].tolist(), strict=True))
    return {kind: counts[kind] for kind in BY_NAME if kind in counts}


def record_columns(kind: str) -> tuple[Column, ...]:
    """Give the columns of the list of a kind, from left to right."""
    return (
        *columns("period", "unit_name"),
        *input_columns(*_KIND_COLUMNS[kind]),
        *columns("state", "remark", "restricted", "file", "sheet", "source_row", remark="备注"),
    )


def record_titles(kind: str) -> dict[str, str]:
    """Give the columns of the list of a kind: name -> Chinese heading."""
    return {column.name: column.title for column in record_columns(kind)}


def record_list(office: Office, kind: str) -> pd.DataFrame:
    """List the records of a kind, the latest first.

    Takes:   kind - the name of a `reading.records.kinds.RECORD_KINDS`
    Returns: batch and the columns of `record_titles`, all texts ("" where nothing is said) but
             batch and source_row; period - as the record says it, else the month of its day;
             restricted - RESTRICTED where the file must not be published
    """
    record_rows = records(office, kind)
    if kind == COUNTED:
        spelled = [_spell_counts(office, counts) for counts in record_rows["counts"]]
        record_rows = record_rows.assign(counts=pd.Series(spelled, record_rows.index, dtype=object))
    order = pd.Series(
        [day.toordinal() if day else 0 for day in record_rows["day"]], record_rows.index
    )
    record_rows = record_rows.loc[order.sort_values(ascending=False, kind="stable").index]
    texts = {name: _texts(record_rows, name) for name in record_titles(kind)}
    texts["period"] = [
        text or (window("month", day).title if day else "")
        for text, day in zip(texts["period"], record_rows["day"], strict=True)
    ]
    numbers = {
        "batch": record_rows["batch"].to_numpy(),
        "source_row": record_rows["source_row"].to_numpy(),
    }
    return pd.DataFrame({**texts, **numbers}).reset_index(drop=True)


def record_file(kind: str, lines: pd.DataFrame) -> bytes:
    """Make an xlsx of some lines of `record_list`; text stays text."""
    kind_title = BY_NAME[kind].title
    notes = ["只列现在计入的文件；不含责任人和联系电话。"]
    if (lines["restricted"] != "").any():
        notes.append(f"公布限制一栏写着“{RESTRICTED}”的，只供内部工作使用。")
    return write_book(
        ExportSheet(
            kind_title, f"{kind_title}记录（{len(lines)} 条）", lines, record_columns(kind), notes
        )
    )


def _texts(record_rows: pd.DataFrame, name: str) -> list[str]:
    if name == "restricted":
        flags = record_rows.get(name, pd.Series(0, record_rows.index))
        return [RESTRICTED if flag == 1 else "" for flag in flags]
    if name == "handed_in":
        return [
            _last_round(rounds)
            for rounds in record_rows.get("rounds", pd.Series([()] * len(record_rows)))
        ]
    if name not in record_rows:
        return [""] * len(record_rows)
    return [mask(_text(value)) for value in record_rows[name]]


def _text(value: object) -> str:
    """Spell what a record tells: a list of parts as 「实地考察 86.37;问卷 91.2」."""
    if isinstance(value, list):
        return "；".join(_spell_component(component) for component in value)
    return "" if pd.isna(value) else str(value)


def _spell_component(component: Mapping[str, str]) -> str:
    return f"{component['group']}{component['name']} {component['printed']}".strip()


def _spell_counts(office: Office, counts: Mapping[str, Mapping[str, int]]) -> str:
    """Spell a row of a counted table: 「是否知道:知道 25、不知道 5;是否参与:…」."""
    survey, sentences = office.rules.survey, []
    for question, option_counts in counts.items():
        option_titles = {
            option: spell_name(survey, name_of(question, option)) for option in option_counts
        }
        title = spell_name(survey, name_of(question)) or question
        answers = (
            f"{option_titles[option].removeprefix(f'{title}：') or option} {n}"
            for option, n in option_counts.items()
        )
        sentences.append(f"{title}：{'、'.join(answers)}")
    return "；".join(sentences)


def _last_round(rounds: Iterable[Mapping[str, str]]) -> str:
    """Give when a document was handed in last."""
    return next(
        (
            submission["handed_in"]
            for submission in reversed(list(rounds))
            if submission["handed_in"]
        ),
        "",
    )
