"""The write side: read, check, preview, commit, withdraw, restore.

A commit is one transaction: the batch, its original bytes, its rows, the tallies of the days it
touches and the sums of their months. Days are tallied anew from their live rows, so the figures
do not depend on how rows were split over files, in which order files came, or what was withdrawn.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.periods import Window, today, window
from wenming_metrics.problems import Problem, rejected
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking import rank_standings
from wenming_metrics.queries.windows import score_windows
from wenming_metrics.reading.model import INSPECTION, PLAN, Context, Reading
from wenming_metrics.reading.read import read
from wenming_metrics.scoring.tally import find_repeats, tally_days
from wenming_metrics.store import batches, cells, registers, rows
from wenming_metrics.store.database import Store, reading, writing
from wenming_metrics.tallying import put_tallies, retally
from wenming_metrics.units import build_sites, build_units

_KNOWN = "入库-01"
REPEATED = "入库-05"
COUNTED_AGAIN = "入库-06"
"""Notes that rows of a file are stored already: counted once, or again as the user said."""


class IntakeError(RuntimeError):
    """What was asked cannot be done; the message says why, in Chinese, for the user."""


@dataclass(frozen=True)
class Preview:
    """A file that has been read but not stored: what it holds and what to know before 入库.

    register    - version of the registers it was read against
    count_again - rows that are stored already are other findings and count as well
    """

    filename: str
    content: bytes
    reading: Reading
    problems: tuple[Problem, ...]
    days: tuple[date, ...]
    register: tuple
    count_again: bool = False

    @property
    def is_known(self) -> bool:
        """Say whether the same bytes are stored already and count."""
        return any(problem.code == _KNOWN for problem in self.problems)

    @property
    def can_commit(self) -> bool:
        """Say whether there is something to store and nothing forbids it."""
        return not self.is_known and not rejected(self.problems)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep the garbage collector still for a moment.

    A file makes tens of thousands of short-lived tuples; they would set off full collections that
    find nothing and cost a sixth of the whole (measured on 12,000 rows).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_without_collection()
def inspect(
    office: Office,
    data: bytes,
    filename: str,
    *,
    confirm_visits: bool = False,
    count_again: bool = False,
) -> Preview:
    """Read a file against the registers in force; nothing is stored.

    Takes: confirm_visits - see `reading.model.Context`; count_again - see `Preview`
    """
    with reading(office.store) as connection:
        register = registers.read_register(connection)
        earlier = batches.same_bytes(connection, hashlib.sha256(data).hexdigest())
    context = Context(register, office.catalogue, today(), confirm_visits)
    found = read(data, filename, context)
    seen = tuple(_seen(earlier))
    again = (
        () if _KNOWN in {problem.code for problem in seen} else _repeats(office, found, count_again)
    )
    days = pd.unique(pd.concat([found.checks["day"], found.plan["day"]]))
    said = (*seen, *again, *found.problems, *_missing(found, context))
    return Preview(
        filename=filename,
        content=data,
        reading=found,
        problems=said,
        days=tuple(date.fromordinal(int(day)) for day in sorted(days)),
        register=register.version,
        count_again=count_again,
    )


def _seen(earlier: pd.DataFrame) -> Iterator[Problem]:
    """Say that the same bytes are known: live ones are not stored twice."""
    live = earlier[earlier["act"] != batches.WITHDRAW]
    if len(live):
        told = {
            "batch": int(live["batch"].iloc[-1]),
            "at": live["at"].iloc[-1][:16].replace("T", " "),
        }
        yield Problem(_KNOWN, details=told)
    elif len(earlier):
        yield Problem("入库-02", details={"batch": int(earlier["batch"].iloc[-1])})


def _repeats(office: Office, found: Reading, count_again: bool) -> Iterator[Problem]:
    """Say how many failed rows are stored already, and whether they will count again."""
    days = found.checks["day"].unique().tolist()
    with reading(office.store) as connection:
        others = batches.live_on(connection, days)
        stored = rows.read_rows(connection, days, others)
    count = int(find_repeats(found.checks, stored).sum())
    if count:
        twins = stored[find_repeats(stored, found.checks.assign(repeated=0))]
        told = {"count": count, "batches": "、".join(str(n) for n in twins["batch"].unique())}
        yield Problem(COUNTED_AGAIN if count_again else REPEATED, details=told)


def _missing(found: Reading, context: Context) -> Iterator[Problem]:
    if found.is_rejected:
        return
    if found.kind in (INSPECTION, PLAN) and context.register.is_empty:
        yield Problem("入库-03")
    elif not found.counts.good:
        yield Problem("入库-04")


@_without_collection()
def commit(office: Office, preview: Preview, who: str) -> int:
    """Store a previewed file; good rows count from now on, held rows are kept.

    Returns: the number of the batch
    Raises IntakeError when the preview cannot be stored, or when it has been stored meanwhile.
    """
    if not preview.can_commit:
        raise IntakeError("这个文件不能入库,请先按提示修改。")
    with writing(office.store) as connection:
        earlier = batches.same_bytes(connection, preview.reading.sha256)
        if (earlier["act"] != batches.WITHDRAW).any():
            raise IntakeError("同一个文件刚刚已经入库,没有重复保存。")
        if registers.register_version(connection) != preview.register:
            raise IntakeError("读这个文件之后名册有更新,请重新读取,再入库。")
        return _store(connection, office, preview, who)


def withdraw(office: Office, batch: int, who: str, reason: str = "") -> None:
    """Take a batch out of all figures; its rows stay in the store.

    Raises IntakeError for an unknown or already withdrawn batch and for registers.
    """
    _turn(office, batch, batches.WITHDRAW, who, reason)


def restore(office: Office, batch: int, who: str, reason: str = "") -> None:
    """Let a withdrawn batch count again. Raises IntakeError when it already counts."""
    _turn(office, batch, batches.RESTORE, who, reason)


def _turn(office: Office, batch: int, act: str, who: str, reason: str) -> None:
    with writing(office.store) as connection:
        facts = batches.batch_facts(connection, batch)
        if facts is None:
            raise IntakeError(f"没有批次 {batch}。")
        if facts["kind"] not in (INSPECTION, PLAN):
            raise IntakeError("名册正在使用,不能撤回;请上传新的名册来替代。")
        counts = batches.last_acts(connection)[batch] != batches.WITHDRAW
        if counts == (act == batches.RESTORE):
            raise IntakeError(f"批次 {batch} {'已经在用' if counts else '已经撤回'},不用再{act}。")
        batches.add_event(connection, batch, act, who, reason)
        retally(connection, batches.batch_days(connection, batch))


def effect(office: Office, preview: Preview) -> pd.DataFrame:
    """Say what storing a file would change in the ranking of the week of its last day.

    The file is stored, ranked and taken back inside one transaction, so the answer is the very
    figure that a commit would give.

    Returns: one line per unit that changes: unit_name, score_before, score_after, rank_before,
             rank_after; `attrs["window"]` is the window's title
    """
    names = ["unit_name", "score_before", "score_after", "rank_before", "rank_after"]
    nothing = pd.DataFrame(columns=names)
    if not preview.can_commit or preview.reading.checks.empty:
        return nothing
    week = window("week", date.fromordinal(int(preview.reading.checks["day"].max())))
    with _rehearsing(office.store) as connection:
        before = _ranked(connection, office, week)
        _store(connection, office, preview, "")
        after = _ranked(connection, office, week)
    both = before.merge(after, on=["unit", "unit_name"], suffixes=("_before", "_after"))
    same = both["score_before"].eq(both["score_after"]) | both["score_after"].isna()
    moved = ~both["rank_before"].eq(both["rank_after"]).fillna(False) & both["rank_after"].notna()
    found = both.loc[~same | moved, names].reset_index(drop=True)
    found.attrs["window"] = week.title
    return found


def _store(connection: Connection, office: Office, preview: Preview, who: str) -> int:
    found = preview.reading
    counts = found.counts
    facts = {"sha256": found.sha256, "name": preview.filename, "kind": found.kind, "who": who}
    told = {"good": counts.good, "held": counts.held, "skipped": counts.skipped}
    batch = batches.add_batch(connection, {**facts, **told}, preview.content)
    batches.add_problems(connection, batch, preview.problems)
    _store_cells(connection, batch, found)
    if len(found.units) or len(found.places):
        _store_registers(connection, office, batch, found)
    if len(found.plan):
        registers.save_plan(connection, batch, found.plan)
        batches.add_days(connection, batch, found.plan["day"].to_numpy())
    if len(found.checks):
        _store_checks(connection, batch, preview)
    return batch


def _store_cells(connection: Connection, batch: int, found: Reading) -> None:
    for sheet in found.sheets:
        facts = {"sheet": sheet.index, "name": sheet.name, "kind": sheet.kind}
        headers = [(cell.position, cell.text, cell.name) for cell in sheet.headers]
        cells.add_sheet(connection, batch, {**facts, "header_row": sheet.header_row or 0}, headers)
    blocks = [(sheet, b.first_row, b.n_rows, b.payload) for sheet, b in found.blocks]
    cells.add_blocks(connection, batch, blocks)
    held = found.held
    codes = [",".join(codes) for codes in held["codes"]]
    columns = {"batch": batch, "sheet": held["sheet"], "source_row": held["source_row"]}
    cells.add_held(connection, {**columns, "codes": codes})


def _store_registers(connection: Connection, office: Office, batch: int, found: Reading) -> None:
    register = registers.read_register(connection)
    if len(found.units):
        register = build_units(register, found.units)
        registers.save_units(connection, batch, register)
    if len(found.places):
        register = build_sites(register, found.places)
        registers.save_sites(connection, batch, register)
        registers.save_sites_met(connection, register.sites)


def _store_checks(connection: Connection, batch: int, preview: Preview) -> None:
    found, days = preview.reading, preview.reading.checks["day"].to_numpy()
    wanted = np.unique(days).tolist()
    # Read before the new rows go in: those are at hand.
    others = batches.live_on(connection, wanted)
    stored = rows.read_rows(connection, wanted, others)
    known = rows.read_roles(connection, wanted, others)
    again = find_repeats(found.checks, stored) & (not preview.count_again)
    own = found.checks.assign(batch=batch, repeated=again.astype(np.int64))
    rows.insert_rows(connection, batch, own, found.roles)
    registers.save_sites_met(connection, found.sites)
    batches.add_days(connection, batch, days)
    together = pd.concat([stored, own])[rows.ROW_COLUMNS] if len(stored) else own
    roles = found.roles.merge(own[["seq", "day", "item", "batch"]], on="seq")
    roles = pd.concat([known[roles.columns], roles]) if len(known) else roles
    put_tallies(connection, tally_days(together, roles, wanted))


def _ranked(connection: Connection, office: Office, week: Window) -> pd.DataFrame:
    standings = score_windows(connection, office, [week], office.rules.boards[0])
    return rank_standings(standings, office)[["unit", "unit_name", "score", "rank"]]


class _TakenBack(Exception):
    """Ends a rehearsal: everything written in it is rolled back."""


@contextmanager
def _rehearsing(store: Store) -> Iterator[Connection]:
    try:
        with writing(store) as connection:
            yield connection
            raise _TakenBack
    except _TakenBack:
        return
