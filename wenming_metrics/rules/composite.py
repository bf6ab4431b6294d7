"""综合考核: which components make a unit's composite score, with what weights, as frozen records.

The office's own profiles stand in `composite.toml` of its rule folder, so that they are published
with it. Examples of places stand in `data/profiles/`; they are nobody's standard but that place's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from wenming_metrics.rules.faults import Fault, RuleSetError, locate, read_toml
from wenming_metrics.rules.model import Adjustments
from wenming_metrics.rules.setting import PathFault, are_tables, is_number, read_settings, tables_in

SOURCES = ("inspection", "external", "metric", "document", "rectification", "survey")
"""What feeds a component: 督查得分, 上级测评, 量化指标, 台账, 整改, 问卷. External scores and metrics
are named behind a colon, external:种类[:列]; survey is 问卷得分, survey:指标代号 a rate in %."""
NAMED = ("external", "metric")
MAY_BE_NAMED = ("survey",)
FILE = "composite.toml"


def _are_weights(value: object) -> bool:
    return isinstance(value, list) and all(is_number(share) and share >= 0 for share in value)


PROFILE = read_settings(
    Path(__file__).with_name("composite_settings.toml"),
    decimals=range(7).__contains__,
    weights=_are_weights,
)
"""Every setting of one profile."""
_SLACK = 1e-9
_FROM = (
    "“{name}”的 from 应为 inspection、document、rectification、survey、survey:指标代号，"
    "或 external:种类、external:种类:列、metric:指标。"
)


@dataclass(frozen=True)
class Component:
    """One component: points = weight x rate; the rate is value / full mark, or by `scale` where the
    value lies between `worst` and `best`, linearly or by its logarithm, or between the least and the
    greatest of the group (minmax).

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
    scale: str = "share"
    worst: float = 0.0
    best: float = 0.0


@dataclass(frozen=True)
class Prize:
    """A prize or a tier by place: who stands from the first to the last place of a group, ties with all.

    least - score below which nobody gets it; amount - 奖补, in yuan a unit
    """

    title: str
    first: int
    last: int
    least: float = 0
    amount: float = 0


@dataclass(frozen=True)
class Profile:
    """One way of making a composite score.

    place - whose example it is, "" = the office's own; groups - () = all groups of the board
    years - weights of consecutive years, the last one the year asked for; () = that period alone
    missing - of a component that a unit has no figure of: its weight goes to the others; no points;
    the mean of its group; or the unit has no composite score
    combine - points are added up ("sum"), or rates multiplied by their weights ("geometric")
    prizes - by place, in each group
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
    combine: str
    month: str
    years: tuple[float, ...]
    above_full: bool
    coefficient: Mapping[str, float]
    adjustments: Adjustments | None
    components: tuple[Component, ...] = field(default_factory=tuple)
    prizes: tuple[Prize, ...] = ()

    @property
    def is_example(self) -> bool:
        """Whether it is an example of another place, not the office's own."""
        return bool(self.place)


def profiles_of(composite: Mapping) -> tuple[Profile, ...]:
    """Give the profiles of a file that has no faults."""
    return tuple(_profile(profile) for profile in composite.get("profile", []))


def load_profiles(folder: Path) -> tuple[Profile, ...]:
    """Read the examples of a folder, by file name. Raises RuleSetError with all faults."""
    faults: list[Fault] = []
    files = {path.name: read_toml(path, faults)[0] for path in sorted(folder.glob("*.toml"))}
    for name, composite in files.items():
        faults += composite_faults(composite, {}, name)
    if faults:
        raise RuleSetError(faults)
    return tuple(profile for composite in files.values() for profile in profiles_of(composite))


def composite_faults(composite: Mapping, settings: Mapping, file: str = FILE) -> list[Fault]:
    """List what is wrong with a file of profiles.

    Takes: settings - `rules.toml` beside it, {} without
    """
    if not are_tables(composite.get("profile", [])):
        return [Fault(file, None, "综合考核的每个方案写成一节 [[profile]]。", "profile")]
    wrong = [
        (name, f"不认识的设置 {name}：它不起任何作用。") for name in composite if name != "profile"
    ]
    seen: set[str] = set()
    for above, profile in tables_in(composite, "profile"):
        name = str(profile.get("id", ""))
        faults = [(path, _spoken(text, profile)) for path, text in PROFILE.faults(profile)]
        faults += _relation_faults(profile, {path.split(".")[0] for path, _ in faults})
        if name in seen:
            faults.append(("id", "写了两次。"))
        seen.add(name)
        if "adjustments" in profile and settings.get("adjustments"):
            text = "rules.toml 里已有 [adjustments]，同一笔加减分会计两次。"
            faults.append(("adjustments", text))
        wrong += [(f"{above}.{path}", f"方案“{name}”：{text}") for path, text in faults]
    return locate(file, wrong)


def _spoken(text: str, profile: Mapping) -> str:
    """Name a component by what it is called, and a section as the file has it."""
    names = [str(component.get("name", "")) for _, component in tables_in(profile, "component")]
    text = re.sub(r" (\[+)", r" \1profile.", text)
    return re.sub(
        r"component\[(\d+)\]\.(?=[a-z])", lambda step: f"“{names[int(step[1]) - 1]}”的 ", text
    )


def _profile(written: Mapping) -> Profile:
    paths = [setting.path for setting in PROFILE.settings if "." not in setting.path]
    values = {path: PROFILE.value(written, path) for path in paths}
    caps = {name: float(cap) for name, cap in written.get("adjustments", {}).items()}
    factor = _factor(written)
    values |= {
        "groups": tuple(values["groups"]),
        "full_mark": float(values["full_mark"]),
        "decimals": int(values["decimals"]),
        "years": tuple(share / 100 for share in values["years"]),
        "above_full": bool(values["above_full"]),
        "coefficient": {group: float(c) for group, c in values["coefficient"].items()},
        "adjustments": Adjustments(**caps) if "adjustments" in written else None,
        "prizes": tuple(Prize(**prize) for prize in written.get("prize", [])),
        "components": tuple(_component(component, factor) for component in written["component"]),
    }
    return Profile(**values)


def _component(written: Mapping, factor: float) -> Component:
    source, _, rest = written["from"].partition(":")
    key, _, column = rest.partition(":")
    return Component(
        name=written["name"],
        source=source,
        key=key,
        column=column,
        weight=written["weight"] * factor,
        full_mark=float(written.get("full_mark", PROFILE.default("component[].full_mark"))),
        printed=written.get("rounding") == "printed",
        scale=written.get("scale", PROFILE.default("component[].scale")),
        worst=float(written.get("worst", 0)),
        best=float(written.get("best", 0)),
    )


def _factor(profile: Mapping) -> float:
    """Give what a weight is in points: 1, or for weights in per cent of another full mark more."""
    total, (full, reduced, _) = _weight_sums(profile)
    as_points = min(abs(total - full), abs(total - reduced)) < _SLACK
    return 1.0 if as_points else full / 100


def _weight_sums(profile: Mapping) -> tuple[float, tuple[float, float, float]]:
    """Give what the weights sum to, and what they may: the full mark, that without the bonus, 100."""
    full = profile.get("full_mark", PROFILE.default("full_mark"))
    bonus = profile.get("adjustments", {}).get("bonus_cap", 0)
    total = sum(component["weight"] for component in profile["component"])
    return total, (full, full - bonus, 100)


def _relation_faults(profile: Mapping, wrong: Collection[str]) -> Iterator[PathFault]:
    """Say which settings do not go together. Takes: wrong - names of those that are wrong alone"""
    end, begin = profile.get("effective_to"), profile.get("effective_from")
    if isinstance(end, date) and isinstance(begin, date) and end < begin:
        yield "effective_to", "effective_to 应为不早于 effective_from 的日期。"
    years = profile.get("years", [])
    if years and not {"years", "period"} & wrong:
        if profile["period"] != "year" or abs(sum(years) - 100) > _SLACK:
            text = "years 是各年的权重（%），period 应为 year，合计 100，现在是"
            yield "years", f"{text} {sum(years):g}。"
    components = list(tables_in(profile, "component"))
    if not profile.get("component"):
        yield "component", "至少要有一项 [[profile.component]]。"
        return
    for path, component in components:
        yield from _source_faults(component, path)
        yield from _scale_faults(component, path)
        if profile.get("combine") == "geometric" and component.get("rounding") == "printed":
            yield f"{path}.rounding", "几何平均不能各项先取整。"
    for path, prize in tables_in(profile, "prize"):
        first, last = prize.get("first"), prize.get("last")
        if isinstance(first, int) and isinstance(last, int) and last < first:
            yield f"{path}.last", f"“{prize.get('title')}”的 last 应不小于 first。"
    names = [str(component.get("name")) for _, component in components]
    if len(set(names)) < len(names):
        yield "component", "有两项的 name 相同。"
    if not {"full_mark", "adjustments"} & wrong and not any("component" in name for name in wrong):
        total, sums = _weight_sums(profile)
        if all(abs(total - wanted) > _SLACK for wanted in sums):
            spelled = "、".join(f"{wanted:g}" for wanted in dict.fromkeys(sums))
            yield "component", f"各项权重之和是 {total:g}，应为 {spelled}。"


def without_tree_faults(composite: Mapping) -> list[Fault]:
    """List what profiles ask of a rule set without indicators that only indicators can give."""
    return [
        Fault(
            FILE,
            None,
            f"“{component.get('name')}”取日常督查的得分，要有 indicators.csv 和 items.csv。",
        )
        for _, profile in tables_in(composite, "profile")
        for _, component in tables_in(profile, "component")
        if str(component.get("from", "")).partition(":")[0] == "inspection"
    ]


def _source_faults(component: Mapping, path: str) -> Iterator[PathFault]:
    name = str(component.get("name", ""))
    if not name:
        yield path, "有一项没有 name。"
    source, _, rest = str(component.get("from", "")).partition(":")
    fits = ":" not in rest if source in MAY_BE_NAMED else (source in NAMED) == bool(rest)
    if source not in SOURCES or not fits:
        yield f"{path}.from", _FROM.format(name=name)


def _scale_faults(component: Mapping, path: str) -> Iterator[PathFault]:
    """Say what is wrong with the goalposts of a component."""
    name, scale = str(component.get("name", "")), component.get("scale", "share")
    posts = [component.get(post) for post in ("worst", "best")]
    if scale not in ("linear", "log"):
        if any(post is not None for post in posts):
            yield f"{path}.worst", f"“{name}”写了 worst、best，scale 应为 linear 或 log。"
        return
    if not all(map(is_number, posts)) or posts[0] == posts[1]:
        yield f"{path}.worst", f"“{name}”按 {scale} 折算，worst 和 best 都要写，而且不相等。"
    elif scale == "log" and min(posts) <= 0:
        yield f"{path}.worst", f"“{name}”按对数折算，worst 和 best 应大于 0。"
