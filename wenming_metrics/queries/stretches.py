"""Windows parted by the versions of the rules that were in force in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from wenming_metrics.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.model import RuleSet

Part = tuple[int, Window, float]
"""Number of the window, the days of a stretch of it, its share of the window's days."""


def split_windows(windows: Sequence[Window], office: Office) -> list[tuple[RuleSet, list[Part]]]:
    """Part windows by versions of the rules.

    Returns: per version that is met, oldest first, the stretches that lie in it, in the order of
             the windows; the shares of a window's stretches add up to 1
    """
    found: dict[int, list[Part]] = {}
    versions = office.rule_sets or (office.rules,)
    for number, one in enumerate(windows):
        for at, days in _split(one, versions):
            part = (number, days, len(days.days) / len(one.days))
            found.setdefault(at, []).append(part)
    return [(versions[at], found[at]) for at in sorted(found)]


def versions_of(window: Window, office: Office) -> list[tuple[RuleSet, Window]]:
    """List the versions that a window lies in, with the days of each, oldest first."""
    versions = office.rule_sets or (office.rules,)
    return [(versions[at], days) for at, days in _split(window, versions)]


def rules_on(office: Office, day: date) -> RuleSet:
    """Give the version in force on a day: the last that had begun, before all of them the first."""
    versions = office.rule_sets or (office.rules,)
    begun = [one for one in versions if one.effective_from <= day]
    return begun[-1] if begun else versions[0]


def _split(of: Window, versions: Sequence[RuleSet]) -> Iterator[tuple[int, Window]]:
    """Part one window: the version's place, and the days under it."""
    start = of.start
    for at in range(len(versions)):
        last = at + 1 == len(versions)
        end = of.end if last else versions[at + 1].effective_from - timedelta(days=1)
        if end < start:
            continue
        yield at, replace(of, start=start, end=min(end, of.end))
        if end >= of.end:
            return
        start = end + timedelta(days=1)
