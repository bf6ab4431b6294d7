"""What a reading is given and what it gives back, as frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import pandas as pd

from wenming_metrics.domain.problems import REJECT, Problem, rejected
from wenming_metrics.domain.register_changes import UnitChange
from wenming_metrics.domain.registers import Register
from wenming_metrics.reading.model.grid import Block
from wenming_metrics.reading.model.sender_answers import (
    NOTHING_SAID,
    Bare,
    SenderAnswers,
)
from wenming_metrics.rules.model import Catalogue, ReadingRules
from wenming_metrics.rules.survey.answers import Answers as Answered
from wenming_metrics.rules.survey.model import Survey

CHECKLIST, WIDE, FINDINGS, VISITS = "checklist", "wide", "findings", "visits"
PLAN, UNITS, SITES, HOLIDAYS = "plan", "units", "sites", "holidays"
INSPECTION, REGISTERS, RECORDS = "inspection", "registers", "records"
SURVEY, COUNTED = "survey", "counts"
REGISTER_KINDS = {UNITS, SITES, HOLIDAYS, REGISTERS}
"""Kinds of files that the others are read against."""
SHEET_KINDS = {
    CHECKLIST: "检查表",
    WIDE: "检查表（一列一项）",
    FINDINGS: "问题清单",
    VISITS: "检查点位",
    PLAN: "督查计划",
    UNITS: "单位名册",
    SITES: "点位名册",
    SURVEY: "问卷",
}
"""Kinds of sheet, as users know them."""
BASIS_CHECKLIST, BASIS_VISIT, BASIS_FINDING = 0, 1, 2
"""Where a check comes from: a row of a checklist, the scope of a visit, a problem found."""


@dataclass(frozen=True)
class NameChoice:
    """What a person said that a written name stands for.

    kind - "unit", "item" or "point_type"; written - normalised; target - its number
    """

    kind: str
    written: str
    target: int


@dataclass(frozen=True)
class RememberedChoices:
    """What people said of headers and names that were not known.

    headers - fingerprint of a table's headers -> normalised header -> name of the column ("": it is
              not read); under KIND_CHOICE the kind of the table, LIKE_CHOICE, FILE_CHOICE
    """

    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: tuple[NameChoice, ...] = ()


KIND_CHOICE, LIKE_CHOICE, FILE_CHOICE = "#kind", "#like", "#file"
"""Under these a form keeps its kind, the kind that it looked like when it was confirmed, and the
file and sheet that it was confirmed on."""
NO_TABLE = "#none"
"""The kind of a table that a person said is not to be read."""


@dataclass(frozen=True)
class Context:
    """What a workbook is read against: registers and catalogue in force, the day in the city.

    answers - what the sender says of the file; choices - what people said of headers and names
    rules   - how blank cells are read; survey - what questionnaires ask, None: nothing is set
    """

    register: Register
    catalogue: Catalogue
    today: date
    answers: SenderAnswers = NOTHING_SAID
    choices: RememberedChoices = field(default_factory=RememberedChoices)
    rules: ReadingRules = ReadingRules()
    survey: Survey | None = None


@dataclass(frozen=True)
class Unmapped:
    """A column that no title is known for, or a whole table of unknown kind.

    sheet, position, header - where, and as typed; fingerprint - of the table's headers
    kind - of the table ("" = not known); samples - up to three different values of the column
    is_read - its numbers are read as they are, as a component of a score
    """

    sheet: str
    position: int
    header: str
    fingerprint: str
    kind: str
    samples: tuple[str, ...]
    is_read: bool = False


CONFIRM = "表头-10"
"""The problem of a table that is filled in and waits for a person's word."""
SURE, PROPOSED, ASKED = "sure", "proposed", "asked"
"""How sure a table is: read without a question; filled in, to be confirmed; two readings are near,
or what a score depends on is open."""
CERTAINTIES = {SURE: "有把握", PROPOSED: "已填好，待确认", ASKED: "要问", "": "没有认出"}
COMPONENT = "#component"
"""Role of a column whose numbers are read under its own header, as a component of a score."""


@dataclass(frozen=True)
class SeenColumn:
    """A column of a table as it is shown to a person: position, header, up to three values, whether
    a score depends on it and it is not sure."""

    position: int
    header: str
    samples: tuple[str, ...]
    is_doubtful: bool = False


@dataclass(frozen=True)
class Recognised:
    """What a table was taken for.

    sheet, kind ("" = it is not read), fingerprint - of its headers, under which a person may say
    otherwise; is_chosen - one has said so
    certainty - SURE, PROPOSED, ASKED, or "" where it is like no kind; proposed, reason - the kind
    that it looks like, and why; columns - in the order of the sheet
    roles - kind -> what each of the columns would be ("": not read); missing - titles of what the
    proposed kind lacks; n_rows - rows below the header
    """

    sheet: str
    kind: str
    fingerprint: str
    is_chosen: bool = False
    certainty: str = SURE
    proposed: str = ""
    reason: str = ""
    columns: tuple[SeenColumn, ...] = ()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    n_rows: int = 0

    @property
    def is_open(self) -> bool:
        """Say whether a person has to confirm it before it is read."""
        return self.certainty in (PROPOSED, ASKED)


@dataclass(frozen=True)
class HeaderCell:
    """One column of a sheet: its position (0 = A), its header as typed, its name or "".

    row - of the header, where it is that of a further table in the sheet, else 0
    """

    position: int
    text: str
    name: str
    row: int = 0


@dataclass(frozen=True)
class SheetReading:
    """One sheet: kind (of `kinds.SHEET_TITLES` or ""), Excel's row of the header, data rows found,
    who sent it by its titles ("": not said)."""

    name: str
    index: int
    kind: str
    header_row: int | None
    headers: tuple[HeaderCell, ...]
    n_rows: int
    sender: str = ""


@dataclass(frozen=True)
class Counts:
    """Rows of a file: rows = good + held; skipped are totals, notes and repeated headers."""

    rows: int = 0
    good: int = 0
    held: int = 0
    skipped: int = 0


def empty(columns: dict[str, str]) -> pd.DataFrame:
    """Give a frame without rows that has these columns and types."""
    return _empty(tuple(columns.items()))


@lru_cache
def _empty(columns: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns})


CHECK_COLUMNS = {
    **{"seq": "int32", "day": "int32", "source": "int8", "visit": "int64", "site": "int64"},
    **{"unit": "int32", "item": "int32", "point_type": "int16", "basis": "int8"},
    **{"result": "int8", "lost": "int64", "possible": "int64", "places": "int32"},
    **{"sheet": "int16", "source_row": "int32"},
}
FACT_COLUMNS = {"severity": "int8", "state": "int8", "given": "int8"}
"""What rows may tell of their problem besides; a file in which no row does has no such columns."""
FINDING_COLUMNS = {"seq": "int32", "number": "object", "due": "int32"}
PIECE_COLUMNS = {"seq": "int32", "piece": "int16", "words": "object"}
ROLE_COLUMNS = {"seq": "int32", "role": "int8", "unit": "int32"}
SITE_COLUMNS = {
    **{"site": "int64", "unit": "int32", "street": "int32", "point_type": "int16"},
    "name": "object",
}
PLAN_COLUMNS = {
    **{"day": "int32", "team": "object", "street": "int32", "point_type": "int16"},
    **{"site": "int64", "site_name": "object", "round": "object"},
    **{"sheet": "int16", "source_row": "int32"},
}
UNIT_COLUMNS = {
    **{"unit_code": "object", "name": "object", "kind": "object", "parent_name": "object"},
    **{"group": "object", "aliases": "object", "population": "Int64"},
    "successor_name": "object",
    **{"valid_from": "int32", "valid_to": "int32", "sheet": "int16", "source_row": "int32"},
}
PLACE_COLUMNS = {
    **{"name": "object", "point_type": "int16", "street": "int32", "unit": "int32"},
    **{"aliases": "object", "sheet": "int16", "source_row": "int32"},
}
RECORD_COLUMNS = {
    **{"kind": "object", "day": "int32", "unit": "int32", "sheet": "int16"},
    **{"source_row": "int32", "told": "object"},
}
PICTURE_COLUMNS = {
    **{"sheet": "int16", "source_row": "int32", "position": "int32", "n": "int32"},
    "digest": "object",
}
HELD_COLUMNS = {"sheet": "int16", "source_row": "int32", "codes": "object"}


@dataclass(frozen=True)
class Reading:
    """One workbook, read: its rows in the city's own numbers and everything to say about it.

    kind   - "inspection", "plan", "units", "sites", "registers" (several of those), a kind of
             records, "records" (several of those), "" = returned
    checks - one row per checked item, in the order of the file: seq, day (ordinal), source (number
             in SOURCE_CODES), visit, site (keys), unit (the most local territory), item,
             point_type, basis (BASIS_*), result (number in RESULTS), lost and possible (1e-4
             points), places, sheet, source_row (Excel's)
             and, where some row tells it: severity and state (numbers in vocabulary.SEVERITIES and
             STATES, 0: nothing), given (0: the full mark was taken for want of a deduction)
    findings - number (交办编号, "": none) and due (ordinal of its deadline, 0: none) of the failed
             checks that have one of them: seq, number, due
    pieces - which problem of a cell that lists several a check is, where they were taken apart:
             seq, piece (from 1), words
    roles  - one row per further unit of a check: seq, role (number in ROLE_CODES), unit
    sites  - the distinct sites met: site, unit, street, point_type, name
    plan   - what was to be looked at: day, team, street, point_type, site, site_name, round, ...
    units  - a register of units as written; `domain.registers.build_units` gives them their numbers
    unit_changes - what a register of units changes in the one in force (`register_changes.UnitChange`)
    registered_sites - a register of sites: name, point_type, street, unit, aliases, ...
    records - facts of other kinds: kind, day (0: none), unit (-1: none), sheet, source_row, told
             (what the kind tells, by name)
    answers - questionnaires of one wave, None: there are none
    bare   - sheets with bare numbers in columns of items
    unmapped - columns that were not read because nobody knows what they mean
    recognised - what each table was taken for, also in a file that is returned
    held   - rows that are kept but not counted: sheet, source_row, codes (tuple of problem codes)
    blocks - (sheet index, block) of every cell as it came, for drill-through
    personal - columns with personal data (`reading.personal.columns.PersonalColumn`), of which nothing is kept
    stored_copy - the copy that is stored in place of the file where it holds personal data; None: the
             file itself. `sha256` is that of what is stored
    corrects - digest of the file that this one corrects, "" where it is not known
    pictures - where pictures are: sheet, source_row, position (column), n (counted in its cell),
               digest ("": only the place is kept)
    picture_bytes - of each picture by digest, see `pictures.bare_content`
    said   - what the sender said of the file
    """

    filename: str
    sha256: str
    kind: str = ""
    sheets: tuple[SheetReading, ...] = ()
    checks: pd.DataFrame = field(default_factory=lambda: empty(CHECK_COLUMNS))
    roles: pd.DataFrame = field(default_factory=lambda: empty(ROLE_COLUMNS))
    findings: pd.DataFrame = field(default_factory=lambda: empty(FINDING_COLUMNS))
    pieces: pd.DataFrame = field(default_factory=lambda: empty(PIECE_COLUMNS))
    sites: pd.DataFrame = field(default_factory=lambda: empty(SITE_COLUMNS))
    plan: pd.DataFrame = field(default_factory=lambda: empty(PLAN_COLUMNS))
    units: pd.DataFrame = field(default_factory=lambda: empty(UNIT_COLUMNS))
    unit_changes: tuple[UnitChange, ...] = ()
    registered_sites: pd.DataFrame = field(default_factory=lambda: empty(PLACE_COLUMNS))
    records: pd.DataFrame = field(default_factory=lambda: empty(RECORD_COLUMNS))
    answers: Answered | None = None
    held: pd.DataFrame = field(default_factory=lambda: empty(HELD_COLUMNS))
    bare: tuple[Bare, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    recognised: tuple[Recognised, ...] = ()
    problems: tuple[Problem, ...] = ()
    counts: Counts = field(default_factory=Counts)
    blocks: tuple[tuple[int, Block], ...] = ()
    corrects: str = ""
    personal: tuple = ()
    stored_copy: bytes | None = None
    pictures: pd.DataFrame = field(default_factory=lambda: empty(PICTURE_COLUMNS))
    picture_bytes: Mapping[str, tuple] = field(default_factory=dict)
    said: SenderAnswers = NOTHING_SAID

    @property
    def sender(self) -> str:
        """Who sent the file, by the titles of its tables; "" where they do not say."""
        return next((sheet.sender for sheet in self.sheets if sheet.sender), "")

    @property
    def is_rejected(self) -> bool:
        """Say whether the whole file is returned."""
        return rejected(self.problems)

    @property
    def outcome(self) -> str:
        """The first line of every answer: 「共 412 行,409 行可入库,3 行暂不计,跳过 2 行。」"""
        counts = self.counts
        returned = {problem.code for problem in self.problems if problem.severity == REJECT}
        if returned == {CONFIRM}:
            return "这个文件认出来了，请先核对各列是什么，确认后读入。"
        if returned:
            return "这个文件没有读入，请按下面的说明修改后再上传。"
        phrases = [f"共 {counts.rows} 行", f"{counts.good} 行可入库"]
        phrases += [f"{counts.held} 条待核，暂不计分"] if counts.held else []
        phrases += [f"跳过 {counts.skipped} 行"] if counts.skipped else []
        return "，".join(phrases) + "。"
