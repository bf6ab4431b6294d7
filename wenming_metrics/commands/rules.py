"""Commands about the rules themselves (测评办法): `rules list`, `rules publish` and the like."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from wenming_metrics.commands import FAILED, OK, Add, Run
from wenming_metrics.commands.printing import err, plain, print_json, print_lines, say, say_saved
from wenming_metrics.domain.periods import custom, today
from wenming_metrics.export.tables import influence_workbook
from wenming_metrics.intake import commit
from wenming_metrics.queries.framework import tree
from wenming_metrics.queries.office import Office, days_known, open_office, read_catalogue
from wenming_metrics.queries.ranking.weights import influence_sentence, weight_influence
from wenming_metrics.revising import drafts
from wenming_metrics.revising.books import book_of, files_of_version, read_any
from wenming_metrics.revising.compare import compare
from wenming_metrics.revising.publish import Release, next_id, publish, versions
from wenming_metrics.revising.trying import try_draft
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.rules.load import load_all, load_files
from wenming_metrics.rules.workbook.parts import parts_of
from wenming_metrics.rules.workbook.workbook import WorkbookError
from wenming_metrics.runtime import settings
from wenming_metrics.runtime.settings import Settings
from wenming_metrics.vocabulary import titles

_VERSIONS = titles(
    *("id=rules_id", "version", "first_day", "last_day", "title=rules_title", "source=origin"),
    *("leaves", "in_force", "who=released_by"),
)
_TREE = titles("code", "name=indicator", "share", "how", "responsible")
_CHANGES = titles("area", "what=spot", "name=changed", "old", "new")
_KEPT = titles("group", "rank", "unit_name", "score", "kept=place_kept", "place_range")
_EFFECTS = titles("code", "name=indicator", "up=weight_up", "down=weight_down")
_MOST_WEIGHTS = 20
_SOURCE = "办法：data/rules 里的编号、文件夹或改好的 .xlsx"


def add_commands(add: Add) -> None:
    """Add the commands of this theme."""
    command = add(
        "rules", _needs_act, "测评办法：列出、查看、核对、导出、导入、比较、试算、发布", json=False
    )
    act = acts_of(command)
    act("list", _list, "列出各版办法")
    act("show", _show, "列出一版的指标和权重").add_argument("rules", metavar="编号", nargs="?")
    act("check", _check, "核对一套办法有没有写错，不存下任何内容").add_argument(
        "source", metavar="办法", type=Path, help="文件夹或 .xlsx"
    )
    export = act("export", _export, "存成一份 Excel 表，改好后可以导入")
    export.add_argument("rules", metavar="编号")
    export.add_argument("--out", type=Path, required=True, help="存到哪个 .xlsx 文件")
    imported = act("import", _import, "把改好的 Excel 表存为草案，或存成文件夹")
    imported.add_argument("source", metavar="办法", type=Path, help="文件夹或 .xlsx")
    imported.add_argument("--who", default="命令行", help="经办人")
    imported.add_argument("--out", type=Path, help="不存草案，存成这个新文件夹")
    compared = act("compare", _compare, "比较两套办法")
    compared.add_argument("old", metavar="原来", help=_SOURCE)
    compared.add_argument("new", metavar="现在", help=_SOURCE)
    tried = act("try", _try, "试算：最近几天名次会怎样变，哪一条改动影响了谁（不保存）")
    tried.add_argument("source", metavar="办法", help=_SOURCE)
    tried.add_argument("--days", type=int, default=30, help="最近几天，缺省 30")
    weighed = act("weights", _weights, "权重影响：权重上下四分之一，谁的名次会变")
    weighed.add_argument("--days", type=int, default=30, help="最近几天，缺省 30")
    weighed.add_argument("--out", type=Path, help="存成 .xlsx 文件")
    _add_publish(act)


def _add_publish(act: Callable[..., argparse.ArgumentParser]) -> None:
    command = act("publish", _publish, "发布：从施行日期起用新的一版，以前的日子不变")
    command.add_argument("source", metavar="办法", help=f"草案的号；或{_SOURCE}")
    command.add_argument("--document", required=True, metavar="文号", help="依据哪一份文件")
    command.add_argument(
        "--from", dest="first", type=date.fromisoformat, required=True, help="施行日期"
    )
    command.add_argument("--who", required=True, help="经办人")
    command.add_argument("--id", dest="rules_id", help="新一版的编号（缺省自动编）")
    command.add_argument("--version", help="新一版的版本（缺省按办法里写的）")
    command.add_argument(
        "--backdated", action="store_true", help="施行日期可以早于今天，那以后没有签发的得分会变"
    )


def acts_of(command: argparse.ArgumentParser) -> Add:
    """Let a command do several things: gives what adds one (name, run, description)."""
    acts = command.add_subparsers(title="做什么", required=True, metavar="做什么", dest="act")

    def act(name: str, run: Run, description: str) -> argparse.ArgumentParser:
        parser = acts.add_parser(name, help=description, description=description)
        parser.set_defaults(run=_reporting_faults(run))
        parser.add_argument("--json", action="store_true", help="输出 JSON")
        return parser

    return act


def _needs_act(options: argparse.Namespace) -> int:
    raise commit.IntakeError("请写明做什么，如 rules list。")


def _reporting_faults(run: Run) -> Run:
    """Tell the faults of a workbook line by line."""

    def reported_run(options: argparse.Namespace) -> int:
        try:
            return run(options)
        except WorkbookError as error:
            faults = [str(fault) for fault in error.faults]
            if options.json:
                print_json({"sound": False, "faults": faults})
            else:
                err.print(f"有 {len(faults)} 处要改，没有存下任何内容：", markup=False)
                err.print("\n".join(faults), markup=False)
            return FAILED

    return reported_run


def _list(options: argparse.Namespace) -> int:
    config = settings.load()
    office = open_office(config)
    all_versions = versions(office, load_all(config.data / "rules", office.catalogue))
    if options.json:
        print_json({"versions": all_versions.to_dict("records")})
    else:
        table = all_versions.assign(in_force=all_versions["in_force"].map({True: "是", False: ""}))
        print_lines(
            f"测评办法（{len(all_versions)} 版）", table[list(_VERSIONS)].rename(columns=_VERSIONS)
        )
    return OK


def _show(options: argparse.Namespace) -> int:
    config = settings.load()
    office = open_office(config)
    name = options.rules or office.rules.id
    rules = load_files(files_of_version(config.data, name), office.catalogue)
    indicators = tree(rules)
    if options.json:
        print_json({"rules": rules.id, "digest": rules.digest, "indicators": plain(indicators)})
        return OK
    indented = ["  " * (level - 1) for level in indicators["level"]]
    table = indicators.assign(
        name=[
            f"{space}{indicator}"
            for space, indicator in zip(indented, indicators["name"], strict=True)
        ],
        share=["" if pd.isna(share) else f"{share:.2%}" for share in indicators["share"]],
    )
    title = f"{rules.title} {rules.version}（{rules.source}，{rules.effective_from} 起）"
    print_lines(title, table[list(_TREE)].rename(columns=_TREE))
    return OK


def _check(options: argparse.Namespace) -> int:
    catalogue = read_catalogue(settings.load())
    try:
        _, rules = read_any(options.source, catalogue)
    except RuleSetError as error:
        if not options.json:
            raise
        print_json({"sound": False, "faults": [str(fault) for fault in error.faults]})
        return FAILED
    message = f"没有写错的地方：{rules.title} {rules.version}，{len(rules.leaves)} 条末级指标。"
    say(message, as_json=options.json, sound=True, faults=[], digest=rules.digest)
    return OK


def _export(options: argparse.Namespace) -> int:
    config = settings.load()
    catalogue = read_catalogue(config)
    options.out.write_bytes(book_of(files_of_version(config.data, options.rules), catalogue))
    say_saved(options)
    return OK


def _import(options: argparse.Namespace) -> int:
    config = settings.load()
    if options.out:
        files, _ = read_any(options.source, read_catalogue(config))
        options.out.mkdir(parents=True)
        for name, content in files.items():
            (options.out / name).write_bytes(content)
        say(f"已存到文件夹 {options.out}", as_json=options.json, folder=str(options.out))
        return OK
    office = open_office(config)
    files, _ = read_any(options.source, office.catalogue)
    draft = drafts.keep(office, files, options.source.name, options.who)
    say(f"已存为第 {draft} 号草案。", as_json=options.json, draft=draft)
    return OK


def _files(path_or_id: str, config: Settings, office: Office) -> dict[str, bytes]:
    """Find rules by path or by id."""
    if Path(path_or_id).exists():
        return read_any(Path(path_or_id), office.catalogue)[0]
    return files_of_version(config.data, path_or_id)


def _compare(options: argparse.Namespace) -> int:
    config = settings.load()
    office = open_office(config)
    old, new = (parts_of(_files(source, config, office)) for source in (options.old, options.new))
    changes = compare(old, new, office.catalogue)
    if options.json:
        print_json({"changes": plain(changes)})
    elif changes.empty:
        say("内容没有差别。")
    else:
        print_lines(f"共 {len(changes)} 处不同", changes.rename(columns=_CHANGES))
    return OK


def _try(options: argparse.Namespace) -> int:
    config = settings.load()
    office = open_office(config)
    days = days_known(office)
    if not days:
        raise commit.IntakeError("还没有入库数据，不能试算。")
    over = custom(days[-1] - timedelta(days=max(1, options.days) - 1), days[-1])
    board = next(board for board in office.rules.boards if board.ranked)
    tried = try_draft(office, _files(options.source, config, office), over, board.kind)
    if options.json:
        facts = {"units": plain(tried.units), "clauses": plain(tried.clauses)}
        print_json({"window": over.title, **facts})
        return OK
    heads = titles("title=clause_title", "moved=units_moved", "most", "unit_name")
    print_lines(f"{over.title} 各条改动单独的影响", tried.clauses.rename(columns=heads))
    heads = titles(
        *("unit_name", "rank_before=rank_old", "rank_after=rank_on_trial"),
        *("score_before=score_old", "score_after=score_on_trial", "clause", "by_clause"),
    )
    print_lines("各单位", tried.units[list(heads)].rename(columns=heads))
    say("没有保存。各条单独的影响不一定加得成合起来的影响。")
    return OK


def _weights(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
    days = days_known(office)
    if not days:
        raise commit.IntakeError("还没有入库数据，看不出权重的影响。")
    over = custom(days[-1] - timedelta(days=max(1, options.days) - 1), days[-1])
    board = next(board for board in office.rules.boards if board.ranked)
    influence = weight_influence(office, over, board.kind)
    summary = influence_sentence(influence)
    if options.out:
        lines = (influence.units, influence.weights)
        options.out.write_bytes(influence_workbook(*lines, f"权重影响（{over.title}）", [summary]))
        say_saved(options)
    elif options.json:
        facts = {"units": plain(influence.units), "weights": plain(influence.weights)}
        print_json({"window": over.title, "text": summary, **facts})
    else:
        lines = influence.units.assign(kept=[f"{share:.0%}" for share in influence.units["kept"]])
        print_lines(f"{over.title} 名次", lines[list(_KEPT)].rename(columns=_KEPT))
        effects = influence.weights.head(_MOST_WEIGHTS)
        print_lines("影响最大的权重", effects[list(_EFFECTS)].rename(columns=_EFFECTS))
        say(summary)
    return OK


def _publish(options: argparse.Namespace) -> int:
    config = settings.load()
    office = open_office(config)
    if options.source.isdecimal() and not Path(options.source).exists():
        draft = int(options.source)
        files = drafts.files_of_draft(office, draft)
    else:
        files = _files(options.source, config, office)
        draft = drafts.keep(office, files, Path(options.source).name, options.who)
    draft_settings = parts_of(files).settings
    used_ids = {rule_set.id for rule_set in load_all(config.data / "rules", office.catalogue)}
    draft_id = str(draft_settings["id"])
    rules_id = options.rules_id or (
        draft_id if draft_id not in used_ids else next_id(used_ids, draft_id)
    )
    version = options.version or str(draft_settings["version"])
    release = Release(
        options.who, options.document, options.first, rules_id, version, options.backdated
    )
    rules = publish(office, config.data, draft, release)
    wait = "" if rules.effective_from > today() else "现在就用。"
    message = f"已发布 {rules.id}（版本 {rules.version}），{rules.effective_from} 起施行。{wait}"
    say(message, as_json=options.json, rules=rules.id, digest=rules.digest, draft=draft)
    return OK
