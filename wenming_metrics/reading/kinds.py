"""The kinds of sheets whose rows are records, in the order in which they are recognised."""

from __future__ import annotations

from wenming_metrics.reading.model import SHEET_KINDS
from wenming_metrics.reading.record import RecordKind

RECORD_KINDS: tuple[RecordKind, ...] = ()
BY_NAME = {kind.name: kind for kind in RECORD_KINDS}
SHEET_TITLES = {**SHEET_KINDS, **{kind.name: kind.title for kind in RECORD_KINDS}}
"""All kinds of sheets, as users know them."""
