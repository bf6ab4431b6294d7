"""What speaks for each role of a column: its header and the forms of its values.

Weights are a table of data, `data/recognition.toml`, which says what they mean.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from wenming_metrics.reading.model.grid import SheetGrid, Value
from wenming_metrics.reading.recognise.value_forms import Lexicon, shares
from wenming_metrics.reading.tables.bands import OF_SEVERAL
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.values import spell
from wenming_metrics.vocabulary import INPUT, normalise

_WEIGHTS = Path(__file__).resolve().parents[3] / "data" / "recognition.toml"
_ROWS, _SAMPLES, _LONGEST = 120, 3, 30
_EXACT, _ALIKE, _LIKENESS = 9.0, 2.5, 80
"""Points of a header that is a known title; of one that is like one, from this likeness on."""
_OF_GROUP = 1.5
"""What a word of a header is worth less where it needs the group over the column."""
_WORDED = 5.0
"""Points of a text from which it is worded like a header."""
_LACKING = -6.0
"""Points of values that have none of the forms that a role needs."""
_NOT_OF_HEAD = -6.0
"""Points of a role that the last word of a header rules out."""
_TOTAL = re.compile(r"^(合计|小计|总计|共计|平均|注|备注|说明|填表|制表|审核)")
Words = tuple[tuple[re.Pattern[str], float], ...]


@dataclass(frozen=True)
class RoleWeights:
    """What speaks for a role: words of its header, forms of its values, forms that it needs."""

    words: Words
    forms: Mapping[str, float]
    needs: tuple[str, ...]


@dataclass(frozen=True)
class KindWeights:
    """What speaks for a kind of table: words of its titles and headers, columns that it has.

    forms - role that no header speaks for -> forms of the values that it may be told by
    """

    titles: Words
    headers: Words
    roles: Mapping[str, float]
    forms: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ColumnEvidence:
    """One column: its position, header and values.

    forms - share of the filled cells of each form, see `value_forms.shares`
    points - what speaks for each role, header and values together; samples - a few values
    worded - what its header alone says for each role; n_filled - filled cells that were looked at
    """

    position: int
    text: str
    forms: Mapping[str, float]
    points: Mapping[str, float]
    worded: Mapping[str, float]
    samples: tuple[str, ...]
    n_filled: int

    @property
    def n_distinct(self) -> int:
        """How many different values it has."""
        return round(self.forms.get("distinct", 0.0) * self.n_filled)

    def has(self, *forms: str) -> float:
        """Give the largest share of some forms."""
        return max(self.forms.get(form, 0.0) for form in forms)


@lru_cache(maxsize=1)
def weights() -> tuple[Mapping[str, RoleWeights], Mapping[str, KindWeights], Mapping[str, Words]]:
    """Load the weights: of roles, of kinds, and words of titles and headers that say that a sheet is
    of no kind ("titles", "headers"), of titles that say that its figures are scores ("scores")."""
    table = _load()
    stems = table["stems"]
    by_title = RoleWeights((), {}, ())  # of a column without weights, which its titles tell
    roles = dict.fromkeys(INPUT, by_title) | {
        name: RoleWeights(
            _compiled(entry["words"], stems), entry.get("values", {}), tuple(entry.get("needs", ()))
        )
        for name, entry in table["roles"].items()
    }
    kinds = {
        name: KindWeights(
            *(
                _compiled(entry["title"], stems),
                _compiled(entry.get("headers", {}), stems),
                entry["roles"],
            ),
            {role: tuple(forms.split()) for role, forms in entry.get("values", {}).items()},
        )
        for name, entry in table["kinds"].items()
    }
    others = {name: _compiled(words, stems) for name, words in table["others"].items()}
    return roles, kinds, others


@lru_cache(maxsize=1)
def _heads() -> tuple[tuple[re.Pattern[str], frozenset[str]], ...]:
    """Give last words of headers, and the roles that each of them allows."""
    return tuple(
        (re.compile(entry["words"]), frozenset(entry["roles"].split()))
        for entry in _load()["heads"].values()
    )


@lru_cache(maxsize=1)
def _load() -> Mapping[str, Any]:
    with _WEIGHTS.open("rb") as file:
        return tomllib.load(file)


def _compiled(words: Mapping[str, float], stems: Mapping[str, str]) -> Words:
    compiled = []
    for pattern, points in words.items():
        for name, stem in stems.items():
            pattern = pattern.replace(f"{{{name}}}", stem)
        compiled.append((re.compile(pattern, re.MULTILINE), float(points)))
    return tuple(compiled)


def gather_evidence(sheet: SheetGrid, header: Header, lexicon: Lexicon) -> list[ColumnEvidence]:
    """Hold each column with a header, or with values, against every role."""
    rows = _data_rows(sheet, header.first)
    columns = []
    for position, text in enumerate(header.texts):
        column_values = [row[position] for row in rows]
        forms = shares(column_values, lexicon) if rows else {"filled": 0.0}
        if not normalise(text) and not forms["filled"]:
            continue
        group = header.groups[position] if position < len(header.groups) else ""
        worded = header_points(text, group)
        points = {role: worded[role] + _value_points(role, forms) for role in worded}
        samples = dict.fromkeys(word for word in map(spell, column_values) if word)
        columns.append(
            ColumnEvidence(
                *(position, text, forms, points, worded, tuple(samples)[:_SAMPLES]),
                round(forms["filled"] * len(rows)),
            )
        )
    return columns


def _data_rows(sheet: SheetGrid, first: int) -> list[list[Value]]:
    """Give the first rows below the header that look like data: more than one cell, no total."""
    cut = [column.codes[first : first + _ROWS].tolist() for column in sheet.columns]
    rows = [
        [column.values[code] for column, code in zip(sheet.columns, codes, strict=True)]
        for codes in zip(*cut, strict=True)
    ]
    return [row for row in rows if _is_data([word for word in map(spell, row) if word])]


def _is_data(words: Sequence[str]) -> bool:
    return len(words) > 1 and not _TOTAL.match(normalise(words[0]))


@lru_cache(maxsize=1 << 11)
def header_points(text: str, group: str = "") -> Mapping[str, float]:
    """Give what a header says for each role, negative where it speaks against it.

    >>> [header_points(text)["deduction"] > 5 for text in ("罚掉的分", "扣分原因")]
    [True, False]
    """
    word, over = normalise(text), normalise(group)
    bare = re.sub(r"\(.*?\)|[*★:]", "", word) or word
    is_shared = bool(OF_SEVERAL.search(word))
    allowed = [roles for pattern, roles in _heads() if pattern.search(bare)]
    points = {}
    for role, role_weights in weights()[0].items():
        titles, words = _titles(role), role_weights.words
        if not word:
            points[role] = 0.0
        elif not is_shared and (word in titles or bare in titles):
            points[role] = _EXACT
        else:
            best = _best(words, bare)
            if over:
                best = max(best, _best(words, over + bare) - _OF_GROUP)
            if not best and any(fuzz.ratio(bare, t, score_cutoff=_LIKENESS) for t in titles):
                best = _ALIKE
            against = 0.0 if is_shared else _against(words, bare)
            against += _NOT_OF_HEAD * any(role not in roles for roles in allowed)
            points[role] = best + against
    return points


@lru_cache(maxsize=256)
def _titles(role: str) -> tuple[str, ...]:
    """Give the known titles of a role, normalised once for all headers."""
    return tuple(map(normalise, (INPUT[role].title, *INPUT[role].aliases)))


@lru_cache(maxsize=1 << 12)
def speaks(text: str) -> bool:
    """Say whether a text is worded like the header of some column."""
    return max(header_points(text).values()) >= _WORDED


def count_spoken(texts: Sequence[str]) -> int:
    """Count the different texts of a row that are worded like the header of some column."""
    return sum(len(text) <= _LONGEST and speaks(text) for text in set(texts) - {""})


def _best(words: Words, text: str) -> float:
    return max(
        (points for pattern, points in words if points > 0 and pattern.search(text)), default=0.0
    )


def _against(words: Words, text: str) -> float:
    return sum(points for pattern, points in words if points < 0 and pattern.search(text))


def _value_points(role: str, forms: Mapping[str, float]) -> float:
    """Give what the values of a column say for a role; an empty column says nothing."""
    if not forms["filled"]:
        return 0.0
    role_weights = weights()[0][role]
    points = sum(full * forms.get(form, 0.0) for form, full in role_weights.forms.items())
    needed = max((forms.get(form, 0.0) for form in role_weights.needs), default=1.0)
    return points + (_LACKING if needed < 0.5 else 0.0)


def title_points(words: Words, text: str) -> tuple[float, str]:
    """Give what titles say, and the word that says most for it ("": none)."""
    total, best, spoken = 0.0, 0.0, ""
    for pattern, points in words:
        match = pattern.search(text)
        if match:
            total += points
            if points > best:
                best, spoken = points, match[0]
    return total, spoken
