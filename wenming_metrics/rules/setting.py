"""What a setting of a file of rules is: declared once, checked, filled in and explained from there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from pkgutil import resolve_name

from wenming_metrics.rules.paths import enclosing, join_path

_ENDLESS = 1e300
"""Spans that reach beyond are said without their end."""
PathFault = tuple[str, str]
"""Path of a setting, and what is wrong with it."""


def is_number(value: object) -> bool:
    """Say whether a value is a number, true and false not counted."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is(kind: type, value: object) -> bool:
    return isinstance(value, kind)


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_filled, value))


_KINDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "text": (partial(_is, str), "应为文字"),
    "filled": (_is_filled, "应为文字，不能空着"),
    "number": (is_number, "应为数"),
    "date": (partial(_is, date), "应为日期"),
    "flag": (partial(_is, bool), "应为 true 或 false"),
    "list": (partial(_is, list), "应为列表"),
    "choices": (partial(_is, list), "应为列表"),
    "texts": (_are_texts, "应为几个文字的列表"),
    "numbers": (partial(_is, Mapping), "应为一节 [{}]"),
}


@dataclass(frozen=True)
class Setting:
    """One setting: where it stands, what it is called and means, what it may be.

    path    - with `[]` for each table of a list
    kind    - text, filled (text that is not blank), texts, list, number, integer, numbers (a number
              per name that the office chooses), date, flag, choice, choices, or any
    words   - code -> word of the office ("": none), of choices
    span    - least and greatest number; None: any
    check   - what else a value must be, and how that is said
    default - what holds where nothing is written, blank - that in words; needed - must be written
    """

    path: str
    title: str
    meaning: str = ""
    kind: str = "text"
    words: Mapping[str, str] = field(default_factory=dict)
    span: tuple[float, float] | None = None
    check: tuple[Callable[[object], bool], str] | None = None
    default: object = None
    blank: str = ""
    needed: bool = False

    @property
    def wanted(self) -> str:
        """What a value, or each of several, should be: 「应为 0 到 1 的数」."""
        if self.check:
            return self.check[1]
        if self.kind in ("choice", "choices"):
            codes = (f"{code}（{word}）" if word else code for code, word in self.words.items())
            return f"应为 {'、'.join(codes)} 之一"
        if self.span:
            return f"应为{_spell_span(*self.span)}{'整数' if self.kind == 'integer' else '数'}"
        return _KINDS[self.kind][1]

    def value_faults(self, path: str, value: object) -> Iterator[str]:
        """Say what is wrong with a value, in sentences."""
        is_kind, wanted = _KINDS.get(self.kind, (None, ""))
        if is_kind and not is_kind(value):
            yield f"{path} {wanted.format(path)}。"
        elif self.kind == "choices":
            wrong = (code for code in value if not self._fits(code))
            yield from (f"{path} 里的“{code}”不认识，{self.wanted}。" for code in wrong)
        elif self.kind == "numbers":
            wrong = (name for name in value if not self._fits(value[name]))
            yield from (f"{path} 里“{name}”的{self.title}{self.wanted}。" for name in wrong)
        elif not self._fits(value):
            yield f"{path} {self.wanted}。"

    def _fits(self, value: object) -> bool:
        """Say whether one value, or one of several, is what it may be."""
        if self.kind in ("choice", "choices"):
            return value in tuple(self.words)
        if self.kind == "integer" and (not isinstance(value, int) or isinstance(value, bool)):
            return False
        if self.span and not (is_number(value) and self.span[0] <= value <= self.span[1]):
            return False
        return self.check is None or self.check[0](value)


_NAME = re.compile(r"[a-z_.]+:[A-Z_]+")
_YES_NO = {"true": "是", "false": "否"}


def _spell_span(low: float, high: float) -> str:
    tiny, endless = 0 < low < 1, high > _ENDLESS
    if not tiny and not endless:
        return f" {low:.10g} 到 {high:.10g} 的"
    least = "大于 0" if tiny else f"不小于 {low:.10g}"
    return f"{least} 的" if endless else f"{least}、不大于 {high:.10g} 的"


@dataclass(frozen=True)
class SettingsTable:
    """All settings of a file. loose - sections in which further names are passed over."""

    settings: tuple[Setting, ...]
    loose: frozenset[str] = frozenset()

    @cached_property
    def _by_path(self) -> dict[str, Setting]:
        return {setting.path: setting for setting in self.settings}

    @cached_property
    def _sections(self) -> dict[str, dict[str, Setting | None]]:
        """Path of a section -> name in it -> setting; None: a section again."""
        sections: dict[str, dict[str, Setting | None]] = {}
        for setting in self.settings:
            section, _, name = setting.path.rpartition(".")
            sections.setdefault(section, {})[name] = setting
            while section:
                section, _, name = section.rpartition(".")
                sections.setdefault(section, {}).setdefault(name)
        return sections

    def find(self, path: str) -> Setting | None:
        """Find a setting by its path, such as `board[2].kind`."""
        shape = re.sub(r"\[\d+\]", "[]", path)
        holder = next((step for step in enclosing(shape) if step in self._by_path), "")
        setting = self._by_path.get(holder)
        return setting if setting and (holder == shape or setting.kind == "numbers") else None

    def default(self, path: str) -> object:
        """Give what holds where a setting is not written. Raises KeyError."""
        return self._by_path[path].default

    def value(self, written: Mapping, path: str) -> object:
        """Give a setting as it is written, else its default."""
        for name in path.split("."):
            if name not in written:
                return self.default(path)
            written = written[name]
        return written

    def faults(self, written: Mapping, above: str = "", section: str = "") -> Iterator[PathFault]:
        """Say what is wrong with each setting by itself, and which are missing or unknown."""
        names = self._sections[section]
        for name, value in written.items():
            path, below = join_path(above, name), f"{section}.{name}".lstrip(".")
            setting = names.get(name)
            if setting:
                lacking = f"缺少 {name}，或写法不对。" if setting.needed else ""
                yield from ((path, lacking + text) for text in setting.value_faults(path, value))
            elif name in names:
                if isinstance(value, Mapping):
                    yield from self.faults(value, path, below)
                else:
                    yield path, f"{path} 应为一节 [{path}]。"
            elif f"{name}[]" in names:
                if not are_tables(value):
                    yield path, f"{path} 应为几节 [[{path}]]。"
                for inner, table in tables_in(written, name, above):
                    yield from self.faults(table, inner, f"{below}[]")
            elif section not in self.loose:
                yield path, f"不认识的设置 {path}：它不起任何作用，请删去或改正。"
        for name, setting in names.items():
            if setting and setting.needed and name not in written:
                path = join_path(above, name)
                yield above or name, f"缺少 {name}，或写法不对。{path} {setting.wanted}。"


def are_tables(value: object) -> bool:
    """Say whether a value is a list of tables."""
    return isinstance(value, list) and all(isinstance(table, Mapping) for table in value)


def tables_in(written: Mapping, name: str, above: str = "") -> Iterator[tuple[str, Mapping]]:
    """List the sections of a list of tables, each with its path; none where it is no such list."""
    tables = written.get(name, [])
    if are_tables(tables):
        for number, table in enumerate(tables, 1):
            yield f"{join_path(above, name)}[{number}]", table


def read_settings(
    file: Path, loose: Collection[str] = (), **conditions: Callable[[object], bool]
) -> SettingsTable:
    """Read the settings that a file declares.

    Takes: loose - see SettingsTable; conditions - what values must meet, by the name in the file
    """
    declared = tomllib.loads(file.read_text(encoding="utf-8"))
    settings = (_declared(path, facts, conditions) for path, facts in declared.items())
    return SettingsTable(tuple(settings), frozenset(loose))


def _declared(
    path: str, facts: dict, conditions: Mapping[str, Callable[[object], bool]]
) -> Setting:
    facts = {name: _fact(fact) for name, fact in facts.items()}
    words = facts.pop("words", _YES_NO if facts.get("kind") == "flag" else {})
    if "check" in facts:
        facts["check"] = conditions[facts["check"]], facts.pop("sentence")
    if facts.get("kind") == "texts" and "default" in facts:
        facts["default"] = list(facts["default"])
    words = words if isinstance(words, Mapping) else dict.fromkeys(words, "")
    return Setting(path, words=words, **facts)


def _fact(fact: object) -> object:
    """Give what a file says of a setting; of "module:NAME" what that name holds."""
    if isinstance(fact, str) and _NAME.fullmatch(fact):
        return resolve_name(f"wenming_metrics.{fact}")
    return tuple(fact) if isinstance(fact, list) else fact
