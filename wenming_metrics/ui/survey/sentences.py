"""What the page 两率一度 says of rates: sentences that are true in every case, or left out.

Pure functions on the answers of `queries.survey.rates`. Plain words of the office: 误差范围(95%把握), what
may be compared, what may not. Texts that come from uploads or rules are escaped for Markdown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from wenming_metrics.charts.funnel import CLEARLY, PERHAPS
from wenming_metrics.domain.numbers import half_up
from wenming_metrics.queries.survey.states import NOT_RANKED, NOT_SHOWN, STATE_WORDS, TOO_WIDE
from wenming_metrics.rules.survey.model import DisclosureLimits, Rate, Survey
from wenming_metrics.scoring.survey.rates import HIDDEN
from wenming_metrics.ui.frame.words import joined, plain

_NOBODY, _BESIDE = "没有有效问卷", "为免倒算，一并不公布"
VERDICTS = {
    CLEARLY: "明显高于全市",
    PERHAPS: "偏高，需关注",
    0: "与全市无显著差别",
    -PERHAPS: "偏低，需关注",
    -CLEARLY: "明显低于全市",
}
_NAMED = 4
"""So many units a sentence names; more are counted."""


def percent(value: float, decimals: int) -> str:
    """Spell a rate; 「—」 without one.

    >>> percent(93.236, 2), percent(float("nan"), 2)
    ('93.24%', '—')
    """
    return "—" if pd.isna(value) else f"{value:.{decimals}f}%"


def between(low: float, high: float) -> str:
    """Spell a margin of error, one decimal: 「91.4–94.7%」; "" without one."""
    if pd.isna(low) or pd.isna(high):
        return ""
    return f"{float(half_up(low, 1)):.1f}–{float(half_up(high, 1)):.1f}%"


def opening(
    wave_name: str,
    rate: Rate,
    survey: Survey,
    total: pd.Series | None,
    units: pd.DataFrame,
) -> str:
    """Say how high a rate is, whether its target is reached, and which units differ.

    Takes:   wave_name - the wave (「2026年第三季度」); survey - its definitions; total - line of the
             city or of a group, None = nobody answered; units - of this rate, with judged and verdict
    """
    title = plain(rate.title)
    if total is None or pd.isna(total["value"]):
        return f"{wave_name}没有可以公布的{title}：{_without(units)}。"
    whose = plain(str(total["name"]))
    margin = between(total["low"], total["high"])
    rests = [f"误差范围 {margin}"] if margin else []
    rests.append(f"有效 {int(total['n']):,} 份")
    figure = percent(total["shown"], survey.decimals)
    clauses = [f"{wave_name}，{whose}{title} **{figure}**（{'，'.join(rests)}）"]
    clauses += [against] if (against := against_target(total, rate.target)) else []
    return f"{'，'.join(clauses)}。{differences(units)}"


def _without(units: pd.DataFrame) -> str:
    few = int((units["n"] > 0).sum()) if len(units) else 0
    return f"{few} 个单位的问卷都过少" if few else _NOBODY


def remark(state: str, n: float, hide: int) -> str:
    """Say what the state of a figure means for its reader. Takes: hide - of the limits

    >>> remark("hidden", 6, 10), remark("hidden", 80, 10), remark("", 80, 10)
    ('样本过少，不公布', '为免倒算，一并不公布', '')
    """
    if state != HIDDEN:
        return STATE_WORDS[state]
    if not n:
        return _NOBODY
    return NOT_SHOWN if n < hide else _BESIDE


def spelled(
    lines: Sequence[Mapping[str, object]], decimals: int, hide: int
) -> dict[str, list[str]]:
    """Spell figures for a table: figure, margin of error, what its state means (remark)."""
    return {
        "figure": [percent(line["shown"], decimals) for line in lines],
        "margin": [between(line["low"], line["high"]) for line in lines],
        "remark": [remark(line["state"], line["n"], hide) for line in lines],
    }


def against_target(total: pd.Series, target: float | None) -> str:
    """Say where a figure lies beside its target, and whether that is beyond its margin of error.

    Takes: total - shown, low, high (per cent); low and high may be missing
    """
    if target is None:
        return ""
    figure, goal = float(total["shown"]), f"{target:g}"
    gap = _gap(figure - target)
    within = not pd.isna(total["low"]) and total["low"] <= target <= total["high"]
    if round(figure - target, 9) == 0:
        return f"正好达到目标 {goal}"
    if figure > target:
        sentence = f"高于目标 {goal}（{gap} 个百分点）"
        return f"{sentence}，但在误差范围内，不能断定已达标" if within else sentence
    sentence = f"低于目标 {goal}（{gap} 个百分点）"
    return f"{sentence}，但在误差范围内，不能断定没有达标" if within else sentence


def differences(units: pd.DataFrame) -> str:
    """Say which units differ from the city beyond chance; among how many."""
    judged = units[units["judged"]] if len(units) else units
    if judged.empty:
        return ""
    among = f"可以比较的 {len(judged)} 个单位里"
    clauses = [
        f"{len(with_verdict)} 个{VERDICTS[verdict]}：**{names(with_verdict['unit_name'].tolist())}**"
        for verdict in (CLEARLY, -CLEARLY)
        if len(with_verdict := judged[judged["verdict"] == verdict])
    ]
    if not clauses:
        return f"{among}，没有一个与全市有明显差别，先后不说明高低。"
    rest = int((judged["verdict"].abs() < CLEARLY).sum())
    last = f"；其余 {rest} 个没有明显差别，先后不说明高低" if rest else ""
    return f"{among}，{'；'.join(clauses)}{last}。"


def left_out(units: pd.DataFrame, hide: int) -> str:
    """Say how many units are not compared and why; "" where none is left out."""
    if units.empty:
        return ""
    remarks = [
        remark(*state_and_n, hide) for state_and_n in zip(units["state"], units["n"], strict=True)
    ]
    counts = [
        f"{count} 个{reason}"
        for reason in (NOT_RANKED, TOO_WIDE, NOT_SHOWN, _BESIDE, _NOBODY)
        if (count := remarks.count(reason))
    ]
    return f"不参与比较的：{'；'.join(counts)}。" if counts else ""


def to_collect(units: pd.DataFrame, flag: int) -> str:
    """Say which units need how many more questionnaires to be compared; "" where none does.

    Takes: flag - of the limits: from so many on a unit is compared
    """
    short = units[units["n"] < flag].sort_values(["n", "unit"], ascending=[False, True])
    if short.empty:
        return ""
    lacks = flag - short["n"]
    lacking = "、".join(
        f"{plain(name)}差 {lack:,} 份"
        for name, lack in zip(short["unit_name"][:_NAMED], lacks[:_NAMED], strict=True)
    )
    more = f"等 {len(short)} 个单位" if len(short) > _NAMED else ""
    return f"补到 {flag} 份才能比较：{lacking}{more}，一共还差 {int(lacks.sum()):,} 份。"


def names(listed: Sequence[str], most: int = _NAMED) -> str:
    """List names; of many the first and how many there are."""
    first_names = joined(listed, most=most)
    return first_names if len(listed) <= most else f"{first_names}等"


def basis(total: pd.Series, target: float | None) -> tuple[str, ...]:
    """Give the lines below a large figure: margin of error, target, what it rests on, whom it covers.

    Takes: total - value, shown, low, high, n, n_eff, covered, of
    """
    lines = []
    if margin := between(total["low"], total["high"]):
        lines.append(f"误差范围 {margin}（95%置信水平）")
    if target is not None and not pd.isna(total["value"]):
        lines.append(_short_target(total, target))
    lines.append(f"有效 {int(total['n']):,} 份{weighted(total)}")
    if total["covered"] < total["of"]:
        lines.append(f"{int(total['of'])} 个单位里 {int(total['covered'])} 个有问卷")
    return tuple(lines)


def _short_target(total: pd.Series, target: float) -> str:
    gap = float(total["shown"]) - target
    within = not pd.isna(total["low"]) and total["low"] <= target <= total["high"]
    direction = "高" if gap >= 0 else "低"
    tail = "，在误差范围内" if within else ""
    if round(gap, 9) == 0:
        return f"目标 {target:g}，正好达到"
    return f"目标 {target:g}，{direction} {_gap(gap)} 个百分点{tail}"


def _gap(difference: float) -> str:
    """Spell a difference with one decimal, or with as many as it takes to be one."""
    size = abs(difference)
    return f"{size:.1f}" if size >= 0.05 else f"{size:.2g}"


def weighted(total: pd.Series) -> str:
    """Say how many independent questionnaires weighted or clustered ones are worth; "" for plain."""
    worth, n = total["n_eff"], total["n"]
    if pd.isna(worth) or math.floor(worth) >= int(n):
        return ""
    return f"，加权后相当于 {math.floor(worth):,} 份独立问卷"


def unknown(total: pd.Series, limits: DisclosureLimits, counted: bool) -> str:
    """Say how many did not know, refused, left blank or were not asked; "" where nobody did.

    Takes: total - n, unknown, refused, blank, not_asked; counted - whether those who do not know
           are in the base (and so among n)
    """
    clauses = []
    if total["unknown"] > 0:
        share = 100 * total["unknown"] / (total["n"] + (0 if counted else total["unknown"]))
        how = "已计入分母" if counted else "未计入"
        high = "，比例偏高，请看问法是否好懂" if share >= limits.unknown_share else ""
        clauses.append(
            f"答不了解、说不清的 {share:.1f}%（{total['unknown']:,.0f} 份），{how}{high}"
        )
    for name, label in (("refused", "拒答"), ("blank", "空白"), ("not_asked", "没有问到这一题")):
        if total[name] > 0:
            clauses.append(f"{label} {total[name]:,.0f} 份")
    return f"另有{'；'.join(clauses)}。" if clauses else ""


def not_counted(taken_out: int, outside: int, uncovered: Sequence[str]) -> str:
    """Say which questionnaires are in no figure, and which units have none; "" where there are none.

    Takes: taken_out - by a person; outside - of units that are not listed; uncovered - names
    """
    clauses = [f"{taken_out:,} 份经人认定不计"] if taken_out else []
    clauses += [f"{outside:,} 份不属于所列的单位，未计入"] if outside else []
    if uncovered:
        without_any = "、".join(uncovered[:_NAMED]) + ("等" if len(uncovered) > _NAMED else "")
        clauses.append(f"{len(uncovered)} 个单位没有问卷（{without_any}）")
    return f"{'；'.join(clauses)}。" if clauses else ""


def hover(line: Mapping[str, object], decimals: int) -> str:
    """Say in a figure what a unit's dot is, and what stands behind it; not of hidden ones."""
    lines_shown = [f"<b>{line['unit_name']} {percent(line['shown'], decimals)}</b>"]
    if margin := between(line["low"], line["high"]):
        lines_shown.append(f"误差范围 {margin}")
    lines_shown.append(f"有效 {int(line['n']):,} 份")
    if state_words := STATE_WORDS[line["state"]]:
        lines_shown.append(state_words)
    return "<br>".join(lines_shown)
