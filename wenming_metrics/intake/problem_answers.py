"""Answers (整改反馈) held against the problems that they name, row by row.

What contradicts the store is held and told; what names no problem is stored, counts for nothing and
is offered to a person (对不上号的反馈). Nothing else of the file waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.photo_facts import taken_on
from wenming_metrics.domain.problems import Problem
from wenming_metrics.intake.problem_moves import hold_records, locate_faults
from wenming_metrics.queries.problems.book import ProblemBook, book_of
from wenming_metrics.queries.problems.orders import Complaint, same_house
from wenming_metrics.queries.scores.findings import SHARED, UNKNOWN, link
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.rules.loop import LoopRules
from wenming_metrics.scoring.loop.course import SETTLED
from wenming_metrics.store.database import stamp
from wenming_metrics.store.problems import handed_out, happened_on
from wenming_metrics.store.rows import read_roles
from wenming_metrics.vocabulary import ANSWERED, leading_serial

KIND = "rectification"
STRANGER, UNMATCHED, TOO_EARLY, SETTLED_BEFORE = "整改-10", "整改-12", "整改-13", "整改-14"
_WHY = {UNKNOWN: "没有这个编号", SHARED: SHARED}


def hold_answers(connection: Connection, rules: LoopRules, file_reading: Reading) -> Reading:
    """Hold the answers that cannot be true of the problem of their number; tell of those without one.

    Held: of a unit that has nothing to do with the problem, done before it was found, not done where
    it is 已销号.
    """
    records = file_reading.records
    answers = records[records["kind"] == KIND]
    has_number = [bool(contents["problem_no"]) for contents in answers["told"]]
    answers = answers[np.array(has_number, bool)]
    if answers.empty:
        return file_reading
    linked = _linked(answers)
    book = book_of(connection, rules, {*linked["number"], *linked["piece"]})
    linked = link(connection, linked, book.lines)
    concerned = _concerned(connection, book.lines)
    faults: dict[int, tuple[Complaint, ...]] = {}
    notes: list[Problem] = []
    for answer in linked.itertuples():
        record = records.loc[answer.Index]
        if answer.finding < 0:
            unmatched = [(UNMATCHED, {"why": _WHY[answer.why]})]
            notes += locate_faults(file_reading, record, unmatched)
        elif row_faults := tuple(_faults(book, concerned, record, int(answer.finding))):
            faults[answer.Index] = row_faults
    checked_file = hold_records(file_reading, faults)
    return replace(checked_file, problems=(*notes, *checked_file.problems))


def _linked(answers: pd.DataFrame) -> pd.DataFrame:
    """Lay answers out as `findings.link` takes them, with the number of the piece that they name."""
    contents, moment = answers["told"].tolist(), stamp()
    return pd.DataFrame(
        {
            "number": [content["problem_no"] for content in contents],
            "description": [content["description"] for content in contents],
            "happened_on": [
                happened_on(content, int(day), moment)
                for content, day in zip(contents, answers["day"], strict=True)
            ],
            "piece": [
                f"{content['problem_no']}-{leading_serial(content['description'])}"
                for content in contents
            ],
        },
        index=answers.index,
    )


def _faults(
    book: ProblemBook, concerned: dict[int, set[int]], record: pd.Series, index: int
) -> Iterator[Complaint]:
    line, answer, unit = book.line_of[index], record["told"], int(record["unit"])
    names, units = book.register.units["name"], concerned.get(index, set())
    if unit >= 0 and units and not any(same_house(book.register, unit, of) for of in units):
        unit_names = "、".join(names[of] for of in sorted(units))
        yield STRANGER, {"found": names[unit], "unit": unit_names}
    finished = re.fullmatch(r"\d{4}-\d{2}-\d{2}", answer["finished"])
    found_on = date.fromordinal(int(line["day"])).isoformat()
    if finished and answer["finished"] < found_on:
        yield TOO_EARLY, {"found": answer["finished"], "day": found_on}
    if line["state"] == SETTLED and answer["state"] != ANSWERED:
        yield SETTLED_BEFORE, {"found": answer["said"] or answer["state"]}


def _concerned(connection: Connection, lines: pd.DataFrame) -> dict[int, set[int]]:
    """Give the units that have to do with each problem: where it was found, who is named, who was given it."""
    units = {line.Index: {line.unit, line.holder, line.named} - {-1} for line in lines.itertuples()}
    keys = lines.reset_index(names="finding")[["batch", "seq", "number", "finding"]]
    of_rows = keys[keys["batch"] > 0]
    if len(of_rows):
        days = lines.loc[of_rows["finding"], "day"].unique()
        roles = read_roles(connection, days, of_rows["batch"].unique())
        for line in roles.merge(of_rows, on=["batch", "seq"]).itertuples():
            units[line.finding].add(int(line.unit))
    handed = handed_out(connection, lines["number"]).merge(keys[["number", "finding"]], on="number")
    for line in handed.itertuples():
        units[line.finding].add(int(line.unit))
    return units


def photo_marks(
    file_reading: Reading, doubles: Collection[str]
) -> dict[tuple[int, int], dict[str, object]]:
    """Say of the pictures 整改后 of each row which a person should look at.

    Takes:   doubles - digests that were stored before
    Returns: sheet and row -> photos_seen (how many were stored before, or stand in another row),
             taken (the earliest day that they say they were taken on, an ordinal; 0: none says)
    """
    placements = file_reading.pictures
    photo_cells = {
        (sheet.index, header.position)
        for sheet in file_reading.sheets
        for header in sheet.headers
        if header.name == "photo_after"
    }
    if placements.empty or not photo_cells:
        return {}
    is_after = [
        cell in photo_cells
        for cell in zip(placements["sheet"], placements["position"], strict=True)
    ]
    photos = placements[np.array(is_after, bool) & (placements["digest"] != "").to_numpy()]
    is_seen = photos["digest"].isin(doubles) | photos["digest"].duplicated(keep=False)
    days = {
        digest: taken_on(content) for digest, (_, content, *_) in file_reading.picture_bytes.items()
    }
    marked = photos.assign(seen=is_seen, taken=photos["digest"].map(days).fillna(0).astype(int))
    return {
        (int(sheet), int(row)): {
            "photos_seen": int(of_row["seen"].sum()),
            "taken": int(of_row.loc[of_row["taken"] > 0, "taken"].min())
            if of_row["taken"].any()
            else 0,
        }
        for (sheet, row), of_row in marked.groupby(["sheet", "source_row"])
    }
