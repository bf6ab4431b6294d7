"""What storing a file writes, inside one transaction: batch, cells, registers, plan, rows, tallies.

Days are tallied anew from their live rows, so the figures do not depend on how rows were split
over files, in which order files came, or what was withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.problems import Problem, rejected
from wenming_metrics.domain.registers import build_sites, build_units
from wenming_metrics.intake.prepare import Ready, make_ready
from wenming_metrics.intake.problem_answers import photo_marks
from wenming_metrics.intake.problem_moves import MovedMeanwhileError, store_moves
from wenming_metrics.intake.resubmission import end_corrected
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.reading.model.sender_answers import NOTHING_SAID, answers_text
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tally.tally import find_repeats, tally_days
from wenming_metrics.scoring.tree.basis import SumKey
from wenming_metrics.store import (
    batches,
    cells,
    corrections,
    pictures,
    problems,
    records,
    registers,
    rows,
    surveys,
)
from wenming_metrics.store.replaced import note_slices
from wenming_metrics.store.replacing import drop_covered, save_slices, slices_of
from wenming_metrics.store.rulings import ruled_days
from wenming_metrics.tallies.prepared_day import PreparedDay, Tallies, prepare_days
from wenming_metrics.tallies.update import fill_sums, put_days, put_plan, retally

__all__ = ["KNOWN", "MovedMeanwhileError", "Preview", "store_file"]
KNOWN = "入库-01"
"""The note that the same bytes are stored already and count."""


@dataclass(frozen=True)
class Preview:
    """A file that has been read but not stored: what it holds and what to know before 入库.

    register    - version of the registers it was read against
    count_again - rows that are stored already are other findings and count as well
    replaces    - its rows take the place of all earlier ones of their days, streets and sources
    ready       - the reading made ready to be stored, when that has been done already
    beside      - the batches whose rows are further rows of the same file: none is a repeat of them
    """

    filename: str
    content: bytes
    reading: Reading
    problems: tuple[Problem, ...]
    days: tuple[date, ...]
    register: tuple
    count_again: bool = False
    replaces: bool = False
    ready: Ready | None = None
    beside: tuple[int, ...] = ()

    @property
    def is_known(self) -> bool:
        """Say whether the same bytes are stored already and count."""
        return any(problem.code == KNOWN for problem in self.problems)

    @property
    def can_commit(self) -> bool:
        """Say whether there is something to store and nothing forbids it."""
        return not self.is_known and not rejected(self.problems)


def store_file(connection: Connection, preview: Preview, rules: RuleSet, who: str) -> int:
    """Store a previewed file under the write lock; gives the number of its batch.

    Takes: rules - those that deductions are settled under in advance
    """
    file_reading, ready = preview.reading, preview.ready or make_ready(preview.reading)
    counts = file_reading.counts
    facts = {
        "sha256": file_reading.sha256,
        "name": preview.filename,
        "kind": file_reading.kind,
        "who": who,
    }
    row_counts = {"good": counts.good, "held": counts.held, "skipped": counts.skipped}
    batch = batches.add_batch(connection, {**facts, **row_counts}, preview.content)
    batches.add_problems(connection, batch, preview.problems)
    if file_reading.said != NOTHING_SAID:
        corrections.keep_answers(connection, batch, answers_text(file_reading.said))
    _store_cells(connection, batch, file_reading)
    doubles = pictures.save_pictures(
        connection, batch, file_reading.pictures, file_reading.picture_bytes
    )
    if len(file_reading.units) or len(file_reading.registered_sites):
        _store_registers(connection, batch, file_reading)
        fill_sums(connection, rules)  # sums follow the tree of units
    if len(file_reading.plan):
        registers.save_plan(connection, batch, file_reading.plan)
        batches.add_days(connection, batch, file_reading.plan["day"].to_numpy())
        put_plan(connection, file_reading.plan["day"].unique().tolist())
    if len(file_reading.records):
        records.save_records(connection, batch, file_reading.records)
        problems.save_answers(
            connection, batch, file_reading.records, photo_marks(file_reading, doubles)
        )
        store_moves(connection, rules.loop, batch, file_reading.records)
    if file_reading.answers is not None:
        surveys.save_answers(connection, batch, file_reading.answers)
    if len(file_reading.checks):
        bases = fill_sums(connection, rules)
        if preview.replaces:
            slices = slices_of(registers.read_register(connection), file_reading.checks)
            save_slices(connection, batch, slices)
            note_slices(connection, slices["day"].unique())
        prepared_days = _store_checks(connection, batch, ready, preview, bases)
        put_days(connection, prepared_days, bases)
        retally(
            connection, ruled_days(connection, prepared_days), rules
        )  # what was decided of rows there
    end_corrected(connection, batch, file_reading, who)
    return batch


def _store_cells(connection: Connection, batch: int, file_reading: Reading) -> None:
    for sheet in file_reading.sheets:
        facts = {"sheet": sheet.index, "name": sheet.name, "kind": sheet.kind}
        headers = [(cell.position, cell.text, cell.name, cell.row) for cell in sheet.headers]
        cells.add_sheet(connection, batch, {**facts, "header_row": sheet.header_row or 0}, headers)
    blocks = [
        (sheet, block.first_row, block.n_rows, block.packed) for sheet, block in file_reading.blocks
    ]
    cells.add_blocks(connection, batch, blocks)
    held_rows = file_reading.held
    codes = [",".join(codes) for codes in held_rows["codes"]]
    columns = {"batch": batch, "sheet": held_rows["sheet"], "source_row": held_rows["source_row"]}
    cells.add_held(connection, {**columns, "codes": codes})


def _store_registers(connection: Connection, batch: int, file_reading: Reading) -> None:
    register = registers.read_register(connection)
    if len(file_reading.units):
        register = build_units(register, file_reading.units)
        registers.save_units(connection, batch, register)
    if len(file_reading.registered_sites):
        register = build_sites(register, file_reading.registered_sites)
        registers.save_sites(connection, batch, register)
        registers.save_sites_met(connection, register.sites)


def _store_checks(
    connection: Connection, batch: int, ready: Ready, preview: Preview, bases: Sequence[SumKey]
) -> dict[int, PreparedDay | None]:
    """Store the rows; gives their days as they are from now on."""
    file_reading, days = ready.reading, ready.reading.checks["day"].to_numpy()
    wanted = np.unique(days).tolist()
    # Read before the new rows go in: those are at hand.
    earlier_batches = batches.live_on(connection, wanted)
    stored = drop_covered(connection, rows.read_rows(connection, wanted, earlier_batches))
    earlier_roles = rows.read_roles(connection, wanted, earlier_batches)
    again = repeats_of_others(file_reading.checks, stored, preview.beside)
    again &= not preview.count_again
    checks = file_reading.checks.assign(batch=batch, repeated=again.astype(np.int64))
    rows.insert_rows(connection, batch, checks, ready.roles)
    if len(file_reading.findings):
        rows.insert_findings(connection, batch, file_reading.findings)
    if len(file_reading.pieces):
        rows.insert_pieces(connection, batch, file_reading.pieces)
    registers.save_sites_met(connection, file_reading.sites)
    batches.add_days(connection, batch, days)
    shared, keys = set(stored["day"]), {basis.key for basis in bases}
    alone = {
        day: prepared
        for day, prepared in ready.standalone_days.items()
        if prepared and day not in shared and keys <= set(prepared.sums)
    }
    rest = [day for day in wanted if day not in alone]
    tallies = _tally_together(checks, ready.roles.assign(batch=batch), stored, earlier_roles, rest)
    return {**alone, **prepare_days(tallies, bases)}


def repeats_of_others(
    checks: pd.DataFrame, stored: pd.DataFrame, beside: Sequence[int] = ()
) -> np.ndarray:
    """Find the failed rows that other files have brought; see `scoring.tally.tally.find_repeats`.

    Takes: beside - batches whose rows stand in the same file as the checks, and before them
    """
    is_own = stored["batch"].isin(list(beside))
    if not is_own.any():
        return find_repeats(checks, stored)
    together = pd.concat([stored.loc[is_own, stored.columns.intersection(checks.columns)], checks])
    return find_repeats(together, stored[~is_own])[int(is_own.sum()) :]


def _tally_together(
    checks: pd.DataFrame,
    roles: pd.DataFrame,
    stored: pd.DataFrame,
    earlier_roles: pd.DataFrame,
    days: list[int],
) -> Tallies:
    """Tally days from the rows of a file and those that were there before."""
    if len(checks["day"].unique()) > len(days):
        checks, roles = checks[checks["day"].isin(days)], roles[roles["day"].isin(days)]
    together = pd.concat([stored, checks])[rows.ROW_COLUMNS] if len(stored) else checks
    all_roles = (
        pd.concat([earlier_roles, roles])[earlier_roles.columns] if len(earlier_roles) else roles
    )
    return tally_days(together, all_roles, days)
