"""One column of a page of rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    """One column of a page: its name in the file ("": only to be looked at), heading, width.

    words - code -> word of the office; offered as a list
    """

    name: str
    title: str
    width: int = 12
    words: Mapping[str, str] = field(default_factory=dict)
