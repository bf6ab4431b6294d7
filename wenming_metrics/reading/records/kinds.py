"""The kinds of sheets whose rows are records, in the order in which they are recognised."""

from __future__ import annotations

from wenming_metrics.reading.adjustment import ADJUSTMENT
from wenming_metrics.reading.campaign import CAMPAIGN
from wenming_metrics.reading.counts import COUNTS
from wenming_metrics.reading.document import DOCUMENT
from wenming_metrics.reading.external import EXTERNAL
from wenming_metrics.reading.metric import METRIC
from wenming_metrics.reading.model import NO_TABLE, SHEET_KINDS
from wenming_metrics.reading.quota import QUOTA
from wenming_metrics.reading.record import RecordKind
from wenming_metrics.reading.rectification import RECTIFICATION

RECORD_KINDS: tuple[RecordKind, ...] = (
    *(COUNTS, ADJUSTMENT, RECTIFICATION, DOCUMENT, EXTERNAL, METRIC, CAMPAIGN, QUOTA),
)
BY_NAME = {kind.name: kind for kind in RECORD_KINDS}
SHEET_TITLES = {**SHEET_KINDS, **{kind.name: kind.title for kind in RECORD_KINDS}}
"""All kinds of sheets, as users know them."""
CHOSEN_TITLES = {**SHEET_TITLES, NO_TABLE: "不读的表"}
"""What a person may say that a sheet is."""
