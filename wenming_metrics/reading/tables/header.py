"""What the search for a header found, as a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wenming_metrics.reading.model.grid import Value
from wenming_metrics.reading.tables.titles import Titles


@dataclass(frozen=True)
class Header:
    """What the search found: kind ("" = none), row (position in the sheet), columns by name.

    first   - position of the first row below the header
    typed   - the row as it came, per column position; texts - the same spelled out
    missing - titles of required columns that are not there
    doubled - (header, columns used and left) where two columns claim one meaning
    items   - positions of the columns of items, in a sheet with one column per item
    known_titles - known headers as typed, also where the kind is not
    groups  - per column, what stands above it in a header of several rows ("" = nothing)
    above   - texts of the titles over the header, one per line
    titles  - what those say of all rows
    fingerprint - names the form of the table, see `headers.fingerprint`
    ignored - headers (normalised) that a person said are not read
    filename - how the file is called
    is_chosen - the kind is what a person said; said - headers (normalised) of which one said what
              they are
    joins   - what is missing may come from the visits whose numbers the rows name
    """

    kind: str
    row: int
    first: int
    columns: Mapping[str, tuple[int, ...]]
    typed: tuple[Value, ...]
    texts: tuple[str, ...]
    missing: tuple[str, ...] = ()
    doubled: tuple[tuple[str, tuple[int, ...]], ...] = ()
    items: tuple[int, ...] = ()
    known_titles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    above: str = ""
    titles: Titles = Titles()
    fingerprint: str = ""
    ignored: frozenset[str] = frozenset()
    filename: str = ""
    is_chosen: bool = False
    said: frozenset[str] = frozenset()
    joins: bool = False
