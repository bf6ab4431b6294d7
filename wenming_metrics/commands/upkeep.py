"""Commands that care for the store: backup, restore, verify, retally, health, prune."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from rich.progress import track

from wenming_metrics.commands import FAILED, OK, Add, add_workers, workers_on_store
from wenming_metrics.commands.printing import err, print_health, print_json, print_report, say
from wenming_metrics.queries.office import open_office, read_rules
from wenming_metrics.runtime import settings
from wenming_metrics.store.database import open_store
from wenming_metrics.upkeep.backup import backup
from wenming_metrics.upkeep.health import health
from wenming_metrics.upkeep.prune import prune
from wenming_metrics.upkeep.rebuild_tallies import retally_store
from wenming_metrics.upkeep.restore import Restored, restore
from wenming_metrics.upkeep.verify import verify


def add_commands(add: Add) -> None:
    """Add the commands of this theme."""
    made = add("backup", _backup, "备份全部数据,网页和入库可以照常使用")
    made.add_argument("place", type=Path, metavar="文件或文件夹")
    put_back = add("restore", _restore, "用备份还原全部数据")
    put_back.add_argument("file", type=Path, metavar="备份文件")
    put_back.add_argument(
        "--replace", action="store_true", help="现有的数据可以换掉(先自动另存一份)"
    )
    add_workers(add("verify", _verify, "核对全部数据:逐行重算,与各项汇总、摘要、记录对照"))
    add_workers(add("retally", _retally, "重算:从入库的行把全部汇总重新算过,照常可用"))
    add("health", _health, "数据的状态,供监控使用")
    dropped = add("prune", _prune, "清除保留期以前的原文件(行、单元格和摘要都留着)")
    dropped.add_argument(
        "--days", type=_days, metavar="天", help="保留多少天(默认 WENMING_KEEP_ORIGINALS)"
    )


def _days(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"应是 1 或更大的整数,现在是“{text}”")
    return int(text)


def _backup(given: argparse.Namespace) -> int:
    made = backup(open_store(settings.load().store_url), given.place)
    told = f"{made.rows:,} 行,{made.size / 1e6:,.1f} MB,{made.seconds:.1f} 秒"
    say(f"已备份到 {made.path}({told})。", as_json=given.json, **asdict(made))
    return OK


def _restore(given: argparse.Namespace) -> int:
    here = settings.load()
    _, rules, _ = read_rules(here)
    done = restore(here.store_url, rules, given.file, replace=given.replace)
    say(_told(done), as_json=given.json, **asdict(done))
    return OK


def _told(done: Restored) -> str:
    kept = f"原来的数据另存在 {done.saved}。" if done.saved else ""
    if done.aside:
        kept = f"原来的数据文件已损坏,改名为 {done.aside};正在打开的网页要重新启动。"
    return f"已还原 {done.batches:,} 个批次、{done.rows:,} 行({done.seconds:.1f} 秒)。{kept}"


def _verify(given: argparse.Namespace) -> int:
    here = settings.load()
    with workers_on_store(given, here.store_url) as executor:
        report = verify(open_office(here), executor)
    if given.json:
        print_json({"sound": report.sound, **asdict(report)})
    else:
        print_report(report)
    return OK if report.sound else FAILED


def _retally(given: argparse.Namespace) -> int:
    here, done = settings.load(), []
    with workers_on_store(given, here.store_url) as executor:
        hidden = given.json or not sys.stderr.isatty()
        months = retally_store(open_office(here), executor)
        for month in track(months, "重算", console=err, disable=hidden, transient=True):
            done.append(month)
    days = sum(month.days for month in done)
    told = {"months": len(done), "days": days, "again": sum(month.again for month in done)}
    say(f"已重算 {len(done)} 个月、{days:,} 天的汇总。", as_json=given.json, **told)
    return OK


def _health(given: argparse.Namespace) -> int:
    found = health(settings.load())
    (print_json if given.json else print_health)(found)
    return OK if found["well"] else FAILED


def _prune(given: argparse.Namespace) -> int:
    here = settings.load()
    keep = given.days or here.keep_originals
    if keep is None:
        raise settings.SettingsError(
            "没有设置保留多少天:请用 --days,或设置环境变量 WENMING_KEEP_ORIGINALS。"
        )
    done = prune(open_store(here.store_url), keep)
    told = f"{done.files:,} 个原文件,共 {done.size / 1e6:,.1f} MB"
    if done.files:
        said = f"已清除 {keep} 天以前的 {told};空出的地方留给以后的数据。"
    else:
        said = f"没有 {keep} 天以前的原文件。"
    say(said, as_json=given.json, **asdict(done))
    return OK
