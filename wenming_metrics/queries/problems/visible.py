"""Which problems somebody sees: those of their units in any role, or found by files of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from sqlalchemy import Connection, select

from wenming_metrics.access.viewer import Viewer
from wenming_metrics.queries.problems.book import ProblemBook
from wenming_metrics.store import schema
from wenming_metrics.store.problems import handed_out


def visible_part(connection: Connection, book: ProblemBook, viewer: Viewer) -> ProblemBook:
    """Give a book without the problems that somebody does not see: neither lines nor events of them."""
    if not viewer.is_scoped:
        return book
    lines = book.lines[_visible(connection, book, viewer)]
    events = book.events[book.events["finding"].isin(lines.index)]
    return replace(book, lines=lines, events=events, unlinked=book.unlinked.iloc[:0])


def _visible(connection: Connection, book: ProblemBook, viewer: Viewer) -> np.ndarray:
    lines, mask = book.lines, np.zeros(len(book.lines), bool)
    if viewer.units is not None:
        units = list(viewer.units)
        handed = handed_out(connection, lines["number"].tolist())
        numbers = set(handed.loc[handed["unit"].isin(units), "number"]) - {""}
        for role in ("unit", "holder", "named"):  # territory, who has it, who would be given it
            mask |= lines[role].isin(units).to_numpy(bool)
        mask |= lines["number"].isin(numbers).to_numpy(bool)
    if viewer.own:
        batch = schema.batch
        own_batches = connection.scalars(
            select(batch.c.batch).where(batch.c.who == viewer.own)
        ).all()
        mask |= lines["batch"].isin([number for number in own_batches if number]).to_numpy(bool)
    return mask
