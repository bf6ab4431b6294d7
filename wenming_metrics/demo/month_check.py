"""The made-up city's look through its 负面清单 of the month before: one thing happened, one unit was not asked."""

from __future__ import annotations

from datetime import date

from wenming_metrics.decisions.negative_list import note_negative_check, set_negative_items
from wenming_metrics.domain.periods import previous, window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.negative_list import (
    CLEAR,
    HAPPENED,
    UNCHECKED,
    negative_checks,
)

_ITEMS = ("发生有影响的安全责任事故", "创建材料弄虚作假", "以创建为名增加群众负担")
_WHO, _CHECKER = "演示", "演示核查"


def check_month(office: Office, last: date) -> None:
    """Look through the list of the month before a day; one that was looked through stays as it is."""
    month = previous(window("month", last))
    month_checks = negative_checks(office, month)
    if (month_checks["result"] != UNCHECKED).any():
        return
    set_negative_items(office, _ITEMS, _WHO)
    *clear, _ = units = month_checks["unit_name"].tolist()  # The last one was not asked.
    note_negative_check(office, month, clear, "", CLEAR, "各单位报告和信访记录", _CHECKER, _WHO)
    fact = (_ITEMS[1], HAPPENED, "抽查发现一份材料的照片重复使用", _CHECKER)
    note_negative_check(office, month, units[:1], *fact, _WHO)
