"""What a table is taken for by all evidence together: its kind, the role of each column, how sure.

Each kind lays its roles over the columns, the surest first and each role once; kinds
are compared by what speaks for them, less what they require and do not find and what they leave
over. The runner-up and the margin are kept. A person confirms; nothing here reads a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import SheetGrid
from wenming_metrics.reading.model.reading import COMPONENT
from wenming_metrics.reading.recognise.column_evidence import (
    ColumnEvidence,
    gather_evidence,
    title_points,
    weights,
)
from wenming_metrics.reading.recognise.families import REQUIRED, wanted
from wenming_metrics.reading.recognise.row_shapes import (
    MAIN,
    is_marked,
    is_telling,
    names_each_once,
    names_tell_kind,
    tells_no_event,
)
from wenming_metrics.reading.recognise.special_columns import (
    ACCEPTED,
    ITEM_COLUMN,
    STRONG,
    TableFacts,
    fixed_roles,
    is_idle,
    special_points,
)
from wenming_metrics.reading.recognise.value_forms import Lexicon
from wenming_metrics.reading.records.kinds import RECORD_KINDS
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.titles import columns_of_titles
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.vocabulary import headers, normalise

SEVERAL = {"lead", "responsible", "assisting", "handed_in", "review"}
_EXACT_MORE = 2.0
_ABSENT, _MOST_ABSENT, _LEFT_OVER = -3.5, -6.0, -0.7
_WRITTEN_ABOVE = {
    "day": re.compile(r"20\d\d[-./年]\d{1,2}[-./月]\d{1,2}"),
    "street": re.compile(r"(街道|镇|社区|街办)"),
    "site": re.compile(r"(点位|地点|场所|单位|学校|小区|名称)(名称)?:"),
}
"""What a title may say in place of a column, told by its look."""
_RIVAL, _CLEAR = 3.0, 8.0
"""Points by which another kind beats one that is taken; points of a kind that is clear."""
_LEAST = 3.0
"""Points from which a table is of a kind at all."""
_OPEN = {kind.name for kind in RECORD_KINDS if kind.open}
_TELLING = {
    **dict.fromkeys(
        ("external", "metric", "quota", "adjustment"),
        {"site", "result", "deduction", "description"},
    ),
    "rectification": {"deduction", "result"},
}
"""Columns that a kind lists to be told from others, and does not read."""
_BY_VALUES = {
    **{name: (name,) for name in ("district", "street", "community", "point_type", "site", "item")},
    **{name: (name,) for name in ("item_code", "result", "source", "unit_kind")},
    **{
        "team": ("team",),
        "adjustment_type": ("adjustment",),
        "rectified": ("progress",),
        "people_group": ("people",),
    },
}
"""Roles that values may have without a word of the header, and the forms of those values."""
_KNOWN_NAMES = ("district", "street", "community", "site", "item", "department", "point_type")
"""Forms of values that are names of registers and catalogue."""
_MARKED = 2.0
"""Points for a table of which each row is something with a full mark, and what of it was lost."""
_REGISTERS = {reading.SITES: "site", reading.UNITS: "unit_name"}
"""Registers, and what they name once each; what else they say of it may be anything."""
_MORE_OF_IT = -0.2
_LISTS_OF_UNITS = {"external", "quota", "counts"}
"""Kinds of which each row is a unit: one that a title names is no column of units."""
_NOT_OF_KIND = {
    reading.WIDE: set("item item_code result deduction full_mark description places".split()),
    reading.PLAN: {"day"},
}
"""Columns of a family that one kind of it has no use for."""
_LOSS = re.compile("[扣失罚减]")
_FILED = re.compile(
    r"(填表|填报|申报|报送|上报|制表|填写)(日期|时间):?\s*20\d\d[-./年]\d+[-./月]\d+日?"
)
"""When a form was filled in: no day on which something was looked at."""


@dataclass(frozen=True)
class KindFit:
    """How well a table fits a kind: points, role per column ("" = none), titles of what lacks."""

    kind: str
    points: float
    roles: tuple[str, ...]
    absent: tuple[tuple[str, ...], ...]
    title_points: float
    title_word: str


@dataclass(frozen=True)
class Proposal:
    """What a table is taken for: fits of all kinds, the best first; its columns with evidence."""

    fits: tuple[KindFit, ...]
    columns: tuple[ColumnEvidence, ...]
    is_none: bool

    @property
    def best(self) -> KindFit | None:
        """The best fit; None where the table is of no kind."""
        first = self.fits[0]
        return None if self.is_none or first.points < _LEAST else first

    @property
    def margin(self) -> float:
        """How far the runner-up is behind."""
        return self.fits[0].points - self.fits[1].points

    def is_beaten(self, kind: str) -> bool:
        """Say whether another kind speaks clearly louder than this one."""
        best = self.best
        if best is None or best.kind == kind or best.absent:
            return False
        return best.points >= _CLEAR and best.points - self.fit(kind).points >= _RIVAL

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
    titles = "\n".join(map(normalise, (header.above, sheet.name, header.filename)))
    table = TableFacts(columns, header, item_names, survey, titles)
    fits = [_fit(kind, table) for kind in weights()[1]]
    no_table, _ = title_points(weights()[2], titles)
    ordered = sorted(fits, key=lambda fit: -fit.points)
    is_none = bool(no_table) and ordered[0].points < no_table + _LEAST
    return Proposal(tuple(ordered), tuple(columns), is_none or not _is_told(columns))


def _is_told(columns: Sequence[ColumnEvidence]) -> bool:
    """Say whether a word of some header, or names that are known, tell anything: dates and numbers
    below headers that nobody can read are of no kind."""
    return any(max(c.worded.values()) > 0 or c.has(*_KNOWN_NAMES) >= 0.6 for c in columns)


def _fit(kind: str, table: TableFacts) -> KindFit:
    kind_weights = weights()[1][kind]
    fixed = fixed_roles(kind, table)
    roles = _assign(kind, table.columns, fixed)
    by_values = _fill(kind, table.columns, roles)
    titles, word = title_points(kind_weights.titles, table.titles)
    points, is_quiet = max(-6.0, min(titles, 6.0)), tells_no_event(table.columns)
    for index, (column, role) in enumerate(zip(table.columns, roles, strict=True)):
        if index in by_values:
            points += 0.5 * (1 + max(kind_weights.roles.get(role, 0.0), 0.0))
        elif role in column.points and not (kind == reading.WIDE and role == ITEM_COLUMN):
            certain = min(column.points[role] / STRONG, 1.0)
            points += certain * (1 + kind_weights.roles.get(role, 0.0))
        elif not role and _is_substantial(column, kind):
            is_more = kind in _REGISTERS and is_quiet
            points += _MORE_OF_IT if is_more else _LEFT_OVER
    if is_quiet and kind in _REGISTERS and names_each_once(_REGISTERS[kind], table.columns, roles):
        points += _MARKED
    present = set(roles) | set(columns_of_titles(table.header.titles))
    absent = tuple(group for group in REQUIRED[kind] if not present & set(group))
    heading = "" if kind in _LISTS_OF_UNITS else table.header.above
    lacking = [group for group in absent if not _is_above(group, heading)]
    if kind == reading.UNITS and names_tell_kind(table.columns, roles):
        lacking = [group for group in lacking if "unit_kind" not in group]
    if kind == reading.CHECKLIST and {"item", "earned_total"} <= present:
        lacking = [group for group in lacking if "deduction" not in group]  # points earned tell it
    if kind == reading.CHECKLIST and "item" in present and _has_unread_points(table.columns, roles):
        lacking = [group for group in lacking if "deduction" not in group]  # a person says which
    if kind in _LISTS_OF_UNITS and any("subject" in group for group in lacking):
        points += _ABSENT  # it is no list of units at all
    most_absent = _MOST_ABSENT
    if kind == reading.CHECKLIST and "item" in roles and is_marked(roles):
        # A form of one place: when and where it was looked at is told, or is asked for.
        points, most_absent = points + _MARKED, _ABSENT
    if kind == "rectification" and not {"rectified", "finished"} & set(roles):
        points -= kind_weights.roles.get("measure", 0.0) * ("measure" in roles)  # it is to be done
    points += max(_ABSENT * len(lacking), most_absent) + special_points(kind, fixed, table, roles)
    points += title_points(kind_weights.headers, "\n".join(map(normalise, table.header.texts)))[0]
    return KindFit(
        kind, points, tuple(_roles_read(kind, table.columns, roles)), absent, titles, word
    )


def _has_unread_points(columns: Sequence[ColumnEvidence], roles: Sequence[str]) -> bool:
    """Say whether a column that has no role holds points or results."""
    return any(
        not role and not is_idle(column.text) and column.has("points", "minus", "result") >= 0.6
        for column, role in zip(columns, roles, strict=True)
    )


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


def _assign(kind: str, columns: Sequence[ColumnEvidence], fixed: Mapping[int, str]) -> list[str]:
    """Give each column the role that fits it best and is left, the surest first; "": none.

    On the corpus that gave each table of its own kind the same roles as the best assignment of all
    (scipy's), which costs every process half a second of import.
    """
    left = {name: 3 if name in SEVERAL else 1 for name in wanted(kind)}
    roles = [fixed.get(index, "") for index in range(len(columns))]
    gains = sorted(
        (-_gain(column, name, kind), index, name)
        for index, column in enumerate(columns)
        if index not in fixed
        for name in left
    )
    for gain, index, name in gains:
        if gain < 0 and left[name] and not roles[index]:
            roles[index] = name
            left[name] -= 1
    if {"deduction", "earned_total"} <= set(roles) and "full_mark" not in roles:
        lost = roles.index("deduction")
        if not _LOSS.search(columns[lost].text):
            roles[lost] = "full_mark"  # points of which some were earned
    if "verdict" in roles and "result" not in roles:
        roles[roles.index("verdict")] = "result"  # as `families.take_verdict` takes it
    return roles


def _fill(kind: str, columns: Sequence[ColumnEvidence], roles: list[str]) -> set[int]:
    """Give roles that no header speaks for to columns that are left, by their values.

    Returns: the columns that got one
    """
    by_values = set()
    for role, forms in weights()[1][kind].forms.items():
        free = [
            index
            for index, column in enumerate(columns)
            if not roles[index] and column.has(*forms) >= 0.6 and _is_free(column, role)
        ]
        if role not in roles and free:
            best = max(free, key=lambda index: columns[index].points[role])
            roles[best] = role
            by_values.add(best)
    main, is_shaped = MAIN.get(kind, ("", is_marked))
    if main and main not in roles and is_shaped(roles):
        texts = [
            index for index, column in enumerate(columns) if not roles[index] and is_telling(column)
        ]
        if texts:
            # Each row is one of these, and says so in words; the finest of several columns tells it.
            best = max(texts, key=lambda index: columns[index].has("sentence"))
            roles[best] = main
            by_values.add(best)
    return by_values


def _is_free(column: ColumnEvidence, role: str) -> bool:
    if column.has("phone") >= 0.6:
        return False
    is_date = column.has("date") >= 0.5 and "date" not in weights()[0][role].forms
    told_otherwise = max(column.worded.values()) >= STRONG and column.worded[role] <= 0
    return not (is_idle(column.text) or is_date or told_otherwise or column.worded[role] < 0)


def _gain(column: ColumnEvidence, name: str, kind: str) -> float:
    """Give what a role is worth on a column; 0 where it is not good enough.

    A known title of the kind speaks for itself alone; values without a word of the header speak only
    for roles whose values are names and words that mean nothing else.
    """
    points, words = column.points[name], column.worded[name]
    if points < ACCEPTED or name in _NOT_OF_KIND.get(kind, ()):
        return 0.0
    if kind == reading.VISITS and name == "item" and column.has("item") < 0.5:
        return 0.0  # what a visit is to look at is its scope
    exact = _title_maps()[kind].get(normalise(column.text))
    if exact in _NOT_OF_KIND.get(kind, ()):
        exact = None
    if exact and exact != name and column.points[exact] >= ACCEPTED and _suits(column, exact):
        return 0.0
    if exact == name:
        points += _EXACT_MORE
    if words >= 2:
        return points
    is_silent = words >= -3 and not is_idle(column.text)
    return (
        points if is_silent and name in _BY_VALUES and column.has(*_BY_VALUES[name]) >= 0.6 else 0.0
    )


def _suits(column: ColumnEvidence, name: str) -> bool:
    """Say whether values have a form that a role needs; an empty column suits every role."""
    needs = weights()[0][name].needs
    return not needs or not column.forms["filled"] or column.has(*needs) >= 0.5


@lru_cache(maxsize=1)
def _title_maps() -> Mapping[str, Mapping[str, str]]:
    return {kind: headers(wanted(kind)) for kind in weights()[1]}


def _is_substantial(column: ColumnEvidence, kind: str) -> bool:
    """Say whether a column that a kind has no place for speaks against it."""
    if column.forms["filled"] < 0.3 or is_idle(column.text):
        return False
    if kind in _OPEN and column.has("number", "percent") >= 0.6:
        return False
    return column.has("serial", "picture", "person", "phone") < 0.6
