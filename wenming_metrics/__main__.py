"""The command line: `python -m wenming_metrics`, a second user of the services of the pages.

Exit codes: 0 all is well · 1 done, but some rows are held (暂不计) · 2 the command was mistyped ·
3 a file was returned or the request cannot be carried out.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from wenming_metrics.access.viewer import AccessError
from wenming_metrics.commands import (
    FAILED,
    HELD,
    OK,
    Run,
    accounts,
    appraisal,
    bulletins,
    catalogue,
    figures,
    files,
    hand_outs,
    inspection_plan,
    issues,
    lists,
    problems,
    progress,
    rules,
    running,
    service,
    surveys,
    upkeep,
)
from wenming_metrics.commands.printing import err, unopened
from wenming_metrics.intake import commit
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.runtime import logs, settings
from wenming_metrics.runtime.executors import ExecutorError
from wenming_metrics.store.database import StoreError

__all__ = ["FAILED", "HELD", "OK", "main"]
logger = logging.getLogger("wenming_metrics.command")  # run as a program, its own name is another
_SERVER = "serve"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        config = settings.load()
    except settings.SettingsError as error:
        err.print(str(error), markup=False)
        return FAILED
    with logs.keep_log("server" if options.command == _SERVER else "command", config):
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    try:
        return options.run(options)
    except (
        settings.SettingsError,
        RuleSetError,
        StoreError,
        ExecutorError,
        commit.IntakeError,
        AccessError,
    ) as error:
        message = str(error)
        logger.error("%s 没有完成", options.command, exc_info=True)
    except OSError as error:
        message = unopened(error)
        logger.error("%s 没有完成", options.command, exc_info=True)
    except Exception:
        message = f"程序出错，没有完成。详情在日志里，请交给管理员：{settings.load().logs}"
        logger.exception("%s 出错", options.command)
    err.print(message, markup=False)
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m wenming_metrics", description="文明创建督查考评：表格入库、评分、排名。"
    )
    commands = parser.add_subparsers(title="命令", required=True, metavar="命令", dest="command")

    def add(name: str, run: Run, description: str, *, json: bool = True) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=description, description=description)
        command.set_defaults(run=run)
        if json:
            command.add_argument("--json", action="store_true", help="输出 JSON")
        return command

    for theme in (
        running,
        files,
        lists,
        problems,
        hand_outs,
        inspection_plan,
        progress,
        figures,
        issues,
        bulletins,
        appraisal,
        surveys,
        rules,
        catalogue,
        accounts,
        upkeep,
        service,
    ):
        theme.add_commands(add)
    return parser


if __name__ == "__main__":
    sys.exit(main())
