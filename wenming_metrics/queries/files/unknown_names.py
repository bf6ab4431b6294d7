"""Names that nobody has explained yet, of all files together: what each is likely to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
from rapidfuzz import fuzz, process
from sqlalchemy import Connection

from wenming_metrics.export.names_book import names_book
from wenming_metrics.queries.files.choices import name_titles
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.reading.survey.respondents import filled_in
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.vocabulary import normalise

UNIT, ITEM, POINT_TYPE = "unit", "item", "point_type"
KINDS = {UNIT: "单位", ITEM: "测评项", POINT_TYPE: "点位类型"}
ASKED = {
    **{"单位-01": UNIT, "单位-02": UNIT, "单位-06": UNIT, "单位-08": UNIT, "单位-10": UNIT},
    **{"测评项-01": ITEM, "表头-09": ITEM, "点位-02": POINT_TYPE},
}
"""Problems that a person can solve by saying what a name stands for."""
_LIKELY, _CLEAR = 70, 5
"""Likeness (0 to 100) from which a name is filled in, and by how much it leads the next one."""
_COLUMNS = ["kind", "written", "means", "count", "first"]


def names_asked(problems: Iterable) -> dict[tuple[str, str], int]:
    """Count the names that some problems ask about: (kind, as written) -> how often."""
    counts: dict[tuple[str, str], int] = {}
    for problem in problems:
        kind = ASKED.get(problem.code)
        text = str(problem.details.get("part") or problem.found)
        if kind and text:
            counts[kind, text] = counts.get((kind, text), 0) + 1
    return counts


def unknown_names(office: Office, readings: Iterable[Reading]) -> pd.DataFrame:
    """List the names that some files write and nobody knows, once each, with what each may be.

    Without a register in force units are not asked about: all of them are unknown.

    Returns: kind (a key of KINDS), written, means (a title of `titles_offered`, "": none is near),
             count, first (where it was met first: 「文件」「工作表」第 n 行); units first, the most
             frequent first
    """
    counts: dict[tuple[str, str], int] = {}
    firsts: dict[tuple[str, str], str] = {}
    for file_reading in readings:
        located = [problem for problem in file_reading.problems if problem.code in ASKED]
        for key, count in names_asked(located).items():
            counts[key] = counts.get(key, 0) + count
        for problem in located:
            key = ASKED[problem.code], str(problem.details.get("part") or problem.found)
            firsts.setdefault(key, f"{file_reading.filename}{problem.location}")
    with reading(office.store) as connection:
        if read_register(connection).is_empty:
            counts = {key: count for key, count in counts.items() if key[0] != UNIT}
        if not counts:
            return pd.DataFrame(columns=_COLUMNS)
        titles = name_titles(connection, office)
        spellings = _spellings(connection, office)
    order = list(KINDS)
    keys = sorted(counts, key=lambda key: (order.index(key[0]), -counts[key], key[1]))
    lines = [
        (kind, name, _likely(name, spellings[kind], titles[kind]), counts[kind, name])
        + (firsts[kind, name],)
        for kind, name in keys
    ]
    return pd.DataFrame(lines, columns=_COLUMNS)


def titles_offered(office: Office) -> dict[str, dict[str, int]]:
    """Give every name that a written one may stand for: kind -> as people choose it -> number."""
    with reading(office.store) as connection:
        titles = name_titles(connection, office)
    return {kind: {title: number for number, title in titles[kind].items()} for kind in KINDS}


def names_file(office: Office, names: pd.DataFrame) -> bytes:
    """Make the workbook in which a colleague says what names stand for. Takes: `unknown_names`"""
    offered = {KINDS[kind]: list(titles) for kind, titles in titles_offered(office).items()}
    return names_book(names.assign(kind=names["kind"].map(KINDS)), offered)


def _spellings(connection: Connection, office: Office) -> dict[str, dict[str, int]]:
    """Give every spelling that is known: kind -> normalised name or alias -> number."""
    units, catalogue = read_register(connection).units, office.catalogue
    frames = {UNIT: units, ITEM: catalogue.items, POINT_TYPE: catalogue.point_types}
    return {
        kind: {
            normalise(word): int(number)
            for number, name, aliases in zip(
                frame.index, frame["name"], frame["aliases"], strict=True
            )
            for word in (*aliases, name)
        }
        for kind, frame in frames.items()
    }


def _likely(name: str, spellings: Mapping[str, int], titles: Mapping[int, str]) -> str:
    """Give the title of the name that a written one most likely is; "" where two are near, or none."""
    spelling = filled_in(normalise(name))
    best: dict[int, float] = {}
    for word, likeness, _ in process.extract(
        spelling, list(spellings), scorer=fuzz.ratio, limit=12, score_cutoff=_LIKELY
    ):
        best.setdefault(spellings[word], likeness)
    by_likeness = sorted(best, key=lambda number: -best[number])
    is_clear = len(by_likeness) == 1 or (
        by_likeness and best[by_likeness[0]] - best[by_likeness[1]] >= _CLEAR
    )
    return titles[by_likeness[0]] if is_clear else ""
