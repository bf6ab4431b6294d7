"""What is said of a course and of a change: true for the figures shown, whatever they are.

Pure functions; no word of statistics stands in what they give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

import numpy as np
import pandas as pd

from wenming_metrics.charts.waterfall import signed
from wenming_metrics.domain.numbers import allocate, half_up
from wenming_metrics.queries.trend.campaign_phases import PhaseEnd
from wenming_metrics.queries.trend.dated_notes import DayRemark
from wenming_metrics.scoring.trend.change import (
    CAUSES,
    PERFORMANCE,
)
from wenming_metrics.scoring.trend.control_limits import (
    CLOSE,
    FIRM,
    OUTSIDE,
    RUN,
    Control,
    run_length,
    trend_length,
)
from wenming_metrics.ui.frame.words import bold, most, plain
from wenming_metrics.vocabulary import titles

CAUSE_NAMES = titles(*(f"{cause}=moved_by_{cause}" for cause in CAUSES))
COUNTED = {"day": "次", "week": "周", "month": "个月"}
"""How windows are counted; all others as 期. Days without inspection are left out of a course."""
_FEW = 4
"""With fewer points nothing is said of the course."""
_SIGNS = 20
"""So many numbers in a circle have a sign of their own in every font."""


def reading(control: Control, kind: str, target: float | None = None, full: float = 100.0) -> str:
    """Say what a course shows at its end: how the last points lie, and whether that is more than usual.

    Takes: control - of the values shown; kind - of the windows; target - of the score, if any;
           full - the largest value there can be
    """
    of = COUNTED.get(kind, "期")
    under_rules = control.values[control.stretch == control.stretch[-1]]
    again = "改用现行办法以来，" if control.stretch[-1] else ""
    if len(under_rules) < _FEW:
        return f"{again}只有 {len(under_rules)} {of}有数，还看不出走势。"
    span = _span(control, full)
    signals, sides, lasting = _signals(control, under_rules, of, span)
    if signals:
        sentence = f"{again}{'，'.join(signals)}{_verdict(sides, lasting=lasting)}。"
    else:
        sentence = f"{again}在正常波动范围（{span}）之内。"
    if len(under_rules) < FIRM:
        sentence += f"不足 {FIRM} {of}，正常波动范围是暂定的。"
    elif target is not None:
        sentence += _against(control, target)
    return sentence


def _signals(
    control: Control, under_rules: np.ndarray, of: str, span: str
) -> tuple[list[str], list[int], bool]:
    """List what holds at the last point, whether each is for the better (1) or worse (-1), and
    whether it lasts."""
    signals, sides = [], []
    run, trend, last = run_length(under_rules), trend_length(under_rules), under_rules[-1]
    if abs(run) >= RUN:
        signals.append(
            f"连续 {abs(run)} {of}{'高于' if run > 0 else '低于'}平均（{_two(control.mean[-1])}）"
        )
        sides.append(run)
    if abs(trend) >= RUN:
        signals.append(f"连续 {abs(trend) - 1} {of}{'上升' if trend > 0 else '下降'}")
        sides.append(trend)
    lasting = bool(signals)
    if control.signal[-1] == OUTSIDE:
        above = last > control.mean[-1]
        signals.append(
            f"这一{of.removeprefix('个')}{'高出' if above else '低于'}正常波动范围（{span}）"
        )
        sides.append(1 if above else -1)
    elif control.signal[-1] == CLOSE and not signals:
        above = last > control.mean[-1]
        edge = "上" if above else "下"
        signals.append(
            f"近三{of}都{'高' if above else '低'}于平均，且多半靠近平常范围（{span}）的{edge}边"
        )
        sides.append(1 if above else -1)
    return signals, sides, lasting


def _verdict(sides: Sequence[int], *, lasting: bool) -> str:
    """Say better or worse, unless what is said points both ways."""
    if all(side > 0 for side in sides):
        return "，确有改善" if lasting else "，好于平常"
    if all(side < 0 for side in sides):
        return "，确在变差" if lasting else "，差于平常"
    return ""


def _span(control: Control, full: float) -> str:
    return f"{_two(max(control.low[-1], 0.0))}–{_two(min(control.high[-1], full))}"


def _two(value: float) -> str:
    return f"{half_up(value, 2):.2f}"


def _against(control: Control, target: float) -> str:
    if target > control.high[-1]:
        return f"照目前的水平，达不到目标 {target:g} 分。"
    if target <= control.low[-1]:
        return f"照目前的水平，能稳定达到目标 {target:g} 分。"
    return f"照目前的水平，达标不稳定（目标 {target:g} 分）。"


def latest(
    name: str,
    titles: Sequence[str],
    values: Sequence[float],
    year_before: float,
    *,
    than: str,
    rate: bool,
    unit_values: np.ndarray | None = None,
) -> str:
    """Say where a series stands: the last value, against the one before, and the year before.

    Takes: titles - of the windows; values - NaN = none; year_before - of the same window a year
           before; than - what the window before the last is called; unit_values - (unit, window): values
           of the units that the series is the mean of: means of different ones are not compared
    """
    scored = np.flatnonzero(~np.isnan(np.asarray(values, float)))
    if not len(scored):
        return f"{plain(name)}在这些时段里没有得分。"
    last = scored[-1]
    missing = "" if last == len(values) - 1 else f"{plain(titles[-1])}没有得分；最近一次，"
    unit = "%" if rate else " 分"
    sentence = f"{missing}{plain(titles[last])}，**{plain(name)} {values[last]:.2f}{unit}**"
    if len(scored) > 1:
        earlier = scored[-2]
        than = than if earlier == last - 1 and not missing else plain(titles[earlier])
        comparable = unit_values is None or ~np.isnan(unit_values[:, [earlier, last]]).any(1)
        moved = _moved(values[last] - values[earlier], rate=rate)
        sentence += (
            f"，比{than}{moved}" if np.any(comparable) else f"，{than}查的是别的单位，不比较"
        )
    if not missing and not np.isnan(year_before):
        sentence += f"，比去年同期{_moved(values[last] - year_before, rate=rate)}"
    return f"{sentence}。"


def _moved(difference: float, *, rate: bool) -> str:
    difference = float(half_up(difference, 2))
    if difference == 0:
        return "持平"
    unit = "个百分点" if rate else "分"
    return f"{'升' if difference > 0 else '降'} {abs(difference):.2f} {unit}"


def new_rules(changes: Mapping[int, tuple[date, str]]) -> str:
    """Say when the rules changed, "" where they did not."""
    if not changes:
        return ""
    starts = "、".join(f"{_dated(on)}起用{name}" for on, name in changes.values())
    return (
        f"竖线处改了办法：{starts}。前后分数不能直接比，平均和范围分开算；差多少见“得分变动原因”。"
    )


def marked(ends: Sequence[PhaseEnd]) -> dict[str, PhaseEnd]:
    """Number the days on which phases of campaigns fell due, ① first; there are signs for 20.

    Of more, the latest are taken.
    """
    last = ends[-_SIGNS:]
    return {chr(ord("①") + number): end for number, end in enumerate(last)}


def phase_hover(end: PhaseEnd) -> str:
    """Say what a mark in the figure stands for: plain text, and no code that a browser would run."""
    return "<br>".join([f"{_dated(end.day)}到期", *(escape(name) for name in end.names)])


def phases(ends: Mapping[str, PhaseEnd]) -> str:
    """Say what the marks of `marked` stand for, "" where there are none."""
    if not ends:
        return ""
    marks = "；".join(
        f"{mark} {_dated(end.day)} {'、'.join(plain(name) for name in end.names)}"
        for mark, end in ends.items()
    )
    return f"细点线是专项行动各阶段到期的日子（文件没有写从哪天开始，所以不画）：{marks}。"


def remark_marks(remarks: Sequence[DayRemark]) -> list[tuple[float, str, str]]:
    """Give place, mark and hover text of remarks on days, for a figure."""
    return [
        (remark.axis_position, f"注{number}", f"{_dated(remark.day)}{escape(remark.text)}")
        for number, remark in enumerate(remarks, 1)
    ]


def remark_lines(remarks: Sequence[DayRemark]) -> str:
    """Say what the marks of `remark_marks` stand for, and who wrote it, unescaped; "" where there are none."""
    return "；".join(
        f"注{number} {_dated(remark.day)}{remark.text}（{remark.who}）"
        for number, remark in enumerate(remarks, 1)
    )


def _dated(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def shown_parts(line: pd.Series) -> tuple[float, float, dict[str, float]]:
    """Round a change for show: the scores as they are published, parts that add up to their difference.

    Takes:   line - of `queries.trend.change.Change.wholes`, with both scores
    Returns: score before, score after, points per cause; a cause that moved nothing stays 0
    """
    before, after = (float(half_up(line[name], 2)) for name in ("score_before", "score_after"))
    exact = np.array([line[cause] for cause in CAUSES], float)
    moved = np.abs(exact) > 1e-9
    allocated = np.zeros(len(exact))
    if moved.any():
        allocated[moved] = allocate(exact[moved], after - before, 2)
    return before, after, dict(zip(CAUSES, allocated.tolist(), strict=True))


def change(than: str, total: float, causes: Mapping[str, float]) -> str:
    """Spell a change and its parts: 「较上周 -0.62:其中整改和督查表现 -0.40,...」.

    Only what moved something is named.
    """
    clauses = [
        f"{name} {signed(causes[cause])}"
        for cause, name in CAUSE_NAMES.items()
        if signed(causes[cause]) != "0"
    ]
    causes_told = f"：其中{'，'.join(clauses)}" if clauses else ""
    return f"较{plain(than)} **{signed(total)}**{causes_told}。"


def no_change(line: pd.Series, before: str, after: str) -> str:
    """Say why there is nothing to compare."""
    name = plain(line["name"])
    missing = [
        plain(title)
        for title, score in ((before, line["score_before"]), (after, line["score_after"]))
        if pd.isna(score)
    ]
    return f"{name}在{'和'.join(missing)}没有得分（未督查或检查项不足），比不出变动的原因。"


def largest(leaves: pd.DataFrame, causes: Mapping[str, float]) -> str:
    """Name the indicator that performance moved the score by most, "" where none did."""
    if abs(causes[PERFORMANCE]) < 0.005 or leaves.empty:
        return ""
    down = causes[PERFORMANCE] < 0
    value = leaves[PERFORMANCE]
    line = leaves.loc[value.idxmin() if down else value.idxmax()]
    if abs(line[PERFORMANCE]) < 0.005 or (line[PERFORMANCE] < 0) != down:
        return ""
    return (
        f"{'拉低' if down else '拉高'}得分的主要是{bold(line['name'])}"
        f"（{signed(line[PERFORMANCE])} 分）。"
    )


def spread(moved: pd.DataFrame, than: str) -> str:
    """Say how many units rose and fell.

    Takes: moved - name, moved (NaN = not in both windows); than - what the earlier one is called
    """
    comparable = moved[moved["moved"].notna()]
    if comparable.empty:
        return "两期都有得分的单位一个也没有，比不出升降。"
    up, down = (int(((comparable["moved"] * sign) > 0).sum()) for sign in (1, -1))
    same = len(comparable) - up - down
    sentence = (
        f"{len(comparable)} 个单位比{plain(than)}：上升 {up} 个，下降 {down} 个，持平 {same} 个"
    )
    for sign, word in ((1, "升"), (-1, "降")):
        steps = comparable["moved"] * sign
        if steps.max() > 0:
            names, _ = most(comparable["name"], steps)
            sentence += f"；{word}得最多的是{names}（{signed(steps.max() * sign)}）"
    without = len(moved) - len(comparable)
    return sentence + (f"。另有 {without} 个单位两期里至少一期没有得分。" if without else "。")


def calendar(days: pd.DataFrame, name: str, weeks: int) -> str:
    """Say on how many days there was inspection, and on which most was lost.

    Takes: days - day, value (NaN = no score), lost, one line per day with inspection
    """
    scored = days[days["value"].notna()]
    sentence = f"近 {weeks} 周有 {len(days)} 天督查，{plain(name)}在其中 {len(scored)} 天有得分"
    if scored.empty:
        return f"{sentence}。"
    lost = half_up(scored["lost"].to_numpy(float), 2)
    if not lost.max() > 0:
        return f"{sentence}，都没有失分。"
    days_named, count = most([f"{on.month}月{on.day}日" for on in scored["day"]], lost)
    apiece = "各 " if count > 1 else ""
    return f"{sentence}；失分最多的是{days_named}（{apiece}{lost.max():.2f} 分）。"
