"""The tables. Plain integer, text and blob columns only, so that any SQL server can hold them.

`files` what came in · `rows` what it says · `sums` what is summed of it · `rule_sets` versions of the rules ·
`issuing` issues of a period.
"""

from wenming_metrics.store.schema.columns import metadata
from wenming_metrics.store.schema.files import (
    batch,
    batch_day,
    batch_event,
    batch_problem,
    block,
    header_choice,
    held_end,
    held_row,
    name_choice,
    note,
    original,
    picture,
    picture_place,
    replaced_slice,
    replacement,
    sheet,
    store,
)
from wenming_metrics.store.schema.issuing import (
    issue,
    issue_content,
    issue_event,
    late_choice,
    remark,
    ruling,
    waiver,
)
from wenming_metrics.store.schema.rows import (
    finding,
    finding_piece,
    finding_state,
    plan_row,
    record,
    register_site,
    register_unit,
    row,
    row_unit,
    site,
)
from wenming_metrics.store.schema.rule_sets import (
    rule_draft,
    rule_event,
    rules_archive,
)
from wenming_metrics.store.schema.sums import (
    basis,
    day_tally,
    month_sites,
    running_sum,
)

VERSION = 5
"""Counts the changes of these tables; each has its step in `migrations`."""

__all__ = [
    "VERSION",
    "basis",
    "batch",
    "batch_day",
    "batch_event",
    "batch_problem",
    "block",
    "day_tally",
    "finding",
    "finding_piece",
    "finding_state",
    "header_choice",
    "held_end",
    "held_row",
    "issue",
    "issue_content",
    "issue_event",
    "late_choice",
    "metadata",
    "month_sites",
    "name_choice",
    "note",
    "original",
    "picture",
    "picture_place",
    "plan_row",
    "record",
    "register_site",
    "register_unit",
    "remark",
    "replaced_slice",
    "replacement",
    "row",
    "row_unit",
    "rule_draft",
    "rule_event",
    "rules_archive",
    "ruling",
    "running_sum",
    "sheet",
    "site",
    "store",
    "waiver",
]
