"""Answers (整改反馈) that name no problem: which open problem each most likely answers. A person decides."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from sqlalchemy import Connection, select

from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import present_view
from wenming_metrics.queries.scores.originals import descriptions
from wenming_metrics.queries.scores.records import locations_of
from wenming_metrics.reading.records.rectification import said_state
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading, stamp
from wenming_metrics.store.frames import read_frame
from wenming_metrics.store.problems import happened_on, with_bare
from wenming_metrics.store.records import read_records
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.rows import read_pieces
from wenming_metrics.vocabulary import normalise

OFFERED = 60
"""A problem less like an answer than that (of 100) is not offered."""
_SITE, _WORDS = 0.5, 0.5
"""How much the site counts, and how much the words."""
ANSWERED_COLUMNS = [
    "unit_name",
    "written_no",
    "site",
    "description",
    "state",
    "measure",
    "finished",
]
OFFER_COLUMNS = ["number", "site_name", "item_name", "likeness", "second"]
_KEYS = ["batch", "sheet_number", "source_row"]


def unmatched_answers(office: Office, back: int) -> pd.DataFrame:
    """List the answers whose number is missing or unknown, each with the problem it most likely answers.

    Takes:   back - problems of so many days are offered
    Returns: ANSWERED_COLUMNS (as the unit writes them), OFFER_COLUMNS (number "" and likeness 0 where
             nothing is like it; second: likeness of the next best), day, since (of its state), batch_of,
             seq_of, is_shared of the problem, happened (day of the answer, 0: that of the problem), file, sheet, and batch, sheet_number, source_row of the answer
    """
    view = present_view(office, back)
    with reading(office.store) as connection:
        answers = _answers(connection)
        names = read_register(connection).units["name"].to_dict()
        asked = {names.get(unit, "") for unit in answers["unit"]}
        is_asked = view.lines["unit_name"].isin(asked) | ("" in asked)
        open_lines = view.lines[view.lines["is_open"] & is_asked].copy()
        words = _words(connection, open_lines)
    offers = [
        _offer(answer, open_lines, words, names) for answer in answers.itertuples(index=False)
    ]
    offered = pd.DataFrame(
        offers, columns=[*OFFER_COLUMNS, "day", "since", "batch_of", "seq_of", "is_shared"]
    )
    with_names = answers.assign(unit_name=answers["unit"].map(names).fillna(""))
    merged = pd.concat([with_names.reset_index(drop=True), offered], axis=1)
    return merged.sort_values("likeness", ascending=False, kind="stable", ignore_index=True)


def _answers(connection: Connection) -> pd.DataFrame:
    """Read the answers that name no borne problem and that nobody has put to one yet."""
    records = read_records(connection, "rectification")
    numbers = [record["problem_no"] for record in records["told"]]
    borne = _known(connection, {number for number in numbers if number})
    table = schema.problem_event
    settled = read_frame(
        connection,
        select(table.c.batch, table.c.sheet, table.c.source_row).where(
            table.c.batch.in_(records["batch"].unique().tolist())
            & table.c.reason.startswith(CONFIRMED)
        ),
    )
    settled_keys = set(settled.itertuples(index=False, name=None))
    keys = zip(records["batch"], records["sheet"], records["source_row"], strict=True)
    is_open = [
        number not in borne and key not in settled_keys
        for number, key in zip(numbers, keys, strict=True)
    ]
    # An empty list would choose no columns instead of no rows.
    records = records[np.array(is_open, bool)].reset_index(drop=True)
    contents = records["told"].tolist()
    names = ["site", "description", "measure", "finished"]
    answers = pd.DataFrame(
        {name: [str(content[name]) for content in contents] for name in names},
        index=records.index,
    )
    return answers.assign(
        written_no=[content["problem_no"] for content in contents],
        state=[said_state(content["said"], content["remark"]) for content in contents],
        unit=records["unit"],
        happened=[
            happened_on(content, int(day), stamp())
            for content, day in zip(contents, records["day"], strict=True)
        ],
        batch=records["batch"],
        sheet_number=records["sheet"],
        source_row=records["source_row"],
        **locations_of(connection, records),
    )


CONFIRMED = "人工核对："
"""How the reason of an answer begins that a person put to a problem."""


def _known(connection: Connection, numbers: set[str]) -> set[str]:
    """Find the numbers that some problem bears."""
    problem, finding = schema.problem, schema.finding
    borne: set[str] = set()
    for table in (problem, finding):
        query = select(table.c.number).where(table.c.number.in_(sorted(with_bare(numbers))))
        borne |= set(connection.scalars(query))
    return {number for number in numbers if not borne.isdisjoint(with_bare([number]))}


def _words(connection: Connection, lines: pd.DataFrame) -> pd.Series:
    """Give the words by which open problems are compared: those of the item, and of the row as it was sent."""
    batches = lines.loc[lines["batch"] > 0, "batch"].unique()
    pieces = read_pieces(connection, batches)
    rows = lines[lines["batch"] > 0]
    described = dict(zip(rows.index, descriptions(connection, rows), strict=True))
    piece_words = {(line.batch, line.seq): line.words for line in pieces.itertuples()}
    return pd.Series(
        [
            normalise(
                f"{line.item_name}{piece_words.get((line.batch, line.seq), '')}"
                f"{described.get(line.Index, '')}{line.content}"
            )
            for line in lines.itertuples()
        ],
        lines.index,
        dtype=object,
    )


def _offer(answer: tuple, lines: pd.DataFrame, words: pd.Series, names: dict[int, str]) -> tuple:
    """Choose the open problem of the unit that is most like an answer."""
    unit = names.get(answer.unit, "")
    mine = lines[lines["unit_name"] == unit] if unit else lines
    site, text = normalise(answer.site), normalise(answer.description)
    by_likeness = []
    for line in mine.itertuples():
        at_site = fuzz.ratio(site, normalise(str(line.site_name or ""))) if site else 0
        alike = fuzz.partial_ratio(text, words[line.Index]) if text else 0
        by_likeness.append((_SITE * at_site + _WORDS * alike, line))
    by_likeness.sort(key=lambda entry: -entry[0])
    best = by_likeness[0] if by_likeness and by_likeness[0][0] >= OFFERED else None
    if best is None:
        return "", "", "", 0, 0, 0, 0, 0, 0, False
    likeness, line = best
    second = round(by_likeness[1][0]) if len(by_likeness) > 1 else 0
    facts = (line.number, line.site_name, line.item_name, round(likeness), second)
    days = (int(line.day), int(line.since))
    return *facts, *days, int(line.batch), int(line.seq), bool(line.is_shared)
