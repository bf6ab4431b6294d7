"""Find the header of a sheet and say what kind of sheet it is.

The header is the row with the most known titles among the first thirty; titles of the whole table
above it are allowed, columns may come in any order, unknown columns stay where they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import SheetGrid, Value, rows_head
from wenming_metrics.reading.recognise.column_evidence import count_spoken
from wenming_metrics.reading.recognise.families import FAMILIES, FAMILY, REQUIRED, take_verdict
from wenming_metrics.reading.recognise.proposal import propose
from wenming_metrics.reading.recognise.value_forms import NO_LEXICON, Lexicon, names_units
from wenming_metrics.reading.records.kinds import RECORD_KINDS
from wenming_metrics.reading.survey.questions import (
    MARK,
    counted_columns,
    has_units,
    survey_columns,
)
from wenming_metrics.reading.tables.bands import OF_SEVERAL, Band, read_band
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.titles import Titles, columns_of_titles, read_titles
from wenming_metrics.reading.tables.values import bare_item, spell
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.vocabulary import INPUT, headers, normalise

SEARCHED = 30
_NUMBERED = (("visit_no",), ("item", "item_code"), ("description", "deduction"))
"""What a table of problems must have whose visits stand in a sheet of their own."""
SEVERAL = ("lead", "responsible", "assisting", "handed_in", "review", "total")
"""Columns that may stand more than once: all of them are read."""
_MAPS = {family: headers(names) for family, names in FAMILIES.items() if family != reading.SURVEY}
_MAPS[reading.INSPECTION] |= headers(("verdict",))  # taken for the result, see `take_verdict`
ALL_TITLES = {word for title_map in _MAPS.values() for word in title_map}
"""Every accepted header, normalised."""
_ADDED = re.compile(r"\(.*?\)|[*★:]")
_OTHERWISE = re.compile(
    r"\((?:[^)]*(?:[%‰每单负折/百十千乘×*倍元]|加[分权]|累计|上[期次]|建议|按[处个条次])[^)]*"
    r"|=?\d+(?:\.\d+)?[分处])\)"
)
"""Behind a header of points or places: what makes its numbers something else (扣分(每处), 扣分(‰))."""
_COUNTED = ("deduction", "full_mark", "places")
_MARKED_ITEM = re.compile(r"\(\d+(\.\d+)?分\)$")
_SCORE = re.compile("扣分|失分|得分")
_VISIT_ONLY = {"source", "team", "visit_no", "scope"}
_LOOKED_AT, _ANY_SPAN = {"result", "item", "description"}, {"answer_start", "answer_end"}
_CHECKED = {"item", "item_code", "result", "deduction"}


@dataclass(frozen=True)
class Words:
    """What a search knows beside the titles of columns: names of items and point types (both
    normalised), how the file is called, what people said of headers (`reading.model.reading.RememberedChoices`), the kinds
    of sheets, by name, that the sender says, and what questionnaires ask.

    lexicon - names that values are looked up in; columns - header (normalised) -> what the sender
    says it is; assumed_year - what the sender says of days without a year
    """

    items: frozenset[str] = frozenset()
    point_types: frozenset[str] = frozenset()
    filename: str = ""
    header_choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    survey: Survey | None = None
    lexicon: Lexicon = NO_LEXICON
    columns: Mapping[str, str] = field(default_factory=dict)
    assumed_year: int | None = None


def find_header(sheet: SheetGrid, words: Words) -> Header | None:
    """Find the header of a sheet.

    Returns: the header, or None where no row has even two known titles
    """
    head = rows_head(sheet, SEARCHED)
    bands = [read_band(sheet, head, row) for row in range(len(head))]
    chosen_band = next(
        (band for band in bands if fingerprint(band.texts) in words.header_choices), None
    )
    if chosen_band:
        header = _header(sheet, head, chosen_band, words)
        other = _other_kind(sheet, header, words)
        return _header(sheet, head, chosen_band, words, other) if other else header
    counts = [_count(band.texts, band.groups, words) for band in bands]
    if max(counts, default=0) < 2:
        return guess_header(sheet, words) if sheet.name in words.kinds else None
    # A row of titles over the header counts as much as the header below it: that one is taken.
    best = [position for position, count in enumerate(counts) if count == max(counts)]
    row = next(
        (position for position in best if _count(bands[position].first_texts, (), words)), best[0]
    )
    return _header(sheet, head, bands[row], words)


def _other_kind(sheet: SheetGrid, header: Header, words: Words) -> str:
    """Name the kind that a table speaks for where it is neither what its form was said to be nor what
    it looked like then: it is a form of its own."""
    header_choices = words.header_choices[header.fingerprint]
    kinds = {header_choices.get(name, "") for name in (reading.KIND_CHOICE, reading.LIKE_CHOICE)}
    kinds -= {"", reading.NO_TABLE}
    proposal = propose(sheet, header, words.items, words.lexicon, words.survey)
    return proposal.best.kind if kinds and all(map(proposal.is_beaten, kinds)) else ""


def _count(texts: Sequence[str], groups: Sequence[str], words: Words) -> int:
    return max(len(set(names)) for names in _named(texts, groups, words.survey, {}).values())


def _header(
    sheet: SheetGrid, head: list[list[Value]], band: Band, words: Words, other: str = ""
) -> Header:
    above = [spell(value) for row in head[: band.row] for value in row if spell(value)]
    titles = read_titles(above, (sheet.name, words.filename), words.point_types)
    titles = replace(titles, year=titles.year or words.assumed_year)
    print_ = fingerprint(band.texts, other)
    said = {**words.header_choices.get(print_, {}), **words.columns}
    by_family = _named(band.texts, band.groups, words.survey, said)
    wide = _is_wide(by_family[reading.INSPECTION], band.texts, words.items)
    names = {family: set(family_columns) for family, family_columns in by_family.items()}
    kind = reading.WIDE if wide else _kind(names, sheet.name + "".join(above), band.texts)
    chosen = words.kinds.get(sheet.name) or said.get(reading.KIND_CHOICE)
    kind = (chosen or kind).replace(reading.NO_TABLE, "")
    if chosen == reading.SURVEY:
        survey_header = (band.texts, band.groups, words.survey, said)
        by_family[reading.SURVEY] = survey_columns(*survey_header, is_chosen=True)
    columns = _choose(by_family[FAMILY[kind]], band.texts, said) if kind else {}
    if kind == reading.WIDE:
        columns.pop("item", None)  # columns named so bear an item each
    return Header(
        kind=kind,
        row=band.row,
        first=_first_row(sheet, band),
        columns=columns,
        typed=band.typed,
        texts=band.texts,
        missing=_missing(kind, by_family, titles),
        doubled=tuple(_doubled(by_family.get(FAMILY.get(kind), {}), columns)),
        items=_item_columns(columns, band.texts, words.items, said) if kind == reading.WIDE else (),
        known_titles=_known_titles(by_family, band.texts),
        groups=band.groups,
        above="\n".join(above),
        titles=titles,
        fingerprint=print_,
        ignored=frozenset(word for word, name in said.items() if not name),
        filename=words.filename,
        is_chosen=bool(chosen),
        said=frozenset(said),
        joins=kind == reading.FINDINGS and _has(set(columns), _NUMBERED),
    )


def guess_header(sheet: SheetGrid, words: Words) -> Header | None:
    """Take the row that looks most like a header: most cells that speak for a column of some kind,
    else the fullest row of different texts that has something below it."""
    head = rows_head(sheet, SEARCHED)
    bands = [read_band(sheet, head, row) for row in range(len(head) - 1)]
    spoken = [
        0 if names_units(band.texts, words.lexicon) else count_spoken(band.texts) for band in bands
    ]
    if max(spoken, default=0) >= 2:
        best = [row for row, count in enumerate(spoken) if count == max(spoken)]
        row = next((row for row in best if count_spoken(bands[row].first_texts)), best[0])
        return _header(sheet, head, bands[row], words)
    counts = []
    for values in head[:-1]:
        texts = [value for value in values if isinstance(value, str) and value.strip()]
        counts.append(len(set(texts)) if len(texts) == len(set(texts)) else 0)
    if max(counts, default=0) < 2:
        return None
    if names_units(bands[counts.index(max(counts))].texts, words.lexicon):
        return None
    return _header(sheet, head, bands[counts.index(max(counts))], words)


def fingerprint(texts: Sequence[str], other: str = "") -> str:
    """Name the form of a table by its headers, whatever their order and spaces.

    Takes: other - the kind that its title and values speak for where the form is another kind's
    """
    words = sorted({normalise(text) for text in texts} - {""}) + ([f"#{other}"] if other else [])
    return hashlib.blake2b("\x1f".join(words).encode(), digest_size=12).hexdigest()


def _named(
    row: Sequence[str],
    groups: Sequence[str],
    survey: Survey | None,
    header_choices: Mapping[str, str],
) -> dict[str, dict[str, list[int]]]:
    """Give for each family the columns found in a row: name -> positions.

    Takes: groups - stands over the columns; header_choices - by people, go before what titles mean
    """
    words = [
        (position, word, "" if OF_SEVERAL.search(word) else _ADDED.sub("", word))
        for position, word in enumerate(map(normalise, row))
        if word
    ]
    by_family: dict[str, dict[str, list[int]]] = {}
    for family, names_by_title in _MAPS.items():
        by_family[family] = {}
        for position, text, bare in words:
            name = names_by_title.get(text) or names_by_title.get(bare)
            if name in _COUNTED and _OTHERWISE.search(text):
                name = None  # a person says what it is
            if text in header_choices:
                name = header_choices[text] if header_choices[text] in FAMILIES[family] else None
            if name:
                by_family[family].setdefault(name, []).append(position)
    take_verdict(by_family[reading.INSPECTION])
    by_family[reading.SURVEY] = survey_columns(row, groups, survey, header_choices)
    if has_units(by_family[reading.COUNTED]):
        by_family[reading.COUNTED] |= counted_columns(row, groups, survey, header_choices)
    return by_family


def _kind(names: Mapping[str, set[str]], title: str, texts: tuple[str, ...]) -> str:
    """Tell the kind by the columns; the whole of it is thrown away when most are missing."""
    kind = _likely(names, title, texts)
    if not kind:
        return ""
    by_number = kind == reading.FINDINGS and _has(names[reading.INSPECTION], _NUMBERED)
    groups = _NUMBERED if by_number else REQUIRED[kind]
    absent = [group for group in groups if not names[FAMILY[kind]] & set(group)]
    return "" if 2 * len(absent) > len(groups) else kind


def _likely(names: Mapping[str, set[str]], title: str, texts: tuple[str, ...]) -> str:
    seen, plan = names[reading.INSPECTION], names[reading.PLAN]
    checked = seen & (_CHECKED | {"description"})
    if {"unit_name", "unit_kind"} <= names[reading.UNITS]:
        return reading.UNITS
    if names[reading.SURVEY] - _ANY_SPAN and not seen & _LOOKED_AT and not _counts_options(names):
        return reading.SURVEY
    for kind in RECORD_KINDS:
        if kind.is_kind(frozenset(names[kind.name]), title):
            return kind.name
    if "planned_day" in plan or ("计划" in title and "site" in plan and not checked):
        return reading.PLAN
    located = {"site", "point_type"} <= seen and seen & {"street", "community"}
    if located and not checked and not seen & {"day", *_VISIT_ONLY}:
        return reading.SITES
    if "description" in seen and "result" not in seen:
        return reading.FINDINGS
    if not seen & {"result", "day", "site"} and _has(seen, _NUMBERED):
        return reading.FINDINGS
    if checked or any(_SCORE.search(text) for text in texts):
        return reading.CHECKLIST
    return reading.VISITS if "site" in seen else ""


def _counts_options(names: Mapping[str, set[str]]) -> bool:
    """Say whether options of a single choice have columns of their own: how many chose them."""
    return (
        len({name for name in names[reading.COUNTED] - names[reading.SURVEY] if ":" in name}) >= 2
    )


def _has(names: set[str], groups: tuple[tuple[str, ...], ...]) -> bool:
    return all(names & set(group) for group in groups)


def _missing(
    kind: str, by_family: Mapping[str, Mapping[str, list[int]]], titles: Titles
) -> tuple[str, ...]:
    if not kind:
        return ()
    present = set(by_family[FAMILY[kind]]) | set(columns_of_titles(titles))
    groups = [group for group in REQUIRED[kind] if not present & set(group)]
    return tuple("或".join(INPUT[name].title for name in group) for group in groups)


def _choose(
    family_columns: Mapping[str, list[int]], texts: tuple[str, ...], header_choices: Mapping
) -> dict[str, tuple[int, ...]]:
    """Keep one column per name: one that a person named, with the proper title, else the leftmost."""
    chosen = {}
    for name, positions in family_columns.items():
        title = "" if name.startswith(MARK) else normalise(INPUT[name].title)
        wanted = [p for p in positions if normalise(texts[p]) in header_choices] or positions
        proper = [p for p in wanted if normalise(texts[p]) == title]
        several = wanted if name == "total" else positions  # only one total counts
        chosen[name] = tuple(several if name in SEVERAL else (proper or wanted)[:1])
    return chosen


def _doubled(
    family_columns: Mapping[str, list[int]], read: Mapping[str, object]
) -> list[tuple[str, tuple[int, ...]]]:
    alone = set(read) - {*SEVERAL, "remark"}
    return [(name, tuple(ps)) for name, ps in family_columns.items() if name in alone and ps[1:]]


def _first_row(sheet: SheetGrid, band: Band) -> int:
    """Give the first row below the header, which merged cells may stretch over several rows."""
    excel, texts = sheet.first_row + band.row, band.first_texts
    ends = [
        area.last_row
        for area in sheet.facts.merged
        if area.first_row == excel and area.first_column < len(texts) and texts[area.first_column]
    ]
    return max([excel + band.depth - 1, *ends]) - sheet.first_row + 1


def _is_wide(
    family_columns: Mapping[str, list[int]], texts: tuple[str, ...], items: frozenset[str]
) -> bool:
    """Say whether a sheet of sites has one column per item."""
    if {"item", "item_code", "result", "description"} & set(
        family_columns
    ) or "site" not in family_columns:
        return False
    return sum(_is_item(text, items) for text in texts) >= 2


def _is_item(text: str, items: frozenset[str]) -> bool:
    word = normalise(text)
    return bool(_MARKED_ITEM.search(word)) or word in items or bare_item(word) in items


def _item_columns(
    columns: Mapping[str, tuple[int, ...]],
    texts: tuple[str, ...],
    items: frozenset[str],
    said: Mapping[str, str],
) -> tuple[int, ...]:
    """List the columns of items: those that bear no other title, and those that a person named."""
    titled = {position for ats in columns.values() for position in ats}
    return tuple(
        position
        for position, text in enumerate(texts)
        if position not in titled
        and said.get(normalise(text), "item" if _is_item(text, items) else "") == "item"
    )


def _known_titles(
    by_family: Mapping[str, Mapping[str, list[int]]], texts: tuple[str, ...]
) -> tuple[str, ...]:
    several = chain.from_iterable(found.values() for found in by_family.values())
    return tuple(texts[position] for position in sorted(set(chain.from_iterable(several))))
