"""From written names to numbers: units, sites, point types, items, sources.

Each function settles one distinct combination of words; `Names` holds the maps they need, made
once per workbook. Nothing is guessed: what is unknown is told with the nearest known name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from rapidfuzz import process

from wenming_metrics.domain.registers import Register, alias_map, ancestors
from wenming_metrics.reading.model.reading import NameChoice
from wenming_metrics.reading.tables.table import CellFault
from wenming_metrics.reading.tables.values import bare_item
from wenming_metrics.rules.entries import FIRST_OWN, ITEM, POINT_TYPE
from wenming_metrics.rules.model import Catalogue
from wenming_metrics.vocabulary import SOURCE_CODES, normalise

_SIMILAR = 55
_HINTED = 500
_CHOICE_MAPS = {
    **{"district": "districts", "street": "streets", "community": "communities"},
    **{"item": "items", "point_type": "point_types"},
}
"""Kind of unit or name -> the map that a choice adds to."""
_ROLE_KINDS = ("department", "section", "street", "community", "district")
_SOURCE_WORDS = {
    "city": "市督查组 市 市级 市级督查 市文明办 市创建办 市创文办 市创城办 市文明办督查组 市创建办督查组",
    "district": "区督查组 区 区级 区级督查 县区 区县 区文明办 区创建办 区文明办督查组 区创建办督查组",
    "bureau": "局督查组 局 局级 部门自查 部门督查 行业督查 行业主管部门",
    "third_party": "第三方 第三方测评 第三方机构 第三方公司 模拟测评",
    "public": "群众 市民 群众举报 市民举报 群众投诉 随手拍 市民随手拍 12345 12345转办 12345热线 市民热线 "
    "热线 政务热线 12345平台 12345网站 网站 政府网站 网络问政 网络平台",
    "national": "国测 国家测评 国检 全国文明城市测评 中央文明办",
    "provincial": "省测 省级测评 省检 省文明办 省文明办测评",
}
SOURCES = {
    normalise(word): SOURCE_CODES.index(code)
    for code, words in _SOURCE_WORDS.items()
    for word in words.split()
}


@dataclass(frozen=True)
class Names:
    """Every map from a normalised name to numbers that the reading of one workbook needs.

    epochs     - days (ordinals) on which some unit begins or has ended
    starts ... - per unit: first and last day, street and district at or above it
    roles      - units that may be named in a role, also as 「街道社区」
    sites      - (street, name) -> positions in the register's sites
    spelling   - normalised name -> as it stands in register or catalogue
    hints      - names already looked for -> sentence with the nearest known one; grows
    met        - sites (keys) already told of as unregistered; grows
    """

    register: Register
    catalogue: Catalogue
    districts: Mapping[str, list[int]]
    streets: Mapping[str, list[int]]
    communities: Mapping[str, list[int]]
    roles: Mapping[str, list[int]]
    sites: Mapping[tuple[int, str], list[int]]
    point_types: Mapping[str, int]
    items: Mapping[str, list[int]]
    item_codes: Mapping[str, int]
    categories: Mapping[str, list[int]]
    epochs: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    street_of: np.ndarray
    district_of: np.ndarray
    titles: tuple[str, ...]
    parents: tuple[int, ...]
    codes: tuple[str, ...]
    site_keys: tuple[int, ...]
    site_titles: tuple[str, ...]
    item_titles: tuple[str, ...]
    type_titles: tuple[str, ...]
    spelling: Mapping[str, str]
    hints: dict[tuple[int, str], str]
    met: set[int]


def build_names(
    register: Register, catalogue: Catalogue, choices: tuple[NameChoice, ...] = ()
) -> Names:
    """Make the maps for one workbook; those of the same register and catalogue are made once.

    Takes: choices - what people said that unknown names stand for; a name of the registers goes first
    """
    names = _build(register, catalogue)
    return replace(_with_choices(names, choices) if choices else names, hints={}, met=set())


def _with_choices(names: Names, choices: tuple[NameChoice, ...]) -> Names:
    kinds = names.register.units["kind"].to_numpy()
    maps = {name: dict(getattr(names, name)) for name in _CHOICE_MAPS.values()}
    maps["roles"] = dict(names.roles)
    for choice in choices:
        if choice.kind == "unit" and choice.target < len(kinds):
            maps["roles"].setdefault(choice.written, [choice.target])
            map_name = _CHOICE_MAPS.get(kinds[choice.target])
            if map_name:
                maps[map_name].setdefault(choice.written, [choice.target])
        elif choice.kind == "item" and choice.target in names.catalogue.items.index:
            maps["items"].setdefault(choice.written, [choice.target])
        elif choice.kind == "point_type" and choice.target in names.catalogue.point_types.index:
            maps["point_types"].setdefault(choice.written, choice.target)
    return replace(names, **maps)


@lru_cache(maxsize=2)
def _build(register: Register, catalogue: Catalogue) -> Names:
    units, types, items = register.units, catalogue.point_types, catalogue.items
    starts, ends = units["valid_from"].to_numpy(np.int64), units["valid_to"].to_numpy(np.int64)
    sites: dict[tuple[int, str], list[int]] = {}
    columns = (register.sites[name] for name in ("street", "name", "aliases"))
    for position, (street, name, aliases) in enumerate(zip(*columns, strict=True)):
        for text in {normalise(written) for written in (name, *aliases)}:
            sites.setdefault((street, text), []).append(position)
    return Names(
        register=register,
        catalogue=catalogue,
        districts=alias_map(register, ["district"]),
        streets=alias_map(register, ["street"]),
        communities=alias_map(register, ["community"]),
        roles=_role_map(register),
        sites=sites,
        point_types={
            word: positions[0] for word, positions in _entries(types, FIRST_OWN[POINT_TYPE]).items()
        },
        items=_entries(items, FIRST_OWN[ITEM]),
        item_codes={normalise(code): number for number, code in items["code"].items()},
        categories=_words(items["category"], [[]] * len(items), items.index),
        epochs=np.unique(np.concatenate([starts, ends + 1])),
        starts=starts,
        ends=ends,
        street_of=ancestors(register, "street"),
        district_of=ancestors(register, "district"),
        titles=tuple(units["name"]),
        parents=tuple(units["parent"]),
        codes=tuple(units["code"]),
        site_keys=tuple(register.sites["site"]),
        site_titles=tuple(register.sites["name"]),
        item_titles=tuple(catalogue.item_names),
        type_titles=tuple(catalogue.type_names),
        spelling=_spelling([units, types, items]),
        hints={},
        met=set(),
    )


def _spelling(frames: Iterable[pd.DataFrame]) -> dict[str, str]:
    texts = (text for frame in frames for name in ("code", "name") for text in frame[name])
    aliases = (text for frame in frames for several in frame["aliases"] for text in several)
    return {normalise(text): text for text in (*aliases, *texts)}


def _words(
    names: Iterable[str], aliases: Iterable[list[str]], numbers: Iterable[int]
) -> dict[str, list[int]]:
    numbers_by_word: dict[str, list[int]] = {}
    for number, name, other_names in zip(numbers, names, aliases, strict=True):
        for text in {normalise(word) for word in (name, *other_names)}:
            numbers_by_word.setdefault(text, []).append(int(number))
    return numbers_by_word


def _entries(entries: pd.DataFrame, first_own: int) -> dict[str, list[int]]:
    """Map the names of items or point types to numbers.

    A name of the office's own means what it meant when it was added, also when the same name is
    shipped later.
    """
    words = _words(entries["name"], entries["aliases"], entries.index)
    return {
        word: [number for number in numbers if number >= first_own] or numbers
        for word, numbers in words.items()
    }


def _role_map(register: Register) -> dict[str, list[int]]:
    """Map names in a role, with communities and sections also under their parent's name before."""
    units_by_name = alias_map(register, _ROLE_KINDS)
    units = register.units
    words = {
        unit.unit: {normalise(word) for word in (unit.name, *unit.aliases)}
        for unit in units.itertuples(index=False)
    }
    for unit in units.itertuples(index=False):
        if unit.kind not in ("community", "section"):
            continue
        for text in {a + b for a in words.get(unit.parent, ()) for b in words[unit.unit]}:
            units_by_name.setdefault(text, []).append(int(unit.unit))
    return units_by_name


def hint(names: Names, written: str, choices: Mapping[str, object]) -> str:
    """Say which known name is nearest: 「名册里最接近的是“城东街道”。」 or that none is near.

    Takes: written - normalised; choices - normalised names. After 500 different names none is
           looked for any more, which would cost minutes in a file without one right name
    """
    key = (id(choices), written)
    if key not in names.hints:
        best = None
        if len(names.hints) < _HINTED:
            best = process.extractOne(written, choices.keys(), score_cutoff=_SIMILAR)
        # Joined names and those that people gave a meaning stand in no register: told as compared.
        nearest = names.spelling.get(best[0], best[0]) if best else ""
        sentence = f"最接近的是“{nearest}”。" if best else "没有写法相近的名称。"
        names.hints[key] = sentence
    return names.hints[key]


def alive(names: Names, units: list[int], day: int) -> list[int]:
    """Keep the units that exist on a day (day below 0: not known, all are kept)."""
    return [unit for unit in units if day < 0 or names.starts[unit] <= day <= names.ends[unit]]


def spell_units(names: Names, units: Iterable[int]) -> str:
    """Write out units with what they belong to, for a message: 「东风社区(城东街道)、…」."""
    unit_texts = []
    for unit in units:
        above = names.parents[unit]
        unit_texts.append(names.titles[unit] + (f"（{names.titles[above]}）" if above >= 0 else ""))
    return "、".join(unit_texts)


def item(names: Names, code: str, name: str, point_type: int) -> tuple[int, CellFault | None]:
    """Settle the item from its code, else from its name (normalised); both must agree.

    Takes: point_type - to tell apart items that share an alias; -1 where it is not known
    """
    by_name = names.items.get(name) or names.items.get(bare_item(name), [])
    if len(by_name) > 1 and point_type >= 0:
        by_name = [
            item_number
            for item_number in by_name
            if names.catalogue.applies[item_number, point_type]
        ] or by_name
    title = names.item_titles
    if code:
        # An office's own lists number its items as it likes: such a number is one of their names.
        by_code = names.items.get(code, [])
        item_number = names.item_codes.get(code, by_code[0] if len(by_code) == 1 else None)
        if item_number is None:
            return -1, CellFault(
                "测评项-01", "item_code", {"hint": hint(names, code, names.item_codes)}
            )
        if by_name and item_number not in by_name:
            fault_words = {"by_code": title[item_number], "by_name": title[by_name[0]]}
            return -1, CellFault("测评项-02", "item_code", fault_words)
        return item_number, None
    if not name:
        return -1, CellFault("测评项-03", "item", {})
    if len(by_name) != 1:
        if by_name:
            fault_words = {"names": "、".join(title[item_number] for item_number in by_name)}
            return -1, CellFault("测评项-06", "item", fault_words)
        return -1, CellFault("测评项-01", "item", {"hint": hint(names, name, names.items)})
    return by_name[0], None


def visit_key(day: int, source: int, number: str, site: int) -> int:
    """Give a visit's number: the same for the same day, source, written number and site."""
    text = f"{day}\x1f{source}\x1f{number}\x1f{site}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") >> 1
