"""Commands that care for the store: backup, restore, upgrade, verify, retally, health, prune, clean."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import track

from wenming_metrics.commands import FAILED, HELD, OK, command, workers_on_store
from wenming_metrics.commands.bulletins import check_file
from wenming_metrics.commands.printing import err, print_health, print_json, print_report, say
from wenming_metrics.queries.office import open_office, read_rules
from wenming_metrics.runtime import settings
from wenming_metrics.store.database import StoreError, open_store
from wenming_metrics.upkeep.backup import backup, backups_in, rotate
from wenming_metrics.upkeep.clean import clean
from wenming_metrics.upkeep.health import health
from wenming_metrics.upkeep.prune import prune
from wenming_metrics.upkeep.rebuild_tallies import retally_store
from wenming_metrics.upkeep.restore import Restored, entries_of, restore
from wenming_metrics.upkeep.upgrade import upgrade
from wenming_metrics.upkeep.verify import verify


@command("clean")
def _clean(options: Namespace) -> int:
    config = settings.load()
    cleaned = clean(open_office(config), config.logs)
    message = (
        f"已清除个人信息：{cleaned.files:,}个原文件、{cleaned.pictures:,}张照片、{cleaned.blocks:,}块单元格、{cleaned.texts:,}处文字、"
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
    if options.keep and not options.place.is_dir():
        raise StoreError(f"--keep 要给一个文件夹，{options.place} 不是。没有备份。")
    new_backup = backup(open_store(settings.load().store_url), options.place)
    size_text = (
        f"{new_backup.rows:,} 行，{new_backup.size / 1e6:,.1f} MB，{new_backup.seconds:.1f} 秒"
    )
    removed = rotate(options.place, options.keep) if options.keep else []
    removed_text = f"清除 {len(removed)} 份旧备份。" if removed else ""
    message = f"已备份到 {new_backup.path}（{size_text}）。{removed_text}"
    say(message, as_json=options.json, **asdict(new_backup), removed=removed)
    return OK


@command("restore")
def _restore(options: Namespace) -> int:
    config = settings.load()
    if options.rehearse:
        return _try_restore(options, config)
    # What a backup was numbered by goes before what this store, which it replaces, was.
    _, rules, _ = read_rules(config, *entries_of(options.file))
    restored = restore(config.store_url, rules, options.file, replace=options.replace)
    say(_restored_text(restored), as_json=options.json, **asdict(restored))
    return OK


def _try_restore(options: Namespace, config: settings.Settings) -> int:
    """Restore into a store that is thrown away, and check all of it there."""
    newest = backups_in(options.file)[:1] if options.file.is_dir() else [options.file]
    if not newest:
        raise StoreError(f"{options.file} 里没有备份。")
    _, rules, _ = read_rules(config, *entries_of(newest[0]))
    with TemporaryDirectory(prefix="wenming-try-") as scratch:
        trial = replace(config, store_url=settings.store_url(Path(scratch) / "try.db"))
        restored = restore(trial.store_url, rules, newest[0])
        office = open_office(trial)
        report = verify(office)
        office.store.engine.dispose()
    if not options.json:
        print_report(report)
    outcome = "可以还原，核对通过" if report.sound else "核对没有通过，请另做备份并查明原因"
    message = f"{newest[0]}：{restored.batches:,} 个批次、{restored.rows:,} 行，{outcome}。现有的数据没有动。"
    say(message, as_json=options.json, path=newest[0], sound=report.sound, rows=restored.rows)
    return OK if report.sound else FAILED


@command("upgrade")
def _upgrade(options: Namespace) -> int:
    upgraded = upgrade(settings.load().store_url, only_check=options.check)
    if not upgraded.is_due:
        message = f"数据已是版本 {upgraded.goal}，不用升级。"
    else:
        tried = (
            f"在副本上试过（{upgraded.rows:,} 行）"
            if upgraded.rows is not None
            else "没有在副本上试"
        )
        saved = f"升级前的数据另存在 {upgraded.saved}。" if upgraded.saved else "数据没有改动。"
        act = "可以升级" if options.check else "已升级"
        saved = saved if options.check or upgraded.saved else "升级前的备份请用旧版软件的 backup。"
        message = f"{act}：版本 {upgraded.version} 到版本 {upgraded.goal}，{tried}。{saved}"
    say(message, as_json=options.json, **asdict(upgraded))
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
