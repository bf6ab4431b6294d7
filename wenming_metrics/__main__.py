"""The command line: `python -m wenming_metrics`, a second user of the services of the pages.

Exit codes: 0 all is well · 1 done, but some rows are held (暂不计) · 2 the command was mistyped ·
3 a file was returned or the request cannot be carried out.
"""

from __future__ import annotations

import logging
import sys
from argparse import Namespace
from collections.abc import Sequence

from wenming_metrics.access.viewer import AccessError
from wenming_metrics.commands import (  # each theme says which commands it carries out
    FAILED,
    HELD,
    OK,
)
from wenming_metrics.commands.parser import parser
from wenming_metrics.commands.printing import err, print_json, unopened
from wenming_metrics.intake import commit
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.rules.workbook.workbook import WorkbookError
from wenming_metrics.runtime import logs, settings
from wenming_metrics.runtime.executors import ExecutorError
from wenming_metrics.store.database import StoreError

__all__ = ["FAILED", "HELD", "OK", "main"]
logger = logging.getLogger("wenming_metrics.command")  # run as a program, its own name is another
_SERVER = "serve"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        config = settings.load()
    except settings.SettingsError as error:
        err.print(str(error))
        return FAILED
    with logs.keep_log("server" if options.command == _SERVER else "command", config):
        return _run(options)


def _run(options: Namespace) -> int:
    try:
        return options.run(options)
    except WorkbookError as error:
        return _report_faults([str(fault) for fault in error.faults], as_json=options.json)
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
    err.print(message)
    return FAILED


def _report_faults(faults: list[str], *, as_json: bool) -> int:
    """Tell the faults of a workbook line by line."""
    if as_json:
        print_json({"sound": False, "faults": faults})
    else:
        err.print(f"有 {len(faults)} 处要改，没有存下任何内容：")
        err.print("\n".join(faults))
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
