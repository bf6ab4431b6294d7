"""Settings as lines of path and value, and back: `board[1].kind` = "street".

Lists of tables are counted from 1, as people count. A name that holds a dot, a bracket or a quote
stands in quotes: `difficulty."甲.乙"`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time

_STEP = re.compile(r'"((?:[^"\\]|\\.)*)"|([^.\[\]"]+)|\[(\d+)\]')
_PLAIN = re.compile(r'[^.\[\]"\\\s]+')
_HEAD = re.compile(r"\s*(\[\[?)([^\[\]]+)\]")
_NAMED = re.compile(r"\s*([\w-]+)\s*=")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
Step = str | int


def flatten(settings: Mapping, above: str = "") -> Iterator[tuple[str, object]]:
    """List settings as (path, value); an empty table or list of tables is a value itself."""
    for name, value in settings.items():
        path = join_path(above, name)
        if isinstance(value, Mapping) and value:
            yield from flatten(value, path)
        elif isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value):
            for number, table in enumerate(value, 1):
                row_path = f"{path}[{number}]"
                yield from flatten(table, row_path) if table else iter([(row_path, {})])
        else:
            yield path, value


def join_path(above: str, name: str) -> str:
    """Give the path of a name in a section."""
    step = name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return f"{above}.{step}" if above else step


def enclosing(path: str) -> Iterator[str]:
    """List a path and what it stands in, the nearest first: `a[2].b`, `a[2]`, `a`."""
    while path:
        yield path
        path = re.sub(r"(\[\d*\]|[^.\[]+)$", "", path).rstrip(".[")


def unflatten(lines: Iterable[tuple[str, object]]) -> dict:
    """Make settings of lines again. Raises ValueError, naming the path, where two do not agree."""
    root: dict = {}
    for path, value in lines:
        steps = split_path(path)
        container: dict | list = root
        for step, after in zip(steps, [*steps[1:], None], strict=True):
            last = after is None
            blank = value if last else [] if isinstance(after, int) else {}
            container = _enter(container, step, blank, path, last=last)
    return root


def split_path(path: str) -> list[Step]:
    """Split a path into names and, for lists, positions. Raises ValueError for a faulty one."""
    steps: list[Step] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if not match:
            raise ValueError(path)
        quoted, name, number = match.groups()
        steps.append(int(number) - 1 if number else name or json.loads(f'"{quoted}"'))
        position = match.end()
        if position < len(path) and path[position] != "[":
            if path[position] != "." or position + 1 == len(path):
                raise ValueError(path)
            position += 1
    if not steps or isinstance(steps[0], int) or any(step == -1 for step in steps):
        raise ValueError(path)
    return steps


def line_of(text: str, path: str) -> int | None:
    """Find the line of a TOML file on which a setting, or else what it stands in, stands."""
    section, counts, lines = "", {}, {}
    for number, line in enumerate(text.splitlines(), 1):
        head = _HEAD.match(line)
        if head:
            section = head[2].strip()
            lines.setdefault(section, number)
            if head[1] == "[[":
                counts[section] = counts.get(section, 0) + 1
                section = f"{section}[{counts[section]}]"
                lines[section] = number
        assignment = _NAMED.match(line)
        if assignment:
            lines.setdefault(f"{section}.{assignment[1]}" if section else assignment[1], number)
    return next((lines[step] for step in enclosing(path) if step in lines), None)


def _enter(
    container: dict | list, step: Step, blank: object, path: str, *, last: bool
) -> dict | list:
    if isinstance(step, int):
        if (
            not isinstance(container, list)
            or step > len(container)
            or (last and step < len(container))
        ):
            raise ValueError(path)
        if step == len(container):
            container.append(blank)
        inner = container[step]
    else:
        if not isinstance(container, dict) or (last and step in container):
            raise ValueError(path)
        inner = container.setdefault(step, blank)
    if not last and type(inner) is not type(blank):
        raise ValueError(path)
    return inner


def literal(value: object) -> str:
    """Spell a value as TOML does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(entry) for entry in value)}]"
    if isinstance(value, Mapping):
        pairs = (f"{_key(name)} = {literal(entry)}" for name, entry in value.items())
        return f"{{{', '.join(pairs)}}}"
    return repr(value)


def spell(value: object) -> str:
    """Spell a value for a cell: a text as it is, unless it would be read as something else."""
    if isinstance(value, str) and value == value.strip() and value and parse(value) == value:
        return value
    return literal(value)


def parse(text: str) -> object:
    """Read what `spell` wrote: a value of TOML, else a text."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return parsed["value"] if len(parsed) == 1 else text


def toml(settings: Mapping) -> str:
    """Write settings as a TOML file: values first, then tables."""
    return "".join(f"{line}\n" for line in _toml_lines(settings, "")).lstrip("\n")


def _toml_lines(settings: Mapping, above: str) -> Iterator[str]:
    deeper = []
    for name, value in settings.items():
        tables = isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value)
        if isinstance(value, Mapping) or tables:
            deeper.append((f"{above}{_key(name)}", value))
        else:
            yield f"{_key(name)} = {literal(value)}"
    for path, value in deeper:
        several = isinstance(value, list)
        for table in value if several else [value]:
            yield ""
            yield f"[[{path}]]" if several else f"[{path}]"
            yield from _toml_lines(table, f"{path}.")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
