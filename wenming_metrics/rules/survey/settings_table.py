"""Every setting of `survey.toml`: what it means, in the words of the office, and what it may be."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import partial
from sys import float_info

from wenming_metrics.rules.setting import (
    ABOVE_ZERO,
    Setting,
    SettingsTable,
    choice,
    flag,
    integer,
    is_number,
    number,
    texts,
)
from wenming_metrics.rules.survey.model import CITY, METHODS, QUESTIONS, STATES, WAVES

_SHARE, _PERCENT, _COUNT, _SCALE = (0, 1), (0, 100), (0, 1_000_000), (0, 1000)
_ABOVE_ZERO, _NOT_BELOW_ZERO = (ABOVE_ZERO, float_info.max), (0, float_info.max)
_OPTION = re.compile(r"[A-Za-z0-9_-]+")


def _are_bands(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(band, list)
        and len(band) == 2
        and all(is_number(end) and math.isfinite(end) for end in band)
        for band in value
    )


_filled = partial(Setting, kind="filled", needed=True)


def _values(path: str) -> Setting:
    return Setting(path, "折算值", "这个选项折合多少，0 到 1", "numbers", span=_SHARE)


SURVEY = SettingsTable(
    (
        _filled("id", "编号"),
        _filled("title", "名称"),
        _filled("source", "依据", "依据的文件"),
        Setting("place", "哪个地方的", "哪个地方的，本单位的不写"),
        choice("wave", "一轮多长", "一轮多长：month、quarter、half、year", WAVES),
        integer("grace_days", "截止后宽限天数", "截止后多少天内交来的还算", span=(0, 366)),
        choice(
            *("city", "全市数怎样算"),
            "全市数：pooled 合在一起，units 各单位平均，population 按常住人口加权",
            CITY,
        ),
        integer("decimals", "小数位", "百分数的小数位", span=(0, 6)),
        integer("fast", "答卷过快（秒）", "少于多少秒答完的提示核实", span=(0, 3600)),
        integer(
            "near", "重复答卷间隔（分钟）", "多少分钟内同一地址、回答相同的提示核实", span=(0, 1440)
        ),
        integer("limits.hide", "不公布的份数", "少于多少份不公布", span=_COUNT),
        integer("limits.flag", "不排名的份数", "少于多少份不排名", span=_COUNT),
        integer("limits.caution", "加注的份数", "少于多少份加注", span=_COUNT),
        number(
            "limits.max_width",
            "误差范围过宽（百分点）",
            "误差范围宽过多少个百分点不排名",
            span=_PERCENT,
        ),
        number("limits.unknown_share", "不了解偏多（%）", "不了解占百分之几要提示", span=_PERCENT),
        _filled("question[].code", "代号", "代号，不要改"),
        _filled("question[].title", "题目"),
        texts("question[].headers", "表头", "表里怎样写，不带题号"),
        choice(
            *("question[].kind", "题型"),
            "题型：single 单选、multiple 多选、scale 打分、count 计数",
            QUESTIONS,
        ),
        integer("question[].low", "最低分", "最低几分", span=_SCALE),
        integer("question[].high", "最高分", "最高几分", span=_SCALE),
        flag("question[].people", "分人群", "true：按它分人群"),
        Setting(
            *("question[].option[].code", "代号", "代号，不要改"),
            check=(_OPTION.fullmatch, "应由字母、数字、横线组成"),
            needed=True,
        ),
        _filled("question[].option[].title", "选项"),
        texts("question[].option[].aliases", "别的写法"),
        choice(
            *("question[].option[].state", "算不算回答"),
            "valid 有效回答、unknown 不了解、refused 拒答",
            STATES,
        ),
        _filled("rate[].code", "代号"),
        _filled("rate[].title", "名称"),
        _filled("rate[].question", "题目", "用哪道题（代号）"),
        choice("rate[].method", "算法", "share 比例、values 折算值的平均", METHODS),
        texts("rate[].numerator", "分子", "分子：哪些选项（代号）"),
        texts("rate[].base", "分母", "分母：哪些选项，不写是全部有效回答"),
        _values("rate[].values"),
        number("rate[].target", "目标", "目标（%）", span=_PERCENT),
        choice("rate[].unknown", "不了解", "不了解计不计入分母：in、out", ("in", "out")),
        choice("rate[].blank", "空白", "空白计不计入分母：in、out", ("in", "out")),
        _filled("score.title", "名称"),
        number("score.full_mark", "满分", span=_ABOVE_ZERO, needed=True),
        Setting(
            *("score.bands", "档次", "从几分起得几分，从高到低", "any"),
            check=(_are_bands, "应为 [[从几分起，得几分], ...]"),
        ),
        _filled("score.part[].question", "题目", "用哪道题（代号）"),
        number("score.part[].weight", "权重", span=_ABOVE_ZERO, needed=True),
        _values("score.part[].values"),
        _filled("margin[].question", "题目", "用哪道题（代号）"),
        Setting(
            *("margin[].shares", "份额", "这一群人在常住人口里占多少", "numbers"),
            span=_NOT_BELOW_ZERO,
            needed=True,
        ),
    )
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
