"""A table in plain text (CSV, or Excel's Unicode text): its encoding, its separator, its rows.

Runs in the child process only. The cells are those that Excel shows of the same file: plain numbers
are numbers; codes that only look like numbers (leading zeros, more than 15 digits) stay texts.
"""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import IO

from coding import LONGEST_TEXT, ROWS_PER_BLOCK, code_block
from confined import send
from container import Refused

NAME = "CSV"
"""The name of its one sheet."""
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_UNMARKED = ("utf-8", "gb18030")
_CUT = ("unexpected end of data", "truncated data")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_SEPARATORS = ",\t;"
_SAMPLE, _SAMPLE_TEXT, _REGULAR, _RARE = 50, 200_000, 0.4, 0.02
_MOST_ROWS = 1_048_576
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?")
_MOST_DIGITS = 15
_KEPT_TEXT = re.compile(r'="([^"]*)"')
_FACTS = {"scanned": True, "is_text": True, "merged": [], "merged_count": 0}


def send_table(data: bytes, limits: dict) -> None:
    """Send a table in plain text as a workbook of one sheet.

    Takes: the bytes of a text; limits (columns, cells). What is no table is Refused.
    """
    encoding = find_encoding(data)
    rows = _without_ends(_records(data, encoding, _find_separator(data, encoding)))
    first, head = next(rows, (0, None))
    if head is None:
        raise Refused("empty")
    sheet = {"type": "sheet", "name": NAME, "index": 0, "hidden": False}
    send({**sheet, "first_row": first, "facts": _FACTS})
    fields, cells = itertools.chain([head], (row for _, row in rows)), 0
    while block := list(itertools.islice(fields, ROWS_PER_BLOCK)):
        width, n_rows = max(1, *map(len, block)), len(block)
        cells += width * n_rows
        if width > limits["columns"] or cells > limits["cells"] or first + n_rows > _MOST_ROWS:
            raise Refused("too_many_cells", sheet=NAME, cells=cells)
        padded = (row + [""] * (width - len(row)) for row in block)
        body = code_block(padded, first, 0, width, typed=value_of)
        send({"type": "block", "first_row": first, "n_rows": n_rows}, body)
        first += n_rows


def value_of(text: str) -> str | float | None:
    """Give what a cell is worth: a plain number as a number; ="0012" is the text 0012."""
    if _NUMBER.fullmatch(text) and len(text.strip("-0.").replace(".", "")) <= _MOST_DIGITS:
        return float(text)
    match = _KEPT_TEXT.fullmatch(text)
    return (match[1] or None) if match else text


def find_encoding(data: bytes) -> str:
    """Tell the encoding of a text by reading all of it; what no encoding fits is Refused."""
    marked = [name for mark, name in _MARKS.items() if data.startswith(mark)]
    for name in marked or _UNMARKED:
        try:
            text = data.decode(name)
        except UnicodeDecodeError as error:
            # The last character is cut in two, whole ones stand before it.
            if error.reason in _CUT and not data[: error.start].isascii():
                raise Refused("truncated") from error
            continue
        if "\0" in text:
            raise Refused("not_workbook", found="binary")
        if name in _UNMARKED[:1] or marked or not _is_garbled(text[:_SAMPLE_TEXT]):
            return name
    raise Refused("unknown_text")


def _is_garbled(text: str) -> bool:
    """Say whether characters nobody writes show that the text was meant in another encoding."""
    written = len(text) - len(re.findall("[\0-\x7f]", text))
    return len(_PRIVATE.findall(text)) > _RARE * written


def _lines(data: bytes, encoding: str) -> IO[str]:
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline="")


def _find_separator(data: bytes, encoding: str) -> str:
    """Find what cuts most lines into the same number of fields; prose is Refused."""
    sample = list(itertools.islice(filter(str.strip, _lines(data, encoding)), _SAMPLE))
    share, _, separator = max(
        (*_regularity(sample, candidate), candidate) for candidate in _SEPARATORS
    )
    if share < _REGULAR:
        raise Refused("plain_text")
    return separator


def _regularity(sample: list[str], separator: str) -> tuple[float, int]:
    """Give the share of lines of the commonest width above one field, and that width."""
    widths = list(_widths(sample, separator))
    common = Counter(width for width in widths if width > 1).most_common(1)
    return (common[0][1] / len(widths), common[0][0]) if common else (0.0, 0)


def _widths(sample: list[str], separator: str) -> Iterator[int]:
    csv.field_size_limit(LONGEST_TEXT)
    try:
        for row in csv.reader(sample, delimiter=separator):
            if any(row):
                yield len(row)
    except csv.Error:
        return  # a quote is never closed: the rows before it show the separator, and it is refused


def _records(data: bytes, encoding: str, separator: str) -> Iterator[list[str]]:
    """Read the rows, also blank ones; each is one row of Excel, whatever lines it spans."""
    csv.field_size_limit(LONGEST_TEXT)
    reader, begun = csv.reader(_lines(data, encoding), delimiter=separator), 0
    for number in itertools.count(1):
        before, begun = begun, reader.line_num
        try:
            yield next(reader)
        except StopIteration:
            if begun - before > 1:
                _check_end(data, encoding, separator, before, number - 1)
            return
        except csv.Error as error:
            raise Refused("open_quote", sheet=NAME, row=number) from error


def _check_end(data: bytes, encoding: str, separator: str, begun: int, number: int) -> None:
    """Refuse a table whose last row is the rest of the file, for its quote is never closed."""
    rest = itertools.islice(_lines(data, encoding), begun, None)
    try:
        next(csv.reader(rest, delimiter=separator, strict=True), None)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise Refused("open_quote", sheet=NAME, row=number) from error


def _without_ends(records: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Leave out blank rows above and below the table, and blank fields at the end of rows.

    Returns: number of the row, its fields
    """
    blank, begun = 0, False
    for number, fields in enumerate(records, 1):
        while fields and not fields[-1]:
            fields.pop()
        if not fields:
            blank += 1
            continue
        if begun:
            yield from ((number - n, []) for n in range(blank, 0, -1))
        blank, begun = 0, True
        yield number, fields
