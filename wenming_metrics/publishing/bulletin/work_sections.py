"""Sections of a 通报 about what is to be done: sites that come back, 整改, 两率一度, the list of problems."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from wenming_metrics.export.word.blocks import (
    NOTE,
    SUBHEADING,
    Block,
    Grid,
    Paragraph,
    body,
)
from wenming_metrics.publishing.bulletin.facts import BulletinFacts
from wenming_metrics.publishing.bulletin.layout import Layout
from wenming_metrics.publishing.bulletin.material import Material
from wenming_metrics.publishing.bulletin.phrases import (
    clip,
    heads,
    long_day,
    numeral,
    points,
    rate,
    sentence,
    short_day,
)
from wenming_metrics.queries.problems.channels import TABLE
from wenming_metrics.rules.loop import ON_CHECK
from wenming_metrics.scoring.loop.figures import EXCUSED
from wenming_metrics.scoring.survey.rates import CAUTION, HIDDEN, SMALL, WIDE

_MOST = 500
"""So many problems stand in the annex: a document of more is no document."""
_MOST_SITES = 20
"""So many sites that keep coming back are listed."""
_REMARKS = {
    SMALL: "，样本较少，仅供参考",
    CAUTION: "，样本较少，仅供参考",
    WIDE: "，误差较大，仅供参考",
}


def problems(material: Material, layout: Layout) -> list[Block]:
    """Name the problems of each unit, the ones that cost most; the annex has them all."""
    if material.facts is None:
        return []
    if material.facts.problems.empty:
        return [body("本期未发现问题。")]
    named = material.facts.problems
    unscored = int((named["path"] == "").sum())
    counts = [f"本期记录问题{len(named)}条、{int(named['places'].sum())}处"]
    counts += [f"其中{unscored}条的测评项不计分" if unscored else ""]
    blocks: list[Block] = [body(sentence(counts))]
    in_annex = "annex" in layout.sections and len(named) <= _MOST
    for number, (name, lines) in enumerate(_by_unit(material), 1):
        count = f"问题{len(lines)}条、{int(lines['places'].sum())}处"
        blocks.append(Paragraph(SUBHEADING, f"（{numeral(number)}）{name}（{count}）"))
        for order, line in enumerate(lines.head(layout.per_unit).itertuples(), 1):
            blocks.append(body(f"{order}.{word_problem(line)}"))
        remaining = len(lines) - layout.per_unit
        if remaining > 0:
            blocks.append(body(f"其余{remaining}条{'见附件' if in_annex else '从略'}。"))
    return blocks


def _by_unit(material: Material) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the problems of each unit, in the order of the list."""
    by_unit = dict(tuple(material.facts.problems.groupby("unit_name", sort=False)))
    listed = material.lists.boards[material.facts.board]["unit_name"].tolist()
    unlisted = [name for name in by_unit if name not in set(listed)]
    for name in [*(name for name in listed if name in by_unit), *unlisted]:
        yield name, by_unit[name]


def word_problem(line: tuple) -> str:
    """Word one problem: where, what, who is responsible."""
    text = " ".join(line.description.split())
    # An item is named by what is asked for (商铺无出店摆卖): alone it would say that all is well.
    what = "不符合要求" if text in ("", line.item_name) else f"：{clip(text)}"
    is_other = line.responsible not in ("", line.unit_name)
    who = f"（责任单位：{line.responsible}）" if is_other else ""
    excuse = f"（{excuse}）" if (excuse := getattr(line, "excuse", "")) else ""
    return f"{line.site_name}“{line.item_name}”一项{what.rstrip('。；，')}{who}{excuse}。"


def repeats(material: Material, layout: Layout) -> list[Block]:
    """List the sites where problems of the period have come back."""
    if material.facts is None:
        return []
    sites = material.facts.sites
    if sites.empty:
        return [body("本期无反复出现问题的点位。")]
    rows = tuple(
        (
            str(line.site_name),
            str(line.unit_name),
            str(line.items),
            str(line.days),
            str(line.times),
            str(line.open),
        )
        for line in sites.head(_MOST_SITES).itertuples()
    )
    names = ("site_name", "unit_name", "items_named", "days", "times", "open")
    grid = Grid("", heads(*names), rows, (32, 26, 40, 14, 14, 12), frozenset([0, 2]))
    count = f"本期有{len(sites)}个点位反复出现问题（含以前查出的）"
    listed = f"下表列出前{len(rows)}个" if len(rows) < len(sites) else ""
    return [body(sentence([count, listed])), grid]


def rectification(material: Material, layout: Layout) -> list[Block]:
    """Say what has become of the problems of the period, as of a day, each rate with its base."""
    facts = material.facts
    if facts is None or facts.problems.empty:
        return []
    counts = problem_states(facts.problems, facts.as_of)
    to_do, closed, due = counts["to_do"], counts["closed"], counts["fell_due"]
    head = f"截至{long_day(facts.as_of)}，本期发现的{counts['found']}条问题中{word_excused(facts.problems, to_do)}"
    closed_word = word_closed(facts)
    answered = f"尚无{closed_word}的"
    if closed:
        answered = f"{closed_word}{closed}条，整改率{rate(closed, to_do)}"
    overdue = due - counts["in_time"]
    remaining = [
        f"整改期限已过的{due}条中，按期整改{counts['in_time']}条，按期整改率{rate(counts['in_time'], due)}"
        if due
        else "",
        f"逾期未整改或逾期整改的{overdue}条" if overdue else "",
        f"期限已过、等待核查或改派的{counts['waiting']}条，不算逾期" if counts["waiting"] else "",
        f"未到期的{counts['not_due']}条" if counts["not_due"] else "",
        f"没有写明期限的{counts['undated']}条" if counts["undated"] else "",
        f"重复{counts['again']}条" if counts["again"] else "",
        f"反弹{counts['relapsed']}条" if counts["relapsed"] else "",
    ]
    blocks: list[Block] = [body(f"{head}，{answered}。")]
    if any(remaining):
        blocks.append(body(sentence(remaining)))
    if closed or due:
        blocks.append(_state_grid(material))
    return blocks


def problem_states(problems: pd.DataFrame, as_of: str) -> dict[str, int]:
    """Count what has become of problems.

    Returns: found; to_do (应整改: without 不属实, 挂账, 长期整改), of these closed, fell_due, in_time,
             waiting (past their limit, with others), not_due and undated; again, relapsed
    """
    due, to_do = problems["due"], excuses(problems) == ""
    dated, missed = due != "", is_late(problems, as_of)
    waiting = to_do & problems.get("set_aside", pd.Series(False, problems.index)).astype(bool)
    fell_due = to_do & dated & (due < as_of) & ~waiting
    flags = {
        "found": due.notna(),
        "to_do": to_do,
        "closed": to_do & (problems["closed"] != ""),
        "fell_due": fell_due,
        "in_time": fell_due & ~missed,
        "waiting": waiting,
        "not_due": to_do & dated & (due >= as_of),
        "undated": to_do & ~dated,
        "again": problems["again"],
        "relapsed": problems["relapsed"],
    }
    return {name: int(flag.sum()) for name, flag in flags.items()}


def is_late(problems: pd.DataFrame, as_of: str) -> pd.Series:
    """Say of problems whether they missed their deadline, as their facts do; those of earlier signatures by
    their days."""
    if "late" in problems:
        return problems["late"].astype(bool)
    due, closed = problems["due"], problems["closed"]
    return (due != "") & (due < as_of) & ((closed == "") | (closed > due))


def excuses(problems: pd.DataFrame) -> pd.Series:
    """Give why problems are not to be put right, "" = they are; earlier signatures do not say."""
    return problems.get("excuse", pd.Series("", problems.index))


def word_excused(problems: pd.DataFrame, to_do: int) -> str:
    """Name what is taken out of the base of 整改率, and what is left; "" where nothing is."""
    counts = excuses(problems).value_counts()
    clauses = [f"{word}{counts[word]}条" for word in EXCUSED if word in counts]
    return f"，{'、'.join(clauses)}，应整改{to_do}条" if clauses else ""


def word_closed(facts: BulletinFacts) -> str:
    """Name what closes a problem: the unit's word, or 销号 after a check."""
    return "核查销号" if facts.closes == ON_CHECK else "反馈已整改"


def _state_grid(material: Material) -> Grid:
    facts = material.facts
    rows = []
    for name, lines in _by_unit(material):
        counts = problem_states(lines, facts.as_of)
        due = counts["fell_due"]
        rows.append(
            (
                str(name),
                str(counts["found"]),
                str(counts["closed"]),
                rate(counts["closed"], counts["to_do"]) if counts["to_do"] else "—",
                str(due),
                rate(counts["in_time"], due) if due else "—",
            )
        )
    names = heads(*("unit_name", "found", "rectified_count", "rectified_rate", "fell_due", "kept"))
    return Grid("整改情况", names, tuple(rows), (28, 14, 12, 32, 14, 32))


def hotline(material: Material, layout: Layout) -> list[Block]:
    """Give what people reported by hotline and portal, and how each unit dealt with it."""
    facts = material.facts
    if facts is None or not facts.hotline_notes:
        return [body("本期签发时没有统计 12345 办理情况。")] if material.is_signed else []
    remarks = [Paragraph(NOTE, text) for text in facts.hotline_notes]
    if facts.hotline.empty:
        return [body("本期没有交办的热线、网站反映的问题。"), *remarks]
    rows = tuple(tuple(map(str, line)) for line in facts.hotline.itertuples(index=False))
    widths = (22, *[10] * 7, 18, 18, 10, 17)
    names = tuple(column.title for column in TABLE)
    return [Grid("", names, rows, widths, frozenset([0])), *remarks]


def survey(material: Material, layout: Layout) -> list[Block]:
    """Give the city's rates of the latest wave, each with what it rests on, and its definition."""
    if material.facts is None or material.facts.survey.empty:
        return []
    lines = list(material.facts.survey.itertuples())
    figures = "；".join(_figure(line) for line in lines)
    blocks: list[Block] = [body(f"{material.facts.wave}问卷调查：{figures}。")]
    return [*blocks, *(Paragraph(NOTE, f"{line.definition}。") for line in lines)]


def _figure(line: tuple) -> str:
    if line.state == HIDDEN or pd.isna(line.shown):
        return f"{line.title}样本不足，不公布（有效回答{line.n}份）"
    remark = _REMARKS.get(line.state, "")
    span = ""
    if not (pd.isna(line.low) or pd.isna(line.high)):
        span = f"，95%置信区间{points(line.low, 1)}%至{points(line.high, 1)}%"
    return f"{line.title}{line.shown:g}%（有效回答{line.n}份{span}{remark}）"


def _state_of(line: tuple) -> str:
    return getattr(line, "excuse", "") or str(line.state)


def problem_grid(problems: pd.DataFrame, closes: str) -> tuple[Grid, int]:
    """List problems; gives the table and how many it leaves out. Takes: closes - of `BulletinFacts`"""
    closed_word = "已销号" if closes == ON_CHECK else "已整改"
    rows = tuple(
        (
            str(number),
            str(line.unit_name),
            str(line.site_name),
            str(line.item_name),
            str(line.description),
            str(line.places),
            str(line.responsible),
            short_day(line.due) or "—",
            f"{short_day(line.closed)}{closed_word}" if line.closed else _state_of(line),
        )
        for number, line in enumerate(problems.head(_MOST).itertuples(), 1)
    )
    names = ("serial", "unit_name", "site_name", "item_name", "description", "places")
    names += ("responsible", "deadline", "state")
    widths = (12, 18, 21, 22, 38, 10, 20, 16, 16)
    grid = Grid("问题清单", heads(*names), rows, widths, frozenset([2, 3, 4, 6]))
    return grid, max(len(problems) - _MOST, 0)
