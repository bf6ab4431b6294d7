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
    texts, others = [normalise(text) for text in above], [normalise(text) for text in beside]
    years = _years(texts) or _years(others)
    days = {day for text in texts if _WORKED.search(text) for day in _days(text)}
    teams = {found[1] for text in texts for found in _TEAM.finditer(text)}
    return Titles(
        year=years.pop() if len(years) == 1 else None,
        day=days.pop() if len(days) == 1 else None,
        team=next(iter(teams)) if len(teams) == 1 else "",
        point_type=_longest([*others, *texts], point_types),
        sender=_sender(above) or (teams.pop() if len(teams) == 1 else ""),
    )


def _sender(texts: Iterable[str]) -> str:
    found = (_SENDER.search(normalize("NFKC", text)) for text in texts)
    return next((one[1] for one in found if one), "")


def said_of_all(titles: Titles) -> dict[str, object]:
    """Give the columns that titles stand for where a table has no such column."""
    said = {"day": titles.day, "team": titles.team, "point_type": titles.point_type}
    return {name: value for name, value in said.items() if value}


def _years(texts: Iterable[str]) -> set[int]:
    return {int(found[1]) for text in texts for found in _YEAR.finditer(text)}


def _days(text: str) -> Iterable[date | None]:
    """Give the days written in a text; one that begins a span is None, which is no day."""
    for found in _DAY.finditer(text):
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
        yield None if _SPAN.match(text[found.end() :]) else day


def _longest(texts: Iterable[str], words: Iterable[str]) -> str:
    """Give the longest of some words that stands in the first text that has any."""
    known = sorted(words, key=len, reverse=True)
    for text in texts:
        found = next((word for word in known if len(word) > 1 and word in text), "")
        if found:
            return found
    return ""
