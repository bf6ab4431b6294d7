"""Read a rule set from its folder, and choose the version in force on a day."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.domain.periods import KINDS
from wenming_metrics.domain.working_hours import OfficeHours, parse_hours
from wenming_metrics.rules import check
from wenming_metrics.rules.catalogue import Contents, digest_files, read_csv, split
from wenming_metrics.rules.composite import composite_faults, without_tree_faults
from wenming_metrics.rules.entries import CODE_STEMS
from wenming_metrics.rules.faults import Fault, RuleSetError, read_toml
from wenming_metrics.rules.loop import MOVES, LoopRules, Move
from wenming_metrics.rules.model import (
    Adjustments,
    Board,
    Catalogue,
    Deductions,
    Lists,
    Measure,
    ReadingRules,
    RuleSet,
    Sampling,
)
from wenming_metrics.rules.moves import read_moves
from wenming_metrics.rules.settings_table import LIMITS_OVERDUE, RULES, month_day
from wenming_metrics.rules.survey.check import component_faults
from wenming_metrics.rules.survey.load import read_survey
from wenming_metrics.rules.survey.model import FILE as SURVEY
from wenming_metrics.rules.tables import PRICES, TABLES, read_prices, read_tables

INDICATORS = (
    *("code", "parent", "name", "weight", "method", "mode", "average", "settlement"),
    *("full_mark", "lead", "responsible", "note"),
)
FURTHER = ("table", "fact", "missing")
"""Columns of `indicators.csv` that may be left out."""
ITEMS = ("item", "point_types", "indicator")
COMPOSITE = "composite.toml"
FILES = (
    *("composite.toml", PRICES, "indicators.csv", "items.csv", MOVES, "rules.toml"),
    *(SURVEY, TABLES),
)
"""The files that make the score; of some a rule set has no need."""


def load_rules(folder: Path, catalogue: Catalogue) -> RuleSet:
    """Read one rule set: `rules.toml`, `indicators.csv`, `items.csv`; equal files are read once.

    Raises RuleSetError naming file and line of everything that is wrong, all at once.
    """
    return _read_rules(Contents(digest(folder), folder), catalogue)


@lru_cache(maxsize=64)
def _read_rules(contents: Contents, catalogue: Catalogue) -> RuleSet:
    folder, faults = contents.folder, []
    settings, text = read_toml(folder / "rules.toml", faults)
    has_composite = (folder / COMPOSITE).is_file()
    composite = read_toml(folder / COMPOSITE, faults)[0] if has_composite else {}
    has_tree = not has_composite or (folder / "indicators.csv").is_file()
    if has_tree:
        indicators = read_csv(folder / "indicators.csv", INDICATORS, faults, FURTHER)
        mapping = read_csv(folder / "items.csv", ITEMS, faults)
    else:  # an office that only brings together what others measured
        indicators = pd.DataFrame(columns=[*INDICATORS, *FURTHER])
        mapping = pd.DataFrame(columns=list(ITEMS))
    tables, prices = read_tables(folder, faults), read_prices(folder, faults)
    if text:
        faults += check.settings_faults(settings, text)
    faults += composite_faults(composite, settings)
    survey = read_survey(folder, faults)
    moves = read_moves(folder, faults)
    if not faults:
        faults += component_faults(composite, survey, COMPOSITE)
    if not has_tree:
        faults += without_tree_faults(composite)
    elif indicators.empty and not any(fault.file == "indicators.csv" for fault in faults):
        faults.append(Fault("indicators.csv", None, "一个指标也没有。"))
    elif len(indicators):
        faults += check.tree_faults(indicators, settings, tables)
        faults += check.mapping_faults(mapping, indicators, catalogue)
    if faults:
        raise RuleSetError(faults)
    nodes = _nodes(indicators, settings)
    leaf_of = _leaf_of(mapping, nodes, catalogue)
    files = {"tables": tables, "prices": prices, "composite": composite, "survey": survey}
    pricing = Deductions(**settings.get("deductions", {}), loop=_loop(settings, moves))
    files |= {"pricing": pricing, "digest": contents.digest}
    return RuleSet(**_fields(settings), **files, nodes=nodes, leaf_of=leaf_of)


def load_all(folder: Path, catalogue: Catalogue) -> list[RuleSet]:
    """Read every rule set under a folder, the earliest first. Raises RuleSetError.

    Those that mean the own items of another store are left out, see `foreign_rules`.
    """
    foreign = foreign_rules(folder, catalogue)
    rule_sets = [
        load_rules(path.parent, catalogue)
        for path in sorted(folder.glob("*/rules.toml"))
        if path.parent.name not in foreign
    ]
    faults = check.folder_faults(rule_sets)
    if faults:
        raise RuleSetError(faults)
    return sorted(rule_sets, key=lambda rules: (rules.effective_from, rules.id))


def foreign_rules(folder: Path, catalogue: Catalogue) -> list[str]:
    """List the rule sets under a folder that speak of own items, and were not published from this store.

    Several stores may share the folder, and each numbers its own items from one: the same code means
    something else there.
    """
    files = (path for path in sorted(folder.glob("*/items.csv")) if _is_rules(path.parent))
    own_codes = tuple(stem.encode() for stem in CODE_STEMS.values())
    return [
        path.parent.name
        for path in files
        if path.parent.name not in catalogue.published
        and any(code in path.read_bytes() for code in own_codes)
    ]


def _is_rules(folder: Path) -> bool:
    return (folder / "rules.toml").is_file()


def choose(rule_sets: list[RuleSet], on: date, rules_id: str | None = None) -> RuleSet:
    """Give the rule set of an id, or the latest one in force on a day (else the latest of all).

    Without an id those of a named series are left out, unless there are no others. Raises
    RuleSetError when there is none.
    """
    candidates = [rules for rules in rule_sets if rules_id in (None, rules.id)]
    if rules_id is None:
        candidates = [rules for rules in candidates if not rules.series] or candidates
    if not candidates:
        message = f"没有编号为“{rules_id}”的测评办法。" if rules_id else "还没有测评办法。"
        raise RuleSetError([Fault("rules", None, message)])
    current = [r for r in candidates if r.effective_from <= on and (r.effective_to or on) >= on]
    return (current or candidates)[-1]


def digest(folder: Path) -> str:
    """Give the SHA-256 over names and bytes of the files that make the score."""
    return digest_of(read_files(folder))


def digest_of(files: Mapping[str, bytes]) -> str:
    """Give the digest of files by name; those that make no score are left out."""
    return digest_files(files, FILES)


def read_files(folder: Path) -> dict[str, bytes]:
    """Read all files of a rule set's folder: name -> bytes."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.*"))}


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack the files of a rule set into one zip, to be archived; equal files, equal bytes."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return packed.getvalue()


def unpack(packed: bytes) -> dict[str, bytes]:
    """Unpack what `pack` packed."""
    with ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def load_files(files: Mapping[str, bytes], catalogue: Catalogue) -> RuleSet:
    """Read a rule set that lies in no folder yet. Raises RuleSetError, as `load_rules`."""
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        return load_rules(Path(folder), catalogue)


def _nodes(indicators: pd.DataFrame, settings: dict) -> pd.DataFrame:
    """Lay the tree out parents first, the root as node 0, weights as shares of siblings."""
    top = {"name": "总分", "parent": -1, "weight": 1.0, "level": 0, "line": 0}
    blank = dict.fromkeys((*INDICATORS, *FURTHER), "")
    rows = [{**blank, **top, **settings.get("root", {})}]
    children: dict[str, list[dict]] = {}
    for row in indicators.to_dict("records"):
        children.setdefault(row["parent"], []).append(row)
    queue = [("", 0)]
    while queue:
        code, number = queue.pop(0)
        group = children.get(code, [])
        shares = np.array([row["weight"] for row in group], float)
        for row, share in zip(group, shares / shares.sum(), strict=True):
            level = rows[number]["level"] + 1
            queue.append((row["code"], len(rows)))
            rows.append({**row, "parent": number, "weight": share, "level": level})
    nodes = pd.DataFrame(rows, columns=list(dict.fromkeys([*rows[-1], *rows[0]])))
    nodes["full_mark"] = [to_points(str(mark)) if str(mark) else 0 for mark in nodes["full_mark"]]
    nodes["responsible"] = nodes["responsible"].map(split)
    nodes["is_leaf"] = ~nodes.index.isin(nodes["parent"])
    nodes["mode"] = np.where(nodes["is_leaf"] & (nodes["mode"] == ""), "rate", nodes["mode"])
    # A node above others that counts checks together averages them by the points they could earn.
    nodes["pooled"] = ~nodes["is_leaf"] & (nodes["mode"] == "rate")
    nodes["mode"] = nodes["mode"].mask(nodes["pooled"], "")
    nodes["average"] = nodes["average"].replace("", "pooled")
    return nodes.rename_axis("node")


def _leaf_of(mapping: pd.DataFrame, nodes: pd.DataFrame, catalogue: Catalogue) -> np.ndarray:
    leaf = pd.Series(nodes.index, nodes["code"])
    item = {code: number for number, code in catalogue.items["code"].items()}
    kind = {code: number for number, code in catalogue.point_types["code"].items()}
    leaf_of = np.full(catalogue.applies.shape, -1, np.int64)
    for row in mapping.itertuples():
        columns = [kind[code] for code in split(row.point_types)] or slice(None)
        leaf_of[item[row.item], columns] = leaf[row.indicator]
    return leaf_of


def _fields(settings: dict) -> dict[str, object]:
    """Give what a rule set takes from `rules.toml`."""
    value = partial(RULES.value, settings)
    return dict(
        id=value("id"),
        title=value("title"),
        short=settings.get("short", settings["title"]),
        version=value("version"),
        source=value("source"),
        effective_from=value("effective_from"),
        effective_to=value("effective_to"),
        full_mark=float(value("full_mark")),
        decimals=int(value("decimals")),
        target=value("target"),
        coverage={kind: float(value(f"coverage.{kind}")) for kind in KINDS},
        ranked_by=value("ranking.by"),
        ties=value("ranking.ties"),
        sources=tuple(value("sources.counted")),
        boards=tuple(
            Board(b["kind"], b["title"], b["role"], b["ranked"], tuple(b.get("groups", ())))
            for b in settings["board"]
        ),
        missing=value("missing.rule"),
        missing_flag=float(value("missing.flag")),
        half_weight_checks=float(value("missing.half_weight_checks")),
        day_share=float(value("ranking.day_share")),
        visit_grades=dict(value("visits.grades")),
        coverage_by=value("coverage.by"),
        adjustments=_adjustments(settings),
        lists=_lists(settings),
        long_windows=value("windows.long"),
        tie_order=tuple(value("ranking.order")),
        city_weight=value("city.weight"),
        series=value("series"),
        issues=settings.get("issues", {}),
        reading=reading_rules(settings),
        sampling=Sampling(**settings.get("sampling", {})),
    )


def _adjustments(settings: dict) -> Adjustments:
    section = dict(settings.get("adjustments", {}))
    for name in ("bonus_cap", "penalty_cap"):
        if name in section:
            section[name] = float(section[name])
    difficulty = {group: float(c) for group, c in section.pop("difficulty", {}).items()}
    return Adjustments(**section, difficulty=difficulty, declared="adjustments" in settings)


def _lists(settings: dict) -> Lists:
    section = dict(settings.get("lists", {}))
    names = ("group", "front", "back")
    groups = [
        [group.get(name, RULES.default(f"lists.group[].{name}")) for name in names]
        for group in section.pop("group", [])
    ]
    if "measure" in section:
        section["measures"] = tuple(Measure(**measure) for measure in section.pop("measure"))
    return Lists(**section, groups={group: (front, back) for group, front, back in groups})


def _loop(settings: dict, moves: Mapping[tuple[str, str], Move]) -> LoopRules:
    value = partial(RULES.value, settings)
    summer = value("loop.summer_hours")
    hours = OfficeHours(
        parse_hours(value("loop.hours")),
        parse_hours(summer) if summer else (),
        *(month_day(value(f"loop.summer_{end}")) for end in ("from", "to")),
    )
    return LoopRules(
        moves,
        closes=value("loop.closes"),
        hours=hours,
        limit=value("loop.limit_days"),
        unpaused=tuple(value("loop.unpaused")),
        reminders=settings.get("loop", {}).get("reminders", LIMITS_OVERDUE),
        relapse_days=value("deductions.relapse_days"),
        **{
            name: value(f"loop.{name}")
            for name in (
                "sign_days",
                "stalled_days",
                "extensions",
                "pause_days",
                "same_person",
                "call_back",
            )
        },
    )


def reading_rules(settings: Mapping) -> ReadingRules:
    """Give section [reading] as a record."""
    mark = RULES.value(settings, "reading.blank_full_mark")
    return ReadingRules(
        RULES.value(settings, "reading.blank_deduction"),
        None if mark is None else to_points(str(mark)),
    )
