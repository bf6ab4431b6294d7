"""The kinds of sheets whose rows are records, in the order in which they are recognised."""

from __future__ import annotations

from wenming_metrics.reading.model.reading import NO_TABLE, SHEET_KINDS
from wenming_metrics.reading.records.adjustment import ADJUSTMENT
from wenming_metrics.reading.records.adverts import ADVERTS
from wenming_metrics.reading.records.campaign import CAMPAIGN
from wenming_metrics.reading.records.document import DOCUMENT
from wenming_metrics.reading.records.duty import DUTY
from wenming_metrics.reading.records.external import EXTERNAL
from wenming_metrics.reading.records.holidays import KIND as HOLIDAYS_KIND
from wenming_metrics.reading.records.metric import METRIC
from wenming_metrics.reading.records.moves import MOVES_KIND
from wenming_metrics.reading.records.negative_list import NEGATIVE
from wenming_metrics.reading.records.quota import QUOTA
from wenming_metrics.reading.records.record_kind import RecordKind
from wenming_metrics.reading.records.rectification import RECTIFICATION
from wenming_metrics.reading.records.survey_counts import COUNTS

RECORD_KINDS: tuple[RecordKind, ...] = (
    *(COUNTS, ADJUSTMENT, MOVES_KIND, RECTIFICATION, DUTY, DOCUMENT),
    *(NEGATIVE, EXTERNAL, METRIC, ADVERTS, CAMPAIGN, QUOTA, HOLIDAYS_KIND),
)
BY_NAME = {kind.name: kind for kind in RECORD_KINDS}
RECORD_TITLES = {kind.name: kind.title for kind in RECORD_KINDS}
SHEET_TITLES = SHEET_KINDS | RECORD_TITLES
"""All kinds of sheets, as users know them."""
CHOSEN_TITLES = {**SHEET_TITLES, NO_TABLE: "不读的表"}
"""What a person may say that a sheet is."""
