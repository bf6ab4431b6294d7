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
from wenming_metrics.reading.recognise.special_columns import (
    ACCEPTED,
    ITEM_COLUMN,
    STRONG,
    TableFacts,
    fixed_roles,
    is_idle,
)
from wenming_metrics.reading.recognise.value_forms import Lexicon
from wenming_metrics.reading.records.kinds import RECORD_KINDS
from wenming_metrics.reading.survey.questions import MARK
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.titles import columns_of_titles
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.vocabulary import headers, normalise

SEVERAL = {"lead", "responsible", "assisting", "handed_in", "review"}
_EXACT_MORE = 2.0
_ABSENT, _MOST_ABSENT, _LEFT_OVER, _MANY = -3.5, -6.0, -0.7, 5.0
_WRITTEN_ABOVE = {
    "day": re.compile(r"20\d\d[-./年]\d{1,2}[-./月]\d{1,2}"),
    "street": re.compile(r"(街道|镇|社区|街办)"),
    "site": re.compile(r"(点位|地点|场所|单位|学校|小区|名称)(名称)?:"),
}
"""What a title may say in place of a column, told by its look."""
_OTHERWISE = -8.0
"""Points of columns that tell another kind: problems in words, items that are whole chapters."""
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
_LOOKED_BACK = {reading.CHECKLIST, reading.FINDINGS, reading.VISITS, "rectification"}
"""Kinds that tell of what has been: a day to come speaks against them."""
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
_NOT_OF_KIND = {
    reading.WIDE: set("item item_code result deduction full_mark description places".split()),
    reading.PLAN: {"day"},
}
"""Columns of a family that one kind of it has no use for."""
_FILED = re.compile(
    r"(填表|填报|申报|报送|上报|制表|填写)(日期|时间):?\s*20\d\d[-./年]\d+[-./月]\d+日?"
)
"""When a form was filled in: no day on which something was looked at."""
_OFF = re.compile("节日|节假|假日|假期|放假|调休")
"""Words without which a table of days is none of days off."""
_PLANNED = re.compile("计划|安排|拟|待")
_ASKING = re.compile(r"您|[??]|\[(单选|多选|填空|矩阵|量表)")
_OF_ANSWERS = {"submitted", "answer_start", "answer_end", "duration", "answer_id", "interviewer"}
"""What only questionnaires have: the way their questions are put, and facts of the answering."""


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
    return Proposal(
        tuple(ordered), tuple(columns), bool(no_table) and ordered[0].points < no_table + _LEAST
    )


def _fit(kind: str, table: TableFacts) -> KindFit:
    kind_weights = weights()[1][kind]
    fixed = fixed_roles(kind, table)
    roles = _assign(kind, table.columns, fixed)
    by_values = _fill(kind, table.columns, roles)
    titles, word = title_points(kind_weights.titles, table.titles)
    points = max(-6.0, min(titles, 6.0))
    for index, (column, role) in enumerate(zip(table.columns, roles, strict=True)):
        if index in by_values:
            points += 0.5 * (1 + max(kind_weights.roles.get(role, 0.0), 0.0))
        elif role in column.points and not (kind == reading.WIDE and role == ITEM_COLUMN):
            certain = min(column.points[role] / STRONG, 1.0)
            points += certain * (1 + kind_weights.roles.get(role, 0.0))
        elif not role and _is_substantial(column, kind):
            points += _LEFT_OVER
    present = set(roles) | set(columns_of_titles(table.header.titles))
    absent = tuple(group for group in REQUIRED[kind] if not present & set(group))
    lacking = [group for group in absent if not _is_above(group, table.header.above)]
    if kind == reading.CHECKLIST and {"item", "full_mark", "earned_total"} <= present:
        lacking = [group for group in lacking if "deduction" not in group]  # points earned tell it
    points += max(_ABSENT * len(lacking), _MOST_ABSENT) + _special(kind, fixed, table, roles)
    points += title_points(kind_weights.headers, "\n".join(map(normalise, table.header.texts)))[0]
    return KindFit(
        kind, points, tuple(_roles_read(kind, table.columns, roles)), absent, titles, word
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


def _special(kind: str, fixed: Mapping[int, str], table: TableFacts, roles: Sequence[str]) -> float:
    """Give what columns beside the roles say for a kind that has such, or lacks them."""
    columns = table.columns
    if kind in (reading.WIDE, reading.COUNTED):
        beside = _MANY + min(len(fixed), 6) * 0.5 if len(fixed) >= 2 else -20.0
        return beside + (_OTHERWISE if kind == reading.WIDE and _has_problems(columns) else 0.0)
    if kind == "holidays":
        texts = [table.titles, *(text for c in columns for text in (c.text, *c.samples))]
        return 0.0 if any(_OFF.search(text) for text in texts) else -20.0
    if kind == reading.SURVEY:
        asked = sum(name.startswith(MARK) for name in fixed.values())
        facts = [
            c
            for c, role in zip(columns, roles, strict=True)
            if role in _OF_ANSWERS or _ASKING.search(c.text)
        ]
        return (_MANY if facts else 0.0) + min(asked, 6) * 0.5 if asked >= 2 else -20.0
    by_role = {role: c for c, role in zip(columns, roles, strict=True)}
    dated = [by_role[role] for role in ("day", "planned_day") if role in by_role]
    future = max((c.has("future") for c in dated), default=0.0)
    if kind == reading.PLAN:
        is_past = any(c.has("date") >= 0.5 and not _PLANNED.search(c.text) for c in dated)
        is_past = is_past and future < 0.2 and not _PLANNED.search(table.titles)
        return 5.0 * future - (5.0 if is_past else 2.0)
    if kind in _LOOKED_BACK and future > 0.5:
        return -5.0 * future
    if kind == reading.FINDINGS:
        problems = by_role.get("description")
        return -3.0 if problems and problems.forms["filled"] < 0.7 else 0.0
    if kind == reading.CHECKLIST:
        item = by_role.get("item")
        return _OTHERWISE if item and item.has("category") >= 0.5 > item.has("item") else 0.0
    if kind == "rectification" and not {"measure", "finished", "problem_no", "deadline"} & set(
        roles
    ):
        return -3.0
    if kind in ("external", "metric") and any(c.has("item") >= 0.5 for c in columns):
        return (
            _OTHERWISE  # what was looked at, one by one, with points: a check, not a list of units
        )
    if kind == "metric" and "indicator" not in roles:
        return -1.0
    return 0.0


def _has_problems(columns: Sequence[ColumnEvidence]) -> bool:
    """Say whether a column is headed as what was found and filled with it in most rows."""
    return any(
        c.worded["description"] >= STRONG and c.forms["filled"] >= 0.7 and c.has("text") >= 0.7
        for c in columns
    )


def _is_substantial(column: ColumnEvidence, kind: str) -> bool:
    """Say whether a column that a kind has no place for speaks against it."""
    if column.forms["filled"] < 0.3 or is_idle(column.text):
        return False
    if kind in _OPEN and column.has("number", "percent") >= 0.6:
        return False
    return column.has("serial", "picture", "person", "phone") < 0.6
