"""What the command line prints, in Chinese, with columns that line up."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table

from wenming_metrics.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.overview import city
from wenming_metrics.scoring.ranking import RANKED, THIN, UNVISITED
from wenming_metrics.vocabulary import movement

_WIDTH = 150
out = Console(width=_WIDTH, highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """Print a value for another program."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


def plain(frame: pd.DataFrame) -> list[dict]:
    """Turn a frame into what JSON can hold: one object per line."""
    return json.loads(frame.to_json(orient="records", date_format="iso", force_ascii=False))


def print_files(told: Sequence[Mapping[str, object]]) -> None:
    """Print what came of each file: the outcome, then every problem."""
    for one in told:
        batch = f"  → 批次 {one['batch']}" if one.get("batch") else ""
        out.print(f"{one['file']}({one['kind'] or '未读入'}):{one['outcome']}{batch}", markup=False)
        for problem in one["problems"]:
            out.print(f"  {problem['severity']} {problem['text']}", markup=False)


def print_ranking(office: Office, window: Window, ranked: pd.DataFrame) -> None:
    """Print a ranking as people read it: one table per group, the others below."""
    facts = city(office, window)
    score = "—" if facts.score is None else f"{facts.score:.2f}"
    out.print(
        f"\n{window.title} 全市得分 {score}(办法:{office.rules.short} {office.rules.version})"
    )
    out.print(
        f"{facts.scored} 个单位参与排名,{facts.sites} 个点位,{facts.checks} 项检查,{facts.failed} 项问题。"
    )
    if window.kind == "day":
        out.print("当日点位少,名次仅供参考。")
    for group, part in ranked[ranked["status"] == RANKED].groupby("group", sort=False):
        table = Table(title=str(group), title_justify="left")
        for name in ("名次", "升降", "单位", "得分", "较上期", "点位", "检查项", "问题", "覆盖"):
            table.add_column(name, justify="left" if name == "单位" else "right")
        for line in part.itertuples():
            table.add_row(*_line(line))
        out.print(table)
    for status, told in ((THIN, "检查项不足,暂不评分"), (UNVISITED, "本期未督查")):
        names = ranked.loc[ranked["status"] == status, "unit_name"]
        if len(names):
            out.print(f"{told}({len(names)} 个):{'、'.join(names)}")


def _line(line: object) -> list[str]:
    moved = movement(line.rank_change, is_new=bool(line.is_new)) or "—"
    change = "—" if pd.isna(line.score_change) else f"{line.score_change:+.2f}"
    covered = "—" if pd.isna(line.coverage) else f"{line.coverage:.0%}"
    place = f"{line.rank}{'(并列)' if line.tied else ''}"
    figures = [str(line.sites), str(line.checks), str(line.failed), covered]
    return [place, moved, line.unit_name, f"{line.score:.2f}", change, *figures]


def print_listing(window: Window, found: pd.DataFrame) -> None:
    """Print a board that is not ranked; columns of `queries.ranking.listing`."""
    table = Table(title=f"{window.title} 各部门责任问题(不排名)", title_justify="left")
    for name in ("单位", "问题", "处数", "扣分", "上期问题"):
        table.add_column(name, justify="left" if name == "单位" else "right")
    for line in found.itertuples():
        figures = [str(line.failed), str(line.places), f"{line.lost:.2f}", str(line.failed_before)]
        table.add_row(line.unit_name, *figures)
    out.print(table)


def print_batches(found: pd.DataFrame) -> None:
    """Print what came in; columns of `queries.history.batches`."""
    table = Table(title=f"共 {len(found)} 个批次", title_justify="left")
    for name in ("批次", "状态", "文件", "种类", "经办人", "时间", "入库行", "暂不计", "跳过"):
        table.add_column(name)
    for line in found.itertuples():
        facts = [line.name, line.kind, line.who, line.at[:16].replace("T", " ")]
        table.add_row(
            str(line.batch), line.state, *facts, str(line.good), str(line.held), str(line.skipped)
        )
    out.print(table)
