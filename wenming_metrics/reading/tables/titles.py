"""What the titles above a table say of all its rows: year, day, team, point type.

Only what is written is taken: one year, one day. Two different ones say nothing of any row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from wenming_metrics.vocabulary import normalise

_YEAR = re.compile(r"(?<!\d)(20\d{2})(?=年|[-./]\d{1,2})")
_DAY = re.compile(r"(?<!\d)(20\d{2})[-./年](\d{1,2})[-./月](\d{1,2})(?!\d)日?")
_SPAN = re.compile(r"^(?:[-~]|至|到)\d{1,4}")
_TEAM = re.compile(r"(?:督查|检查|督导)?组(?:别)?:(\S*?组)")
_SENDER = re.compile(r"(?:填报|报送|上报|报告|制表|检查)单位(?:\([^)]*\))?:\s*([^\s:,,;]+)")
_WORKED = re.compile(r"(?:督查|检查|测评|巡查)(?:时间|日期)|^日期|时间:")
_CHECKED = re.compile("检查|督查|督导|打分|评分|测评|巡查|暗访|考评")
_ISSUED = re.compile("填[报表]|制表|报送|上报|印发|下发|交办|通报|截[至止]|整改|计划|安排")
"""Words beside which a day in a title is that of a check, and of something else."""
_OTHER_DAY = re.compile("^(?:起|前|以前|之前|以后|后|止|日?以来)")


@dataclass(frozen=True)
class Titles:
    """What titles say: year (None: none or several), day (None likewise), team, point type and
    who sent the table ("": nothing)."""

    year: int | None = None
    day: date | None = None
    team: str = ""
    point_type: str = ""
    sender: str = ""


def read_titles(above: Iterable[str], beside: Iterable[str], point_types: Iterable[str]) -> Titles:
    """Read the titles of a table.

    Takes: above - texts over the header; beside - names of sheet and file, asked for the year only
           when the texts have none, and for the point type first; point_types - normalised names
    """
    texts, beside_texts = [normalise(text) for text in above], [normalise(text) for text in beside]
    years = _years(texts) or _years(beside_texts)
    days = {day for text in texts if _WORKED.search(text) for day in _days(text)}
    if not days:  # 「学校检查打分表（2026年11月19日）」
        titled = (text for text in texts if _CHECKED.search(text) and not _ISSUED.search(text))
        days = {day for text in titled for day in _days(text)}
    teams = {match[1] for text in texts for match in _TEAM.finditer(text)}
    return Titles(
        year=years.pop() if len(years) == 1 else None,
        day=days.pop() if len(days) == 1 else None,
        team=next(iter(teams)) if len(teams) == 1 else "",
        point_type=_longest([*beside_texts, *texts], point_types),
        sender=_sender(above) or (teams.pop() if len(teams) == 1 else ""),
    )


def _sender(texts: Iterable[str]) -> str:
    matches = (_SENDER.search(normalize("NFKC", text)) for text in texts)
    return next((match[1] for match in matches if match), "")


def columns_of_titles(titles: Titles) -> dict[str, object]:
    """Give the columns that titles stand for where a table has no such column."""
    columns = {"day": titles.day, "team": titles.team, "point_type": titles.point_type}
    return {name: value for name, value in columns.items() if value}


def _years(texts: Iterable[str]) -> set[int]:
    return {int(match[1]) for text in texts for match in _YEAR.finditer(text)}


def _days(text: str) -> Iterable[date | None]:
    """Give the days written in a text; one that begins a span is None, which is no day."""
    for match in _DAY.finditer(text):
        try:
            day = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
        following = text[match.end() :]
        yield None if _SPAN.match(following) or _OTHER_DAY.match(following) else day


def _longest(texts: Iterable[str], words: Iterable[str]) -> str:
    """Give the longest of some words that stands in the first text that has any."""
    longest_first = sorted(words, key=len, reverse=True)
    for text in texts:
        longest = next((word for word in longest_first if len(word) > 1 and word in text), "")
        if longest:
            return longest
    return ""
