"""What the rows of a table are about, told by how their columns go together and not by words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from wenming_metrics.reading.model import reading
from wenming_metrics.reading.recognise.column_evidence import ColumnEvidence, weights
from wenming_metrics.reading.recognise.special_columns import (
    STRONG,
    has_problems,
    is_idle,
    tells_look,
)
from wenming_metrics.reading.recognise.value_forms import UNIT_FORMS
from wenming_metrics.vocabulary import normalise


def names_each_once(name: str, columns: Sequence[ColumnEvidence], roles: Sequence[str]) -> bool:
    """Say whether a table names each of its things once."""
    naming = [column for column, role in zip(columns, roles, strict=True) if role == name]
    return any(column.has("unique") >= 1 for column in naming)


def names_thing(name: str, columns: Sequence[ColumnEvidence], roles: Sequence[str]) -> bool:
    """Say whether other headers begin with the word for what a register names, as 小区编码 beside
    小区名称: each row is one of these, and not one that was looked at."""
    texts = [normalise(column.text) for column in columns]
    prefixes = [
        text.removesuffix("称").removesuffix("名")
        for text, role in zip(texts, roles, strict=True)
        if role == name and text.endswith(("名称", "名"))
    ]
    return not any(map(tells_look, columns)) and any(
        sum(text.startswith(prefix) for text in texts) > 1 for prefix in prefixes if prefix
    )


def tells_no_event(columns: Sequence[ColumnEvidence]) -> bool:
    """Say whether no column tells of days, problems, results or figures: a list of what there is."""
    happened = ("date", "problem", "score", "percent")
    return all(
        column.has(*happened) < 0.5
        and (column.has("result") - column.has("yesno") < 0.5 or column.worded["result"] < -3)
        for column in columns
        if not is_idle(column.text)
    )


def is_marked(roles: Collection[str]) -> bool:
    """Say whether rows have a full mark and what of it was lost or earned."""
    return "full_mark" in roles and bool({"earned_total", "deduction", "lost_total"} & set(roles))


def is_checked(headed: Collection[str]) -> bool:
    """Say whether rows have points of a mark, or how a look came out: they are what was looked at."""
    return is_marked(headed) or "result" in headed


def is_followed(headed: Collection[str]) -> bool:
    """Say whether rows have somebody who sees to them, and how far it is; or by when it is due,
    where they are nothing that was found."""
    if "description" in headed:
        return {"responsible", "progress"} <= set(headed)
    seen_to, going_on = {"responsible", "lead", "contact"}, {"progress", "due"}
    return bool(seen_to & set(headed)) and bool(going_on & set(headed))


def tells_fault(column: ColumnEvidence) -> bool:
    """Say whether a column holds what was wrong, not what is asked for nor names of items."""
    return column.has("problem") >= 0.6 and column.has("item", "demand", "rule") < 0.3


_HINTED = 3.0
"""Points of a header that hints at a role."""
MAIN = {
    reading.CHECKLIST: ("item", is_checked),
    "campaign": ("task", is_followed),
}
"""What each row of a kind is about, where the other columns have the shape of the kind."""


def is_telling(column: ColumnEvidence, name: str) -> bool:
    """Say whether a column holds words, each another, that may say what the rows are about, and
    whose header does not plainly say something else."""
    names = (*UNIT_FORMS, "person", "site", "place", "team", "picture")
    is_text = (
        column.forms["filled"] >= 0.6
        and column.has("date", "number", "result", "code", *names) < 0.3
        and not tells_fault(column)  # what was found is neither looked at nor to be done
        and column.has("severity") < 0.6
    )
    is_named = column.has("distinct") >= 0.6 and column.worded[name] >= 0
    is_named = is_named and max(column.worded["description"], column.worded["measure"]) < _HINTED
    is_other = max(column.worded.values()) >= STRONG and column.worded[name] <= 0
    return is_text and is_named and not is_other and not is_idle(column.text)


def names_tell_kind(columns: Sequence[ColumnEvidence], roles: Sequence[str]) -> bool:
    """Say whether the names of units say themselves what they are."""
    return any(
        role == "unit_name" and column.has("district", "street", "community", "department") >= 0.6
        for column, role in zip(columns, roles, strict=True)
    )


_UNIT = ("subject", "street", "district", "community")
_PLAIN = {
    reading.CHECKLIST: (("item",), ("result", "deduction", "earned_total")),
    reading.FINDINGS: (
        ("description",),
        ("day", "site", "street", "community", "responsible", "deadline", "deduction"),
    ),
    reading.VISITS: (("site",), ("day",)),
    "rectification": (("description", "problem_no", "site"), ("rectified", "measure", "finished")),
    reading.PLAN: (("planned_day",), ("site", "street", "round")),
    reading.SITES: (("site",), ("street", "community", "point_type")),
    "external": (_UNIT, ("total",)),
    "campaign": (
        *(("task",), ("due", "phase", "progress")),
        ("lead", "responsible", "contact", "chief", "leader", "progress"),
    ),
    "document": (("requirement",), ("lead", "responsible", "due", "document_state")),
}
"""What a kind is there to tell: of each group one column that its header names."""
_NAMED = 5.0
"""Points of a header that names a role."""


_REGISTERED = {"site", "street", "community", "district"}
"""Roles that names of the register tell as well as a header does."""
_CONFIRMED = 7.0
"""Points of a header that hints at a role, with values that confirm it."""
_SPOKEN = 2.0
"""Points of a column from which it speaks for its kind."""
_MOST = 0.4
"""Share of the columns whose headers name a role of a kind, from which it is told by them alone."""


def named_roles(columns: Sequence[ColumnEvidence], roles: Sequence[str]) -> list[str]:
    """List the roles that columns have by their own headers."""
    return [role for column, role in zip(columns, roles, strict=True) if _is_named(column, role)]


def _is_named(column: ColumnEvidence, role: str) -> bool:
    """Say whether a header names a role, or hints at it above values that are just so."""
    worded = column.worded.get(role, 0.0)
    if role in _REGISTERED and column.has(role) >= 0.6:
        return True
    return worded >= _NAMED or (worded >= _SPOKEN and column.points[role] >= _CONFIRMED)


def is_plain(kind: str, columns: Sequence[ColumnEvidence], roles: Sequence[str]) -> bool:
    """Say whether headers name what a kind is there to tell."""
    headed = set(named_roles(columns, roles))
    if kind == reading.FINDINGS and "description" in headed and has_problems(columns):
        return True
    if kind == reading.SITES and not tells_no_event(columns):
        return False
    if kind in (reading.VISITS, reading.PLAN) and not any(map(tells_look, columns)):
        return False  # places and days of anything
    return kind in _PLAIN and all(headed & set(group) for group in _PLAIN[kind])


def speaks_for(kind: str, roles: Collection[str]) -> bool:
    """Say whether a table has a column that few other kinds have."""
    return any(weights()[1][kind].roles.get(name, 0.0) >= _SPOKEN for name in roles)


def is_mostly_named(kind: str, columns: Sequence[ColumnEvidence], roles: Sequence[str]) -> bool:
    """Say whether the headers of most columns that say anything name a role, and one speaks for it."""
    headed = named_roles(columns, roles)
    n_filled = sum(c.forms["filled"] >= 0.3 and not is_idle(c.text) for c in columns)
    return len(headed) >= _MOST * max(n_filled, 1) and speaks_for(kind, headed)
