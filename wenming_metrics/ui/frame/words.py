"""Sentences and short marks made from figures: true in every case, or left out.

Pure functions without Streamlit, so that every branch is tested. Texts that come from uploads are
escaped for Markdown here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.domain.periods import Window, is_to_date
from wenming_metrics.queries.ranking.bands import sureness_of
from wenming_metrics.queries.ranking.overview import CityOverview
from wenming_metrics.queries.scores.deductions import PricedFinding
from wenming_metrics.scoring.ranking.ranking import RANKED, THIN, UNVISITED
from wenming_metrics.scoring.tree.states import FOUND
from wenming_metrics.vocabulary import STATES, printable

DAY_NOTE = "当日点位少，名次仅供参考。"
_PERIODS = {"day": "前一日", "week": "上周", "month": "上月", "quarter": "上季度", "year": "上年"}

_ADDRESS = re.compile(r"https?:/(?=/)|www(?=\.)|@", re.IGNORECASE)
"""What Markdown makes a link of by itself, escaped or not: a sign without width is put into it."""


def plain(text: str) -> str:
    """Escape a text so that Markdown shows it as it is.

    >>> plain("1*2_3")
    '1\\\\*2\\\\_3'
    """
    text = _ADDRESS.sub("\\g<0>\u2060", printable(text))
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$:~])", r"\\\1", text)


def bold(text: str) -> str:
    """Write a text in bold, escaped, wherever in a sentence it stands.

    Markdown takes ** beside a bracket or quote for plain signs where a letter is on the other side; a
    sign that nobody sees goes between.

    >>> bold("市场").isascii(), bold("市场(大)") == "**市场\\\\(大\\\\)\\u2060**"
    (False, True)
    """
    before, after = ("" if end.isalnum() else "\u2060" for end in (text[:1], text[-1:]))
    return f"**{before}{plain(text)}{after}**"


def unmarked(sentence: str) -> str:
    """Give a sentence of Markdown for paper: without the stars of `bold`, and what `plain` escaped as it was.

    >>> unmarked(f"最低的是{bold('A*街_3(东)')}")
    '最低的是A*街_3(东)'
    """
    signs = re.sub(r"\\(.)|\*+|\u2060", lambda found: found[1] or "", sentence)
    return " ".join(signs.split())


def effect_lines(effect: pd.DataFrame) -> pd.DataFrame:
    """Write the change of `intake.rehearsal.effect` as texts: unit_name, scores, ranks."""
    return effect.assign(
        scores=arrows(effect["score_before"], effect["score_after"], "{:.2f}", "未评分"),
        ranks=arrows(effect["rank_before"], effect["rank_after"], "{:d}", "无"),
    )


def joined(names: Iterable[str], form: str = "{}", most: int | None = None) -> str:
    """Join names from uploads for Markdown: 「甲、乙」. Takes: most - so many of them, None: all"""
    return "、".join(form.format(plain(name)) for name in list(names)[:most])


def origin(row: pd.Series | tuple) -> str:
    """Say where a row stands: 「甲.xlsx「表一」第 5 行」. Takes: row - file, sheet, source_row"""
    return f"{row.file}“{row.sheet}”第 {row.source_row} 行"


def when(window: Window, on: date) -> str:
    """Name a window in running text: 今日, 本周, 本月, else its title."""
    if window.start <= on <= window.end and not window.number:
        present = {
            "day": "今日",
            "week": "本周",
            "month": "本月",
            "quarter": "本季度",
            "year": "今年",
        }
        if window.kind in present:
            return f"{present[window.kind]}（{window.title}）"
    return window.title


def before(window: Window) -> str:
    """Name the window that figures are compared with: of a period that is not over, as many days."""
    name = "上一期" if window.number else _PERIODS.get(window.kind, "上一段")
    return f"{name}同期" if is_to_date(window) else name


def overview(
    city: CityOverview, ranked: pd.DataFrame, shares: pd.DataFrame, window_name: str
) -> str:
    """Say what was looked at, what was found and where most points were lost.

    Takes: ranked - units with `visits`; shares - name, share, largest first; window_name - the window
    """
    if not city.visits:
        return f"{window_name}没有督查数据。"
    units = int((ranked["visits"] > 0).sum())
    seen = f"{units} 个街道 " if units else ""
    opening = f"{window_name}督查 {seen}{city.sites:,} 个点位"
    if not city.failed:
        return f"{opening}，检查 {city.checks:,} 项，没有发现问题。"
    findings = f"{opening}，发现问题 **{city.places:,} 处**"
    if city.score is None:
        return f"{findings}；各街道检查项不足，暂不评分。"
    if shares.empty or not shares["loss"].iloc[0] > 0:
        return f"{findings}；这些问题不计分。"
    share = f"{half_up(shares['share'].iloc[0] * 100, 0):.0f}%"
    names, count = most(shares["name"], half_up(shares["share"] * 100, 0))
    verb = "各占" if count > 1 else "占"
    return f"{findings}；失分最多的是{names}（{verb} {share}）。"


def most(
    names: Iterable[str],
    values: Iterable[float],
    limit: int = 3,
    form: Callable[[str], str] = bold,
) -> tuple[str, int]:
    """Name whatever has the largest value, all of them where several have; and how many.

    >>> most(["甲", "乙", "丙"], [2, 1, 2])
    ('**甲**、**丙**', 2)
    """
    sizes = list(values)
    first = [str(name) for name, size in zip(names, sizes, strict=True) if size == max(sizes)]
    and_more = f"等 {len(first)} 个" if len(first) > limit else ""
    return "、".join(map(form, first[:limit])) + and_more, len(first)


def ranking(ranked: pd.DataFrame) -> str:
    """Say who leads in each group, who rose most, and how many have no place."""
    placed = ranked[ranked["status"] == RANKED]
    if placed.empty:
        left_out = without_place(ranked)
        return "本期没有可以排名的街道" + (f"：{left_out}。" if left_out else "。")
    groups = placed["group"].unique()
    leads = []
    for group in groups:
        first = placed[(placed["group"] == group) & (placed["rank"] == 1)]
        leaders = names(first["unit_name"].tolist())
        together = "并列第一" if len(first) > 1 else "第一"
        waiting_rows = int(first["held"].sum()) if "held" in first else 0  # signed lists have none
        waits = f"（有{waiting_rows}条待核，名次可能变化）" if waiting_rows else ""
        leads.append(
            f"{plain(group)}{together}：**{leaders}** {first['score'].iloc[0]:.2f} 分{waits}"
        )
    left_out = without_place(ranked)
    return "；".join(leads) + _risen(placed) + (f"；{left_out}。" if left_out else "。")


def names(units: Sequence[str], limit: int = 3) -> str:
    """Name the first few of some units, escaped, and say how many there are in all."""
    first = joined(units, most=limit)
    return first if len(units) <= limit else f"{first}等 {len(units)} 个"


def _risen(placed: pd.DataFrame) -> str:
    moved = placed.dropna(subset=["rank_change"])
    if "clear_change" in moved:
        moved = moved[moved["clear_change"].fillna(False).astype(bool)]
    best = int(moved["rank_change"].max()) if len(moved) else 0
    if best <= 0:
        return ""
    risen = moved.loc[moved["rank_change"] == best, "unit_name"].tolist()
    return f"；上升最多的是{names(risen)}（↑{best}）"


def sureness(ranked: pd.DataFrame) -> str:
    """Say group by group which places can be told apart; "" for a list without bands.

    Takes: ranked - with the columns of `queries.ranking.bands`
    """
    clauses = sureness_of(ranked).items()
    return "".join(f"**{plain(group)}** {plain(sentence)}" for group, sentence in clauses)


def composite(lines: pd.DataFrame, title: str) -> str:
    """Say who leads each group in the composite score, and who lacks what.

    Takes: lines - as `queries.ranking.composite.composite_lines` gives them; title - of the period
    """
    placed = lines[lines["rank"].notna()]
    if placed.empty:
        return f"{title}：各项数据不全，还没有单位可以计综合分。"
    sentences = []
    for group in placed["group"].unique():
        first = placed[(placed["group"] == group) & (placed["rank"] == 1)]
        leaders = names(first["unit_name"].tolist())
        sentences.append(f"{plain(group)}第一：**{leaders}** {first['score'].iloc[0]:.2f} 分")
    without = int(lines["score"].isna().sum())
    lacking = int((placed["missing"] != "").sum())
    sentences += [f"{lacking} 个单位有缺项，已按方案处理"] if lacking else []
    sentences += [f"{without} 个单位缺项，不计综合分"] if without else []
    return f"{title}：{'；'.join(sentences)}。"


def named_line(lines: pd.DataFrame) -> str:
    """Name the units of one short list with score and remark: 「城东街道 92.10(连续 2 期)」."""
    entries = []
    for line in lines.itertuples():
        remark = f"（{line.remark}）" if line.remark else ""
        unit = f"第 {line.rank} 名" if line.left_out else f"{line.unit_name} {line.score:.2f}"
        entries.append(plain(f"{unit}{remark}"))
    return "、".join(entries)


def without_place(ranked: pd.DataFrame) -> str:
    """Say how many units have no place and why: 「3 个未督查,1 个检查项不足」, or nothing."""
    unvisited = int((ranked["status"] == UNVISITED).sum())
    thin = int((ranked["status"] == THIN).sum())
    counts = [f"{unvisited} 个未督查"] if unvisited else []
    counts += [f"{thin} 个检查项不足"] if thin else []
    return "，".join(counts)


def listing(listed: pd.DataFrame) -> str:
    """Say which department is responsible for most problems."""
    total = int(listed["failed"].sum()) if len(listed) else 0
    if not total:
        return "本期没有记到责任单位的问题。"
    blamed = int((listed["failed"] > 0).sum())
    names, count = most(listed["unit_name"], listed["failed"])
    apiece = "各 " if count > 1 else ""
    return (
        f"{blamed} 个单位有问题要整改，最多的是{names}"
        f"（{apiece}{int(listed['failed'].max()):,} 项）。本榜按责任列出问题多少，不排名。"
    )


def problem(finding: PricedFinding) -> str:
    """Tell of one problem in a line: its number, its deadline, what became of it, what it costs."""
    clauses = [f"编号 {plain(finding.number)}"] if finding.number else []
    if finding.due:
        clauses.append(f"期限 {plain(finding.due.isoformat())}{not_announced(finding.years)}")
    state = finding.state
    if finding.closed:
        answered = f"{plain(finding.closed.isoformat())} 整改完"
        state = answered if state == STATES[FOUND] else f"{state}，{answered}"
    clauses.append(f"截至 {plain(finding.as_of.isoformat())} **{state}**")
    prices = (("行内", finding.by_row), ("按表", finding.by_table))
    costs = [f"{name} {plain(f'{points:g}')}" for name, points in prices if points is not None]
    if len(costs) == len(prices):
        clauses.append("，".join(costs))
    return " · ".join(clauses)


def not_announced(years: str) -> str:
    """Say beside a deadline that it was counted through years that were not announced; "" for none."""
    return f"（{years} 年放假登记前数的）" if years else ""


def arrows(before: pd.Series, after: pd.Series, pattern: str, missing: str) -> list[str]:
    """Spell changes: 「87.20 → 86.95」, or the one value where nothing changes."""
    texts = []
    for pair in zip(before, after, strict=True):
        old, new = (missing if pd.isna(value) else pattern.format(value) for value in pair)
        texts.append(new if old == new else f"{old} → {new}")
    return texts


def signed(value: float | None, decimals: int = 2) -> str:
    """Spell a difference with its sign: ▲0.85, ▼1.20, 持平; "" without a value."""
    if value is None or pd.isna(value):
        return ""
    if abs(value) < 0.5 * 10**-decimals:
        return "持平"
    return arrow(value, decimals)


def arrow(value: float, decimals: int = 2) -> str:
    """Spell a rise or a fall: ▲0.85, ▼1.20."""
    return f"{'▲' if value > 0 else '▼'}{abs(value):.{decimals}f}"


def pass_rate(checks: int, failed: int) -> str:
    """Spell the share of checks without a problem, one decimal: 96.4%; "—" without checks."""
    return f"{half_up((1 - failed / checks) * 100, 1):.1f}%" if checks else "—"
