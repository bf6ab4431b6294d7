"""What is known of one column."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: `name` in code, `title` on screens, `aliases` as senders write it."""

    name: str
    title: str
    type: str
    unit: str
    meaning: str
    aliases: tuple[str, ...] = ()


def column(
    name: str, title: str, type: str, unit: str, meaning: str, aliases: str = ""
) -> tuple[str, Column]:
    """Write down one column under its name. Takes: aliases - parted by |"""
    split = tuple(alias for alias in aliases.split("|") if alias)
    return name, Column(name, title, type, unit, meaning, split)
