"""The parser of the command line, put together of what `commands.toml` declares."""

from __future__ import annotations

import argparse
import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, resolve_name

from wenming_metrics import commands
from wenming_metrics.commands import RUNS
from wenming_metrics.domain.periods import parse_month, parse_week

_FILE = Path(__file__).with_name("commands.toml")
_TYPES = {
    **{"path": Path, "int": int, "float": float, "date": date.fromisoformat},
    **{"week": parse_week, "month": parse_month},
}


def parser() -> argparse.ArgumentParser:
    """Make the parser; the function that carries a command out is set as `run`."""
    for theme in iter_modules(commands.__path__, f"{commands.__name__}."):
        import_module(theme.name)  # it says which commands it carries out
    declared = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    shared = {key[7:]: declared.pop(key) for key in [*declared] if key.startswith("shared ")}
    parser_of_all = argparse.ArgumentParser(
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
    if "least" in words:
        words["type"] = partial(_whole_number, words.pop("least"), words.pop("most", None))
    elif "type" in words:
        words["type"] = _TYPES[words["type"]]
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


def _whole_number(lowest: int, highest: int | None, text: str) -> int:
    """Read a whole number within bounds. Raises ArgumentTypeError."""
    if not text.isdecimal() or not lowest <= int(text) <= (highest or int(text)):
        bounds = f"{lowest} 到 {highest} 的" if highest else f"{lowest} 或更大的"
        raise argparse.ArgumentTypeError(f"应是 {bounds}整数，现在是“{text}”")
    return int(text)
