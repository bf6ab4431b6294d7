"""What a table is taken for by all evidence together: its kind, the role of each column, how sure.

Each kind lays its roles over the columns, the surest first and each role once; kinds
are compared by what speaks for them, less what they require and do not find and what they leave
over. The runner-up and the margin are kept. A person confirms; nothing here reads a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import SheetGrid
from wenming_metrics.reading.model.reading import COMPONENT
from wenming_metrics.reading.recognise.assignment import assign, fill
from wenming_metrics.reading.recognise.column_evidence import (
    ColumnEvidence,
    gather_evidence,
    title_points,
    weights,
)
from wenming_metrics.reading.recognise.families import REQUIRED
from wenming_metrics.reading.recognise.row_shapes import (
    is_marked,
    is_mostly_named,
    is_plain,
    named_roles,
    names_each_once,
    names_tell_kind,
    names_thing,
    tells_no_event,
)
from wenming_metrics.reading.recognise.special_columns import (
    ITEM_COLUMN,
    STRONG,
    TableFacts,
    fixed_roles,
    has_outcome,
    is_idle,
    lists_people,
    special_points,
)
from wenming_metrics.reading.recognise.value_forms import Lexicon
from wenming_metrics.reading.records.kinds import RECORD_KINDS
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.titles import columns_of_titles
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.vocabulary import normalise

_ABSENT, _LEFT_OVER = -7.0, -6.0
"""Points of all that a kind requires, where none of it is there; of columns that it leaves over."""
_WRITTEN_ABOVE = {
    "day": re.compile(r"20\d\d[-./年]\d{1,2}[-./月]\d{1,2}"),
    "street": re.compile(r"(街道|镇|社区|街办)"),
    "site": re.compile(r"(点位|地点|场所|单位|学校|小区|名称)(名称)?:"),
}
"""What a title may say in place of a column, told by its look."""
_NO_UNITS = -3.5
_RIVAL, _CLEAR = 3.0, 8.0
"""Points by which another kind beats one that is taken; points of a kind that is clear."""
_LEAST, _ALONE = 3.0, -1.0
"""Points from which a table is of a kind at all; where no other kind is as near as these."""
_OPEN = {kind.name for kind in RECORD_KINDS if kind.open}
_TELLING = {
    **dict.fromkeys(
        ("external", "metric", "quota", "adjustment"),
        {"site", "result", "deduction", "description"},
    ),
    "rectification": {"deduction", "result"},
}
"""Columns that a kind lists to be told from others, and does not read."""
_ANCHORS = {
    "site",
    "street",
    "community",
    "district",
    "responsible",
    "lead",
    "subject",
    "deduction",
}
_KNOWN_NAMES = ("district", "street", "community", "site", "item", "department", "point_type")
"""Forms of values that are names of registers and catalogue."""
_MARKED = 2.0
"""Points for a table of which each row is something with a full mark, and what of it was lost."""
_REGISTERS = {reading.SITES: "site", reading.UNITS: "unit_name"}
"""Registers, and what they name once each; what else they say of it may be anything."""
_MORE_OF_IT, _REPEATED, _OF_ONE_THING = -2.0, -2.0, 4.0
_LISTS_OF_UNITS = {"external", "quota", "counts"}
"""Kinds of which each row is a unit: one that a title names is no column of units."""
_FILED = re.compile(
    r"(填表|填报|申报|报送|上报|制表|填写)(日期|时间):?\s*20\d\d[-./年]\d+[-./月]\d+日?"
)
"""When a form was filled in: no day on which something was looked at."""


@dataclass(frozen=True)
class KindFit:
    """How well a table fits a kind: points, role per column ("" = none), titles of what lacks.

    is_plain - its headers name what the kind is there to tell, or most of its columns, whatever lacks
               beside it
    """

    kind: str
    points: float
    roles: tuple[str, ...]
    absent: tuple[tuple[str, ...], ...]
    title_points: float
    title_word: str
    is_plain: bool


@dataclass(frozen=True)
class Proposal:
    """What a table is taken for: fits of all kinds, the best first; its columns with evidence."""

    fits: tuple[KindFit, ...]
    columns: tuple[ColumnEvidence, ...]
    is_none: bool

    @property
    def best(self) -> KindFit | None:
        """The best fit; None where the table is of no kind."""
        if self.is_none:
            return None
        first = self.fits[0]
        if first.points >= _LEAST or first.is_plain:
            return first
        is_alone = first.points >= _ALONE and self.margin >= _LEAST
        plain = (fit for fit in self.fits if fit.is_plain and fit.points >= 0)
        return next(plain, first if is_alone else None)

    @property
    def margin(self) -> float:
        """How far the runner-up is behind."""
        return self.fits[0].points - self.fits[1].points

    def is_beaten(self, kind: str) -> bool:
        """Say whether another kind speaks clearly louder than this one."""
        best = self.best
        if best is None or best.kind == kind:
            return False
        lead = best.points - self.fit(kind).points
        return best.points >= _CLEAR and lead >= (2 * _RIVAL if best.absent else _RIVAL)

    def fit(self, kind: str) -> KindFit:
        """Give the fit of a kind."""
        return next(fit for fit in self.fits if fit.kind == kind)


def propose(
    sheet: SheetGrid,
    header: Header,
    item_names: frozenset[str],
    lexicon: Lexicon,
    survey: Survey | None,
) -> Proposal:
    """Hold a table against every kind.

    Takes: header - where its header is and what stands over it; item_names - of the catalogue, normalised
    """
    columns = gather_evidence(sheet, header, lexicon)
    filename = PurePath(header.filename).stem
    titles = "\n".join(map(normalise, (header.above, sheet.name, filename)))
    table = TableFacts(columns, header, item_names, survey, titles)
    fits = [_fit(kind, table) for kind in weights()[1]]
    texts = "\n".join(map(normalise, header.texts))
    words = weights()[2]
    no_table = title_points(words["titles"], titles)[0] + title_points(words["headers"], texts)[0]
    ordered = sorted(fits, key=lambda fit: -fit.points)
    is_none = bool(no_table) and ordered[0].points < no_table + _LEAST
    is_none |= not _is_told(columns) or (lists_people(columns) and _is_of_people(ordered[0]))
    return Proposal(tuple(ordered), tuple(columns), is_none)


def _is_of_people(best: KindFit) -> bool:
    """Say whether a table that names people is about them: it lacks of its kind, or has no unit and
    no place, and is neither of problems nor of answers to questions."""
    read = set(best.roles)
    if "submitted" in read:
        return False
    is_of_units = best.kind in _LISTS_OF_UNITS or best.kind == "metric"
    if (_ANCHORS & read and not is_of_units) or best.kind == reading.FINDINGS:
        return bool(best.absent) and "description" not in read
    return True


def _is_told(columns: Sequence[ColumnEvidence]) -> bool:
    """Say whether a word of some header, or names that are known, tell anything: dates and numbers
    below headers that nobody can read are of no kind."""
    return any(max(c.worded.values()) > 0 or c.has(*_KNOWN_NAMES) >= 0.6 for c in columns)


def _fit(kind: str, table: TableFacts) -> KindFit:
    kind_weights = weights()[1][kind]
    fixed = fixed_roles(kind, table)
    roles = assign(kind, table.columns, fixed)
    titles, word = title_points(kind_weights.titles, table.titles)
    is_titled = titles > 0 or title_points(weights()[2]["scores"], table.titles)[0] > 0
    by_values = fill(kind, table.columns, roles, is_titled)
    points, n_read, n_left = max(-6.0, min(titles, 6.0)), 0, 0
    is_quiet = tells_no_event(table.columns)
    for index, (column, role) in enumerate(zip(table.columns, roles, strict=True)):
        if index in by_values:
            points += 0.5 * (1 + max(kind_weights.roles.get(role, 0.0), 0.0))
        elif role in column.points and not (kind == reading.WIDE and role == ITEM_COLUMN):
            certain = min(column.points[role] / STRONG, 1.0)
            points += certain * (1 + kind_weights.roles.get(role, 0.0))
        elif not role and _is_substantial(column, kind):
            n_left += 1
        n_read += bool(role)
    is_register = kind in _REGISTERS and is_quiet
    points += (_MORE_OF_IT if is_register else _LEFT_OVER) * n_left / max(n_read + n_left, 1)
    if kind in _REGISTERS:
        is_named = names_each_once(_REGISTERS[kind], table.columns, roles)
        points += _MARKED * is_quiet if is_named else _REPEATED
        if is_named and names_thing(_REGISTERS[kind], table.columns, roles):
            points += _OF_ONE_THING
        is_register &= is_named and _REGISTERS[kind] in named_roles(table.columns, roles)
    absent, lacking = _lacking(kind, table, roles)
    if kind in _LISTS_OF_UNITS and any("subject" in group for group in lacking):
        points += _NO_UNITS  # it is no list of units at all
    if kind == reading.CHECKLIST and "item" in roles and is_marked(roles):
        points += _MARKED
    points += _ABSENT * len(lacking) / max(len(REQUIRED[kind]), 1) + special_points(
        kind, fixed, table, roles
    )
    points += title_points(kind_weights.headers, "\n".join(map(normalise, table.header.texts)))[0]
    read = tuple(_roles_read(kind, table.columns, roles))
    is_told = is_plain(kind, table.columns, roles) or (
        points >= 0
        and (is_register or is_mostly_named(kind, table.columns, roles))
        and not any({"subject", "deduction"} & set(group) for group in lacking)
    )
    return KindFit(kind, points, read, absent, titles, word, is_told)


def _lacking(
    kind: str, table: TableFacts, roles: Sequence[str]
) -> tuple[tuple[tuple[str, ...], ...], list[tuple[str, ...]]]:
    """Give the groups of columns a kind needs that are not there, and those that nothing else tells."""
    present = set(roles) | set(columns_of_titles(table.header.titles))
    absent = tuple(group for group in REQUIRED[kind] if not present & set(group))
    heading = "" if kind in _LISTS_OF_UNITS else table.header.above
    lacking = [group for group in absent if not _is_above(group, heading)]
    if kind == reading.UNITS and names_tell_kind(table.columns, roles):
        lacking = [group for group in lacking if "unit_kind" not in group]
    # Points earned tell what was lost; else a person says which column tells how a look came out.
    if kind == reading.CHECKLIST and (
        {"item", "earned_total"} <= present
        or ("item" in present and has_outcome(table.columns, roles))
    ):
        lacking = [group for group in lacking if "deduction" not in group]
    return absent, lacking


def _roles_read(
    kind: str, columns: Sequence[ColumnEvidence], roles: Sequence[str]
) -> Iterator[str]:
    """Leave out the roles that a kind knows only to tell others from it; name its components."""
    for column, role in zip(columns, roles, strict=True):
        if role in _TELLING.get(kind, ()):
            role = ""
        is_figure = kind in _OPEN and not role and column.has("number", "percent") >= 0.6
        if is_figure and kind == "metric" and "indicator" in roles:
            is_figure = False
        yield COMPONENT if is_figure and not is_idle(column.text) else role


def _is_above(group: Sequence[str], heading: str) -> bool:
    patterns = [_WRITTEN_ABOVE[name] for name in group if name in _WRITTEN_ABOVE]
    plain = _FILED.sub("", normalise(heading))
    return any(pattern.search(plain) for pattern in patterns)


def _is_substantial(column: ColumnEvidence, kind: str) -> bool:
    """Say whether a column that a kind has no place for speaks against it."""
    if column.forms["filled"] < 0.3 or is_idle(column.text):
        return False
    if kind in _OPEN and column.has("number", "percent") >= 0.6:
        return False
    return column.has("serial", "picture", "person", "phone") < 0.6
