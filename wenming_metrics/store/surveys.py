"""Questionnaires as they are kept: packed columns per file and wave, and what a person decided.

A questionnaire that came in several files, such as a file and the same file corrected, is given
once, as it came last; what a person decided of any of its copies holds for it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.rules.survey.answers import BLANK, FACTS, NOT_ASKED, Answers
from wenming_metrics.store import schema
from wenming_metrics.store.frames import add_rows, append, read_frame, that_count
from wenming_metrics.store.records import read_records
from wenming_metrics.store.tallies import pack, unpack_arrays

__all__ = ["BLANK", "NOT_ASKED", "Answers"]
COUNTED = "counts"
"""The kind of records that hold counted tables; they have waves too."""
_AT_ONCE = 65_536
_WEIGHTS = 10**6
_COPY = ["key", "nth"]
_NEARLY_ALL = 0.9
_NEW = 1 << 30
"""Stands for the batch of a file that is not stored yet: later than all."""


def save_answers(connection: Connection, batch: int, answers: Answers) -> None:
    """Store the questionnaires of a batch. Takes: answers - of one wave, as reading gives them"""
    size, payloads = len(answers.frame), []
    for first in range(0, size, _AT_ONCE):
        payloads.append(_pack(answers, answers.frame.iloc[first : first + _AT_ONCE]))
    columns = {
        **{"batch": batch, "n": range(len(payloads))},
        **{"first_day": answers.first_day, "last_day": answers.last_day},
        "rows": [min(_AT_ONCE, size - n * _AT_ONCE) for n in range(len(payloads))],
        "payload": payloads,
    }
    add_rows(connection, schema.answer_block, columns)


def _pack(answers: Answers, frame: pd.DataFrame) -> bytes:
    """Turn questionnaires into bytes: what options there are, then the columns."""
    header = {"options": dict(answers.options), "multiple": sorted(answers.multiple)}
    head = json.dumps(header, ensure_ascii=False).encode()
    columns = {name: frame[name].to_numpy() for name in (*FACTS, *answers.questions)}
    columns["weight"] = np.rint(columns["weight"] * _WEIGHTS).astype(np.int64)
    return struct.pack("<I", len(head)) + head + pack(columns)


def unpack_answers(payload: bytes) -> Answers:
    """Turn the bytes of a block back into questionnaires; which wave they are of is not said."""
    (size,) = struct.unpack_from("<I", payload)
    header = json.loads(payload[4 : 4 + size])
    frame = pd.DataFrame(unpack_arrays(payload[4 + size :]), copy=False)
    frame["weight"] = frame["weight"] / _WEIGHTS
    options = {question: tuple(codes) for question, codes in header["options"].items()}
    return Answers(frame, options, frozenset(header["multiple"]))


def read_answers(
    connection: Connection, first_day: int, last_day: int, live: np.ndarray | None = None
) -> Answers:
    """Read the questionnaires of a wave whose batches count, in the order in which they came.

    Takes: live - the batches that count, None: those that do now
    """
    table = schema.answer_block
    query = select(table.c.batch, table.c.payload)
    query = that_count(query, table, live).where(
        table.c.first_day == first_day, table.c.last_day == last_day
    )
    blocks = [
        (batch, unpack_answers(payload))
        for batch, payload in connection.execute(query.order_by(table.c.batch, table.c.n))
    ]
    joined = _join(blocks)
    frame = _once(joined, decisions(connection))
    return Answers(frame, joined.options, joined.multiple, first_day, last_day)


def _join(blocks: Sequence[tuple[int, Answers]]) -> Answers:
    """Put blocks together: options numbered anew over all, questions that one lacks not asked."""
    options: dict[str, tuple[str, ...]] = {}
    multiple = frozenset().union(*(block.multiple for _, block in blocks))
    for _, block in blocks:
        for question, codes in block.options.items():
            options[question] = tuple(dict.fromkeys([*options.get(question, ()), *codes]))
    names = dict.fromkeys(name for _, block in blocks for name in block.questions)
    types = {"batch": "int32", **FACTS, **dict.fromkeys(names, "int64")}
    frames = [
        _recode(block, options)
        .assign(batch=batch)
        .reindex(columns=[*types], fill_value=NOT_ASKED)
        .astype(types)
        for batch, block in blocks
    ]
    nothing = pd.DataFrame(columns=[*types]).astype(types)
    frame = pd.concat(frames, ignore_index=True) if frames else nothing
    return Answers(frame, options, multiple)


def _recode(block: Answers, options: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Say the answers of a block by the options of all blocks."""
    changed = {}
    for question, codes in block.options.items():
        wanted = options[question]
        if question not in block.frame or codes == wanted[: len(codes)]:
            continue
        values = block.frame[question].to_numpy(np.int64)
        positions = np.array([wanted.index(code) for code in codes], np.int64)
        recoded = _moved(values, positions) if question in block.multiple else positions[values]
        changed[question] = np.where(values < 0, values, recoded)
    return block.frame.assign(**changed)


def _moved(masks: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Give each bit of masks its new place."""
    moved = np.zeros(len(masks), np.int64)
    for old, new in enumerate(positions.tolist()):
        moved |= (masks >> old & 1) << new
    return moved


def _once(answers: Answers, decided: pd.DataFrame) -> pd.DataFrame:
    """Keep the last copy of each questionnaire and say whether it counts."""
    frame = answers.frame
    copies = _copies(answers)
    last = decided.drop_duplicates(["batch", "seq"], keep="last")
    latest = copies.merge(last[["batch", "seq", "choice", "counts"]], on=["batch", "seq"])
    latest = latest.sort_values("choice").drop_duplicates(_COPY, keep="last")
    out = pd.MultiIndex.from_frame(latest.loc[latest["counts"] == 0, _COPY])
    counts = ~pd.MultiIndex.from_frame(copies[_COPY]).isin(out)
    if frame["batch"].nunique() < 2:
        return frame.assign(counts=counts)
    again = _again(copies)
    flags = _flags_of_copies(copies.assign(flags=frame["flags"]), again)
    return frame.assign(counts=counts, flags=flags)[~again].reset_index(drop=True)


def _flags_of_copies(copies: pd.DataFrame, again: np.ndarray) -> np.ndarray:
    """Keep what was flagged of earlier copies: a file that is sent again has no addresses left."""
    flags = copies["flags"].to_numpy().copy()
    if not again.any():
        return flags
    # Bit by bit: a function of our own would be called for each of them.
    for bit in (1 << n for n in range(int(flags[again].max()).bit_length())):
        flagged = pd.MultiIndex.from_frame(copies.loc[again & (flags & bit > 0), _COPY])
        flags[pd.MultiIndex.from_frame(copies[_COPY]).isin(flagged)] |= bit
    return flags


def _copies(answers: Answers) -> pd.DataFrame:
    """Name the questionnaires: batch, seq, key, nth (of the same in its batch)."""
    frame = answers.frame
    key = frame["key"].to_numpy()
    if not key.all():
        content = -(_content(answers).view(np.int64) & np.iinfo(np.int64).max)
        key = np.where(key == 0, content, key)
    copies = frame[["batch", "seq"]].assign(key=key)
    return copies.assign(nth=copies.groupby(["batch", "key"]).cumcount())


def _again(copies: pd.DataFrame) -> np.ndarray:
    """Mark what a later file brings again.

    A questionnaire with a mark of its own (key above 0) is known wherever it comes. Others that
    say the same may be several people's: they are the same only if a later file has nearly all
    that the earlier one has, as a file that was sent again, or corrected.
    """
    later = copies.duplicated(_COPY, keep="last").to_numpy()
    sure = later & (copies["key"] > 0).to_numpy()
    unsure = copies[(copies["key"] <= 0).to_numpy()]
    shared = unsure[unsure.duplicated(_COPY, keep=False)]
    pairs = shared.reset_index().merge(shared, on=_COPY, suffixes=("", "_later"))
    pairs = pairs[pairs["batch"] < pairs["batch_later"]]
    common = pairs.groupby(["batch", "batch_later"])["index"].transform("size")
    earlier_sizes = pairs["batch"].map(unsure.groupby("batch").size())
    sure[pairs.loc[common >= _NEARLY_ALL * earlier_sizes, "index"]] = True
    return sure


def find_stored(connection: Connection, answers: Answers | None) -> pd.Series:
    """Find which questionnaires of a file (None: it has none) are stored: the batch of each."""
    if answers is None:
        return pd.Series(dtype=np.int64)
    stored = read_answers(connection, answers.first_day, answers.last_day)
    frame = answers.frame.assign(batch=_NEW)
    joined = _join([*_by_batch(stored), (_NEW, Answers(frame, answers.options, answers.multiple))])
    copies = _copies(joined)
    return copies.loc[_again(copies), "batch"]


def _by_batch(answers: Answers) -> list[tuple[int, Answers]]:
    return [
        (int(batch), Answers(frame, answers.options, answers.multiple))
        for batch, frame in answers.frame.groupby("batch")
    ]


def _content(answers: Answers) -> np.ndarray:
    """Name questionnaires by what they say; the order and number of options play no part."""
    frame = answers.frame
    facts = frame[["day", "unit", "cluster"]]
    total = pd.util.hash_pandas_object(facts, index=False).to_numpy().copy()
    for question in answers.questions:
        values = frame[question].to_numpy(np.int64)
        hashes = np.where(values == NOT_ASKED, 0, _hashed(answers, question, values))
        total += hashes.astype(np.uint64)
    return total


def _hashed(answers: Answers, question: str, values: np.ndarray) -> np.ndarray:
    """Name the answers to a question: by the codes of options, else by the number itself."""
    codes = answers.options.get(question, ())
    names = _names(question, [*map(str, range(BLANK, 0)), *codes])
    if question in answers.multiple:
        total = sum(
            (np.where(values >> bit & 1, name, np.uint64(0)) for bit, name in enumerate(names[1:])),
            start=np.zeros(len(values), np.uint64),
        )
        return np.where(values < 0, names[0], total)
    if codes:
        return names[np.maximum(values, BLANK) + 1]
    distinct, number = np.unique(values, return_inverse=True)
    return _names(question, map(str, distinct.tolist()))[number]


def _names(question: str, words: Iterable[str]) -> np.ndarray:
    texts = np.array([f"{question}\x1f{word}" for word in words], object)
    return pd.util.hash_array(texts, categorize=False)


def read_waves(connection: Connection) -> pd.DataFrame:
    """List what batches that count hold of which wave: first_day, last_day, batch, rows.

    Counted tables are in it too, a row of theirs as one.
    """
    table = schema.answer_block
    names = ["first_day", "last_day", "batch"]
    query = that_count(select(*(table.c[name] for name in (*names, "rows"))), table)
    blocks = read_frame(connection, query)
    counted = read_records(connection, COUNTED)
    spans = counted["told"].map(lambda facts: (_ordinal(facts["first"]), _ordinal(facts["last"])))
    tables = pd.DataFrame(
        {
            "first_day": [span[0] for span in spans],
            "last_day": [span[1] for span in spans],
            **{"batch": counted["batch"].tolist(), "rows": 1},
        }
    )
    waves = pd.concat([blocks, tables]).astype("int64")
    return waves.groupby(names, as_index=False)["rows"].sum()


def _ordinal(text: str) -> int:
    return pd.Timestamp(text).toordinal()


def decide(
    connection: Connection,
    batch: int,
    seq: int,
    counts: bool,
    reason: str,
    who: str,
    decided_at: str,
) -> int:
    """Append what a person decided of a questionnaire; gives its number. Takes: decided_at - a `stamp`"""
    decision = {"batch": int(batch), "seq": int(seq), "counts": int(counts)}
    origin = {"reason": reason, "who": who, "at": decided_at}
    return append(connection, schema.answer_choice.c.choice, {**decision, **origin})


def decisions(connection: Connection) -> pd.DataFrame:
    """Read what was decided of questionnaires: choice, batch, seq, counts, reason, who, at."""
    table = schema.answer_choice
    return read_frame(connection, select(table).order_by(table.c.choice))
