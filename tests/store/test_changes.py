"""What a statement reads is known by its clauses, and never less than it may read."""

from sqlalchemy import or_, select

from wenming_metrics.store import schema
from wenming_metrics.store.changes import EVERYTHING, extents_read
from wenming_metrics.store.days import among
from wenming_metrics.store.frames import that_count

ROW, TALLY, BATCH, FINDING = schema.row, schema.day_tally, schema.batch, schema.finding
OCTOBER, NOVEMBER = 739_890, 739_921  # 2026-10-01 and 2026-11-01


def spans(statement, table):
    return {span for name, span in extents_read(statement) if name == table.name}


def test_days_are_read_by_their_months_however_they_are_asked_for():
    for days, months in (
        ([OCTOBER], {"202610"}),
        (range(OCTOBER, NOVEMBER + 1), {"202610", "202611"}),
        ([OCTOBER, NOVEMBER + 3], {"202610", "202611"}),
    ):
        assert spans(select(TALLY.c.cells).where(among(TALLY.c.day, days)), TALLY) == months
    either = or_(TALLY.c.day == OCTOBER, TALLY.c.day.between(NOVEMBER, NOVEMBER + 1))
    assert spans(select(TALLY).where(either, TALLY.c.cells != b""), TALLY) == {"202610", "202611"}


def test_a_clause_that_is_not_understood_stands_for_the_whole_table():
    for clause in (TALLY.c.day > OCTOBER, or_(TALLY.c.day == OCTOBER, TALLY.c.cells == b"")):
        assert spans(select(TALLY).where(clause), TALLY) == {""}
    assert spans(select(TALLY), TALLY) == {""}
    assert extents_read(schema.row.delete()) == {EVERYTHING}


def test_a_table_below_another_is_read_whole_or_by_its_own_days():
    inner = select(ROW.c.site).where(among(ROW.c.day, [OCTOBER])).subquery()
    assert extents_read(select(inner.c.site)) == {("row", "202610")}
    exists = select(FINDING.c.batch).where(FINDING.c.batch == ROW.c.batch).exists()
    assert spans(select(ROW.c.site).where(exists), FINDING) == {""}
    other = ROW.alias()
    both = select(ROW.c.site).join(other, other.c.day == ROW.c.day).where(ROW.c.day == OCTOBER)
    assert spans(both, ROW) >= {""}


def test_whether_lines_count_is_a_matter_of_these_lines():
    counting = that_count(select(ROW.c.site).where(among(ROW.c.day, [OCTOBER])), ROW)
    assert extents_read(counting) == {("row", "202610")}
    shown = that_count(select(ROW.c.site, BATCH.c.live).where(ROW.c.day == OCTOBER), ROW)
    assert spans(shown, BATCH) == {""}
    counting = counting.subquery()
    assert extents_read(select(counting.c.site).distinct()) == {("row", "202610")}
    assert spans(select(BATCH.c.name).where(BATCH.c.batch == 7), BATCH) == {"7"}


def test_the_days_of_one_table_hold_for_the_one_joined_to_it_but_not_across_an_outer_join():
    link = schema.row_unit
    on = (link.c.day == ROW.c.day) & (link.c.batch == ROW.c.batch)
    inner = select(ROW.c.site).join(link, on).where(among(link.c.day, [NOVEMBER]))
    assert extents_read(inner) == {("row", "202611"), ("row_unit", "202611")}
    outer = select(ROW.c.site).join(
        link, (link.c.day == OCTOBER) & (ROW.c.day == OCTOBER), isouter=True
    )
    assert spans(outer, ROW) == {""}
