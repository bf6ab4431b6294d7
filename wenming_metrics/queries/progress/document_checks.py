"""台账材料 looked at one by one: which kinds are asked for, and what of a document is to be checked.

What is asked stands in words (说明报告1份（≤500字）；图片3张（每张≤2M）); nothing is guessed where they
give no limit. A flag asks a person to look; no state follows from it.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import add_months
from wenming_metrics.vocabulary import normalise

KINDS = {
    "规范文件": re.compile(r"文件|制度|办法|方案|通知|意见|文号"),
    "情况说明": re.compile(r"说明|报告|总结|汇报"),
    "实景图片": re.compile(r"图片|照片|实景|图\d*张"),
    "统计表": re.compile(r"统计表|名单|清单|一览表|汇总表|台账表"),
}
_WORDS = re.compile(r"(?:≤|<=|<|不超过|不多于|限|少于)?(\d+)字(?:以内|以下|内)?")
_AT_LEAST = re.compile(r"(?:≥|>=|不少于|不低于|至少)(\d+)字")
_PICTURE = re.compile(r"(?:≤|<=|<|不超过|不大于)?(\d+(?:\.\d+)?)(M|K)B?", re.IGNORECASE)
_PASSED_CHECK = re.compile(r"^(?:已)?(?:审查)?通过|^已审|^是$|^√$|^合格")
_WINDOW = 12
"""Months before a test in which a document must have been formed."""


def kinds_asked(requirement: str) -> str:
    """Name the kinds of material that a requirement asks for, joined by 、; "" where no word says."""
    text = normalise(requirement)
    return "、".join(kind for kind, words in KINDS.items() if words.search(text))


def document_doubts(materials: pd.DataFrame, test_day: date) -> list[str]:
    """Say of each document what is to be checked, joined by 、; "" = nothing.

    Takes:   materials - requirement, handed_in, formed_on (ISO, words or ""), word_count, picture_size,
             secrecy_check (texts as written), handed (flag); test_day - the test begins; what was formed
             within _WINDOW months before it counts
    """
    first = add_months(test_day, -_WINDOW) + timedelta(days=test_day.day - 1)
    return [
        "、".join(_doubts(line, first, test_day)) if line.handed else ""
        for line in materials.itertuples()
    ]


def _doubts(line: tuple, first: date, test_day: date) -> list[str]:
    doubts = []
    formed, handed = _day(line.formed_on), _day(line.handed_in)
    if formed and formed < first:
        doubts.append(f"形成日期{formed}早于{first}")
    if formed and formed >= test_day:
        doubts.append(f"形成日期{formed}不在测评（{test_day}）以前")
    if formed and handed and formed > handed:
        doubts.append("形成日期晚于首次报送")
    asked = normalise(line.requirement)
    count, least = _number(line.word_count), _AT_LEAST.search(asked)
    upper = None if least else _WORDS.search(asked)
    if count is not None and least and count < int(least[1]):
        doubts.append(f"{count:g}字，要求不少于{least[1]}字")
    if count is not None and upper and count > int(upper[1]):
        doubts.append(f"{count:g}字，要求不超过{upper[1]}字")
    size, limit = _number(line.picture_size), _PICTURE.search(asked)
    if size is not None and limit:
        megabytes = float(limit[1]) / (1024 if limit[2].upper() == "K" else 1)
        if size > megabytes:
            doubts.append(f"图片{size:g}M，要求每张不超过{limit[0].lstrip('≤<=').upper()}")
    if line.secrecy_check and not _PASSED_CHECK.search(normalise(line.secrecy_check)):
        doubts.append(f"保密审查：{line.secrecy_check}")
    return doubts


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> float | None:
    match = re.match(r"\d+(?:\.\d+)?", normalise(text))
    return float(match[0]) if match else None


def deadline_calendar(materials: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """List the days on which documents fall due from a day on, those not handed in yet.

    Returns: due (ISO), documents (count), units (joined by 、), days_left
    """
    open_lines = materials[~materials["handed"]]
    is_coming = [day is not None and day >= as_of for day in map(_day, open_lines["due"])]
    coming = open_lines[np.array(is_coming, bool)]  # an empty list would choose no columns
    by_day = coming.groupby("due").agg(
        documents=("document", "size"),
        units=("unit_name", lambda names: "、".join(dict.fromkeys(names))),
    )
    by_day = by_day.reset_index()
    days_left = [(date.fromisoformat(day) - as_of).days for day in by_day["due"]]
    return by_day.assign(days_left=days_left)


def spell_rounds(rounds: list[dict[str, str]]) -> str:
    """Write the rounds of a document in their order: what was handed in when, and what was said."""
    return "；".join(
        " ".join(filter(None, (f"第{n}轮", review["handed_in"], review["review"])))
        for n, review in enumerate(rounds, 1)
    )
