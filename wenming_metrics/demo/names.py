"""How places of the made-up city are called: aliases of units, names of sites."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np

_FIRST = "安和康永福新春华兴祥嘉瑞明德"
_SECOND = "宁顺泰乐苑民里景丰荣源馨和居"
_ROAD_FIRST = "云水星月松竹兰枫桐棠荷雪"
_ROAD_SECOND = "溪林岭湾坡桥川泉峰荫"
_HOMES = ("花园", "家园", "小区", "新村", "雅苑")
_SHOPS = ("购物中心", "生活超市", "百货商场", "便民超市")
_HOTELS = ("宾馆", "大酒店", "商务酒店")
_SCHOOLS = ("小学", "中学", "实验小学", "第二小学", "初级中学")
_CARE = ("医院", "卫生服务中心", "中医院")
_CULTURE = ("图书馆", "文化馆", "博物馆", "美术馆")
_BANKS = ("演示银行", "溪桥银行", "禾木储蓄银行")
_COUNTERS = ("供水营业厅", "供电营业厅", "燃气营业厅", "邮政营业厅", "办税服务厅", "通信营业厅")
_SCENERY = ("古塔景区", "湿地景区", "老街景区", "花海景区")


def street_aliases(name: str) -> str:
    """Give the usual other names of a street or town, separated by |."""
    if name.endswith("镇"):
        return f"{name}政府|{name}人民政府|{name.removesuffix('镇')}"
    return f"{name}办|{name}办事处|{name.removesuffix('街道')}"


def community_aliases(name: str) -> str:
    """Give the usual other names of a community or village, separated by |."""
    if name.endswith("村"):
        return f"{name}委会|{name}民委员会"
    return f"{name}居委会|{name.removesuffix('社区')}居委会"


def community_words(streets: list[str]) -> list[str]:
    """List two-character names that no street bears."""
    street_words = {name[:2] for name in streets}
    words = [first + second for first in _FIRST for second in _SECOND if first != second]
    return [word for word in words if word not in street_words]


def site_rows(
    street: str, communities: list[str], kinds: list[str], rng: np.random.Generator
) -> list[tuple[str, str, str, str, str]]:
    """Name one site per wanted kind.

    Takes:   street, communities - names; kinds - point types, repeated as often as wanted
    Returns: (site, point type, street, community, aliases) in the order of the kinds
    """
    words = _words(rng)
    homes = iter(communities)
    rows, used_names = [], set()
    for kind in kinds:
        community = next(homes) if kind == "社区" else str(rng.choice(communities))
        name = _name(kind, street, community, words, rng)
        while name in used_names:
            name = _name(kind, street, community, words, rng)
        used_names.add(name)
        rows.append((name, kind, street, community, ""))
    aliased = []
    for row in rows:
        alias = _site_alias(row[0], street)
        aliased.append((*row[:4], "" if alias in used_names else alias))
        used_names.add(alias)
    return aliased


def _words(rng: np.random.Generator) -> Iterator[str]:
    pairs = [first + second for first in _ROAD_FIRST for second in _ROAD_SECOND]
    for _ in count():
        yield from (str(pair) for pair in rng.permutation(pairs))


def _name(
    kind: str, street: str, community: str, words: Iterator[str], rng: np.random.Generator
) -> str:
    word, base = next(words), street.removesuffix("街道").removesuffix("镇")
    pick = {
        "新时代文明实践中心": (f"{base}新时代文明实践所", f"{community}新时代文明实践站"),
        "政务大厅": (f"{base}便民服务中心",),
        "银行网点": tuple(f"{bank}{word}支行" for bank in _BANKS),
        "窗口单位": tuple(f"{word}路{counter}" for counter in _COUNTERS),
        "公交站点": (f"{word}路公交站", f"{word}桥公交站", f"{word}新村公交站"),
        "公交车": (f"{int(rng.integers(1, 60))}路公交车",),
        "出租车": (f"{word}路出租车候客点",),
        "室外公共厕所": (f"{word}路公厕",),
        "公共广场": (f"{word}广场", f"{word}文化广场"),
        "宾馆酒店": tuple(f"{word}{hotel}" for hotel in _HOTELS),
        "公园": (f"{word}公园", f"{word}游园"),
        "社区": (f"{community}居委会" if community.endswith("社区") else f"{community}委会",),
        "建筑工地": (f"{word}府项目工地", f"{word}路改造工地"),
        "景区景点": tuple(f"{word}{scenery}" for scenery in _SCENERY),
        "中小学校": tuple(f"{word}{school}" for school in _SCHOOLS),
        "商场超市": tuple(f"{word}{shop}" for shop in _SHOPS),
        "医院": tuple(f"{base}{care}" for care in _CARE),
        "公共文化设施": tuple(f"{base}{venue}" for venue in _CULTURE),
        "主要交通路口": (f"{word}路与{next(words)}街路口",),
        "背街小巷": (f"{word}巷", f"{word}里"),
        "商业大街": (f"{word}步行街", f"{word}商业街"),
        "主次干道": (f"{word}路", f"{word}大道", f"{word}街"),
        "城乡接合部": (f"{word}路口片区", f"{word}村沿线"),
        "集贸市场": (f"{word}农贸市场", f"{word}菜市场"),
        "小区": tuple(f"{word}{home}" for home in _HOMES),
        "乡镇": (f"{base}集镇街区",),
    }[kind]
    return str(pick[int(rng.integers(len(pick)))])


def _site_alias(name: str, street: str) -> str:
    """Give the shorter or longer name that some senders write, or ""."""
    short = {"农贸市场": "市场", "菜市场": "市场", "便民服务中心": "便民中心", "公交站": "站"}
    for long, brief in short.items():
        if name.endswith(long):
            return name.removesuffix(long) + brief
    return f"{street}{name}" if name.endswith("广场") else ""
