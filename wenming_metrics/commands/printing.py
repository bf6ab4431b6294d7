"""What the command line prints, in Chinese, with columns that line up."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote

import pandas as pd
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table

from wenming_metrics.domain.numbers import share_text
from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.privacy import mask
from wenming_metrics.queries.files.held_effect import held_in, held_sentence
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.bands import sureness_of
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.queries.ranking.sampling import plan_sentence
from wenming_metrics.queries.ranking.trial import Trial, noise_sentences
from wenming_metrics.queries.scores.rule_spans import versions_of
from wenming_metrics.reading.model.reading import CERTAINTIES, SURE
from wenming_metrics.scoring.ranking.bands import spell_bands
from wenming_metrics.scoring.ranking.ranking import FEW_SEEN, RANKED, THIN, UNVISITED, VETOED
from wenming_metrics.upkeep.report import Report
from wenming_metrics.vocabulary import columns, moved_place, on_time_note, printable

_WIDTH = 150
_REMEDY = (
    "有不对的地方，请留着这份结果。只是汇总、累计不对，用 retally 命令重算；"
    "还有别的，用 restore 命令还原最近的备份。"
)
_HEALTH = {
    "software": "软件版本",
    "version": "数据版本",
    "seq": "变动号",
    "last_batch": "最近入库",
    "first_day": "最早的督查日",
    "last_day": "最近的督查日",
    "batches": "批次",
    "rows": "督查行",
    "held_rows": "待核行",
    "size": "数据大小",
    "wal": "预写日志",
    "free": "磁盘剩余",
    "bytes_per_10000_rows": "每一万行占",
    "last_backup": "最近备份",
    "last_verify": "最近核对",
}
"""What is printed of the state of the store, in this order."""


class _Terminal(Console):
    """A console on which no text of a file moves the cursor or turns letters around."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text))


out = _Terminal(width=_WIDTH, markup=False, highlight=False, soft_wrap=True)
err = _Terminal(stderr=True, markup=False, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """Print a value for another program."""
    text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    sys.stdout.write(printable(text) + "\n")


def say(text: str, *, as_json: bool = False, **facts: object) -> None:
    """Tell in one sentence what was done; with `as_json` beside the facts themselves."""
    if as_json:
        print_json({**facts, "text": text})
    else:
        out.print(text)


def say_saved(options: argparse.Namespace) -> None:
    """Tell where a file was saved that was asked for by --out."""
    say(f"已存到 {options.out}", as_json=options.json, file=str(options.out))


def unopened(error: OSError) -> str:
    """Say that a file cannot be opened."""
    return f"打不开文件：{mask(str(error.filename or ''))}（{error.strerror}）"


def plain(frame: pd.DataFrame) -> list[dict]:
    """Turn a frame into what JSON can hold: one object per line."""
    return json.loads(frame.to_json(orient="records", date_format="iso", force_ascii=False))


def print_files(files: Sequence[Mapping[str, object]]) -> None:
    """Print what came of each file: the outcome, then every problem."""
    for facts in files:
        batch = f"  → 批次 {facts['batch']}" if facts.get("batch") else ""
        out.print(f"{facts['file']}（{facts['kind'] or '未读入'}）：{facts['outcome']}{batch}")
        if facts.get("wave"):
            out.print(f"  记入{facts['wave']}的调查：{facts['good']} 份问卷")
        for problem in facts["problems"]:
            out.print(f"  {problem['severity']} {problem['text']}")
        for table in facts.get("tables", ()):
            _print_table(table)
        if facts.get("marked"):
            out.print(f"  标注好的原表：{facts['marked']}")


def _print_table(table: Mapping[str, object]) -> None:
    """Print what a table is taken for, and each column with what it is."""
    kind = f"看作{table['kind']}" if table["kind"] else "不是哪种表"
    reason = f"：{table['reason']}" if table["reason"] else ""
    out.print(f"  “{table['sheet']}”{kind}（{table['certainty']}）{reason}")
    for column in table["columns"]:
        mark = "（请看一看）" if column["doubtful"] else ""
        samples = "、".join(column["samples"])
        line = f"    {column['header'] or '（没有列名）'} → {column['column'] or '不读'}{mark}  {samples}"
        out.print(line)
    if table["kind"] and table["certainty"] != CERTAINTIES[SURE]:
        confirming = [f"--kind {quote(table['sheet'])} {table['kind']}"]
        confirming += [
            f"--map {quote(column['header'] + '=' + (column['column'] or '不读'))}"
            for column in table["columns"]
            if column["header"] and column["can_be_said"]
        ]
        out.print(f"    都对的，这样写：{' '.join(confirming)}")


def print_lines(title: str, lines: pd.DataFrame, heads: Mapping[str, str] | None = None) -> None:
    """Print a table of texts and numbers, headed as people read them.

    Takes: heads - the titles of the columns by name, from left to right; without them the frame's
           own columns, which are titles already
    """
    if heads is not None:
        lines = lines[list(heads)].rename(columns=heads)
    table = Table(title=title, title_justify="left")
    for name in lines:
        table.add_column(str(name), overflow="fold")
    for line in lines.itertuples(index=False):
        table.add_row(*("" if _is_blank(value) else str(value) for value in line))
    out.print(table)


def new_table(title: str, *names: str, **renamed: str) -> Table:
    """Make an empty table, figures on the right. Takes: names, renamed - as `vocabulary.columns`"""
    table = Table(title=title, title_justify="left")
    for column in columns(*names, **renamed):
        is_text = column.name in ("unit_name", "missing")
        table.add_column(column.title, justify="left" if is_text else "right")
    return table


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, float) and pd.isna(value))


def print_ranking(
    office: Office, window: Window, ranked: pd.DataFrame, board: str = "street"
) -> None:
    """Print a ranking as people read it: one table per group, the others below."""
    facts = city(office, window, board)
    score = "—" if facts.score is None else f"{facts.score:.2f}"
    rules = "、".join(
        f"{rule_set.short} {rule_set.version}" for rule_set, _ in versions_of(window, office)
    )
    out.print(f"\n{window.title} 全市得分 {score}（办法：{rules}）")
    out.print(
        f"{facts.scored} 个单位参与排名，{facts.sites} 个点位，{facts.checks} 项检查，{facts.failed} 项有问题。"
    )
    if window.kind == "day":
        out.print("当日点位少，名次仅供参考。")
    print_held(held_in(office, window))
    compared = bool(ranked["rank_change"].notna().any())  # else 新 on every line says nothing
    for group, group_units in ranked[ranked["status"] == RANKED].groupby("group", sort=False):
        names = ("rank", "place_band", "moved", "unit_name", "score", "change")
        table = new_table(str(group), *names, "sites", "checks", "failed", "coverage")
        banded = group_units.assign(**spell_bands(group_units))
        for line in banded.itertuples():
            table.add_row(*_line(line, compared=compared))
        out.print(table)
    for group, sentence in sureness_of(ranked).items():
        out.print(f"名次的把握：{group}{sentence}", markup=False)
    if note := plan_sentence(office, window, board):
        out.print(note)
    for status, text in ((THIN, "检查项不足，暂不评分"), (UNVISITED, "本期未督查")):
        names = ranked.loc[ranked["status"] == status, "unit_name"]
        if len(names):
            out.print(f"{text}（{len(names)} 个）：{'、'.join(names)}")
    few = ranked[ranked["status"] == FEW_SEEN]
    if len(few):
        texts = "、".join(f"{line.unit_name} {line.score:.2f}" for line in few.itertuples())
        out.print(f"当日督查面不足，不排名次（{len(few)}个）：{texts}")
    for line in ranked[ranked["status"] == VETOED].itertuples():
        text = (
            f"一票否决：{line.unit_name}（得分 {line.score:.2f}，不排名；依据 {line.document_no}）"
        )
        out.print(text)


def print_held(rows: pd.DataFrame) -> None:
    """Print how many rows do not count yet and what they could change; see `held_effect.held_in`."""
    if len(rows):
        out.print(held_sentence(rows))


def print_shortlists(shortlists: pd.DataFrame) -> None:
    """Print the units named at both ends of each group; columns of `queries.ranking.shortlists.named_units`."""
    for (group, title), group_units in shortlists.groupby(["group", "title"], sort=False):
        texts = []
        for line in group_units.itertuples():
            unit = f"第 {line.rank} 名" if line.left_out else f"{line.unit_name} {line.score:.2f}"
            texts.append(f"{unit}（{line.remark}）" if line.remark else unit)
        out.print(f"{group} {title}：{'、'.join(texts)}")


def _line(line: object, *, compared: bool) -> list[str]:
    change = "—" if pd.isna(line.score_change) else f"{line.score_change:+.2f}"
    covered = "—" if pd.isna(line.coverage) else f"{line.coverage:.0%}"
    rank_text = f"{line.rank}{'（并列）' if line.tied else ''}"
    figures = [str(line.sites), str(line.checks), str(line.failed), covered]
    waiting_rows = int(getattr(line, "held", 0))  # the demonstration asks for none
    name = f"{line.unit_name}（{waiting_rows}条待核）" if waiting_rows else line.unit_name
    return [
        rank_text,
        getattr(line, "place_band", ""),
        moved_place(line, compared=compared),
        name,
        f"{line.score:.2f}",
        change,
        *figures,
    ]


def print_listing(office: Office, window: Window, units: pd.DataFrame) -> None:
    """Print a board that is not ranked; columns of `queries.ranking.ranking.listing`."""
    print_held(held_in(office, window))
    names = (
        "unit_name",
        "failed",
        "places",
        "lost",
        "failed_before",
        "kept",
        "not_due",
        "recurred",
    )
    table = new_table(f"{window.title} 各部门责任问题（不排名）", *names)
    for line in units.itertuples():
        figures = [str(line.failed), str(line.places), f"{line.lost:.2f}", str(line.failed_before)]
        became = [share_text(line.in_time, line.fell_due), str(line.not_due), str(line.recurred)]
        table.add_row(line.unit_name, *figures, *became)
    out.print(table)
    for day in units["as_of"].head(1):
        out.print(on_time_note(day))


def print_trial(trial: Trial) -> None:
    """Print what other rules would change; see `queries.ranking.trial`."""
    rules, moved = trial.rules, trial.units["changed"]
    out.print(f"\n{trial.window.title} 试算：{rules.title} {rules.version}（没有保存）")
    for group, group_units in trial.units.groupby("group", sort=False):
        ranks = ("rank_current", "rank_on_trial")
        table = new_table(str(group), "unit_name", *ranks, "score_current", "score_on_trial")
        for line in group_units.itertuples():
            ranks = [_rank(line.rank_before), _rank(line.rank_after)]
            scores = [_score(line.score_before), _score(line.score_after)]
            table.add_row(line.unit_name, *ranks, *scores, style="bold" if line.changed else None)
        out.print(table)
    out.print(f"{moved.sum()} 个单位的名次会变。")
    for line in noise_sentences(trial):
        out.print(line)
    for line in trial.months.itertuples():
        out.print(f"  {line.month}：{line.units} 个单位有名次，{line.changed} 个会变。")


def _rank(rank: int) -> str:
    return "—" if pd.isna(rank) else str(rank)


def _score(score: float) -> str:
    return "—" if pd.isna(score) else f"{score:.2f}"


def print_batches(batches: pd.DataFrame) -> None:
    """Print what came in; columns of `queries.files.batches.batches`."""
    table = Table(title=f"共 {len(batches)} 个批次", title_justify="left")
    names = ("batch", "state", "file", "kind", "who", "at", "stored", "held", "skipped")
    for column in columns(*names):
        table.add_column(column.title)
    for line in batches.itertuples():
        facts = [line.name, line.kind, line.who, line.at[:16].replace("T", " ")]
        table.add_row(
            str(line.batch),
            line.replaced or line.state,
            *facts,
            str(line.good),
            str(line.held),
            str(line.skipped),
        )
    out.print(table)


def print_report(report: Report) -> None:
    """Print what a check of the store found."""
    table = Table(title=f"核对（{report.seconds:.1f} 秒）", title_justify="left")
    for name, justify in (("项目", "left"), ("核对", "right"), ("不对", "right"), ("例子", "left")):
        table.add_column(name, justify=justify)
    for line in report.lines:
        examples = "；".join(line.examples)
        table.add_row(line.what, f"{line.checked:,}", f"{line.wrong:,}", examples)
    out.print(table)
    out.print("全部一致。" if report.sound else _REMEDY)


def print_health(health: Mapping[str, object]) -> None:
    """Print the state of the store; what `upkeep.health.health` gives."""
    out.print("正常" if health["well"] else "不正常")
    for complaint in health["complaints"]:
        out.print(f"  {complaint}")
    for name, title in _HEALTH.items():
        value = health.get(name)
        if value is not None:
            out.print(f"{title}：{_spell(name, value)}")


def _spell(name: str, value: object) -> str:
    if isinstance(value, dict):
        texts = [value.get("name") or value.get("path"), value["at"][:16].replace("T", " ")]
        verdict = {True: "通过", False: "发现问题"}.get(value.get("sound"))
        return " ".join(str(word) for word in (*texts, value.get("who"), verdict) if word)
    if name in ("size", "wal", "free", "bytes_per_10000_rows"):
        return f"{value / 1e6:,.1f} MB"
    return f"{value:,}" if isinstance(value, int) else str(value)
