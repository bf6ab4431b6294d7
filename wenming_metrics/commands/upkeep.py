"""Commands that care for the store: backup, restore, verify, retally, health, prune, clean."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import asdict

from rich.progress import track

from wenming_metrics.commands import FAILED, HELD, OK, command, workers_on_store
from wenming_metrics.commands.bulletins import check_file
from wenming_metrics.commands.printing import err, print_health, print_json, print_report, say
from wenming_metrics.queries.office import open_office, read_rules
from wenming_metrics.runtime import settings
from wenming_metrics.store.database import open_store
from wenming_metrics.upkeep.backup import backup
from wenming_metrics.upkeep.clean import clean
from wenming_metrics.upkeep.health import health
from wenming_metrics.upkeep.prune import prune
from wenming_metrics.upkeep.rebuild_tallies import retally_store
from wenming_metrics.upkeep.restore import Restored, entries_of, restore
from wenming_metrics.upkeep.verify import verify


@command("clean")
def _clean(options: Namespace) -> int:
    config = settings.load()
    cleaned = clean(open_office(config), config.logs)
    message = (
        f"已清除个人信息：{cleaned.files:,}个原文件、{cleaned.blocks:,}块单元格、{cleaned.texts:,}处文字、"
        f"{cleaned.logs:,}个日志（{cleaned.seconds:.1f}秒）。以前的备份里还有这些信息，请另行销毁。"
    )
    if cleaned.unread:
        numbers = "、".join(map(str, cleaned.unread))
        message += f"第{numbers}批的原文件现在打不开，没有动，请核实。"
    if cleaned.signed:
        names = "、".join(cleaned.signed)
        message += f"已签发的{names}里有电话号码等，改动后校验码就不符，没有动。"
    say(message, as_json=options.json, **asdict(cleaned))
    return HELD if cleaned.unread or cleaned.signed else OK


@command("backup")
def _backup(options: Namespace) -> int:
    new_backup = backup(open_store(settings.load().store_url), options.place)
    size_text = (
        f"{new_backup.rows:,} 行，{new_backup.size / 1e6:,.1f} MB，{new_backup.seconds:.1f} 秒"
    )
    say(f"已备份到 {new_backup.path}（{size_text}）。", as_json=options.json, **asdict(new_backup))
    return OK


@command("restore")
def _restore(options: Namespace) -> int:
    config = settings.load()
    # What a backup was numbered by goes before what this store, which it replaces, was.
    _, rules, _ = read_rules(config, *entries_of(options.file))
    restored = restore(config.store_url, rules, options.file, replace=options.replace)
    say(_restored_text(restored), as_json=options.json, **asdict(restored))
    return OK


def _restored_text(restored: Restored) -> str:
    saved_note = f"原来的数据另存在 {restored.saved}。" if restored.saved else ""
    if restored.aside:
        saved_note = f"原来的数据文件已损坏，改名为 {restored.aside}；正在打开的网页要重新启动。"
    return f"已还原 {restored.batches:,} 个批次、{restored.rows:,} 行（{restored.seconds:.1f} 秒）。{saved_note}"


@command("verify")
def _verify(options: Namespace) -> int:
    if options.file:
        return check_file(options.file, as_json=options.json)
    config = settings.load()
    with workers_on_store(options, config.store_url) as executor:
        report = verify(open_office(config), executor)
    if options.json:
        print_json({"sound": report.sound, **asdict(report)})
    else:
        print_report(report)
    return OK if report.sound else FAILED


@command("retally")
def _retally(options: Namespace) -> int:
    config, retallied = settings.load(), []
    with workers_on_store(options, config.store_url) as executor:
        hidden = options.json or not sys.stderr.isatty()
        months = retally_store(open_office(config), executor)
        for month in track(months, "重算", console=err, disable=hidden, transient=True):
            retallied.append(month)
    days = sum(month.days for month in retallied)
    facts = {
        "months": len(retallied),
        "days": days,
        "again": sum(month.again for month in retallied),
    }
    say(f"已重算 {len(retallied)} 个月、{days:,} 天的汇总。", as_json=options.json, **facts)
    return OK


@command("health")
def _health(options: Namespace) -> int:
    state = health(settings.load())
    (print_json if options.json else print_health)(state)
    return OK if state["well"] else FAILED


@command("prune")
def _prune(options: Namespace) -> int:
    config = settings.load()
    keep = options.days or config.keep_originals
    if keep is None:
        raise settings.SettingsError(
            "没有设置保留多少天：请用 --days，或设置环境变量 WENMING_KEEP_ORIGINALS。"
        )
    pruned = prune(open_store(config.store_url), keep)
    files_text = f"{pruned.files:,} 个原文件，共 {pruned.size / 1e6:,.1f} MB"
    if pruned.files:
        message = f"已清除 {keep} 天以前的 {files_text}；空出的地方留给以后的数据。"
    else:
        message = f"没有 {keep} 天以前的原文件。"
    say(message, as_json=options.json, **asdict(pruned))
    return OK
