"""综合考核: which components make a unit's composite score, with what weights, as frozen records.

The office's own profiles stand in `composite.toml` of its rule folder, so that they are published
with it. Examples of places stand in `data/profiles/`; they are nobody's standard but that place's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from wenming_metrics.rules.faults import Fault, RuleSetError
from wenming_metrics.rules.model import Adjustments
from wenming_metrics.vocabulary import UNIT_KINDS

SOURCES = ("inspection", "external", "metric", "document", "rectification", "survey")
"""What feeds a component: 督查得分, 上级测评, 量化指标, 台账, 整改, 问卷. External scores and metrics
are named behind a colon, external:种类[:列]; survey is 问卷得分, survey:指标代号 a rate in %."""
NAMED = ("external", "metric")
MAY_BE_NAMED = ("survey",)
PERIODS = ("month", "quarter", "half", "year")
MISSING = ("renormalise", "zero", "peer_mean", "exclude")
"""A component that a unit has no figure of: its weight goes to the others; no points; the mean of
its group; or the unit has no composite score."""
MONTHS = ("pooled", "mean_of_issues")
ROUNDINGS = ("exact", "printed")
FILE = "composite.toml"
_PROFILE = {
    *("id", "title", "place", "source", "effective_from", "effective_to", "period", "board"),
    *("groups", "full_mark", "decimals", "missing", "month", "years", "above_full"),
    *("coefficient", "adjustments", "component"),
}
_COMPONENT = {"name", "from", "weight", "full_mark", "rounding"}
_SLACK = 1e-9
_FROM = (
    "“{name}”的 from 应为 inspection、document、rectification、survey、survey:指标代号,"
    "或 external:种类、external:种类:列、metric:指标。"
)


@dataclass(frozen=True)
class Component:
    """One component: points = weight x value / full mark.

    source - one of SOURCES; key - kind of test, name of the metric or code of the rate ("": 问卷得分);
    column - of the test's matrix, "" = its total; weight - points at full value; full_mark - of the value; printed - the points
    are rounded before they are added up, as in a printed table
    """

    name: str
    source: str
    key: str
    column: str
    weight: float
    full_mark: float
    printed: bool


@dataclass(frozen=True)
class Profile:
    """One way of making a composite score.

    place - whose example it is, "" = the office's own; groups - () = all groups of the board
    years - weights of consecutive years, the last one the year asked for; () = that period alone
    month - the inspection score of a period is "pooled", or the mean of its weeks' published scores
    coefficient - group -> difficulty; above_full - whether a score may exceed the full mark
    adjustments - caps for 加减分; None = they do not count here
    """

    id: str
    title: str
    place: str
    source: str
    effective_from: date
    effective_to: date | None
    period: str
    board: str
    groups: tuple[str, ...]
    full_mark: float
    decimals: int
    missing: str
    month: str
    years: tuple[float, ...]
    above_full: bool
    coefficient: Mapping[str, float]
    adjustments: Adjustments | None
    components: tuple[Component, ...] = field(default_factory=tuple)

    @property
    def is_example(self) -> bool:
        """Whether it is an example of another place, not the office's own."""
        return bool(self.place)


def profiles_of(composite: Mapping) -> tuple[Profile, ...]:
    """Give the profiles of a file that has no faults."""
    return tuple(_profile(told) for told in composite.get("profile", []))


def load_profiles(folder: Path) -> tuple[Profile, ...]:
    """Read the examples of a folder, by file name. Raises RuleSetError with all faults."""
    found, faults = [], []
    for path in sorted(folder.glob("*.toml")):
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(Fault(path.name, None, f"不是有效的 TOML 文件({error})。"))
            continue
        own = composite_faults(told, {}, path.name)
        faults += own
        found += [] if own else profiles_of(told)
    if faults:
        raise RuleSetError(faults)
    return tuple(found)


def composite_faults(composite: Mapping, settings: Mapping, file: str = FILE) -> list[Fault]:
    """List what is wrong with a file of profiles.

    Takes: settings - `rules.toml` beside it, {} without
    """
    profiles = composite.get("profile", [])
    said = [
        f"不认识的设置 {name}:它不起任何作用。" for name in sorted(composite.keys() - {"profile"})
    ]
    if not isinstance(profiles, list) or not all(isinstance(one, dict) for one in profiles):
        return [Fault(file, None, "综合考核的每个方案写成一节 [[profile]]。")]
    seen: set[str] = set()
    for told in profiles:
        name = str(told.get("id", ""))
        wrong = list(_shape_faults(told)) or _profile_faults(told)
        said += [f"方案“{name}”:{text}" for text in wrong]
        if name in seen:
            said.append(f"方案“{name}”写了两次。")
        seen.add(name)
        if "adjustments" in told and settings.get("adjustments"):
            said.append(f"方案“{name}”:rules.toml 里已有 [adjustments],同一笔加减分会计两次。")
    return [Fault(file, None, text) for text in said]


def _profile(told: Mapping) -> Profile:
    adjustments = told.get("adjustments")
    full = float(told.get("full_mark", 100))
    factor = _factor(told)
    return Profile(
        id=told["id"],
        title=told["title"],
        place=told.get("place", ""),
        source=told["source"],
        effective_from=told["effective_from"],
        effective_to=told.get("effective_to"),
        period=told["period"],
        board=told.get("board", "street"),
        groups=tuple(told.get("groups", ())),
        full_mark=full,
        decimals=int(told.get("decimals", 2)),
        missing=told.get("missing", MISSING[0]),
        month=told.get("month", MONTHS[0]),
        years=tuple(share / 100 for share in told.get("years", ())),
        above_full=bool(told.get("above_full", False)),
        coefficient={group: float(c) for group, c in told.get("coefficient", {}).items()},
        adjustments=None if adjustments is None else _caps(adjustments),
        components=tuple(_component(one, factor) for one in told["component"]),
    )


def _component(told: Mapping, factor: float) -> Component:
    source, _, rest = told["from"].partition(":")
    key, _, column = rest.partition(":")
    return Component(
        name=told["name"],
        source=source,
        key=key,
        column=column,
        weight=told["weight"] * factor,
        full_mark=float(told.get("full_mark", 100)),
        printed=told.get("rounding", ROUNDINGS[0]) == "printed",
    )


def _caps(told: Mapping) -> Adjustments:
    caps = {name: float(told[name]) for name in ("bonus_cap", "penalty_cap") if name in told}
    return Adjustments(**caps)


def _factor(told: Mapping) -> float:
    """Give what a weight is in points: 1, or for weights in per cent of another full mark more."""
    full = told.get("full_mark", 100)
    total = sum(one["weight"] for one in told["component"])
    bonus = told.get("adjustments", {}).get("bonus_cap", 0)
    as_points = min(abs(total - full), abs(total - (full - bonus))) < _SLACK
    return 1.0 if as_points else full / 100


def _shape_faults(told: Mapping) -> Iterator[str]:
    """Say which values are of another kind: the further checks rest on their kinds."""
    for name in ("coefficient", "adjustments"):
        if not isinstance(told.get(name, {}), Mapping):
            yield f"{name} 应为一节 [profile.{name}]。"
    component = told.get("component", [])
    if not (isinstance(component, list) and all(isinstance(one, Mapping) for one in component)):
        yield "component 应为几节 [[profile.component]]。"
    years = told.get("years", [])
    if not (isinstance(years, list) and all(_is_number(one) for one in years)):
        yield "years 应为几个数的列表。"
    if not isinstance(told.get("groups", []), list) or not isinstance(told.get("board", ""), str):
        yield "groups 应为列表,board 应为文字。"


def _profile_faults(told: Mapping) -> Iterator[str]:
    for name in sorted(told.keys() - _PROFILE):
        yield f"不认识的设置 {name}:它不起任何作用,请删去或改正。"
    for name, kind in (("id", str), ("title", str), ("source", str), ("effective_from", date)):
        if not isinstance(told.get(name), kind):
            yield f"缺少 {name},或写法不对。"
    end, begin = told.get("effective_to"), told.get("effective_from")
    if end is not None and not (isinstance(end, date) and isinstance(begin, date) and end >= begin):
        yield "effective_to 应为不早于 effective_from 的日期。"
    for name, choices in (("period", PERIODS), ("missing", MISSING), ("month", MONTHS)):
        if told.get(name, None if name == "period" else choices[0]) not in choices:
            yield f"{name} 应为 {'、'.join(choices)} 之一。"
    if told.get("board", "street") not in UNIT_KINDS:
        yield f"board 应为 {'、'.join(UNIT_KINDS)} 之一。"
    yield from _number_faults(told)
    yield from _component_faults(told)


def _number_faults(told: Mapping) -> Iterator[str]:
    if not _is_number(told.get("full_mark", 100), above=0):
        yield "full_mark 应为大于 0 的数。"
    if told.get("decimals", 2) not in range(7):
        yield "decimals 应为 0 到 6 的整数。"
    for group, coefficient in told.get("coefficient", {}).items():
        if not _is_number(coefficient, above=0):
            yield f"coefficient 里“{group}”的系数应为大于 0 的数。"
    years = told.get("years", [])
    if years and (told.get("period") != "year" or abs(sum(years) - 100) > _SLACK):
        yield f"years 是各年的权重(%),period 应为 year,合计 100,现在是 {sum(years):g}。"
    caps = told.get("adjustments", {})
    for name in sorted(caps):
        if name not in ("bonus_cap", "penalty_cap") or not _is_number(caps[name]):
            yield f"adjustments.{name}:这里只有 bonus_cap、penalty_cap,写不小于 0 的数。"


def _component_faults(told: Mapping) -> Iterator[str]:
    components = told.get("component", [])
    if not components:
        yield "至少要有一项 [[profile.component]]。"
        return
    for one in components:
        yield from _one_component(one, str(one.get("name", "")))
    names = [str(one.get("name")) for one in components]
    if len(set(names)) < len(names):
        yield "有两项的 name 相同。"
    weights = [one.get("weight") for one in components]
    if all(_is_number(weight, above=0) for weight in weights):
        yield from _weight_faults(told, weights)


def _one_component(one: Mapping, name: str) -> Iterator[str]:
    for key in sorted(one.keys() - _COMPONENT):
        yield f"“{name}”有不认识的设置 {key}。"
    if not name:
        yield "有一项没有 name。"
    source, _, rest = str(one.get("from", "")).partition(":")
    fits = ":" not in rest if source in MAY_BE_NAMED else (source in NAMED) == bool(rest)
    if source not in SOURCES or not fits:
        yield _FROM.format(name=name)
    if not _is_number(one.get("weight"), above=0):
        yield f"“{name}”的 weight 应为大于 0 的数。"
    if not _is_number(one.get("full_mark", 100), above=0):
        yield f"“{name}”的 full_mark 应为大于 0 的数。"
    if one.get("rounding", ROUNDINGS[0]) not in ROUNDINGS:
        yield f"“{name}”的 rounding 应为 exact(最后取整)或 printed(各项先取整)。"


def _weight_faults(told: Mapping, weights: Sequence[float]) -> Iterator[str]:
    """Weights sum to the full mark, to the full mark without the bonus, or to 100 per cent."""
    total, full = sum(weights), told.get("full_mark", 100)
    bonus = told.get("adjustments", {}).get("bonus_cap", 0)
    if not (_is_number(full, above=0) and _is_number(bonus)):
        return
    if all(abs(total - wanted) > _SLACK for wanted in (full, full - bonus, 100)):
        wanted = "、".join(f"{one:g}" for one in dict.fromkeys((full, full - bonus, 100)))
        yield f"各项权重之和是 {total:g},应为 {wanted}。"


def _is_number(value: object, above: float | None = None) -> bool:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return value > above if above is not None else value >= 0
