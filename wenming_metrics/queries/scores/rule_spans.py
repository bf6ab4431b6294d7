"""Windows parted by the versions of the rules that were in force in them.

Where the rules make a longer window the mean of the issues in it (各期平均), it is parted by issues
first: each that lies whole in the window weighs the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.calendar import calendar_of, slots
from wenming_metrics.rules.model import RuleSet

WindowSpan = tuple[int, Window, float]
"""Number of the window, the days of a span of it, its share of the window's days."""


def split_windows(
    windows: Sequence[Window], office: Office
) -> list[tuple[RuleSet, list[WindowSpan]]]:
    """Part windows by versions of the rules.

    Returns: per version that is met, oldest first, the spans that lie in it, in the order of
             the windows; the shares of a window's spans add up to 1
    """
    by_version: dict[int, list[WindowSpan]] = {}
    versions = office.rule_sets or (office.rules,)
    for number, window in enumerate(windows):
        issues = issues_in(window, office) or [window]
        for issue in issues:
            for index, days in _split(issue, versions):
                share = len(days.days) / len(issue.days) / len(issues)
                by_version.setdefault(index, []).append((number, days, share))
    return [(versions[index], by_version[index]) for index in sorted(by_version)]


def issues_in(window: Window, office: Office) -> list[Window]:
    """List the issues that a window is the mean of, [] where its checks count together."""
    rules = rules_on(office, window.end)
    if rules.long_windows != "mean_of_issues" or window.number:
        return []
    issue_slots = slots(calendar_of(rules.issues), window.start, window.end)
    issues = [
        slot.window
        for slot in issue_slots
        if slot.window.start >= window.start and slot.window.end <= window.end
    ]
    return issues if len(issues) > 1 else []


def versions_of(window: Window, office: Office) -> list[tuple[RuleSet, Window]]:
    """List the versions that a window lies in, with the days of each, oldest first."""
    versions = office.rule_sets or (office.rules,)
    return [(versions[index], days) for index, days in _split(window, versions)]


def names_of(window: Window, office: Office) -> list[str]:
    """Name the versions that a window lies in as a list states them, with their days if several."""
    versions = versions_of(window, office)
    several = len(versions) > 1
    return [
        f"{rules.title}（版本 {rules.version}，{rules.source}）"
        + (f"，{days.start:%m月%d日}—{days.end:%m月%d日}" if several else "")
        for rules, days in versions
    ]


def rules_on(office: Office, day: date) -> RuleSet:
    """Give the version in force on a day: the last that had begun, before all of them the first."""
    versions = office.rule_sets or (office.rules,)
    begun = [version for version in versions if version.effective_from <= day]
    return begun[-1] if begun else versions[0]


def _split(of: Window, versions: Sequence[RuleSet]) -> Iterator[tuple[int, Window]]:
    """Part one window: the version's index, and the days under it."""
    start = of.start
    for index in range(len(versions)):
        last = index + 1 == len(versions)
        end = of.end if last else versions[index + 1].effective_from - timedelta(days=1)
        if end < start:
            continue
        yield index, replace(of, start=start, end=min(end, of.end))
        if end >= of.end:
            return
        start = end + timedelta(days=1)
