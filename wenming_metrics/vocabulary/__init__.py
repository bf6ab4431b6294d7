"""Every column once: code name, Chinese name, aliases in workbooks, type, unit, meaning.

The readers find their columns by these titles and aliases, pages and exports take their headings
from here, the manual prints it. A word that stands here is used everywhere for the same thing.
"""

from wenming_metrics.vocabulary.column import Column
from wenming_metrics.vocabulary.columns import INPUT, column_frame, headers, title
from wenming_metrics.vocabulary.figures import FIGURES
from wenming_metrics.vocabulary.spelling import (
    file_name,
    movement,
    normalise,
    on_time_note,
    visible,
)
from wenming_metrics.vocabulary.words import (
    ADJUSTMENTS,
    ANSWERED,
    DECIDED,
    EXAMPLE,
    FORM_MARK,
    OPTIONS_SHEET,
    RESULTS,
    ROLE_CODES,
    ROLES,
    SEVERITIES,
    SOURCE_CODES,
    SOURCES,
    STATES,
    UNIT_KINDS,
    WRITTEN,
)

__all__ = [
    "ADJUSTMENTS",
    "ANSWERED",
    "Column",
    "DECIDED",
    "EXAMPLE",
    "FIGURES",
    "FORM_MARK",
    "INPUT",
    "OPTIONS_SHEET",
    "RESULTS",
    "ROLES",
    "ROLE_CODES",
    "SEVERITIES",
    "SOURCES",
    "SOURCE_CODES",
    "STATES",
    "UNIT_KINDS",
    "WRITTEN",
    "column_frame",
    "file_name",
    "headers",
    "movement",
    "normalise",
    "on_time_note",
    "title",
    "visible",
]
