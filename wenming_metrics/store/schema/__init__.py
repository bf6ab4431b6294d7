"""The tables. Plain integer, text and blob columns only, so that any SQL server can hold them.

`files` what came in · `rows` what it says and what is summed of it · `issuing` issues of a period and
versions of the rules · `loop` problems on their way to 销号 · `access` accounts and what was done by whom.
"""

from wenming_metrics.store.schema.access import (
    access_log,
    access_log_end,
    account,
    guess,
    rights_version,
    session,
)
from wenming_metrics.store.schema.columns import metadata
from wenming_metrics.store.schema.files import (
    batch,
    batch_day,
    batch_event,
    batch_problem,
    block,
    change_log,
    correction,
    correction_end,
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
    sender_answers,
    sheet,
    store,
)
from wenming_metrics.store.schema.issuing import (
    catalogue_entry,
    issue,
    issue_content,
    issue_event,
    late_choice,
    remark,
    rule_draft,
    rule_event,
    rules_archive,
    ruling,
    same_problem,
    waiver,
)
from wenming_metrics.store.schema.loop import hand_out, problem, problem_event
from wenming_metrics.store.schema.rows import (
    answer_block,
    answer_choice,
    basis,
    day_tally,
    finding,
    finding_piece,
    finding_state,
    month_sites,
    outline_version,
    plan_row,
    record,
    register_site,
    register_unit,
    row,
    row_unit,
    running_sum,
    site,
)

VERSION = 12
"""Counts the changes of these tables; each has its step in `migrations`."""
