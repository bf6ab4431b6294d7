"""Kinds of sheets: which columns each may have, and which it must have."""

from __future__ import annotations

from wenming_metrics.reading.model import reading
from wenming_metrics.reading.records.kinds import BY_NAME, RECORD_KINDS
from wenming_metrics.reading.survey import questions

FAMILIES: dict[str, tuple[str, ...]] = {
    reading.INSPECTION: (
        *("day", "source", "team", "visit_no", "district", "street", "community", "point_type"),
        *("site", "item_code", "item", "result", "deduction", "full_mark", "places"),
        *("description", "lead", "responsible", "assisting", "scope", "remark"),
        *("lost_total", "earned_total", "problem_no", "deadline", "severity", "problem_state"),
        "handed_out",
    ),
    reading.PLAN: (
        *("planned_day", "day", "team", "district", "street", "community", "point_type"),
        *("site", "round", "remark"),
    ),
    reading.UNITS: (
        *("unit_code", "unit_name", "unit_kind", "parent", "group", "aliases", "population"),
        "successor",
        *("valid_from", "valid_to", "remark"),
    ),
    reading.SITES: ("site", "point_type", "district", "street", "community", "aliases", "remark"),
    reading.SURVEY: questions.FACTS,
    **{kind.name: kind.columns for kind in RECORD_KINDS},
}
"""Columns of each family of sheets; a header means what it means in its own family."""
FAMILY = {
    **{
        kind: reading.INSPECTION
        for kind in (reading.CHECKLIST, reading.WIDE, reading.FINDINGS, reading.VISITS)
    },
    **{
        kind: kind
        for kind in (reading.PLAN, reading.UNITS, reading.SITES, reading.SURVEY, *BY_NAME)
    },
}
_PLACE = ("street", "community")
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    reading.CHECKLIST: (
        *(("day",), _PLACE, ("site",), ("item", "item_code"), ("result", "deduction")),
    ),
    reading.WIDE: (("day",), _PLACE, ("site",)),
    reading.FINDINGS: (("day",), _PLACE, ("site",), ("item", "item_code"), ("description",)),
    reading.VISITS: (("day",), _PLACE, ("site",), ("point_type",)),
    reading.PLAN: (("planned_day", "day"), _PLACE, ("site",), ("point_type",)),
    reading.UNITS: (("unit_name",), ("unit_kind",)),
    reading.SITES: (("site",), ("point_type",), _PLACE),
    reading.SURVEY: (),
    **{kind.name: kind.required for kind in RECORD_KINDS},
}
"""What a kind of sheet must have; of each group one column is enough."""


def take_verdict(columns: dict[str, list[int]]) -> None:
    """Take 「是否达标」「是否存在问题」 of an inspection for its result, where that has no column."""
    verdict = columns.pop("verdict", None)
    if verdict:
        columns.setdefault("result", verdict)


def wanted(kind: str) -> tuple[str, ...]:
    """Give the columns that a kind of sheet may have."""
    return FAMILIES[FAMILY[kind]]
