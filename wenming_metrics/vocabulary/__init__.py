"""Every column once: code name, Chinese name, aliases in workbooks, type, unit, meaning.

The readers find their columns by these titles and aliases, pages and exports take their headings
from here, the manual prints it. A word that stands here is used everywhere for the same thing.
"""

from wenming_metrics.vocabulary.columns import (
    FIGURES,
    INPUT,
    Column,
    column_frame,
    columns,
    headers,
    input_columns,
    titles,
)
from wenming_metrics.vocabulary.spelling import (
    band_text,
    chinese_number,
    file_name,
    leading_serial,
    mixes_digits,
    moved_place,
    movement,
    normalise,
    numeral,
    on_time_note,
    printable,
    visible,
)
from wenming_metrics.vocabulary.words import (
    ADJUSTMENTS,
    ANSWERED,
    CHECK_WAYS,
    DECIDED,
    EXAMPLE,
    FORM_MARK,
    LOOKS,
    LOOP_STATES,
    OPTIONS_SHEET,
    OTHER_SOURCES,
    PARTIES,
    REPLIES,
    RESULTS,
    ROLE_CODES,
    ROLES,
    SEVERITIES,
    SOURCE_CODES,
    SOURCES,
    STATES,
    TEST_SOURCES,
    UNIT_KINDS,
    VISITLESS,
    WRITTEN,
)
