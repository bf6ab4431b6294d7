"""Moves of problems that a workbook brings (整改流转表): held against the store row by row.

A row that is not allowed is held with the reason; the others are stored, and nothing waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.access.viewer import EVERYBODY, PARTY_ACTS, Viewer
from wenming_metrics.domain.problems import Problem
from wenming_metrics.queries.problems.book import book_of
from wenming_metrics.queries.problems.orders import (
    Complaint,
    Order,
    complaints,
    event_of,
    hand_out_complaints,
    hand_out_lines,
)
from wenming_metrics.reading.model.reading import HELD_COLUMNS, Reading
from wenming_metrics.rules.loop import LoopRules
from wenming_metrics.store.database import stamp
from wenming_metrics.store.problems import add_events, add_hand_outs, handed_out

KIND = "moves"
_CONTRADICTED = "流转-16"
_VERDICTS = {"核查通过", "核查不通过", "核实属实", "核实不属实"}
"""Acts of which two that differ, on one problem and day, contradict each other."""


class MovedMeanwhileError(Exception):
    """A problem of a file was moved between looking at the file and storing it."""


@dataclass(frozen=True, eq=False)
class CheckedMoves:
    """What became of the rows of a file: faults by position of the record; events in their order."""

    faults: Mapping[int, tuple[Complaint, ...]]
    events: tuple[tuple[Order, Mapping[str, object], int], ...]


def hold_moves(
    connection: Connection, rules: LoopRules, file_reading: Reading, viewer: Viewer = EVERYBODY
) -> Reading:
    """Hold the rows whose move is not allowed where the problem stands; gives the reading without them.

    What is approved, such as 销号, is not brought in by a file of somebody who may not approve it.
    """
    records = file_reading.records
    if not (records["kind"] == KIND).any():
        return file_reading
    faults = check_moves(connection, rules, records).faults | _beyond_rights(rules, records, viewer)
    return hold_records(file_reading, faults)


def hold_records(file_reading: Reading, faults: Mapping[int, tuple[Complaint, ...]]) -> Reading:
    """Take records with faults out of a reading, each held with what is wrong with it.

    Takes: faults - by index of `records`
    """
    if not faults:
        return file_reading
    problems, held_rows = [], []
    for record_index, row_faults in faults.items():
        record = file_reading.records.loc[record_index]
        problems += locate_faults(file_reading, record, row_faults)
        codes = tuple(code for code, _ in row_faults)
        held_rows.append((int(record["sheet"]), int(record["source_row"]), codes))
    held_frame = pd.DataFrame(held_rows, columns=list(HELD_COLUMNS)).astype(HELD_COLUMNS)
    counts = file_reading.counts
    return replace(
        file_reading,
        records=file_reading.records.drop(index=list(faults)).reset_index(drop=True),
        held=pd.concat([file_reading.held, held_frame], ignore_index=True),
        problems=(*problems, *file_reading.problems),
        counts=replace(counts, good=counts.good - len(faults), held=counts.held + len(faults)),
    )


def _beyond_rights(
    rules: LoopRules, records: pd.DataFrame, viewer: Viewer
) -> dict[int, tuple[Complaint, ...]]:
    if viewer.may(PARTY_ACTS["approver"]):
        return {}
    approvals = {act for act, move in rules.acts.items() if move.by == "approver"}
    moves = records[records["kind"] == KIND]
    return {
        index: (("流转-21", {"found": contents["act"]}),)
        for index, contents in moves["told"].items()
        if contents["act"] in approvals
    }


def locate_faults(
    file_reading: Reading, record: pd.Series, row_faults: Iterable[Complaint]
) -> list[Problem]:
    """Say of a record what is wrong, with its sheet and row."""
    names = {sheet.index: sheet.name for sheet in file_reading.sheets}
    number = record["told"].get("problem_no", "")
    location = (names.get(int(record["sheet"]), ""), int(record["source_row"]))
    return [
        Problem(
            code,
            *location,
            found=str(facts.get("found", number)),
            details={"number": number, **{k: v for k, v in facts.items() if k != "found"}},
        )
        for code, facts in row_faults
    ]


def store_moves(
    connection: Connection, rules: LoopRules, batch: int, records: pd.DataFrame
) -> None:
    """Store the moves of a file.

    Raises MovedMeanwhileError where one of them is no longer allowed: the file is to be read again.
    """
    moves = records[records["kind"] == KIND]
    if moves.empty:
        return
    checked = check_moves(connection, rules, moves)
    if checked.faults:
        raise MovedMeanwhileError
    stored_at = stamp()
    lines = [
        {**line, "batch": batch, "at": stored_at, "sheet": int(record["sheet"])}
        | {"source_row": int(record["source_row"])}
        for (_, line, _), (_, record) in zip(checked.events, moves.iterrows(), strict=True)
    ]
    numbers = add_events(connection, lines)
    to_whom = [
        hand_out
        for number, (order, line, course_round) in zip(numbers, checked.events, strict=True)
        for hand_out in hand_out_lines([((line, course_round), number)], order)
    ]
    add_hand_outs(connection, to_whom)


def check_moves(connection: Connection, rules: LoopRules, records: pd.DataFrame) -> CheckedMoves:
    """Play the moves of a file one after the other, each after those above it."""
    moves = records[records["kind"] == KIND]
    numbers = {contents["problem_no"] for contents in moves["told"]}
    book, hand_outs = book_of(connection, rules, numbers), handed_out(connection, numbers)
    pending: dict[int, list[Mapping]] = {}
    first: dict[tuple[str, int], tuple[str, int]] = {}
    faults: dict[int, tuple[Complaint, ...]] = {}
    events = []
    for record_index, record in moves.iterrows():
        number, order = record["told"]["problem_no"], order_of(record)
        index = book.by_number.get(number)
        if index is None:
            is_shared = (book.lines["number"] == number).sum() > 1
            faults[record_index] = (("流转-02" if is_shared else "流转-01", {"number": number}),)
            continue
        course = book.play(index, pending.get(index, ()))
        row_faults = list(_contradiction(first, number, order, int(record["source_row"])))
        row_faults = row_faults or list(complaints(book, index, order, course))
        row_faults += hand_out_complaints(book, hand_outs, number, order, course)
        if row_faults:
            faults[record_index] = tuple(row_faults)
            continue
        if order.act in _VERDICTS:
            first[(number, order.day)] = (order.act, int(record["source_row"]))
        event = event_of(order, index, book, course)
        pending.setdefault(index, []).append(event)
        events.append((order, event, course.round))
    return CheckedMoves(faults, tuple(events))


def _contradiction(
    first: dict[tuple[str, int], tuple[str, int]], number: str, order: Order, row: int
) -> Iterator[Complaint]:
    """Tell of two verdicts on one problem on one day."""
    act, first_row = first.get((number, order.day), (order.act, row))
    if order.act in _VERDICTS and act in _VERDICTS and act != order.act:
        yield _CONTRADICTED, {"number": number, "first": first_row, "before": act, "now": order.act}


def order_of(record: pd.Series) -> Order:
    """Make the order of a row."""
    contents = record["told"]
    names = ("who", "approver", "way", "outcome", "reason", "document_no")
    details = {name: contents[name] for name in ("measure", "remark") if contents[name]}
    return Order(
        contents["act"],
        day=int(record["day"]),
        unit=int(record["unit"]),
        due=contents["due"],
        until=contents["until"],
        details=details,
        **{name: contents[name] for name in names},
    )
