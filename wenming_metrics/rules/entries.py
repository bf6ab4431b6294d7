"""The office's own items and point types: records that the store keeps, laid beside the shipped ones.

Numbers of stored rows are for ever. Those of shipped entries stand in `data/catalogue`; those of the
office begin where no shipped one ever will, so that a longer shipped catalogue renumbers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wenming_metrics.vocabulary import normalise

ITEM, POINT_TYPE = "item", "point_type"
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
    meant for, "" = 不计分; own - of this office, not shipped
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
    present = {(entry.kind, entry.number): entry for entry in shipped}
    faults = []
    for entry in recorded:
        here = present.get((entry.kind, entry.number))
        what = f"{entry.number} 号{KIND_WORDS[entry.kind]}在数据里是“{entry.code} {entry.name}”"
        if here is None:
            faults.append(f"{what}，目录里没有")
        elif here.code != entry.code or normalise(entry.name) not in {
            normalise(name) for name in (here.name, *here.aliases)
        }:
            faults.append(f"{what}，目录里是“{here.code} {here.name}”")
    return faults
