"""What the page 问题整改 says in words, of figures that it is given."""

from __future__ import annotations

from datetime import date

import pandas as pd

from wenming_metrics.queries.problems.lists import ProblemView
from wenming_metrics.ui.frame.words import bold, plain

_NAMED = 3


def opening(view: ProblemView) -> str:
    """Answer the first question: how much is late, and with whom."""
    undated, overdue = (int(view.rate_of(code)["numerator"]) for code in ("undated", "overdue"))
    count = int(view.rate_of("found")["numerator"])
    if view.lines.empty:
        return "这段时间没有发现问题。"
    carried = int(view.rate_of("carried")["numerator"])
    brought = f"，以前结转 {carried:,} 条" if carried else ""
    handed = int(view.rate_of("handed")["numerator"])
    not_handed = int((view.lines["state"] == "待交办").sum())
    clauses = [
        f"发现问题 {count:,} 条{brought}，已交办 {handed:,} 条，其中还没有整改完的 {_open(view):,} 条"
    ]
    if undated:
        clauses.append(f"没有整改时限的 {undated:,} 条")
    if overdue:
        clauses.append(f"逾期 {overdue:,} 条{_holders(view)}")
    else:
        clauses.append("没有逾期的")
    if not_handed:
        clauses.append(f"另有 {not_handed:,} 条还没有交办")
    return "；".join(clauses) + "。"


def _holders(view: ProblemView) -> str:
    """Say who holds what is late: all where they are few, else those who hold most of it."""
    late = view.by_unit[view.by_unit["overdue"] > 0]
    if late.empty:
        return ""
    if len(late) <= _NAMED:
        return f"，在{'、'.join(map(bold, late['unit_name']))}"
    # Of equals none is named before the others.
    leading = late[late["overdue"] > late["overdue"].iloc[_NAMED]].head(_NAMED)
    if leading.empty:
        return f"，分散在 {len(late)} 个单位"
    names = "、".join(map(bold, leading["unit_name"]))
    is_most = 2 * leading["overdue"].sum() > late["overdue"].sum()
    return f"，{'主要在' if is_most else '较多的是'}{names}"


def late_longest(view: ProblemView) -> str:
    """Name in plain text who holds most of what is late, and how late the oldest of all is."""
    late = view.by_unit[view.by_unit["overdue"] > 0]
    most = int(late["overdue"].max())
    first = late.loc[late["overdue"] == most, "unit_name"].tolist()
    and_more = f"等 {len(first)} 个单位各" if len(first) > 1 else ""
    return f"最多：{first[0]}{and_more} {most:,} 条；最长逾期 {int(late['most_late'].max()):,} 天"


def _open(view: ProblemView) -> int:
    return int((view.lines["is_open"] & (view.lines["handed"] > 0)).sum())


def open_count(view: ProblemView) -> str:
    """Say how many are open, the base of what stands still."""
    return f"已交办、未整改完的 {_open(view):,} 条"


def unit_holding(line: pd.Series | None, as_of: date) -> str:
    """Say what a unit holds. Takes: line - of `HeldByBoard.of_unit`; None: nothing"""
    if line is None:
        return f"截至 {as_of.isoformat()}，没有未整改完的问题。"
    late = f"逾期 {line['overdue']:,} 条"
    if line["overdue"]:
        late += f"（最长 {line['most_late']:,} 天）"
    counts = [late, f"长期无进展 {line['stalled']:,} 条"]
    counts += [f"没有时限 {line['undated']:,} 条"] if line["undated"] else []
    counts += [f"返工过 {line['returned']:,} 条"] if line["returned"] else []
    return f"截至 {as_of.isoformat()}，{line['held']:,} 条没有整改完：{'，'.join(counts)}。"


def most_overdue(by_unit: pd.DataFrame, as_of: date, title: str) -> str:
    """Say who of a board holds most of what is overdue, and what stands still.

    Takes: title - of the board: what units of other kinds hold is not in it
    """
    holders = by_unit[by_unit["overdue"] > 0]
    worst = holders.head(3)
    names = "、".join(f"{plain(line.unit_name)} {line.overdue:,} 条" for line in worst.itertuples())
    names += "等" if len(holders) > len(worst) else ""
    late, stalled = int(by_unit["overdue"].sum()), int(by_unit["stalled"].sum())
    return (
        f"截至 {as_of.isoformat()}，{plain(title)}逾期 {late:,} 条（{names}），"
        f"长期无进展 {stalled:,} 条；其他单位的见“问题整改”。"
    )
