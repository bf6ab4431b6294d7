"""Which role each column of a table has in a kind: the surest first, each role once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from wenming_metrics.reading.model import reading
from wenming_metrics.reading.recognise.column_evidence import ColumnEvidence, weights
from wenming_metrics.reading.recognise.families import wanted
from wenming_metrics.reading.recognise.row_shapes import (
    MAIN,
    is_marked,
    is_telling,
    named_roles,
    speaks_for,
    tells_fault,
)
from wenming_metrics.reading.recognise.special_columns import ACCEPTED, STRONG, is_idle
from wenming_metrics.vocabulary import headers, normalise

SEVERAL = {"lead", "responsible", "assisting", "handed_in", "review"}
_EXACT_MORE = 2.0
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
_FIGURES = {"points", "score", "rank", "count", "percent"}
"""How figures look, whatever it is that they count."""
_ACTS = {"finished", "handed_in", "due", "deadline"}
_ANY_DAY = re.compile(".(日期|时间|日)$")
_LEVELS, _OF_LEVELS = ("community", "street", "district"), ("unit_name", "parent")
_PLACED = {"site", "street", "community"}
_LOSS = re.compile("[扣失罚减]")
_FINEST = {reading.CHECKLIST: ("item", ""), "campaign": ("task", "campaign")}
"""What each row of a kind is about, and what a column is that says it of several rows together."""


def assign(kind: str, columns: Sequence[ColumnEvidence], fixed: Mapping[int, str]) -> list[str]:
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
    _take_finest(kind, columns, roles)
    if {"deduction", "earned_total"} <= set(roles) and "full_mark" not in roles:
        lost = roles.index("deduction")
        if not _LOSS.search(columns[lost].text):
            roles[lost] = "full_mark"  # points of which some were earned
    if kind == reading.FINDINGS and "item" in roles and "description" not in roles:
        looked_at = roles.index("item")
        if tells_fault(columns[looked_at]):
            roles[looked_at] = "description"  # found there, below the word for what was looked at
    if kind == reading.UNITS:
        _name_finest(columns, roles)
    if "verdict" in roles and "result" not in roles:
        roles[roles.index("verdict")] = "result"  # as `families.take_verdict` takes it
    return roles


def _take_finest(kind: str, columns: Sequence[ColumnEvidence], roles: list[str]) -> None:
    """Move what a row is about to a column left over that tells the rows apart better."""
    name, coarse = _FINEST.get(kind, ("", ""))
    if not name or name not in roles:
        return
    held = roles.index(name)
    if columns[held].has("item") >= 0.5 or columns[held].has("unique") >= 1:
        return
    finer = [
        index
        for index, column in enumerate(columns)
        if not roles[index]
        and min(column.points[name], column.worded[name]) >= ACCEPTED
        and column.n_distinct > columns[held].n_distinct
    ]
    if finer:
        best = max(finer, key=lambda index: columns[index].points[name])
        is_coarse = coarse not in roles and columns[held].worded["measure"] < ACCEPTED
        roles[held], roles[best] = (coarse if is_coarse else ""), name


def _name_finest(columns: Sequence[ColumnEvidence], roles: list[str]) -> None:
    """Take the finest units of a register for those it names, the next above for what they are of."""
    first = {
        next((form for form in _LEVELS if column.has(form) >= 0.6), ""): index
        for index, column in reversed(list(enumerate(columns)))
        if roles[index] in ("", *_OF_LEVELS) and column.forms["filled"] >= 0.6
    }
    ordered = [first[form] for form in _LEVELS if form in first]
    if len(ordered) > 1:
        roles[:] = ["" if name in _OF_LEVELS else name for name in roles]
        roles[ordered[0]], roles[ordered[1]] = _OF_LEVELS


def fill(
    kind: str, columns: Sequence[ColumnEvidence], roles: list[str], is_titled: bool
) -> set[int]:
    """Give roles that no header speaks for to columns that are left, by their values.

    Figures are filled in only where a title (`is_titled`) or a header speaks for the kind: a number
    beside each unit may be anything.

    Returns: the columns that got one
    """
    by_values = set()
    kind_weights = weights()[1][kind]
    is_spoken = is_titled or speaks_for(kind, roles)
    for name, forms in kind_weights.forms.items():
        if not is_spoken and _FIGURES.issuperset(forms):
            continue
        free = [
            index
            for index, column in enumerate(columns)
            if not roles[index] and column.has(*forms) >= 0.6 and _is_free(column, name)
        ]
        if name not in roles and free:
            best = max(free, key=lambda index: columns[index].points[name])
            roles[best] = name
            by_values.add(best)
    main, is_shaped = MAIN.get(kind, ("", is_marked))
    headed = set(named_roles(columns, roles))
    if any(column.worded["description"] >= STRONG for column in columns):
        headed.add("description")
    is_placed = kind != reading.CHECKLIST or is_titled or bool(_PLACED & set(roles))
    if main and main not in roles and is_placed and is_shaped(headed):
        texts = [
            index
            for index, column in enumerate(columns)
            if not roles[index] and is_telling(column, main)
        ]
        if texts:
            # Each row is one of these, and says so in words; the finest of several columns tells it.
            best = max(texts, key=lambda index: columns[index].has("sentence"))
            roles[best] = main
            by_values.add(best)
    return by_values


def _is_free(column: ColumnEvidence, name: str) -> bool:
    if column.has("phone") >= 0.6:
        return False
    if name in _ACTS and _ANY_DAY.search(normalise(column.text)):
        return False  # the day of an act that is named, and of another one
    if name == "printed_rank" and column.has("distinct") < 0.7:
        return False
    is_date = column.has("date") >= 0.5 and "date" not in weights()[0][name].forms
    if name == "task" and tells_fault(column):
        return False
    told_otherwise = max(column.worded.values()) >= STRONG and column.worded[name] <= 0
    return not (is_idle(column.text) or is_date or told_otherwise or column.worded[name] < 0)


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
