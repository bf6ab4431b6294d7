"""The optional sections of `rules.toml` as frozen records, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wenming_metrics.rules.calendar import calendar_faults
from wenming_metrics.rules.model import MISSING, Adjustments, Deductions, Lists

_CHOICES = {
    "first": ("row", "table"),
    "per": ("places", "row"),
    "combine": ("highest", "sum"),
    "booked": ("due", "found"),
}
EVERY_GROUP = "*"


def pricing_of(settings: Mapping) -> Deductions:
    """Give section [deductions] as a record."""
    return Deductions(**settings.get("deductions", {}))


def adjustments_of(settings: Mapping) -> Adjustments:
    """Give section [adjustments] as a record."""
    told = dict(settings.get("adjustments", {}))
    for name in ("bonus_cap", "penalty_cap"):
        if name in told:
            told[name] = float(told[name])
    difficulty = {group: float(c) for group, c in told.pop("difficulty", {}).items()}
    return Adjustments(**told, difficulty=difficulty, named="adjustments" in settings)


def lists_of(settings: Mapping) -> Lists:
    """Give section [lists] as a record."""
    told = dict(settings.get("lists", {}))
    groups = {
        one.get("group", EVERY_GROUP): (int(one.get("front", 0)), int(one.get("back", 0)))
        for one in told.pop("group", [])
    }
    return Lists(**told, groups=groups)


def section_faults(settings: Mapping) -> Iterator[str]:
    """Say what is wrong with the optional sections."""
    yield from _missing(settings.get("missing", {}))
    yield from _pricing(settings.get("deductions", {}))
    yield from _adjustments(settings.get("adjustments", {}))
    yield from _lists(settings.get("lists", {}))
    yield from calendar_faults(settings.get("issues", {}))
    long = settings.get("windows", {}).get("long", "pooled")
    if long not in ("pooled", "mean_of_issues"):
        yield "windows.long 应为 pooled(合并计算)或 mean_of_issues(各期平均)。"


def _unknown(section: str, told: Mapping, known: set[str]) -> Iterator[str]:
    for name in sorted(told.keys() - known):
        yield f"不认识的设置 {section}.{name}:它不起任何作用,请删去或改正。"


def _missing(told: Mapping) -> Iterator[str]:
    yield from _unknown("missing", told, {"rule", "flag"})
    if told.get("rule", MISSING[0]) not in MISSING:
        yield f"missing.rule 应为 {'、'.join(MISSING)} 之一。"
    if not _within(told.get("flag", 0.3), 0, 1):
        yield "missing.flag 应在 0 与 1 之间。"


def _pricing(told: Mapping) -> Iterator[str]:
    yield from _unknown("deductions", told, {*_CHOICES, "relapse_days", "running"})
    for name, choices in _CHOICES.items():
        if told.get(name, choices[0]) not in choices:
            yield f"deductions.{name} 应为 {'、'.join(choices)} 之一。"
    for name in ("relapse_days", "running"):
        if name in told and not (isinstance(told[name], int) and told[name] > 0):
            yield f"deductions.{name} 应为大于 0 的整数。"


def _adjustments(told: Mapping) -> Iterator[str]:
    known = {"bonus_cap", "penalty_cap", "above_full", "veto", "difficulty"}
    yield from _unknown("adjustments", told, known)
    for name in ("bonus_cap", "penalty_cap"):
        if name in told and not _within(told[name], 0, 1e6):
            yield f"adjustments.{name} 应为不小于 0 的数。"
    for name in ("above_full", "veto"):
        if not isinstance(told.get(name, False), bool):
            yield f"adjustments.{name} 应为 true 或 false。"
    for group, coefficient in told.get("difficulty", {}).items():
        if not _within(coefficient, 1e-9, 100):
            yield f"adjustments.difficulty 里“{group}”的系数应为大于 0 的数。"


def _lists(told: Mapping) -> Iterator[str]:
    yield from _unknown("lists", told, {"front", "back", "line", "cap", "absent", "group"})
    if "line" in told and not _within(told["line"], 0, 1e6):
        yield "lists.line 应为不小于 0 的分数。"
    if "cap" in told and not (isinstance(told["cap"], int) and told["cap"] > 0):
        yield "lists.cap 应为大于 0 的整数。"
    if told.get("absent", "skip") not in ("skip", "break"):
        yield "lists.absent 应为 skip(未督查的一期不算也不断)或 break(未督查即中断)。"
    for one in told.get("group", []):
        yield from _unknown("lists.group", one, {"group", "front", "back"})
        for name in ("front", "back"):
            if not (isinstance(one.get(name, 0), int) and one.get(name, 0) >= 0):
                yield f"lists.group 里“{one.get('group', EVERY_GROUP)}”的 {name} 应为个数。"


def _within(value: object, low: float, high: float) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and low <= value <= high
