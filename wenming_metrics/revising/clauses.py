"""What a draft changes, cut into clauses (条款), each of which can be tried alone.

A clause is a setting, the children of one indicator, one indicator's way of scoring, one table, the
prices, or where items belong. What hangs together stays together: whoever adds an indicator
changes the weights beside it and the items below it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wenming_metrics.rules.loop import MOVES
from wenming_metrics.rules.paths import flatten, unflatten
from wenming_metrics.rules.settings_table import RULES
from wenming_metrics.rules.tables import PRICES, TABLES
from wenming_metrics.rules.workbook.convert import title_of
from wenming_metrics.rules.workbook.parts import Line, Parts

_TREE, _ITEMS = "indicators.csv", "items.csv"
_MODE = ("mode", "average", "settlement", "full_mark", "table", "fact", "missing")
_SILENT = {
    *("id", "title", "short", "version", "source", "effective_from", "effective_to", "series"),
    *("target", "week_starts", "issues", "lists", "reading", "board"),
}
"""Settings that change no score or place of stored rows."""


@dataclass(frozen=True)
class Clause:
    """A part of what a draft changes; what is named here is taken from the draft.

    settings - names or sections of rules.toml; codes - indicators; items - catalogue items;
    tables - names of grade tables; prices - the table of deductions
    """

    title: str
    settings: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    prices: bool = False


def clauses_of(old: Parts, new: Parts) -> list[Clause]:
    """Cut what changes scores or places into clauses."""
    clauses = [*_tree_clauses(old, new), *_setting_clauses(old, new)]
    was, now = (_grouped(version.lines[TABLES], "table") for version in (old, new))
    for name in sorted(was.keys() & now.keys()):
        if was[name] != now[name]:
            clauses.append(Clause(f"分档表“{name}”", tables=frozenset({name})))
    if list(old.lines[PRICES]) != list(new.lines[PRICES]):
        clauses.append(Clause("扣分标准", prices=True))
    covered = frozenset().union(*(clause.items for clause in clauses))
    left = _changed_items(old, new) - covered
    if left:
        clauses.append(Clause(f"{len(left)} 个测评项的归属", items=frozenset(left)))
    return clauses


def join(clauses: Sequence[Clause], title: str) -> Clause:
    """Make one clause of several."""
    return Clause(
        title,
        *(
            frozenset().union(*(getattr(clause, name) for clause in clauses))
            for name in ("settings", "codes", "items", "tables")
        ),
        any(clause.prices for clause in clauses),
    )


def apply(old: Parts, new: Parts, clause: Clause) -> Parts:
    """Give the old rules with one clause as the draft has it.

    Tables that only one of the two has are always there: nobody uses them unless a clause does.
    """
    tables = _take(old, new, TABLES, "table", clause.tables, keep=True)
    return Parts(
        _settings(old.settings, new.settings, clause.settings),
        {
            _TREE: _take(old, new, _TREE, "code", clause.codes),
            _ITEMS: _take(old, new, _ITEMS, "item", clause.items),
            TABLES: tables,
            PRICES: (new if clause.prices else old).lines[PRICES],
            MOVES: old.lines[MOVES],  # no clause changes how problems are handed on
        },
        old.composite,
        old.survey,
    )


def _take(
    old: Parts, new: Parts, file: str, key: str, chosen: Collection[str], *, keep: bool = False
) -> list[Line]:
    """Take the lines of chosen keys from the new rules, all others from the old ones."""
    was, now = (_grouped(version.lines[file], key) for version in (old, new))
    lines: list[Line] = []
    for name in dict.fromkeys([*was, *now]):
        from_new = name in chosen or (keep and name not in was)
        lines += (now if from_new else was).get(name, [])
    return lines


def _settings(old: Mapping, new: Mapping, chosen: Collection[str]) -> dict:
    was = [(path, v) for path, v in flatten(old) if _clause_of(path) not in chosen]
    now = [(path, v) for path, v in flatten(new) if _clause_of(path) in chosen]
    return unflatten([*was, *now])


def _clause_of(path: str) -> str:
    """Name what a setting changes together with: lists of tables, coefficients and the root."""
    section = re.split(r"[.\[]", path)[0]
    by_section = path.startswith(("root", "board", "lists", "adjustments.difficulty"))
    return section if by_section or "[" in path else path


def _setting_clauses(old: Parts, new: Parts) -> Iterator[Clause]:
    was, now = dict(flatten(old.settings)), dict(flatten(new.settings))
    names: dict[str, str] = {}
    for path in dict.fromkeys([*was, *now]):
        name = _clause_of(path)
        silent = re.split(r"[.\[]", path)[0] in _SILENT or path == "missing.flag"
        if was.get(path) != now.get(path) and not silent:
            convention = RULES.find(path)
            names.setdefault(name, title_of(path, convention) if convention else path)
    for name, title in names.items():
        yield Clause(title, settings=frozenset({name}))


def _tree_clauses(old: Parts, new: Parts) -> Iterator[Clause]:
    was, now = ({line["code"]: line for line in version.indicators} for version in (old, new))
    together = _groups(was, now)
    items = _changed_items(old, new)
    touched = {
        item: {line["indicator"] for version in (old, new) for line in version.lines[_ITEMS]
               if line["item"] == item}
        for item in items
    }  # fmt: skip
    added_or_gone = was.keys() ^ now.keys()
    for codes in together:
        moved_items = {item for item in items if touched[item] & codes & added_or_gone}
        yield Clause(
            _tree_title(codes, was, now), codes=frozenset(codes), items=frozenset(moved_items)
        )


def _groups(was: Mapping[str, Line], now: Mapping[str, Line]) -> list[set[str]]:
    """Group the changed indicators that must change together, in the order of the tree."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while above.setdefault(name, name) != name:
            name = above[name]
        return name

    changed = []
    for code in dict.fromkeys([*was, *now]):
        old_line, new_line = was.get(code), now.get(code)
        if (
            old_line is None
            or new_line is None
            or _differ(old_line, new_line, ("parent", "weight"))
        ):
            changed.append(code)
            for line in (old_line, new_line):
                if line is not None:
                    above[top(code)] = top(f"下级：{line['parent']}")
                    grown = line["parent"] not in was or line["parent"] not in now
                    new_level = line["parent"] and (grown or old_line is None or new_line is None)
                    if new_level and _changes(line["parent"], was, now):
                        above[top(code)] = top(line["parent"])
        elif _differ(old_line, new_line, _MODE):
            changed.append(code)
    groups: dict[str, set[str]] = {}
    for code in changed:
        groups.setdefault(top(code), set()).add(code)
    return list(groups.values())


def _changes(code: str, was: Mapping[str, Line], now: Mapping[str, Line]) -> bool:
    """Say whether an indicator comes, goes or scores otherwise: its children go along with that."""
    old_line, new_line = was.get(code), now.get(code)
    return old_line is None or new_line is None or _differ(old_line, new_line, _MODE)


def _differ(old_line: Line, new_line: Line, names: Sequence[str]) -> bool:
    return any(_plain(old_line[name]) != _plain(new_line[name]) for name in names)


def _plain(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _tree_title(codes: Collection[str], was: Mapping[str, Line], now: Mapping[str, Line]) -> str:
    """Name a group: the children of what, or the one indicator that scores otherwise."""
    names = {code: line["name"] for lines in (was, now) for code, line in lines.items()}
    shares = [
        c
        for c in codes
        if c not in was or c not in now or _differ(was[c], now[c], ("parent", "weight"))
    ]
    if not shares:
        return f"“{'、'.join(names[code] for code in sorted(codes))}”的计分方式"
    moved = {code for code in shares if code not in was or code not in now}
    parents = {(now.get(code) or was[code])["parent"] for code in shares} - moved
    of = "、".join(f"“{names[code]}”下级" if code else "第一层" for code in sorted(parents))
    return f"{of}的{'增减和' if moved else ''}权重"


def _changed_items(old: Parts, new: Parts) -> set[str]:
    was, now = (_grouped(version.lines[_ITEMS], "item") for version in (old, new))
    return {item for item in was.keys() | now.keys() if was.get(item) != now.get(item)}


def _grouped(lines: Sequence[Line], key: str) -> dict[str, list[Line]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line[key], []).append(line)
    return groups
