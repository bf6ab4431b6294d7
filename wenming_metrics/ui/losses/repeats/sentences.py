"""Sentences about problems that come back: true for whatever data, or left out. Pure functions."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.scoring.tree.states import LOOK_BACK
from wenming_metrics.ui.frame.words import bold, joined, plain

_NAMED = 3
"""So many names of equal standing are told."""


def opening(name: str, window_name: str, counts: pd.Series, units: pd.DataFrame) -> str:
    """Say how many problems come back, in which ways, and where most.

    Takes: name - whose problems; window_name - the window; counts - of `scoring.losses.repeats.total`; units - of
           `scoring.losses.repeats.count`, empty where one unit is looked at
    """
    who = f"{plain(name)}{plain(window_name)}"
    if not counts["found"]:
        return f"{who}没有查出问题。"
    beginning = f"{who}查出问题 {counts['found']:,} 条"
    if not counts["any"] and not counts["returning"]:
        return f"{beginning}，没有反复出现的。"
    spots = (
        f"反复点位 **{counts['returning']:,} 个**"
        f"（查出问题的 {counts['sites']:,} 个点位里的 {percent(counts['returning_rate'])}）"
    )
    if not counts["any"]:
        return f"{beginning}，没有重复、反弹和连续通报的；{spots}。"
    kinds = {"重复": "again", "反弹": "relapsed", "连续通报": "running"}
    by_kind = [f"{title} {counts[key]:,} 条" for title, key in kinds.items() if counts[key]]
    some = f"**{counts['any']:,} 条（{percent(counts['any_rate'])}）是反复出现的**"
    overlaps = sum(counts[key] for key in kinds.values()) > counts["any"]
    note = "（一条可以同时算几种）" if overlaps else ""
    rest = f"；{spots}" if counts["returning"] else ""
    return f"{beginning}，{some}：{'、'.join(by_kind)}{note}{rest}{_most(units)}。"


def _most(units: pd.DataFrame) -> str:
    """Say which unit has most of them; nothing where only one unit was looked at."""
    if len(units) < 2:
        return ""
    most = int(units["any"].max())
    first = units.loc[units["any"] == most, "name"].tolist()
    names = "、".join(map(bold, list(first)[:_NAMED]))
    if len(first) == 1:
        all_of = most == units["any"].sum()
        return f"；都在{names}" if all_of else f"；最多的是{names}（{most:,} 条）"
    if len(first) == len(units):
        return f"；各单位一样多，各 {most:,} 条"
    more = f"等 {len(first)} 个" if len(first) > _NAMED else ""
    return f"；最多的是{names}{more}（各 {most:,} 条）"


def percent(value: float) -> str:
    """Spell a share with one decimal; — without one."""
    return "—" if pd.isna(value) else f"{half_up(value, 1):.1f}%"


def meanings(relapse_days: int, running: int, period: str) -> str:
    """Say what the four meanings are, and of what each rate is a part."""
    return (
        f"**重复**：同一点位、同一测评项 {LOOK_BACK} 天内查出过，还没有整改完，又查出；"
        "占查出的问题多少。\n\n"
        f"**反弹**：整改完以后 {relapse_days} 天内又查出，行里写明反弹的也算。"
        f"**整改后再现率** = 又查出的 ÷ 整改完的（已整改、到本期还在 {relapse_days} 天以内、以前没有又查出过的）；"
        "**复查再现率** = 又查出的 ÷ 其中本期又查过的。没有再查的，不知道有没有反弹。\n\n"
        f"**连续通报**：连着 {running} 期（按{period}）都查出，一期算一条；占查出的问题多少。\n\n"
        f"**反复点位**：同一测评项最近 3 次查看（{LOOK_BACK} 天内）至少 2 次不合格，本期也查出过；"
        "占查出问题的点位多少。只作分析，不扣分。"
    )


def without_answers(answers: int) -> str:
    """Say what cannot be known where nothing was answered; nothing where something was."""
    if answers:
        return ""
    return (
        "还没有问题整改完（整改反馈要写对问题编号）："
        f"所以 {LOOK_BACK} 天内再查出的都算重复，算不出反弹。"
    )


def classes(by_class: pd.DataFrame, kind: str) -> str:
    """Say in which class most problems come back.

    Takes: by_class - of `scoring.losses.repeats.count`; kind - 测评项 or 问题类别
    """
    if by_class.empty or not by_class["any"].sum():
        return "没有反复出现的问题。"
    most, total = int(by_class["any"].max()), int(by_class["any"].sum())
    first = by_class.loc[by_class["any"] == most, "name"].tolist()
    if len(first) > 1:
        names = joined(first, "“{}”", _NAMED)
        more = f"等 {len(first)} 个{kind}" if len(first) > _NAMED else ""
        return f"反复最多的是{names}{more}，各 {most:,} 条。"
    if most == total:
        return f"反复出现的 {total:,} 条都在“{plain(first[0])}”。"
    share = percent(100 * most / total)
    return f"反复最多的{kind}是“{plain(first[0])}”，{most:,} 条，占反复问题的 {share}。"


def sites(returning: pd.DataFrame) -> str:
    """Say which site comes back most. Takes: returning - of `queries.losses.repeat_sites.sites_back`"""
    if returning.empty:
        return "没有哪个点位在两天以上反复查出同样的问题。"
    most = int(returning["days"].max())
    first = returning.loc[returning["days"] == most, "site_name"].tolist()
    if len(first) > 1:
        return f"最多的 {len(first)} 个点位，都有 {most} 天查出反复的问题。"
    return f"最多的是“{plain(first[0])}”，{most} 天查出反复的问题。"


def pair(day: object, item: str, text: str, origin: str) -> str:
    """Tell of one of two problems: when, under which item, in which words, where in which file."""
    words = plain(f"{day:%m-%d} “{item}”{text}")
    return f"{words}  \n:gray[{plain(origin)}]"
