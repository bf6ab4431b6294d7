"""Commands for what goes in and what came in: check, ingest, batches, withdraw, reinstate."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from rich.progress import Progress

from wenming_metrics.commands import FAILED, HELD, OK, Add, add_workers
from wenming_metrics.commands.answers import add_answers, answers_of
from wenming_metrics.commands.printing import (
    err,
    plain,
    print_batches,
    print_files,
    print_json,
    say,
    unopened,
)
from wenming_metrics.decisions import mappings
from wenming_metrics.decisions.held_rows import marked_file
from wenming_metrics.domain.problems import problem_frame
from wenming_metrics.intake import commit
from wenming_metrics.intake.bulk import Choices, Outcome, check_many, find_workbooks, ingest_many
from wenming_metrics.queries.files import batches
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.reading.model.sender_answers import Answers
from wenming_metrics.runtime import settings
from wenming_metrics.runtime.executors import open_executor


def add_commands(add: Add) -> None:
    """Add the commands of this theme."""
    for name, run, told in (
        ("check", _check, "只检查文件,不入库"),
        ("ingest", _ingest, "检查并入库"),
    ):
        command = add(name, run, told)
        _add_files(command)
        add_workers(command)
        if name == "check":
            command.add_argument(
                "--marked",
                type=Path,
                metavar="文件夹",
                help="把标注好的原表存到这里,名为 原名_核对.xlsx",
            )
    add("batches", _batches, "列出入库批次")
    for name, run, told in (
        ("withdraw", _withdraw, "撤回一个批次"),
        ("reinstate", _reinstate, "恢复已撤回的批次"),
    ):
        command = add(name, run, told)
        command.add_argument("batch", type=int, metavar="批次")
        command.add_argument("--who", default="命令行", help="经办人")
        command.add_argument("--reason", default="", help="原因")


def _add_files(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="文件",
        help="表格文件;给文件夹就取其中(含子文件夹)的全部表格,按名称顺序;压缩包(.zip)当作文件夹",
    )
    add_answers(command)
    command.add_argument(
        "--duplicates",
        choices=("once", "count", "replace"),
        default="once",
        help="与已入库的行相同的问题:once 只计一次(默认),count 另外计算;"
        "replace 用这些文件替换先前同一天、同一街道、同一来源的行",
    )
    command.add_argument("--who", default="命令行", help="经办人")


def _check(given: argparse.Namespace) -> int:
    return _each_file(given, check_many)


def _ingest(given: argparse.Namespace) -> int:
    return _each_file(given, partial(ingest_many, who=given.who))


def _each_file(given: argparse.Namespace, act: Callable[..., Iterator[Outcome]]) -> int:
    """Do something with each file and tell of each; a bad file does not stop the rest."""
    office, paths = open_office(settings.load()), find_workbooks(given.files)
    said = given.duplicates
    choices = Choices(answers_of(given), said == "count", replaces=said == "replace")
    codes, found = [], []
    # Where the lines of the files are seen as they come, they say how far it is.
    hidden = given.json or len(paths) < 2 or sys.stdout.isatty()
    with open_executor(given.workers, given.cluster) as executor, _bar(hidden) as bar:
        outcomes = act(office, paths, choices=choices, executor=executor)
        for outcome in bar.track(outcomes, total=len(paths), description="读取"):
            codes.append(_code(outcome))
            if outcome.batch:
                _remember(office, outcome.preview, choices.answers, given.who)
            said = _told_outcome(outcome)
            if vars(given).get("marked") and outcome.preview:
                said["marked"] = _save_marked(outcome.preview, given.marked)
            if given.json:
                found.append(said)
            else:
                print_files([said])
    if given.json:
        print_json(found)
    return max(codes)


def _remember(office: Office, preview: commit.Preview, said: Answers, who: str) -> None:
    """Remember by their headers what was said of tables that were stored."""
    for one in preview.reading.bare if said.bare else ():
        mappings.remember_bare(office, one.fingerprint, said.bare, who)
    kinds = dict(said.kinds)
    for one in preview.reading.recognised:
        if one.sheet in kinds:
            mappings.remember_kind(office, one.fingerprint, kinds[one.sheet], who)


def _save_marked(preview: commit.Preview, folder: Path) -> str:
    """Save a file with its problems marked; gives where, or why not. Never writes over a file."""
    found = marked_file(preview)
    if isinstance(found, str):
        return found
    name, content = Path(found[0]), found[1]
    folder.mkdir(parents=True, exist_ok=True)
    names = (name, *(Path(f"{name.stem}({n}){name.suffix}") for n in range(2, 1_000)))
    place = next(folder / one for one in names if not (folder / one).exists())
    place.write_bytes(content)
    return str(place)


def _bar(hidden: bool) -> Progress:
    return Progress(console=err, disable=hidden, transient=True, redirect_stdout=False)


def _code(outcome: Outcome) -> int:
    """Give the exit code that an outcome deserves."""
    if outcome.error:
        return FAILED
    return verdict(outcome.preview) if outcome.preview else OK


def _told_outcome(outcome: Outcome) -> dict[str, object]:
    if outcome.preview:
        return {**told(outcome.preview), "batch": outcome.batch}
    error = outcome.error
    said = unopened(error) if isinstance(error, OSError) else str(error)
    if outcome.left_out:
        said = f"略去 {len(outcome.left_out)} 个系统文件:{'、'.join(outcome.left_out)}。"
    return {"file": outcome.name, "kind": "", "outcome": said, "problems": []}


def verdict(preview: commit.Preview) -> int:
    """Give the exit code that a file deserves."""
    if preview.is_known:
        return OK
    if not preview.can_commit:
        return FAILED
    return HELD if preview.reading.counts.held else OK


def told(preview: commit.Preview) -> dict[str, object]:
    """Tell of a file what `printing.print_files` prints."""
    frame = problem_frame(preview.problems)
    return {
        "file": preview.filename,
        "kind": batches.KINDS.get(preview.reading.kind, ""),
        "outcome": preview.reading.outcome,
        "can_commit": preview.can_commit,
        "rows": preview.reading.counts.rows,
        "good": preview.reading.counts.good,
        "held": preview.reading.counts.held,
        "skipped": preview.reading.counts.skipped,
        "wave": preview.reading.answers.wave if preview.reading.answers else "",
        "problems": json.loads(frame.to_json(orient="records", force_ascii=False)),
    }


def _batches(given: argparse.Namespace) -> int:
    found = batches.batches(open_office(settings.load()))
    if given.json:
        print_json(plain(found))
    else:
        print_batches(found)
    return OK


def _withdraw(given: argparse.Namespace) -> int:
    commit.withdraw(open_office(settings.load()), given.batch, given.who, given.reason)
    say(
        f"批次 {given.batch} 已撤回,各项分数已按余下的批次重算。",
        as_json=given.json,
        batch=given.batch,
    )
    return OK


def _reinstate(given: argparse.Namespace) -> int:
    commit.reinstate(open_office(settings.load()), given.batch, given.who, given.reason)
    say(f"批次 {given.batch} 已恢复,各项分数已重算。", as_json=given.json, batch=given.batch)
    return OK
