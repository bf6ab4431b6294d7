"""What a check found: lines that say what was looked at, how much of it, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

_SHOWN = 5


@dataclass(frozen=True)
class Line:
    """One kind of check: how many things were looked at, how many are wrong, the first of those."""

    what: str
    checked: int
    wrong: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """All lines of a check of the whole store, its moment, and the seconds it took."""

    lines: tuple[Line, ...]
    at: str
    seconds: float

    @property
    def sound(self) -> bool:
        """Say whether nothing is wrong."""
        return not any(line.wrong for line in self.lines)


def line(what: str, checked: int, wrong: Iterable[str] = ()) -> Line:
    """Make a line of what is wrong, keeping the first few."""
    faults = list(wrong)
    return Line(what, checked, len(faults), tuple(faults[:_SHOWN]))


def merge(lines: Iterable[Line]) -> Iterator[Line]:
    """Put lines on the same thing together, in the order of their first ones."""
    merged: dict[str, Line] = {}
    for entry in lines:
        old = merged.get(entry.what)
        if old is None:
            merged[entry.what] = entry
            continue
        examples = (*old.examples, *entry.examples)[:_SHOWN]
        counted = {"checked": old.checked + entry.checked, "wrong": old.wrong + entry.wrong}
        merged[entry.what] = replace(old, **counted, examples=examples)
    yield from merged.values()
