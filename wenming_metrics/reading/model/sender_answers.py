"""What the person who sends a file says of it, as frozen records."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

BARE_CHOICE = "#bare"
VISITS_CHOICE, EVERY_ITEM, BETWEEN_SCOPES = "#visits", "*", "、"
"""That problems of a form came from visits, and which categories these looked at, is remembered so."""
LOST, EARNED = "lost", "earned"
"""What bare numbers in the columns of items are: points lost (失分) or points earned (得分)."""
BARE_TITLES = {LOST: "扣的分", EARNED: "得的分"}
COUNT_ONCE, COUNT_ALL = "once", "count"
"""What becomes of equal rows in two sheets of a file: one record, or a record each."""


@dataclass(frozen=True)
class Bare:
    """A sheet with bare numbers in its columns of items: how many, and what they are ("": nobody
    has said); fingerprint - of its headers, under which it is remembered (BARE_CHOICE)."""

    sheet: str
    fingerprint: str
    count: int
    meaning: str


@dataclass(frozen=True)
class Looked:
    """A visit on which nothing was found: its day (ordinal), the street and a registered site."""

    day: int
    street: str
    site: str


@dataclass(frozen=True)
class SenderAnswers:
    """What the person who sends a file says of it.

    confirm_visits - problems without a sheet of visits came from visits that looked at the scope
    scope  - the categories of items that those visits looked at, () = all of the point type
    looked - further visits of which no problem is listed
    remember_visits - that the visits are confirmed holds for each later list of the same form
    split  - a cell that lists several problems is as many problems
    bare   - LOST or EARNED: bare numbers in the columns of items; "" = as remembered
    equal_rows - COUNT_ONCE or COUNT_ALL: what rows are that stand in two sheets; "" = nobody has said
    kinds  - (name of a sheet, kind of sheet) where a sheet is another one than it looks like
    columns - (header, name of the column, "" = not read) where a header means something else
    assumed_year - of days that are written without one, where no title says it
    same_units - (unit as a register writes it, the unit in force that it is, "" = a new one)
    """

    confirm_visits: bool = False
    scope: tuple[str, ...] = ()
    looked: tuple[Looked, ...] = ()
    split: bool = False
    bare: str = ""
    kinds: tuple[tuple[str, str], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    assumed_year: int | None = None
    equal_rows: str = ""
    same_units: tuple[tuple[str, str], ...] = ()
    remember_visits: bool = False


NOTHING_SAID = SenderAnswers()


def answers_text(answers: SenderAnswers) -> str:
    """Write answers as JSON, to be kept with the file that they were given to."""
    return json.dumps(asdict(answers), ensure_ascii=False)


def read_answers(text: str) -> SenderAnswers:
    """Read what `answers_text` wrote; what a later version does not know any more is left out."""
    answer_fields = json.loads(text)
    looked = tuple(Looked(**visit) for visit in answer_fields.pop("looked", []))
    kinds_and_columns = {
        name: tuple(map(tuple, answer_fields.pop(name, []))) for name in ("kinds", "columns")
    }
    scope = tuple(answer_fields.pop("scope", []))
    fields = SenderAnswers.__dataclass_fields__
    plain_answers = {name: answer for name, answer in answer_fields.items() if name in fields}
    return SenderAnswers(looked=looked, scope=scope, **kinds_and_columns, **plain_answers)
