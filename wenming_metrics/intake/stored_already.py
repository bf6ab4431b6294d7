"""What the store has to say of a file that was read: known bytes, repeated rows, what it replaces."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.problems import Problem
from wenming_metrics.domain.registers import Register
from wenming_metrics.domain.working_days import arrange, arrangement_of, changed_days
from wenming_metrics.intake.restated import tell_restated
from wenming_metrics.intake.resubmission import tell_corrected
from wenming_metrics.intake.transaction import KNOWN, repeats_of_others
from wenming_metrics.reading.model.reading import REGISTER_KINDS, Reading
from wenming_metrics.scoring.tally.tally import find_repeats
from wenming_metrics.store import batches, rows, surveys
from wenming_metrics.store.replacing import drop_covered, slices_of

WITHDRAWN = "入库-02"
"""The note that the same bytes were stored and have been withdrawn."""
REPEATED = "入库-05"
COUNTED_AGAIN = "入库-06"
"""Notes that rows of a file are stored already: counted once, or again as the user said."""
ANSWERED = "问卷-14"
"""The note that questionnaires of a file are stored already."""
DUE_STAYS = "节假日-06"
"""The note that stored deadlines may have been counted by other working days."""
REPLACED, NOTHING_REPLACED = "入库-09", "入库-10"
"""Notes that a file takes the place of earlier rows, as the user said, or that there are none."""


def tell_stored(
    connection: Connection,
    file_reading: Reading,
    register: Register,
    *,
    count_again: bool,
    replaces: bool,
    beside: tuple[int, ...],
) -> list[Problem]:
    """List the notes on a file that come of what is stored. Takes: see `transaction.Preview`"""
    store_notes = list(_seen(batches.same_bytes(connection, file_reading.sha256)))
    if KNOWN in {problem.code for problem in store_notes}:
        return store_notes
    stored = _stored(connection, file_reading)
    slices = slices_of(register, file_reading.checks)
    if replaces:
        store_notes += _replaced(stored, slices)
    else:
        store_notes += _repeats(stored, file_reading, count_again, beside)
    store_notes += tell_corrected(connection, file_reading, slices, replaces=replaces)
    store_notes += _answered(connection, file_reading)
    store_notes += tell_restated(connection, file_reading, register)
    return [*store_notes, *_counted_otherwise(connection, file_reading, register)]


def _seen(known_batches: pd.DataFrame) -> Iterator[Problem]:
    """Say that the same bytes are known: live ones are not stored twice."""
    live = known_batches[known_batches["live"] == 1]
    if len(live):
        facts = {
            "batch": int(live["batch"].iloc[-1]),
            "at": live["at"].iloc[-1][:16].replace("T", " "),
        }
        yield Problem(KNOWN, details=facts)
    elif len(known_batches):
        yield Problem(WITHDRAWN, details={"batch": int(known_batches["batch"].iloc[-1])})


def _stored(connection: Connection, file_reading: Reading) -> pd.DataFrame:
    """Read the rows that count on the days of a file."""
    days = file_reading.checks["day"].unique().tolist()
    return drop_covered(
        connection, rows.read_rows(connection, days, batches.live_on(connection, days))
    )


def _replaced(stored: pd.DataFrame, slices: pd.DataFrame) -> Iterator[Problem]:
    """Say how many rows, of which days and streets, will count no more."""
    if slices.empty:
        return
    gone = stored.merge(slices, on=["day", "unit", "source"])
    if gone.empty:
        yield Problem(NOTHING_REPLACED)
        return
    counts = {
        "count": len(gone),
        "days": gone["day"].nunique(),
        "streets": gone["street"].nunique(),
    }
    yield Problem(REPLACED, details={**counts, "batches": _listed(gone["batch"])})


def _repeats(
    stored: pd.DataFrame, file_reading: Reading, count_again: bool, beside: tuple[int, ...]
) -> Iterator[Problem]:
    """Say how many failed rows are stored already, and whether they will count again."""
    count = int(repeats_of_others(file_reading.checks, stored, beside).sum())
    if count:
        twins = stored[find_repeats(stored, file_reading.checks.assign(repeated=0))]
        facts = {"count": count, "batches": _listed(twins["batch"])}
        yield Problem(COUNTED_AGAIN if count_again else REPEATED, details=facts)


def _answered(connection: Connection, file_reading: Reading) -> Iterator[Problem]:
    """Say how many questionnaires are stored already: they count once."""
    twins = surveys.find_stored(connection, file_reading.answers)
    if len(twins):
        yield Problem(ANSWERED, details={"count": len(twins), "batches": _listed(twins)})


def _counted_otherwise(
    connection: Connection, file_reading: Reading, register: Register
) -> Iterator[Problem]:
    """Say how many stored deadlines lie across days that a register of holidays changes."""
    if file_reading.kind not in REGISTER_KINDS or file_reading.records.empty:
        return
    stretches = map(arrangement_of, file_reading.records["told"])
    crossing = changed_days(register.calendar, arrange(register.calendar, stretches))
    spans = rows.read_due_spans(connection, crossing)
    if len(spans):
        yield Problem(DUE_STAYS, details={"count": len(spans), "batches": _listed(spans["batch"])})


def _listed(numbers: pd.Series) -> str:
    return "、".join(str(number) for number in sorted(numbers.unique()))
