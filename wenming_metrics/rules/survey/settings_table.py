"""Every setting of `survey.toml`: what it means, in the words of the office, and what it may be."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

from wenming_metrics.rules.setting import is_number, read_settings

_OPTION = re.compile(r"[A-Za-z0-9_-]+")


def _are_bands(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(band, list)
        and len(band) == 2
        and all(is_number(end) and math.isfinite(end) for end in band)
        for band in value
    )


SURVEY = read_settings(
    Path(__file__).with_name("settings.toml"), code=_OPTION.fullmatch, bands=_are_bands
)
_PLACE = re.compile(r"(question|rate|margin|score\.part)\[(\d+)\](?:\.option\[(\d+)\])?")
_SECTIONS = {
    "question": "题目",
    "rate": "指标",
    "margin": "人口构成",
    "score.part": "问卷得分里的题目",
}


def spell_path(written: Mapping, path: str) -> str:
    """Say what a setting means: `question[3].option[2].title` -> 「题目…的第 2 个选项:选项」.

    Takes: written - the definitions as read from TOML; a path that is not known gives ""
    """
    setting, match = SURVEY.find(path), _PLACE.match(path)
    meaning = (setting.meaning or setting.title) if setting else ""
    if not match:
        return f"问卷得分：{meaning}" if path.startswith("score.") else meaning
    section, number, option = match.groups()
    above = f"{_SECTIONS[section]}“{_name(written, section, int(number))}”"
    return f"{above}的第 {option} 个选项：{meaning}" if option else f"{above}：{meaning}"


def _name(written: Mapping, section: str, number: int) -> str:
    """Give the title of a section; of a margin or a part of the score that of its question."""
    if section in ("question", "rate"):
        return str(written[section][number - 1].get("title", number))
    holder = written["margin"] if section == "margin" else written["score"]["part"]
    code = holder[number - 1].get("question", "")
    titles = {
        question.get("code"): question.get("title") for question in written.get("question", [])
    }
    return str(titles.get(code, code))
