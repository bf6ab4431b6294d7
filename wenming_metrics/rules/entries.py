"""The office's own items and point types: records that the store keeps, laid beside the shipped ones.

Numbers of stored rows are for ever. Those of shipped entries stand in `data/catalogue`; those of the
office begin where no shipped one ever will, so that a longer shipped catalogue renumbers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from wenming_metrics.vocabulary import normalise

ITEM, POINT_TYPE = "item", "point_type"
EVERYWHERE, EVERY = "*", "全部"
"""Stands for all point types: in files, and as people write it."""
RETIRED = "停用"
"""In place of an indicator: an own entry that the next version of the rules is to leave out."""
KIND_WORDS = {ITEM: "测评项", POINT_TYPE: "点位类型"}
FIRST_OWN = {ITEM: 2_000, POINT_TYPE: 200}
"""Kind -> the first number of the office's own entries; shipped ones stay below."""
CODE_STEMS = {ITEM: "BD-", POINT_TYPE: "BDL-"}
"""Kind -> what codes of the office's own entries (本地) begin with; shipped ones never do."""


@dataclass(frozen=True)
class Entry:
    """One item or point type.

    kind - ITEM or POINT_TYPE; number - in stored rows; full_mark - of an item, int, 1e-4 points;
    point_types - codes: where an item is looked at ("*": everywhere), or which types an own one is
    like: what is looked at there is looked at here; indicator - code of the leaf that an own item is
    meant for, "" = 不计分, RETIRED = no longer from the next version of the rules on; own - of this office, not shipped
    """

    kind: str
    number: int
    code: str
    name: str
    category: str = ""
    full_mark: int = 0
    point_types: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    indicator: str = ""
    own: bool = True


def own_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Keep the office's own entries, in the order of kind and number."""
    return tuple(sorted((e for e in entries if e.own), key=lambda e: (e.kind, e.number)))


def next_own(entries: Iterable[Entry], kind: str) -> tuple[int, str]:
    """Give number and code of the next own entry of a kind."""
    first = FIRST_OWN[kind]
    number = 1 + max((e.number for e in entries if e.own and e.kind == kind), default=first - 1)
    return number, f"{CODE_STEMS[kind]}{number - first + 1:03}"


def numbering_faults(recorded: Iterable[Entry], shipped: Sequence[Entry]) -> list[str]:
    """Say which entries have another number than the rows of a store were numbered by.

    A name may be worded anew where the former one stays among the other names.

    Takes: recorded - shipped entries as the store knows them; shipped - those of this program
    """
    shipped_by_number = {(entry.kind, entry.number): entry for entry in shipped}
    differences = []
    for entry in recorded:
        shipped_entry = shipped_by_number.get((entry.kind, entry.number))
        what = f"{entry.number} 号{KIND_WORDS[entry.kind]}在数据里是“{entry.code} {entry.name}”"
        if shipped_entry is None:
            differences.append(f"{what}，目录里没有")
        elif shipped_entry.code != entry.code or normalise(entry.name) not in {
            normalise(name) for name in (shipped_entry.name, *shipped_entry.aliases)
        }:
            differences.append(f"{what}，目录里是“{shipped_entry.code} {shipped_entry.name}”")
    return differences


@dataclass(frozen=True)
class EntryFault:
    """What is wrong with a wish for an entry: its place among the wishes, the field, the sentence."""

    position: int
    field: str
    text: str


def settle(
    wishes: Sequence[Entry], entries: Sequence[Entry], leaves: Mapping[str, str]
) -> tuple[list[Entry], list[EntryFault]]:
    """Give own entries that are asked for their numbers, or say what is wrong with each.

    A wish with the code of an own entry changes it from now on; its number and its former names
    stay. Point types come first, so that items may name those of the same wishes.

    Takes:   wishes - number -1; point_types as names or codes, or "全部"; indicator as code or name;
             full_mark 0 where it cannot be read; entries - all that there are; leaves - code -> name
             of the indicators that items can be counted for
    Returns: the entries that are new or changed; what is wrong, in which case nothing may be kept
    """
    present, settled, refusals = list(entries), [], []
    order = sorted(range(len(wishes)), key=lambda n: wishes[n].kind != POINT_TYPE)
    for position in order:
        wish = wishes[position]
        entry, problems = _settle_one(wish, present, leaves)
        refusals += [EntryFault(position, field, text) for field, text in problems]
        former = next((e for e in present if (e.kind, e.code) == (entry.kind, entry.code)), None)
        if not problems and entry != former:
            settled.append(entry)
            present = [e for e in present if e is not former] + [entry]
    return settled, refusals


def _settle_one(
    wish: Entry, present: Sequence[Entry], leaves: Mapping[str, str]
) -> tuple[Entry, list[tuple[str, str]]]:
    problems: list[tuple[str, str]] = []
    what = KIND_WORDS[wish.kind]
    siblings = [entry for entry in present if entry.kind == wish.kind]
    former = next((e for e in siblings if e.code == wish.code), None) if wish.code else None
    if wish.code and (former is None or not former.own):
        text = f"没有编号为“{wish.code}”的本单位{what}。新增的请把编号空着，由系统编。"
        problems.append(("code", text))
    number, code = (former.number, former.code) if former else next_own(present, wish.kind)
    names = dict.fromkeys(wish.aliases)
    if former and normalise(former.name) != normalise(wish.name):
        names[former.name] = None  # rows and files that were stored under it are still found
    aliases = tuple(name for name in names if normalise(name) != normalise(wish.name))
    if not wish.name:
        problems.append(("name", f"{what}名称没有填写。"))
    sibling_of = {
        normalise(word): entry
        for entry in siblings
        if entry is not former
        for word in (entry.code, entry.name, *entry.aliases)
    }
    for field, word in (("name", wish.name), *(("aliases", alias) for alias in aliases)):
        owner = sibling_of.get(normalise(word)) if word else None
        if owner:
            text = f"“{word}”已经是{what}“{owner.code} {owner.name}”的写法，请换一个名称。"
            problems.append((field, text))
    types, unknown = _type_codes(wish.kind, wish.point_types, present, code)
    problems += [
        ("point_types", f"“{word}”不是现有的点位类型。新的点位类型请先加上。") for word in unknown
    ]
    if wish.kind == ITEM:
        if wish.full_mark <= 0:
            problems.append(("full_mark", "分值应为大于 0 的数，最多四位小数。"))
        if not wish.point_types:
            problems.append(("point_types", f"请写明在哪几种点位看；各种点位都看的写“{EVERY}”。"))
    if former and wish.kind == POINT_TYPE and former.indicator == RETIRED:
        wish = replace(wish, indicator=RETIRED)  # a workbook has no column for it
    leaf = RETIRED if former and wish.indicator == RETIRED else _leaf_code(wish.indicator, leaves)
    if leaf is None:
        text = f"“{wish.indicator}”不是现行办法的末级指标。请写指标的编号或名称；不计分的空着。"
        problems.append(("indicator", text))
    facts = {"number": number, "code": code, "aliases": aliases}
    return replace(wish, **facts, point_types=tuple(types), indicator=leaf or ""), problems


def _type_codes(
    kind: str, words: Sequence[str], present: Sequence[Entry], code: str
) -> tuple[list[str], list[str]]:
    """Turn names of point types into codes. Takes: kind, code - of the entry that they belong to"""
    by_word = {
        normalise(word): entry.code
        for entry in sorted(present, key=lambda entry: entry.own)
        if entry.kind == POINT_TYPE and entry.code != code
        for word in (*entry.aliases, entry.name, entry.code)
    }
    if kind == ITEM:
        by_word |= {normalise(EVERY): EVERYWHERE, EVERYWHERE: EVERYWHERE}
    types = [by_word[normalise(word)] for word in words if normalise(word) in by_word]
    return list(dict.fromkeys(types)), [w for w in words if normalise(w) not in by_word]


def _leaf_code(word: str, leaves: Mapping[str, str]) -> str | None:
    """Find the leaf of a code or a name that only one has; None where there is none."""
    if not word or word in leaves:
        return word
    matches = [code for code, name in leaves.items() if normalise(name) == normalise(word)]
    return matches[0] if len(matches) == 1 else None
