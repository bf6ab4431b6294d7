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
from wenming_metrics.reading.recognise.value_forms import Lexicon
from wenming_metrics.reading.records.kinds import RECORD_KINDS
from wenming_metrics.reading.survey.questions import MARK, counted_columns, survey_columns
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.titles import columns_of_titles
from wenming_metrics.reading.tables.values import bare_item
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.vocabulary import headers, normalise

ITEM_COLUMN = "item"
"""Role of a column that bears an item, in a sheet with one column per item."""
SEVERAL = {"lead", "responsible", "assisting", "handed_in", "review"}
_ACCEPTED, _STRONG = 4.0, 6.0
"""Points from which a role is given to a column; from which it speaks for a kind in full."""
_EXACT_MORE = 2.0
_ABSENT, _MOST_ABSENT, _LEFT_OVER, _MANY = -3.5, -6.0, -0.7, 5.0
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
_LOOKED_BACK = {reading.CHECKLIST, reading.FINDINGS, reading.VISITS, "rectification"}
"""Kinds that tell of what has been: a day to come speaks against them."""
_BY_VALUES = {
    **{name: (name,) for name in ("district", "street", "community", "point_type", "site", "item")},
    **{name: (name,) for name in ("item_code", "result", "source", "unit_kind")},
    **{"adjustment_type": ("adjustment",), "rectified": ("progress",), "people_group": ("people",)},
}
"""Roles that values may have without a word of the header, and the forms of those values."""
_NOT_OF_KIND = {
    reading.WIDE: set("item item_code result deduction full_mark description places".split()),
    reading.PLAN: {"day"},
}
"""Columns of a family that one kind of it has no use for."""
_QUESTION = re.compile(
    r"您|[??]|吗$|\[(单选|多选|填空|矩阵|量表|打分)|^q\d|^\d+[、.]\D|满意|是否|哪些|如何|程度|了解|知道|评价"
)
_ASKING = re.compile(r"您|[??]|\[(单选|多选|填空|矩阵|量表)")
_OF_ANSWERS = {"submitted", "answer_start", "answer_end", "duration", "answer_id", "interviewer"}
"""What only questionnaires have: the way their questions are put, and facts of the answering."""
_OPTION = re.compile(
    r"满意|知晓|知道|了解|不清楚|参与|参加|同意|支持|经常|偶尔|从不|没有|一般|很好|较好|很差|较差|好|差|人数|票|选|是$|否$|率|^[a-e]$"
)
_MARKED = re.compile(r"\(\d+(\.\d+)?分\)$")
_IDLE = re.compile(
    r"^(序号|序|编号|no\.?|行号|#|id)$|照片|图片|签字|签名|盖章|天气|检查人|督查人|记录人|制表|审核人|填表|人员|附件|星期|时段|经度|纬度|坐标|组长|核对|积分|头像|^(来自)?ip"
)


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
    sheet: SheetGrid, header: Header, items: frozenset[str], lexicon: Lexicon, survey: Survey | None
) -> Proposal:
    """Hold a table against every kind.

    Takes: header - where its header is and what stands over it; items - names of items, normalised
    """
    columns = gather_evidence(sheet, header, lexicon)
    titles = "\n".join(map(normalise, (header.above, sheet.name, header.filename)))
    table = _TableFacts(columns, header, items, survey, titles)
    fits = [_fit(kind, table) for kind in weights()[1]]
    no_table, _ = title_points(weights()[2], titles)
    ordered = sorted(fits, key=lambda fit: -fit.points)
    return Proposal(
        tuple(ordered), tuple(columns), bool(no_table) and ordered[0].points < no_table + _LEAST
    )


@dataclass(frozen=True)
class _TableFacts:
    columns: Sequence[ColumnEvidence]
    header: Header
    items: frozenset[str]
    survey: Survey | None
    titles: str


def _fit(kind: str, table: _TableFacts) -> KindFit:
    kind_weights = weights()[1][kind]
    fixed = _fixed_roles(kind, table)
    roles = _assign(kind, table.columns, fixed)
    by_values = _fill(kind, table.columns, roles)
    titles, word = title_points(kind_weights.titles, table.titles)
    points = max(-6.0, min(titles, 6.0))
    for index, (column, role) in enumerate(zip(table.columns, roles, strict=True)):
        if index in by_values:
            points += 0.5 * (1 + max(kind_weights.roles.get(role, 0.0), 0.0))
        elif role in column.points and not (kind == reading.WIDE and role == ITEM_COLUMN):
            certain = min(column.points[role] / _STRONG, 1.0)
            points += certain * (1 + kind_weights.roles.get(role, 0.0))
        elif not role and _is_substantial(column, kind):
            points += _LEFT_OVER
    present = set(roles) | set(columns_of_titles(table.header.titles))
    absent = tuple(group for group in REQUIRED[kind] if not present & set(group))
    lacking = [group for group in absent if not _is_above(group, table.header.above)]
    points += max(_ABSENT * len(lacking), _MOST_ABSENT) + _special(
        kind, fixed, table.columns, roles
    )
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
    return any(pattern.search(normalise(heading)) for pattern in patterns)


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
    is_date = column.has("date") >= 0.5 and "date" not in weights()[0][role].forms
    told_otherwise = max(column.worded.values()) >= _STRONG and column.worded[role] <= 0
    return not (is_idle(column.text) or is_date or told_otherwise or column.worded[role] < 0)


def _gain(column: ColumnEvidence, name: str, kind: str) -> float:
    """Give what a role is worth on a column; 0 where it is not good enough.

    A known title of the kind speaks for itself alone; values without a word of the header speak only
    for roles whose values are names and words that mean nothing else.
    """
    points, words = column.points[name], column.worded[name]
    if points < _ACCEPTED or name in _NOT_OF_KIND.get(kind, ()):
        return 0.0
    if kind == reading.VISITS and name == "item" and column.has("item") < 0.5:
        return 0.0  # what a visit is to look at is its scope
    exact = _title_maps()[kind].get(normalise(column.text))
    if exact in _NOT_OF_KIND.get(kind, ()):
        exact = None
    if exact and exact != name and column.points[exact] >= _ACCEPTED:
        return 0.0
    if exact == name:
        points += _EXACT_MORE
    if words >= 2:
        return points
    told = words >= -3 and not is_idle(column.text)
    return points if told and name in _BY_VALUES and column.has(*_BY_VALUES[name]) >= 0.6 else 0.0


@lru_cache(maxsize=1)
def _title_maps() -> Mapping[str, Mapping[str, str]]:
    return {kind: headers(wanted(kind)) for kind in weights()[1]}


def _fixed_roles(kind: str, table: _TableFacts) -> dict[int, str]:
    """Give the columns that a kind has beside its roles: items, questions, options."""
    if kind == reading.WIDE:
        return {
            index: ITEM_COLUMN
            for index, column in enumerate(table.columns)
            if _is_item_column(column, table.items)
        }
    texts, groups = table.header.texts, table.header.groups
    if kind == reading.SURVEY:
        by_name = survey_columns(texts, groups, table.survey, {}, is_chosen=True)
        named = {p: name for name, ps in by_name.items() for p in ps}
        return {
            index: named.get(column.position, MARK if _is_question(column) else "")
            for index, column in enumerate(table.columns)
            if column.position in named or _is_question(column)
        }
    if kind == reading.COUNTED:
        by_name = counted_columns(texts, groups, table.survey, {})
        named = {p: name for name, ps in by_name.items() for p in ps}
        return {
            index: named.get(column.position, MARK)
            for index, column in enumerate(table.columns)
            if column.position in named or _is_option(column)
        }
    return {}


def _is_item_column(column: ColumnEvidence, items: frozenset[str]) -> bool:
    word = normalise(column.text)
    marked = bool(_MARKED.search(word)) and max(column.worded.values()) < _STRONG
    if marked or word in items or bare_item(word) in items:
        return True
    told = column.has("result", "points", "minus") >= 0.6 and column.has("date", "serial") < 0.5
    named = max(column.worded[name] for name in wanted(reading.WIDE)) >= 3
    return told and not named and bool(word) and not _IDLE.search(word)


def _is_question(column: ColumnEvidence) -> bool:
    other = column.has("date", "phone", "street", "community", "district")
    return bool(_QUESTION.search(normalise(column.text))) and other < 0.5


def _is_option(column: ColumnEvidence) -> bool:
    number = column.has("count", "percent", "number")
    is_sum = column.worded["returned"] >= _ACCEPTED
    return bool(_OPTION.search(normalise(column.text))) and number >= 0.6 and not is_sum


def _special(
    kind: str, fixed: Mapping[int, str], columns: Sequence[ColumnEvidence], roles: Sequence[str]
) -> float:
    """Give what columns beside the roles say for a kind that has such, or lacks them."""
    if kind in (reading.WIDE, reading.COUNTED):
        return _MANY + min(len(fixed), 6) * 0.5 if len(fixed) >= 2 else -20.0
    if kind == reading.SURVEY:
        asked = sum(name.startswith(MARK) for name in fixed.values())
        facts = [
            c
            for c, role in zip(columns, roles, strict=True)
            if role in _OF_ANSWERS or _ASKING.search(c.text)
        ]
        return (_MANY if facts else 0.0) + min(asked, 6) * 0.5 if asked >= 2 else -20.0
    dated = zip(columns, roles, strict=True)
    future = max(
        (c.has("future") for c, role in dated if role in ("day", "planned_day")), default=0.0
    )
    if kind == reading.PLAN:
        return 5.0 * future - 2.0
    if kind in _LOOKED_BACK and future > 0.5:
        return -5.0 * future
    if kind == reading.FINDINGS:
        filled = [
            c.forms["filled"]
            for c, role in zip(columns, roles, strict=True)
            if role == "description"
        ]
        return -3.0 if filled and filled[0] < 0.7 else 0.0
    if kind == "rectification" and not {"measure", "finished", "problem_no", "deadline"} & set(
        roles
    ):
        return -3.0
    if kind == "metric" and "indicator" not in roles:
        return -1.0
    return 0.0


def is_idle(text: str) -> bool:
    """Say whether a header is that of a column which nobody reads: serial numbers, signatures."""
    return bool(_IDLE.search(normalise(text)))


def _is_substantial(column: ColumnEvidence, kind: str) -> bool:
    """Say whether a column that a kind has no place for speaks against it."""
    if column.forms["filled"] < 0.3 or is_idle(column.text):
        return False
    if kind in _OPEN and column.has("number", "percent") >= 0.6:
        return False
    return column.has("serial", "picture", "person", "phone") < 0.6
