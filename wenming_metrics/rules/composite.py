"""综合考核: which components make a unit's composite score, with what weights, as frozen records.

The office's own profiles stand in `composite.toml` of its rule folder, so that they are published
with it. Examples of places stand in `data/profiles/`; they are nobody's standard but that place's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from math import inf
from pathlib import Path

from wenming_metrics.rules.faults import Fault, RuleSetError, locate
from wenming_metrics.rules.model import Adjustments
from wenming_metrics.rules.setting import (
    ABOVE_ZERO,
    PathFault,
    Setting,
    SettingsTable,
    are_tables,
    tables_in,
)
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
_ABOVE_ZERO, _NOT_BELOW_ZERO = (ABOVE_ZERO, inf), (0, inf)


def _are_weights(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(share, int | float) and not isinstance(share, bool) and share >= 0
        for share in value
    )


def _choice(
    path: str, title: str, meaning: str, codes: Iterable[str], default: str | None = None
) -> Setting:
    words = codes if isinstance(codes, Mapping) else dict.fromkeys(codes, "")
    needed = default is None
    return Setting(path, title, meaning, "choice", words, default=default, needed=needed)


PROFILE = SettingsTable(
    (
        Setting("id", "编号", "各方案不重复", needed=True),
        Setting("title", "名称", "印在页面和表上", needed=True),
        Setting("place", "哪个地方的", "本单位自己的不写", "any", default=""),
        Setting("source", "依据", "哪一份文件", needed=True),
        Setting("effective_from", "施行日期", "从这一天起用", "date", needed=True),
        Setting("effective_to", "停用日期", "不写即一直有效", "date"),
        _choice("period", "周期", "month 月、quarter 季、half 半年、year 年", PERIODS),
        _choice("board", "榜单", "排哪一类单位", UNIT_KINDS, "street"),
        Setting("groups", "分组", "只排这几组,不写即各组", "list", default=()),
        Setting("full_mark", "满分", "总分", "number", span=_ABOVE_ZERO, default=100),
        Setting(
            *("decimals", "小数位", "公布的分数保留几位小数", "any"),
            check=(range(7).__contains__, "应为 0 到 6 的整数"),
            default=2,
        ),
        _choice(
            *("missing", "缺项"),
            "renormalise 由其余分担、zero 按零分、peer_mean 取同组平均、exclude 不计总分",
            MISSING,
            "renormalise",
        ),
        _choice(
            *("month", "督查得分"),
            "pooled 全期合并计算、mean_of_issues 各周公布分的平均",
            MONTHS,
            "pooled",
        ),
        Setting(
            *("years", "各年的权重", "连续几年各占百分之几,最后一个是本年", "any"),
            check=(_are_weights, "应为几个数的列表"),
            default=(),
        ),
        Setting("above_full", "可超满分", "true:总分可以超过满分", "any", default=False),
        Setting("coefficient", "系数", "这一组的得分乘以多少", "numbers", span=_ABOVE_ZERO),
        *(
            Setting(f"adjustments.{name}", title, f"{title},分", "number", span=_NOT_BELOW_ZERO)
            for name, title in (("bonus_cap", "加分上限"), ("penalty_cap", "扣减上限"))
        ),
        Setting("component[].name", "名称", "这一项叫什么", "any"),
        Setting("component[].from", "来源", "数从哪里来", "any"),
        Setting(
            *("component[].weight", "权重", "占多少分", "number"), span=_ABOVE_ZERO, needed=True
        ),
        Setting(
            *("component[].full_mark", "满分", "来源的数以多少为满分", "number"),
            span=_ABOVE_ZERO,
            default=100,
        ),
        _choice(
            *("component[].rounding", "取整", "exact 最后取整、printed 各项先取整"),
            ROUNDINGS,
            "exact",
        ),
    )
)
"""Every setting of one profile."""
_SLACK = 1e-9
_PLAIN = ("id", "title", "place", "source", "effective_from", "effective_to") + (
    *("period", "board", "missing", "month"),
)
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
    if not are_tables(composite.get("profile", [])):
        return [Fault(file, None, "综合考核的每个方案写成一节 [[profile]]。", "profile")]
    wrong = [
        (name, f"不认识的设置 {name}:它不起任何作用。") for name in composite if name != "profile"
    ]
    seen: set[str] = set()
    for place, profile in tables_in(composite, "profile"):
        name = str(profile.get("id", ""))
        faults = list(PROFILE.faults(profile))
        faults += _relation_faults(profile, {path.split(".")[0] for path, _ in faults})
        if name in seen:
            faults.append(("id", "这个编号写了两次。"))
        seen.add(name)
        if "adjustments" in profile and settings.get("adjustments"):
            text = "rules.toml 里已有 [adjustments],同一笔加减分会计两次。"
            faults.append(("adjustments", text))
        names = [str(component.get("name", "")) for _, component in tables_in(profile, "component")]
        for path, text in faults:
            spoken = re.sub(
                r"component\[(\d+)\]\.(?=[a-z])",
                lambda step, names=names: f"“{names[int(step[1]) - 1]}”的 ",
                text,
            )
            wrong.append((f"{place}.{path}", f"方案“{name}”:{spoken}"))
    return locate(file, wrong)


def _profile(told: Mapping) -> Profile:
    value = partial(PROFILE.value, told)
    adjustments = told.get("adjustments")
    factor = _factor(told)
    return Profile(
        **{name: value(name) for name in _PLAIN},
        groups=tuple(value("groups")),
        full_mark=float(value("full_mark")),
        decimals=int(value("decimals")),
        years=tuple(share / 100 for share in value("years")),
        above_full=bool(value("above_full")),
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
        full_mark=float(told.get("full_mark", PROFILE.default("component[].full_mark"))),
        printed=told.get("rounding") == "printed",
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


def _relation_faults(profile: Mapping, wrong: Collection[str]) -> Iterator[PathFault]:
    """Say which settings do not go together. Takes: wrong - names of those that are wrong alone"""
    end, begin = profile.get("effective_to"), profile.get("effective_from")
    if isinstance(end, date) and isinstance(begin, date) and end < begin:
        yield "effective_to", "effective_to 应为不早于 effective_from 的日期。"
    years = profile.get("years", [])
    if years and not {"years", "period"} & wrong:
        if profile["period"] != "year" or abs(sum(years) - 100) > _SLACK:
            text = "years 是各年的权重(%),period 应为 year,合计 100,现在是"
            yield "years", f"{text} {sum(years):g}。"
    components = list(tables_in(profile, "component"))
    if not profile.get("component"):
        yield "component", "至少要有一项 [[profile.component]]。"
        return
    for place, component in components:
        yield from _source_faults(component, place)
    names = [str(component.get("name")) for _, component in components]
    if len(set(names)) < len(names):
        yield "component", "有两项的 name 相同。"
    if not {"full_mark", "adjustments"} & wrong and not any("component" in name for name in wrong):
        yield from _weight_faults(profile)


def _source_faults(component: Mapping, place: str) -> Iterator[PathFault]:
    name = str(component.get("name", ""))
    if not name:
        yield place, "有一项没有 name。"
    source, _, rest = str(component.get("from", "")).partition(":")
    fits = ":" not in rest if source in MAY_BE_NAMED else (source in NAMED) == bool(rest)
    if source not in SOURCES or not fits:
        yield f"{place}.from", _FROM.format(name=name)


def _weight_faults(profile: Mapping) -> Iterator[PathFault]:
    """Weights sum to the full mark, to the full mark without the bonus, or to 100 per cent."""
    total = sum(component["weight"] for component in profile["component"])
    full = profile.get("full_mark", 100)
    bonus = profile.get("adjustments", {}).get("bonus_cap", 0)
    if all(abs(total - wanted) > _SLACK for wanted in (full, full - bonus, 100)):
        wanted = "、".join(f"{mark:g}" for mark in dict.fromkeys((full, full - bonus, 100)))
        yield "component", f"各项权重之和是 {total:g},应为 {wanted}。"
