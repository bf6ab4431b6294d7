"""The parser of the command line, put together of what `commands.toml` declares."""

from __future__ import annotations

import argparse
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, resolve_name
from typing import NoReturn

from wenming_metrics import commands
from wenming_metrics.commands import RUNS
from wenming_metrics.domain.periods import YEARS, parse_day, parse_moment, parse_month, parse_week

_YEARS = f"{YEARS[0]} 年到 {YEARS[-1]} 年"
_FILE = Path(__file__).with_name("commands.toml")


def _points(text: str) -> float:
    """Read points of a hundred. Raises ValueError."""
    points = float(text)
    if not 0 < points <= 100:
        raise ValueError(text)
    return points


def _new_file(text: str) -> Path:
    """Read the name of a file to be written. Raises ValueError for a folder."""
    if Path(text).is_dir():
        raise ValueError(text)
    return Path(text)


def _matching(pattern: str, text: str) -> str:
    """Give a text of a form. Raises ValueError."""
    if not re.fullmatch(pattern, text):
        raise ValueError(text)
    return text


_MOST = 999_999_999
"""The largest number of a batch, a row, a draw: more than any database's own."""
_TYPES = {
    "path": (Path, "文件或文件夹"),
    "file": (_new_file, "文件，不是已有的文件夹"),
    "user": (partial(_matching, r"[A-Za-z_][\w.-]*\$?"), "一个系统用户的名称"),
    "host": (partial(_matching, r"[\w.:%\[\]-]+"), "一个网卡地址，如 127.0.0.1"),
    "points": (_points, "大于 0、不超过 100 的数"),
    "date": (parse_day, f"{_YEARS}的日期，如 2026-11-20"),
    "week": (parse_week, f"{_YEARS}的一周，如 2026-W47 或其中一天"),
    "month": (parse_month, f"{_YEARS}的月份，如 2026-11"),
    "moment": (parse_moment, f"{_YEARS}的时刻，如 2026-11-20T18:00:00"),
}
"""Word of `commands.toml` -> what reads a text, and what such a text is."""
_FAULTS = (
    (r"the following arguments are required: (.+)", r"还要写：\1"),
    (r"unrecognized arguments: (.+)", r"不认识“\1”"),
    (r"ambiguous option: (\S+) could match (.+)", r"“\1”可以是 \2，请写全"),
    (r"argument (.+?): invalid choice: '(.*)' \(choose from (.+)\)", r"\1：不能写“\2”，可以写：\3"),
    (r"argument (.+?): expected (?:one|at least one) argument", r"\1 后面要写一个值"),
    (r"argument (.+?): expected (\d+) arguments", r"\1 后面要写 \2 个值"),
    (r"argument (.+?): not allowed with argument (.+)", r"\1 不能和 \2 一起用"),
    (r"argument (.+?): ignored explicit argument '(.*)'", r"\1 后面不写值，现在是“\2”"),
    (r"argument (.+?): (应是.+)", r"\1：\2"),
)
"""What argparse says of a mistyped command -> what is said of it."""


class _Wording(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage, actions, groups, prefix=None) -> None:  # noqa: ANN001
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """A parser that speaks Chinese; the parsers of its commands are of the same class."""

    def __init__(self, **words: object) -> None:
        super().__init__(**words, add_help=False, formatter_class=_Wording)
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def error(self, english: str) -> NoReturn:
        """Say what is mistyped, and leave with 2."""
        told = f"命令没有写对：{english}"
        for pattern, words in _FAULTS:
            if mistyped := re.fullmatch(pattern, english, re.DOTALL):
                told = (
                    mistyped.expand(words)
                    .replace("', '", "、")
                    .replace(", ", "、")
                    .replace("'", "")
                )
        self.exit(2, f"{self.format_usage()}{told}。\n")


@cache
def parser() -> argparse.ArgumentParser:
    """Make the parser, once: it holds some hundred commands. The function that carries a command out is set as `run`."""
    for theme in iter_modules(commands.__path__, f"{commands.__name__}."):
        import_module(theme.name)  # it says which commands it carries out
    declared = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    shared = {key[7:]: declared.pop(key) for key in [*declared] if key.startswith("shared ")}
    parser_of_all = _Parser(
        prog="python -m wenming_metrics", description="文明创建督查考评：表格入库、评分、排名。"
    )
    levels = {
        "": parser_of_all.add_subparsers(
            title="命令", required=True, metavar="命令", dest="command"
        )
    }
    for key, facts in declared.items():
        outer, _, name = key.rpartition(" ")
        about = facts["about"]
        command = levels[outer].add_parser(name, help=about, description=about)
        if key not in RUNS:  # it only holds other commands
            levels[key] = command.add_subparsers(
                title="做什么", required=True, metavar="做什么", dest="act"
            )
            continue
        command.set_defaults(run=RUNS[key])
        if facts.get("json", True):
            command.add_argument("--json", action="store_true", help="输出 JSON")
        for arguments in (*(shared[each] for each in facts.get("shared", ())), facts):
            _add_arguments(command, arguments)
    return parser_of_all


def _add_arguments(command: argparse.ArgumentParser, arguments: Mapping[str, object]) -> None:
    exclusive = defaultdict(command.add_mutually_exclusive_group)
    for name, declared in arguments.items():
        if isinstance(declared, dict):
            words = dict(declared)
            group = exclusive[words.pop("either")] if "either" in words else command
            group.add_argument(name, **_keywords(words))


def _keywords(words: dict[str, object]) -> dict[str, object]:
    """Turn the words of `commands.toml` into those of `add_argument`."""
    if words.pop("flag", False):
        words["action"] = "store_true"
    if words.pop("several", False):
        words["action"] = "append"
    if isinstance(words.get("metavar"), list):
        words["metavar"] = tuple(words["metavar"])
    kind = words.pop("type", "")
    if kind == "int":
        words["type"] = partial(_whole_number, words.pop("least", 0), words.pop("most", _MOST))
    elif kind:
        words["type"] = partial(_read, *_TYPES[kind])
    named = _resolve(words.pop("named", None) or words.get("choices", ()))
    if "choices" in words:
        words["choices"] = tuple(named)
    titled = named if isinstance(named, Mapping) else dict(zip(named, named, strict=True))
    if "help" in words:
        words["help"] = words["help"].format(
            titles="、".join(titled.values()),
            codes="、".join(f"{code}（{title}）" for code, title in titled.items()),
        )
    return words


def _resolve(names: str | Collection[str]) -> Collection[str]:
    """Give what "module:NAME" holds; in a list, texts that name nothing stay as they are."""
    if isinstance(names, str):
        resolved = resolve_name(f"wenming_metrics.{names}")
        return resolved() if callable(resolved) else resolved
    return [text for name in names for text in (_resolve(name) if ":" in name else [name])]


def _read(read: Callable[[str], object], asked: str, text: str) -> object:
    """Read a text. Raises ArgumentTypeError, which says what was asked for."""
    try:
        return read(text)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"应是{asked}，现在是“{text}”") from error


def _whole_number(lowest: int, highest: int, text: str) -> int:
    """Read a whole number within bounds. Raises ArgumentTypeError."""
    if not text.isdecimal() or len(text) > len(str(_MOST)) or not lowest <= int(text) <= highest:
        raise argparse.ArgumentTypeError(f"应是 {lowest} 到 {highest} 的整数，现在是“{text}”")
    return int(text)
