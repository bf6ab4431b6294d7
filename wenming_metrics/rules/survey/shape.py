"""What kind of value every setting of a survey must be; all further checks rest on it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from wenming_metrics.rules.survey.model import CITY, METHODS, QUESTIONS, STATES, WAVES

Said = tuple[str, str]
"""Path of the setting, and what is wrong with it."""
Check = tuple[Callable[[object], bool], str]
Checks = Mapping[str, Check]
INOUT = ("in", "out")
_OPTION = re.compile(r"[A-Za-z0-9_-]+")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in value)


def _is_values(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        _is_number(one) and 0 <= one <= 1 for one in value.values()
    )


def _is_shares(value: object) -> bool:
    numbers = isinstance(value, Mapping) and all(_is_number(one) for one in value.values())
    return numbers and min(value.values(), default=0) >= 0 and sum(value.values()) > 0


def _is_bands(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, list) and len(one) == 2 and all(_is_number(part) for part in one)
        for one in value
    )


def _whole(low: int, high: int) -> Check:
    def holds(value: object) -> bool:
        return isinstance(value, int) and _is_number(value) and low <= value <= high

    return holds, f"应为 {low} 到 {high} 的整数"


def _number(low: float, high: float) -> Check:
    return (
        lambda value: _is_number(value) and low <= value <= high
    ), f"应为 {low:g} 到 {high:g} 的数"


def _above() -> Check:
    return (lambda value: _is_number(value) and value > 0), "应为大于 0 的数"


def _one_of(*words: str) -> Check:
    return (lambda value: value in words), f"应为 {'、'.join(words)} 之一"


_TEXT, _TEXTS = (_is_text, "应为文字,不能空着"), (_is_texts, "应为几个文字的列表")
_VALUES = (_is_values, "写每个选项折合多少,0 到 1")
_HEAD: Checks = {
    **{"id": _TEXT, "title": _TEXT, "source": _TEXT},
    **{"place": (lambda value: isinstance(value, str), "应为文字")},
    **{"wave": _one_of(*WAVES), "city": _one_of(*CITY), "grace_days": _whole(0, 366)},
    **{"decimals": _whole(0, 6), "fast": _whole(0, 3600), "near": _whole(0, 1440)},
}
_LIMITS: Checks = {
    **dict.fromkeys(("hide", "flag", "caution"), _whole(0, 1_000_000)),
    **{"max_width": _number(0, 100), "unknown_share": _number(0, 100)},
}
_QUESTION: Checks = {
    **{"code": _TEXT, "title": _TEXT, "headers": _TEXTS, "kind": _one_of(*QUESTIONS)},
    **{"low": _whole(0, 1000), "high": _whole(0, 1000)},
    **{"people": (lambda value: isinstance(value, bool), "应为 true 或 false")},
}
_OPTIONS: Checks = {
    "code": (lambda value: isinstance(value, str) and bool(_OPTION.fullmatch(value)),
             "应由字母、数字、横线组成"),
    "title": _TEXT, "aliases": _TEXTS, "state": _one_of(*STATES),
}  # fmt: skip
_RATE: Checks = {
    **{"code": _TEXT, "title": _TEXT, "question": _TEXT, "method": _one_of(*METHODS)},
    **{"numerator": _TEXTS, "base": _TEXTS, "values": _VALUES, "target": _number(0, 100)},
    **{"unknown": _one_of(*INOUT), "blank": _one_of(*INOUT)},
}
_SCORE: Checks = {"title": _TEXT, "full_mark": _above(), "bands": (
    _is_bands, "应为 [[从几分起, 得几分], ...]")}  # fmt: skip
_PART: Checks = {"question": _TEXT, "weight": _above(), "values": _VALUES}
_MARGIN: Checks = {"question": _TEXT, "shares": (_is_shares, "写每个选项的人占多少,不小于 0")}
_NEEDED = {"id", "title", "source", "code", "question", "full_mark", "weight", "shares"}


def shape_faults(told: Mapping) -> Iterator[Said]:
    """Say which settings are missing, unknown or of another kind than they must be."""
    yield from _table(told, "", _HEAD, ("limits", "question", "rate", "score", "margin"))
    limits, score = told.get("limits", {}), told.get("score", {})
    for name, one in (("limits", limits), ("score", score)):
        if not isinstance(one, Mapping):
            yield name, f"应为一节 [{name}]。"
    if isinstance(limits, Mapping):
        yield from _table(limits, "limits", _LIMITS)
    for place, one in tables_in(told, "question", ""):
        yield from _table(one, place, _QUESTION, ("option",))
        for inner, option in tables_in(one, "option", place):
            yield from _table(option, inner, _OPTIONS)
    for place, one in tables_in(told, "rate", ""):
        yield from _table(one, place, _RATE)
    for place, one in tables_in(told, "margin", ""):
        yield from _table(one, place, _MARGIN)
    if isinstance(score, Mapping) and "score" in told:
        yield from _table(score, "score", _SCORE, ("part",))
        for place, one in tables_in(score, "part", "score"):
            yield from _table(one, place, _PART)
    for name, holder, place in (
        *(("question", told, ""), ("rate", told, ""), ("margin", told, "")),
        ("part", score, "score."),
        *(("option", one, f"{at}.") for at, one in tables_in(told, "question", "")),
    ):
        if isinstance(holder, Mapping) and not _are_tables(holder.get(name, [])):
            yield f"{place}{name}", f"应为几节 [[{place}{name}]]。"


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def tables_in(holder: Mapping, name: str, above: str) -> Iterator[tuple[str, Mapping]]:
    """List the sections of a list of tables, each with its path; none where it is no such list."""
    found = holder.get(name, [])
    if _are_tables(found):
        for number, one in enumerate(found, 1):
            yield f"{above}.{name}[{number}]" if above else f"{name}[{number}]", one


def _table(told: Mapping, place: str, checks: Checks, deeper: Sequence[str] = ()) -> Iterator[Said]:
    """Check the values of one section against what is known of them."""
    above = f"{place}." if place else ""
    for name in sorted(told.keys() - checks.keys() - set(deeper)):
        yield f"{above}{name}", f"不认识的设置 {name}:它不起任何作用,请删去或改正。"
    for name, (holds, words) in checks.items():
        if name in told:
            if not holds(told[name]):
                yield f"{above}{name}", f"{name} {words}。"
        elif name in _NEEDED:
            yield place, f"缺少 {name}。"
