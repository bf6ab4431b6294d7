"""Commands for what goes in and what came in: check, ingest, batches, withdraw, reinstate."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from rich.progress import Progress

from wenming_metrics.commands import FAILED, HELD, OK, command, this_office
from wenming_metrics.commands.answers import answers_of
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
from wenming_metrics.decisions.name_answers import read_names_book, remember_names
from wenming_metrics.domain.problems import problem_frame
from wenming_metrics.intake import commit
from wenming_metrics.intake.bulk import (
    BulkChoices,
    Outcome,
    check_many,
    find_workbooks,
    ingest_many,
    messages_only,
)
from wenming_metrics.queries.files import batches
from wenming_metrics.queries.files.open_forms import LEFT_AS_IT_IS, role_proposed
from wenming_metrics.queries.files.unknown_names import names_file, unknown_names
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import CERTAINTIES, COMPONENT, Reading, Recognised
from wenming_metrics.reading.model.sender_answers import SenderAnswers
from wenming_metrics.reading.records.kinds import SHEET_TITLES
from wenming_metrics.runtime.executors import open_executor
from wenming_metrics.vocabulary import INPUT, normalise


@command("check")
def _check(options: Namespace) -> int:
    return _each_file(options, check_many)


@command("ingest")
def _ingest(options: Namespace) -> int:
    return _each_file(options, partial(ingest_many, who=options.who))


def _each_file(options: Namespace, act: Callable[..., Iterator[Outcome]]) -> int:
    """Do something with each file and tell of each; a bad file does not stop the rest."""
    office, paths = this_office(), find_workbooks(options.files)
    if vars(options).get("names"):
        answers = read_names_book(office, options.names.read_bytes())
        remember_names(office, answers, options.who)
    duplicates = options.duplicates
    choices = BulkChoices(
        answers_of(options), duplicates == "count", replaces=duplicates == "replace"
    )
    codes, files, readings = [], [], []
    # Where the lines of the files are seen as they come, they say how far it is.
    hidden = options.json or len(paths) < 2 or sys.stdout.isatty()
    with (
        open_executor(options.workers, options.cluster) as executor,
        Progress(console=err, disable=hidden, transient=True, redirect_stdout=False) as bar,
    ):
        outcomes = act(office, paths, choices=choices, executor=executor)
        for outcome in bar.track(outcomes, total=len(paths), description="读取"):
            codes.append(_code(outcome))
            if outcome.batch:
                _remember(office, outcome.preview, choices.answers, options.who)
            facts = _outcome_facts(outcome)
            if vars(options).get("ask_names") and outcome.preview:
                readings.append(messages_only(outcome).preview.reading)
            if vars(options).get("explain") and outcome.preview:
                facts["tables"] = [*map(_explained, outcome.preview.reading.recognised)]
            if vars(options).get("marked") and outcome.preview:
                facts["marked"] = _save_marked(outcome.preview, options.marked)
            if options.json:
                files.append(facts)
            else:
                print_files([facts])
    if options.json:
        print_json(files)
    if vars(options).get("ask_names"):
        _save_names(office, readings, options)
    return max(codes)


def _save_names(office: Office, readings: list[Reading], options: Namespace) -> None:
    """Write the unknown names of all files as a workbook to be filled in."""
    names = unknown_names(office, readings)
    if names.empty:
        if not options.json:
            say("没有不认识的名称。", as_json=False)
        return
    options.ask_names.write_bytes(names_file(office, names))
    if not options.json:
        say(f"不认识的名称有{len(names)}个，已写入 {options.ask_names}。", as_json=False)


def _remember(office: Office, preview: commit.Preview, answers: SenderAnswers, who: str) -> None:
    """Remember by their headers what was said of tables that were stored."""
    for table in preview.reading.bare if answers.bare else ():
        mappings.remember_bare(office, table.fingerprint, answers.bare, who)
    mappings.remember_visits(office, preview.reading, answers, who)
    kinds = dict(answers.kinds)
    for table in preview.reading.recognised:
        if table.sheet in kinds:
            mappings.remember_kind(office, table.fingerprint, kinds[table.sheet], who)
        headers = {normalise(column.header) for column in table.columns}
        for header, name in answers.columns:
            if normalise(header) in headers:
                mappings.remember_header(office, table.fingerprint, header, name, who)


def _explained(table: Recognised) -> dict[str, object]:
    """Tell what a table is taken for, as `printing.print_files` prints it."""
    kind = table.proposed or table.kind
    roles = [role_proposed(table, kind, index) for index in range(len(table.columns))]
    columns = [
        {
            **{"header": column.header, "column": _role_title(role)},
            **{"samples": list(column.samples), "doubtful": column.is_doubtful},
            "can_be_said": not role or role in INPUT,
        }
        for column, role in zip(table.columns, roles, strict=True)
    ]
    facts = {"sheet": table.sheet, "kind": SHEET_TITLES.get(kind, ""), "reason": table.reason}
    return {**facts, "certainty": CERTAINTIES.get(table.certainty, ""), "columns": columns}


def _role_title(role: str) -> str:
    """Name what a column is read as; questions and components have no name that `--map` takes."""
    if role in INPUT:
        return INPUT[role].title
    return LEFT_AS_IT_IS if role == COMPONENT else role and "问卷题目"


def _save_marked(preview: commit.Preview, folder: Path) -> str:
    """Save a file with its problems marked; gives where, or why not. Never writes over a file."""
    marked = marked_file(preview)
    if isinstance(marked, str):
        return marked
    name, content = Path(marked[0]), marked[1]
    folder.mkdir(parents=True, exist_ok=True)
    names = (name, *(Path(f"{name.stem}({n}){name.suffix}") for n in range(2, 1_000)))
    try:
        path = next(folder / candidate for candidate in names if not (folder / candidate).exists())
        path.write_bytes(content)
    except OSError as error:  # such as a sign that this system allows in no name
        return f"没有存下来（{error.strerror}）"
    return str(path)


def _code(outcome: Outcome) -> int:
    """Give the exit code that an outcome deserves."""
    if outcome.error:
        return FAILED
    return verdict(outcome.preview) if outcome.preview else OK


def _outcome_facts(outcome: Outcome) -> dict[str, object]:
    if outcome.preview:
        return {**file_facts(outcome.preview), "batch": outcome.batch}
    error = outcome.error
    message = unopened(error) if isinstance(error, OSError) else str(error)
    if outcome.left_out:
        message = f"略去 {len(outcome.left_out)} 个系统文件：{'、'.join(outcome.left_out)}。"
    return {"file": outcome.name, "kind": "", "outcome": message, "problems": []}


def verdict(preview: commit.Preview) -> int:
    """Give the exit code that a file deserves."""
    if preview.is_known:
        return OK
    if not preview.can_commit:
        return FAILED
    return HELD if preview.reading.counts.held else OK


def file_facts(preview: commit.Preview) -> dict[str, object]:
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


@command("batches")
def _batches(options: Namespace) -> int:
    all_batches = batches.batches(this_office())
    if options.json:
        print_json(plain(all_batches))
    else:
        print_batches(all_batches)
    return OK


@command("withdraw")
def _withdraw(options: Namespace) -> int:
    commit.withdraw(this_office(), options.batch, options.who, options.reason)
    say(
        f"批次 {options.batch} 已撤回，各项分数已按余下的批次重算。",
        as_json=options.json,
        batch=options.batch,
    )
    return OK


@command("reinstate")
def _reinstate(options: Namespace) -> int:
    commit.reinstate(this_office(), options.batch, options.who, options.reason)
    say(f"批次 {options.batch} 已恢复，各项分数已重算。", as_json=options.json, batch=options.batch)
    return OK
