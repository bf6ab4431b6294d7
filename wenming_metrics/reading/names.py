"""From written names to numbers: units, sites, point types, items, sources.

Each function settles one distinct combination of words; `Names` holds the maps they need, made
once per workbook. Nothing is guessed: what is unknown is told with the nearest known name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz import process

from wenming_metrics.reading.table import Fault
from wenming_metrics.rules.model import Catalogue
from wenming_metrics.units import Register, alias_map, ancestors
from wenming_metrics.vocabulary import SOURCE_CODES, normalise

_SIMILAR = 55
_HINTED = 500
_ROLE_KINDS = ("department", "section", "street", "community", "district")
_SEPARATORS = re.compile(r"[、,;/|\s\uff0c\uff1b\uff0f\uff5c]+")
_COLLECTIVE = re.compile(r"^(各|全体|所有|全市各|全区各|相关|有关)")
_NUMBERING = re.compile(r"^[\d一二三四五六七八九十]+[.、)]?|\(\d+(\.\d+)?分\)$")
_SOURCE_WORDS = {
    "city": "市督查组 市 市级 市级督查 市文明办 市创建办 市创文办 市创城办 市文明办督查组 市创建办督查组",
    "district": "区督查组 区 区级 区级督查 县区 区县 区文明办 区创建办 区文明办督查组 区创建办督查组",
    "bureau": "局督查组 局 局级 部门自查 部门督查 行业督查 行业主管部门",
    "third_party": "第三方 第三方测评 第三方机构 第三方公司 模拟测评",
    "public": "群众 市民 群众举报 市民举报 群众投诉 随手拍 市民随手拍 12345 12345转办 12345热线 市民热线",
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


def build_names(register: Register, catalogue: Catalogue) -> Names:
    """Make the maps for a register and a catalogue."""
    units, types, items = register.units, catalogue.point_types, catalogue.items
    starts, ends = units["valid_from"].to_numpy(np.int64), units["valid_to"].to_numpy(np.int64)
    sites: dict[tuple[int, str], list[int]] = {}
    columns = (register.sites[name] for name in ("street", "name", "aliases"))
    for at, (street, name, aliases) in enumerate(zip(*columns, strict=True)):
        for text in {normalise(one) for one in (name, *aliases)}:
            sites.setdefault((street, text), []).append(at)
    return Names(
        register=register,
        catalogue=catalogue,
        districts=alias_map(register, ["district"]),
        streets=alias_map(register, ["street"]),
        communities=alias_map(register, ["community"]),
        roles=_role_map(register),
        sites=sites,
        point_types={word: at[0] for word, at in _words(types["name"], types["aliases"]).items()},
        items=_words(items["name"], items["aliases"]),
        item_codes={normalise(code): at for at, code in enumerate(items["code"])},
        categories=_words(items["category"], [[]] * len(items)),
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
        item_titles=tuple(items["name"]),
        type_titles=tuple(types["name"]),
        spelling=_spelling([units, types, items]),
        hints={},
        met=set(),
    )


def _spelling(frames: Iterable[pd.DataFrame]) -> dict[str, str]:
    texts = (text for frame in frames for name in ("code", "name") for text in frame[name])
    aliases = (text for frame in frames for several in frame["aliases"] for text in several)
    return {normalise(text): text for text in (*aliases, *texts)}


def _words(names: Iterable[str], aliases: Iterable[list[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, (name, others) in enumerate(zip(names, aliases, strict=True)):
        for text in {normalise(word) for word in (name, *others)}:
            found.setdefault(text, []).append(at)
    return found


def _role_map(register: Register) -> dict[str, list[int]]:
    """Map names in a role, with communities and sections also under their parent's name before."""
    found = alias_map(register, _ROLE_KINDS)
    units = register.units
    words = {
        unit.unit: {normalise(word) for word in (unit.name, *unit.aliases)}
        for unit in units.itertuples(index=False)
    }
    for unit in units.itertuples(index=False):
        if unit.kind not in ("community", "section"):
            continue
        for text in {a + b for a in words.get(unit.parent, ()) for b in words[unit.unit]}:
            found.setdefault(text, []).append(int(unit.unit))
    return found


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
        said = f"最接近的是“{names.spelling[best[0]]}”。" if best else "没有写法相近的名称。"
        names.hints[key] = said
    return names.hints[key]


def alive(names: Names, units: list[int], day: int) -> list[int]:
    """Keep the units that exist on a day (day below 0: not known, all are kept)."""
    return [unit for unit in units if day < 0 or names.starts[unit] <= day <= names.ends[unit]]


def named(names: Names, units: Iterable[int]) -> str:
    """Write out units with what they belong to, for a message: 「东风社区(城东街道)、…」."""
    said = []
    for unit in units:
        above = names.parents[unit]
        said.append(names.titles[unit] + (f"({names.titles[above]})" if above >= 0 else ""))
    return "、".join(said)


@dataclass(frozen=True)
class Territory:
    """Where a row counts: street, the most local unit, and what is to be said (None: nothing)."""

    street: int
    unit: int
    fault: Fault | None = None


_NOWHERE = -1


def territory(names: Names, day: int, district: str, street: str, community: str) -> Territory:
    """Settle the territory from the three written names (normalised, "" = blank) on a day."""
    inside = alive(names, names.districts.get(district, []), day)
    if not street:
        return _from_community(names, day, inside, community)
    known = names.streets.get(street, [])
    found = _within(names, alive(names, known, day), inside)
    if not found:
        return _unknown_street(names, street, known)
    local = alive(names, names.communities.get(community, []), day)
    if len(found) > 1:
        found = [one for one in found if one in names.street_of[local]] or found
    if len(found) > 1:
        return _fault("单位-05", "street", {"part": street, "names": named(names, found)})
    at = found[0]
    if inside and names.district_of[at] not in inside:
        return _conflict(names, "street", [names.district_of[at]], district)
    if not community:
        return Territory(at, at)
    return _local(names, at, community, local)


def _local(names: Names, street: int, community: str, local: list[int]) -> Territory:
    """Settle the community within a settled street."""
    mine = [unit for unit in local if names.street_of[unit] == street]
    if len(mine) == 1:
        return Territory(street, mine[0])
    if mine:
        return _fault("单位-05", "community", {"part": community, "names": named(names, mine)})
    if local:
        return _conflict(names, "community", names.street_of[local], names.titles[street])
    said = {"hint": hint(names, community, names.communities), "street": names.titles[street]}
    return Territory(street, street, Fault("单位-02", "community", said))


def _from_community(names: Names, day: int, inside: list[int], community: str) -> Territory:
    """Climb from the community where no street is written."""
    if not community:
        return _fault("单位-04", "street", {})
    found = _within(names, alive(names, names.communities.get(community, []), day), inside)
    if not found:
        return _fault("单位-08", "community", {"hint": hint(names, community, names.communities)})
    if len(found) > 1:
        return _fault("单位-05", "community", {"part": community, "names": named(names, found)})
    return Territory(int(names.street_of[found[0]]), found[0])


def _within(names: Names, units: list[int], districts: list[int]) -> list[int]:
    """Of several units of one name, keep those in the districts; one alone is kept as it is."""
    if len(units) < 2:
        return units
    return [unit for unit in units if names.district_of[unit] in districts] or units


def _unknown_street(names: Names, street: str, known: list[int]) -> Territory:
    if known:
        return _fault("单位-09", "street", {"part": names.titles[known[0]]})
    return _fault("单位-01", "street", {"hint": hint(names, street, names.streets)})


def _conflict(names: Names, column: str, above: Iterable[int], written: str) -> Territory:
    """Tell that a unit belongs to others than the one written beside it."""
    actual = "、".join(dict.fromkeys(names.titles[unit] for unit in above if unit >= 0))
    return _fault("单位-03", column, {"actual": actual or "别处", "written": written})


def _fault(code: str, column: str, details: Mapping[str, object]) -> Territory:
    return Territory(_NOWHERE, _NOWHERE, Fault(code, column, details))


def role_units(
    names: Names, day: int, street: int, written: str, column: str
) -> tuple[tuple[int, ...], Fault | None]:
    """Settle the units named in one cell of 牵头, 责任 or 配合单位.

    Takes:   written - the cell as typed; several units stand apart by 、，；/ or a space;
             street - of the row, to tell communities of one name apart
    Returns: distinct units in their order, or the first fault
    """
    whole = normalise(written)
    parts = [whole] if whole in names.roles else _SEPARATORS.split(written)
    found: list[int] = []
    for part in parts:
        text = normalise(part)
        if not text.strip("-"):
            continue
        if _COLLECTIVE.match(text) and text not in names.roles:
            return (), Fault("单位-07", column, {"part": part})
        known = names.roles.get(text, [])
        units = alive(names, known, day)
        if len(units) > 1:
            units = [unit for unit in units if names.street_of[unit] == street] or units
        if len(units) != 1:
            return (), _role_fault(names, column, part, known, units)
        found += units
    return tuple(dict.fromkeys(found)), None


def _role_fault(names: Names, column: str, part: str, known: list[int], units: list[int]) -> Fault:
    if units:
        return Fault("单位-05", column, {"part": part, "names": named(names, units)})
    if known:
        return Fault("单位-09", column, {"part": part})
    said = {"part": part, "hint": hint(names, normalise(part), names.roles)}
    return Fault("单位-06", column, said)


def item(names: Names, code: str, name: str, point_type: int) -> tuple[int, Fault | None]:
    """Settle the item from its code, else from its name (normalised); both must agree.

    Takes: point_type - to tell apart items that share an alias; -1 where it is not known
    """
    by_name = names.items.get(name) or names.items.get(_NUMBERING.sub("", name), [])
    if len(by_name) > 1 and point_type >= 0:
        by_name = [at for at in by_name if names.catalogue.applies[at, point_type]] or by_name
    title = names.item_titles
    if code:
        at = names.item_codes.get(code)
        if at is None:
            return -1, Fault(
                "测评项-01", "item_code", {"hint": hint(names, code, names.item_codes)}
            )
        if by_name and at not in by_name:
            said = {"by_code": title[at], "by_name": title[by_name[0]]}
            return -1, Fault("测评项-02", "item_code", said)
        return at, None
    if not name:
        return -1, Fault("测评项-03", "item", {})
    if len(by_name) != 1:
        if by_name:
            said = {"names": "、".join(title[at] for at in by_name)}
            return -1, Fault("测评项-06", "item", said)
        return -1, Fault("测评项-01", "item", {"hint": hint(names, name, names.items)})
    return by_name[0], None


def visit_key(day: int, source: int, number: str, site: int) -> int:
    """Give a visit's number: the same for the same day, source, written number and site."""
    text = f"{day}\x1f{source}\x1f{number}\x1f{site}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") >> 1
