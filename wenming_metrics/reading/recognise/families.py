"""Kinds of sheets: which columns each may have, and which it must have."""

from __future__ import annotations

from wenming_metrics.reading import model, questions
from wenming_metrics.reading.kinds import BY_NAME, RECORD_KINDS

FAMILIES: dict[str, tuple[str, ...]] = {
    model.INSPECTION: (
        *("day", "source", "team", "visit_no", "district", "street", "community", "point_type"),
        *("site", "item_code", "item", "result", "deduction", "full_mark", "places"),
        *("description", "lead", "responsible", "assisting", "scope", "remark"),
        *("lost_total", "earned_total", "problem_no", "deadline", "severity", "problem_state"),
        "handed_out",
    ),
    model.PLAN: (
        *("planned_day", "day", "team", "district", "street", "community", "point_type"),
        *("site", "round", "remark"),
    ),
    model.UNITS: (
        *("unit_code", "unit_name", "unit_kind", "parent", "group", "aliases", "population"),
        "successor",
        *("valid_from", "valid_to", "remark"),
    ),
    model.SITES: ("site", "point_type", "district", "street", "community", "aliases", "remark"),
    model.SURVEY: questions.FACTS,
    **{kind.name: kind.columns for kind in RECORD_KINDS},
}
"""Columns of each family of sheets; a header means what it means in its own family."""
FAMILY = {
    **{
        kind: model.INSPECTION
        for kind in (model.CHECKLIST, model.WIDE, model.FINDINGS, model.VISITS)
    },
    **{kind: kind for kind in (model.PLAN, model.UNITS, model.SITES, model.SURVEY, *BY_NAME)},
}
_PLACE = ("street", "community")
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    model.CHECKLIST: (
        *(("day",), _PLACE, ("site",), ("item", "item_code"), ("result", "deduction")),
    ),
    model.WIDE: (("day",), _PLACE, ("site",)),
    model.FINDINGS: (("day",), _PLACE, ("site",), ("item", "item_code"), ("description",)),
    model.VISITS: (("day",), _PLACE, ("site",), ("point_type",)),
    model.PLAN: (("planned_day", "day"), _PLACE, ("site",), ("point_type",)),
    model.UNITS: (("unit_name",), ("unit_kind",)),
    model.SITES: (("site",), ("point_type",), _PLACE),
    model.SURVEY: (),
    **{kind.name: kind.required for kind in RECORD_KINDS},
}
"""What a kind of sheet must have; of each group one column is enough."""


def wanted(kind: str) -> tuple[str, ...]:
    """Give the columns that a kind of sheet may have."""
    return FAMILIES[FAMILY[kind]]
