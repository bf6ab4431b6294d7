"""The parent's side of the sandbox: runs the decoder in a child process and gathers what it sends.

A bad file is an answer (a `Refusal`), never an exception, and cannot harm this process: the child
is isolated, limits its own memory and time, and is ended when it overstays. What it sends is
checked again here, for a decoder that was taken over may send anything.
"""

import importlib.util
import json
import logging
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TypeVar

import numpy as np

from wenming_metrics.domain import privacy
from wenming_metrics.reading.model.grid import (
    Area,
    Block,
    GridColumn,
    Refusal,
    SheetFacts,
    SheetGrid,
    Workbook,
    decode_block,
    dictionary_values,
    merge_codes,
    new_dictionary,
    pack_block,
)
from wenming_metrics.reading.sandbox.own_forms import without_options
from wenming_metrics.reading.sandbox.own_marks import without_marks
from wenming_metrics.reading.sandbox.pictures import gather_pictures

_START = "import sys; sys.path += sys.argv[1:4]; __import__(sys.argv[4]).main()"
_KEPT_ENVIRONMENT = ("SYSTEMROOT", "LD_LIBRARY_PATH")
_MOST_HEADER, _LOG_BYTES = 64 << 20, 4_000
_log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class _RefusedError(Exception):
    """Carries the child's verdict past what gathers its messages."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@dataclass(frozen=True)
class SandboxLimits:
    """What a file may cost: bytes, seconds, parts in the zip, columns per sheet, cells per file.

    members, unpacked_bytes - files in an archive, and what they come to
    picture_bytes, pictures_bytes - of one picture, and of all in a file
    stretch_bytes - a sheet of much more XML than that is decoded in stretches of about that size
    """

    memory_bytes: int = 1 << 30
    cpu_seconds: int = 60
    wall_seconds: float = 120
    entries: int = 2_000
    xml_bytes: int = 400 << 20
    columns: int = 702
    cells: int = 40_000_000
    output_bytes: int = 512 << 20
    stretch_bytes: int = 24 << 20
    members: int = 200
    unpacked_bytes: int = 400 << 20
    picture_bytes: int = 30 << 20
    pictures_bytes: int = 300 << 20


DEFAULT_LIMITS = SandboxLimits()


def decode(
    data: bytes,
    *,
    limits: SandboxLimits = DEFAULT_LIMITS,
    meanwhile: Callable[[], object] | None = None,
) -> Workbook:
    """Decode an uploaded file in a child process.

    Takes: all bytes of the file, whatever it is; limits; meanwhile - what the parent may do while
        the child is at work, called once.
    Returns: a Workbook with its worksheets, or with a Refusal and no sheets. Codes of refusals:
        `sheets._REFUSALS`. A legacy .xls or .et is decoded like an .xlsx, without the facts that
        are found in XML; a table in plain text (CSV) is a workbook of one sheet.
    """
    answer = run("child", data, _build_workbook, limits=limits, meanwhile=meanwhile)
    return Workbook(refusal=answer) if isinstance(answer, Refusal) else answer


def run(
    program: str,
    data: bytes,
    gather: Callable[[Iterator[tuple[dict, bytes]], SandboxLimits], Answer],
    *,
    limits: SandboxLimits = DEFAULT_LIMITS,
    meanwhile: Callable[[], object] | None = None,
) -> Answer | Refusal:
    """Run a program of this folder in a child process; see `confined` for how it speaks.

    Takes: program - name of its module, which has a `main`; data - what it reads; gather - makes
        the answer of its messages and may raise ValueError; limits, meanwhile - as `decode`
    """
    overstayed = threading.Event()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        process = _start(program, limits, folder, log)
        clock = threading.Timer(limits.wall_seconds, _end, (process, overstayed))
        clock.start()
        try:
            _feed(process, data)
            if meanwhile:
                meanwhile()
            answer = _gather(process, limits, gather)
            if answer is None:
                process.wait()
        finally:
            clock.cancel()
            process.kill()
            process.wait()
            process.stdout.close()
        if answer is None:
            return _explain_death(process.returncode, overstayed.is_set(), log)
        return answer


def _start(program: str, limits: SandboxLimits, folder: str, log: IO[bytes]) -> subprocess.Popen:
    calamine = importlib.util.find_spec("python_calamine")
    site = Path(calamine.origin).parent.parent
    program_folder = Path(__file__).parents[1] / "apart"
    domain = Path(privacy.__file__).parent  # what is personal is the same there
    return subprocess.Popen(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            _START,
            str(program_folder),
            str(site),
            str(domain),
            program,
            json.dumps(asdict(limits)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        cwd=folder,
        env={name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ},
        start_new_session=True,
    )


def _end(process: subprocess.Popen, overstayed: threading.Event) -> None:
    overstayed.set()
    process.kill()


def _feed(process: subprocess.Popen, data: bytes) -> None:
    try:
        # The child reads to the end before it writes, so the two pipes cannot block each other.
        with process.stdin as pipe:
            pipe.write(data)
    except OSError as error:
        _log.info("the decoder stopped listening: %s", error)


def _gather(
    process: subprocess.Popen, limits: SandboxLimits, gather: Callable[..., Answer]
) -> Answer | Refusal | None:
    """Read the child's messages; None when it fell silent before its last one."""
    try:
        return gather(_messages(process.stdout, limits), limits)
    except EOFError:
        return None
    except _RefusedError as error:
        return error.refusal
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, struct.error) as error:
        _log.warning("the decoder sent what it should not: %r", error)
        return Refusal("crashed", {"reason": "protocol"})


def _messages(stream: IO[bytes], limits: SandboxLimits) -> Iterator[tuple[dict, bytes]]:
    left = limits.output_bytes
    while True:
        n_header, n_body = struct.unpack("<II", _read(stream, 8))
        left -= n_header + n_body
        if n_header > _MOST_HEADER:
            raise ValueError("length of a header")
        if left < 0:
            raise _RefusedError(Refusal("too_big", {}))
        header = json.loads(_read(stream, n_header))
        if header["type"] == "refusal":
            raise _RefusedError(Refusal(str(header["code"]), dict(header["details"])))
        yield header, _read(stream, n_body)


def _read(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _build_workbook(messages: Iterator[tuple[dict, bytes]], limits: SandboxLimits) -> Workbook:
    sheets: list[SheetGrid] = []
    room = limits.cells
    header, _ = next(messages)
    while header["type"] == "sheet":
        sheet, header = _build_sheet(header, messages, room, limits)
        room -= sheet.n_rows * len(sheet.columns)
        sheets.append(sheet)
        if len(sheets) > limits.entries:
            raise ValueError("more sheets than parts")
    pictures, contents, header = gather_pictures(header, messages)
    if header["type"] != "end":
        raise ValueError(header["type"])
    tag = str(header.get("tag", ""))
    hides = bool(header.get("hides"))
    workbook = Workbook(tuple(sheets), None, tag, pictures, contents, hides)
    return without_options(without_marks(workbook))


def _build_sheet(
    sheet_header: dict, messages: Iterator[tuple[dict, bytes]], room: int, limits: SandboxLimits
) -> tuple[SheetGrid, dict]:
    """Gather the blocks of one sheet while the child still reads; also gives the next header."""
    dictionaries: list[dict] = []
    codes: list[list[np.ndarray]] = []
    blocks, n_rows, rounded = [], 0, []
    for header, body in messages:
        if header["type"] != "block":
            break
        rounded += header.get("rounded", [])
        block = Block(int(header["first_row"]), int(header["n_rows"]), pack_block(body))
        block_columns = decode_block(body)
        width = max(len(block_columns), len(dictionaries))
        if width > limits.columns or (n_rows + block.n_rows) * width > room:
            raise ValueError("size of a sheet")
        if not block_columns or any(len(column.codes) != block.n_rows for column in block_columns):
            raise ValueError("size of a block")
        while len(dictionaries) < width:
            dictionaries.append(new_dictionary())
            codes.append([merge_codes(dictionaries[-1], _blank(n_rows))] if n_rows else [])
        block_columns += [_blank(block.n_rows)] * (width - len(block_columns))
        for index, column in enumerate(block_columns):
            codes[index].append(merge_codes(dictionaries[index], column))
        blocks.append(block)
        n_rows += block.n_rows
    columns = (
        tuple(_join(codes.pop(0), dictionary) for dictionary in dictionaries) if blocks else ()
    )
    identity = (
        str(sheet_header["name"]),
        int(sheet_header["index"]),
        bool(sheet_header["hidden"]),
        int(sheet_header["first_row"]),
    )
    facts = _build_facts({**sheet_header["facts"], "rounded": rounded})
    return SheetGrid(*identity, columns, n_rows, facts, tuple(blocks)), header


def _blank(n_rows: int) -> GridColumn:
    """A column that a stretch of rows does not reach."""
    return GridColumn(np.zeros(n_rows, np.int16), (None,))


def _join(codes: list[np.ndarray], dictionary: dict) -> GridColumn:
    return GridColumn(np.concatenate(codes), dictionary_values(dictionary))


def _build_facts(fact_lists: dict) -> SheetFacts:
    """Turn the lists of JSON into the tuples of the record."""
    facts = {name: _freeze(value) for name, value in fact_lists.items()}
    facts["merged"] = tuple(Area(*map(int, area)) for area in facts["merged"])
    return SheetFacts(**facts)


def _freeze(value: object) -> object:
    return tuple(map(_freeze, value)) if isinstance(value, list) else value


def _explain_death(code: int, overstayed: bool, log: IO[bytes]) -> Refusal:
    """Word the end of a child that sent no last message."""
    log.seek(0)
    last_words = log.read()[-_LOG_BYTES:].decode("utf-8", "replace")
    _log.warning("the decoder ended with %s: %s", code, last_words)
    if overstayed or code == -getattr(signal, "SIGXCPU", 0):
        return Refusal("too_slow", {})
    if "memory allocation" in last_words or "MemoryError" in last_words:
        return Refusal("too_big", {})
    if code == -getattr(signal, "SIGKILL", 0):
        return Refusal("too_big", {})  # The system ends a process so when its own memory is full.
    return Refusal("crashed", {"exit": code})
