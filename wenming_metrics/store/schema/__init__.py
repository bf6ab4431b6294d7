"""The tables. Plain integer, text and blob columns only, so that any SQL server can hold them.

`files` what came in · `rows` what it says · `sums` what is summed of it · `rule_sets` versions of the rules ·
`issuing` issues of a period · `surveys` questionnaires.
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
    same_problem,
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
from wenming_metrics.store.schema.surveys import answer_block, answer_choice

VERSION = 6
"""Counts the changes of these tables; each has its step in `migrations`."""

__all__ = [
    "VERSION",
    "answer_block",
    "answer_choice",
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
    "same_problem",
    "sheet",
    "site",
    "store",
    "waiver",
]
