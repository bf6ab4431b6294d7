"""Commands about the rules themselves (测评办法): `rules list`, `rules publish` and the like."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta
from pathlib import Path

import pandas as pd

from wenming_metrics.commands import FAILED, OK, command, this_office
from wenming_metrics.commands.printing import plain, print_json, print_lines, say, say_saved
from wenming_metrics.domain.periods import Window, custom, today
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


@command("rules list")
def _list(options: Namespace) -> int:
    config = settings.load()
    office = open_office(config)
    all_versions = versions(office, load_all(config.data / "rules", office.catalogue))
    if options.json:
        print_json({"versions": all_versions.to_dict("records")})
    else:
        table = all_versions.assign(in_force=all_versions["in_force"].map({True: "是", False: ""}))
        print_lines(f"测评办法（{len(all_versions)} 版）", table, _VERSIONS)
    return OK


@command("rules show")
def _show(options: Namespace) -> int:
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
    print_lines(title, table, _TREE)
    return OK


@command("rules check")
def _check(options: Namespace) -> int:
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


@command("rules export")
def _export(options: Namespace) -> int:
    config = settings.load()
    catalogue = read_catalogue(config)
    options.out.write_bytes(book_of(files_of_version(config.data, options.rules), catalogue))
    say_saved(options)
    return OK


@command("rules import")
def _import(options: Namespace) -> int:
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


@command("rules compare")
def _compare(options: Namespace) -> int:
    config = settings.load()
    office = open_office(config)
    old, new = (parts_of(_files(source, config, office)) for source in (options.old, options.new))
    changes = compare(old, new, office.catalogue)
    if options.json:
        print_json({"changes": plain(changes)})
    elif changes.empty:
        say("内容没有差别。")
    else:
        print_lines(f"共 {len(changes)} 处不同", changes, _CHANGES)
    return OK


def _latest_days(office: Office, count: int) -> Window:
    """Give the last days with data. Raises IntakeError where there are none."""
    days = days_known(office)
    if not days:
        raise commit.IntakeError("还没有入库数据，没有可以试算的时段。")
    return custom(days[-1] - timedelta(days=max(1, count) - 1), days[-1])


def _ranked(office: Office) -> str:
    return next(board.kind for board in office.rules.boards if board.ranked)


@command("rules try")
def _try(options: Namespace) -> int:
    config = settings.load()
    office = open_office(config)
    over = _latest_days(office, options.days)
    tried = try_draft(office, _files(options.source, config, office), over, _ranked(office))
    if options.json:
        facts = {"units": plain(tried.units), "clauses": plain(tried.clauses)}
        print_json({"window": over.title, **facts})
        return OK
    heads = titles("title=clause_title", "moved=units_moved", "most", "unit_name")
    print_lines(f"{over.title} 各条改动单独的影响", tried.clauses, heads)
    heads = titles(
        *("unit_name", "rank_before=rank_old", "rank_after=rank_on_trial"),
        *("score_before=score_old", "score_after=score_on_trial", "clause", "by_clause"),
    )
    print_lines("各单位", tried.units, heads)
    say("没有保存。各条单独的影响不一定加得成合起来的影响。")
    return OK


@command("rules weights")
def _weights(options: Namespace) -> int:
    office = this_office()
    over = _latest_days(office, options.days)
    influence = weight_influence(office, over, _ranked(office))
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
        print_lines(f"{over.title} 名次", lines, _KEPT)
        effects = influence.weights.head(_MOST_WEIGHTS)
        print_lines("影响最大的权重", effects, _EFFECTS)
        say(summary)
    return OK


@command("rules publish")
def _publish(options: Namespace) -> int:
    config = settings.load()
    office = open_office(config)
    if (
        options.source.isdecimal()
        and len(options.source) < 10
        and not Path(options.source).exists()
    ):
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
