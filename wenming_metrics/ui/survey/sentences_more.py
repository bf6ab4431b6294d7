"""What the page 两率一度 says below its figures: groups of people, waves, suspicious answers, quotas.

Pure functions, as in `ui.survey.sentences`.
"""

from __future__ import annotations

import pandas as pd

from wenming_metrics.charts.waves import BROKEN as CUT
from wenming_metrics.queries.survey.trend import BROKEN, STEADY
from wenming_metrics.scoring.survey.intervals import between
from wenming_metrics.ui.frame.words import most, plain
from wenming_metrics.ui.survey.sentences import percent

_NONE_LEFT = "各人群的份数都太少，不公布。"


def people(groups: pd.DataFrame, question: str, decimals: int) -> str:
    """Say which group of people is highest and lowest, and whether chance may have made that.

    Takes: groups - option_title, value, low, high, hidden; question - what the groups are by (年龄)
    """
    public = groups[~groups["hidden"].astype(bool) & groups["value"].notna()]
    if public.empty:
        return _NONE_LEFT
    if len(public) == 1:
        return f"只有一类人群够份数：{_group(public.iloc[0], decimals)}。{_hidden(groups)}"
    if percent(public["value"].min(), decimals) == percent(public["value"].max(), decimals):
        every = f"各人群都是 {percent(public['value'].min(), decimals)}"
        return f"全市按{plain(question)}看，{every}。{_hidden(groups)}"
    lines = public.sort_values("value", kind="stable")
    low, high = lines.iloc[0], lines.iloc[-1]
    ends = between(_figure(high), _figure(low))
    gap = f"{high['value'] - low['value']:.1f}"
    if ends[0] > 0:
        difference = f"相差 {gap} 个百分点，超出误差"
    else:
        difference = f"相差 {gap} 个百分点，在误差以内，不能认定高低"
    return (
        f"全市按{plain(question)}看，最高的是{_group(high, decimals)}，最低的是{_group(low, decimals)}，"
        f"{difference}。{_hidden(groups)}"
    )


def _group(line: pd.Series, decimals: int) -> str:
    return f"**{plain(str(line['option_title']))}** {percent(line['value'], decimals)}"


def _hidden(groups: pd.DataFrame) -> str:
    count = int(groups["hidden"].astype(bool).sum())
    return f"{count} 类人群不公布。" if count else ""


def _figure(line: pd.Series) -> tuple[float, float, float]:
    return float(line["value"]), float(line["low"]), float(line["high"])


def course(waves: pd.DataFrame) -> str:
    """Say how a rate moved since the wave before, or why the two are not to be compared.

    Takes: waves - in order of time: title, figure (as shown), value, n, moved (of queries.surveys)
    """
    if waves.empty or pd.isna(waves["value"].iloc[-1]):
        return "最近一期没有可以公布的数。"
    last = waves.iloc[-1]
    now = f"{last['title']} **{last['figure']}**（{int(last['n']):,} 份）"
    if len(waves) == 1:
        return f"{now}；只有这一期，还看不出走势。"
    before = waves.iloc[-2]
    if last["moved"] == BROKEN:
        return f"{now}；与{before['title']}相比，{CUT}。"
    if not last["moved"]:
        return f"{now}；{before['title']}没有可以公布的数，不比较。"
    moved = float(last["value"] - before["value"])
    size = f"{abs(moved):.1f} 个百分点"
    if last["moved"] == STEADY:
        return f"{now}；与{before['title']}基本持平（相差 {size}，在误差以内）。"
    return f"{now}；比{before['title']}{'上升' if moved > 0 else '下降'} {size}，超出误差。"


def flagged(doubtful: pd.DataFrame) -> str:
    """Say how many questionnaires look made up, and how many of them do not count.

    Takes: doubtful - one line per flagged questionnaire, with counts (bool)
    """
    if doubtful.empty:
        return "这一期没有发现疑似代填的问卷。"
    out = int((~doubtful["counts"].astype(bool)).sum())
    consequence = f"其中 {out} 份已由人认定不计" if out else "现在都照常计入"
    return f"有 **{len(doubtful):,} 份**问卷疑似代填，{consequence}。疑似问卷须人工核实：去掉哪一份，由人看过原表再定。"


def quotas(board: pd.DataFrame) -> str:
    """Say how far the questionnaires of a wave are, and who lacks most.

    Takes: board - unit_name, stratum ("" = the whole unit), planned (NaN = no quota), done, gap
    """
    unit_quotas = board[(board["stratum"] == "").to_numpy()]
    if board["planned"].isna().all():
        return f"这一期没有配额；已收 **{int(unit_quotas['done'].sum()):,} 份**。"
    # Quotas of groups of people alone are told as such: they are no parts of a unit's own quota.
    of = unit_quotas[unit_quotas["planned"].notna()]
    of = of if len(of) else board[board["planned"].notna()]
    short = of[of["gap"] > 0]
    progress = f"计划 {int(of['planned'].sum()):,} 份，已完成 **{int(of['done'].sum()):,} 份**"
    if short.empty:
        return f"{progress}，{len(of)} 项配额都已完成。"
    names = [
        f"{unit}（{stratum}）" if stratum else str(unit)
        for unit, stratum in zip(short["unit_name"], short["stratum"], strict=True)
    ]
    lacking, count = most(names, short["gap"])
    apiece = "各" if count > 1 else ""
    return (
        f"{progress}；{len(of)} 项配额里 {len(short)} 项还没有完成，共差 {int(short['gap'].sum()):,} 份，"
        f"差得最多的是{lacking}，{apiece}差 {int(short['gap'].max()):,} 份。"
    )
