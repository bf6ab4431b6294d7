"""Which cells of a legacy workbook (.xls, .et) show another number than they hold; for the child only.

The decoder tells no formats, and there is no XML to search: the records of the file are walked through
(BIFF8 and BIFF5 in a compound file, as Microsoft's [MS-XLS] and [MS-CFB] describe them). What is cut
short ends the walk; whether the file can be read at all the decoder says.
"""

import struct
from collections.abc import Iterable, Iterator
from itertools import islice

from shown_numbers import BUILT_IN, extend_run, is_shown_otherwise

_NAMES = ("Workbook", "Book")
_END_OF_CHAIN = 0xFFFFFFFA
_ENTRY, _HEADER_SECTORS = 128, 109
_BEGIN, _END, _BOUND, _FROM_1904, _FORMAT, _STYLE = 0x0809, 0x000A, 0x0085, 0x0022, 0x041E, 0x00E0
_NUMBERS, _SEVERAL, _TEXTS = {0x0203, 0x027E, 0x0006}, 0x00BD, {0x00FD, 0x0204, 0x00D6}
_FONT, _WINDOW = 0x0031, 0x023E
_STRUCK, _WHITE, _SHOWS_ZEROS, _UNSEEN = 0x0008, (1, 9), 0x0010, ";;;"
"""Signs of a font and of a window; the format that shows nothing."""
_OF_CELLS = {0x00FC, 0x00FF, 0x00FD, 0x0204, 0x00D6, 0x0207, 0x0203, 0x027E, 0x00BD, 0x00BE, 0x0201}
_OF_CELLS |= {0x0205, 0x0208, 0x00D7}
_GOES_ON = 0x003C
"""Records of cells without their formulas, and the one that goes on with the record before it."""
_BIFF8 = 0x0600


def read_formats(compound: bytes) -> tuple[list[tuple[dict, list, bool]], bool]:
    """Read the cells that may show another number than they hold, and how days are counted.

    Returns: by sheet, in the file's order: runs as `shown_numbers.show` takes them, the cells that are
             crossed out (row, column), whether no 0 is shown; whether days are counted from 1904
    """
    book = _stream(compound)
    starts, formats, styles, is_from_1904, version = [], dict(BUILT_IN), [], False, _BIFF8
    fonts: list[tuple[int, int]] = []
    for kind, content in _records(book, 0):
        if kind == _BEGIN and len(content) >= 2:
            version = struct.unpack_from("<H", content)[0]
        elif kind == _BOUND and len(content) >= 4:
            starts.append(struct.unpack_from("<L", content)[0])
        elif kind == _FROM_1904:
            is_from_1904 = content[:1] == b"\1"
        elif kind == _FORMAT and len(content) >= 5:
            formats[struct.unpack_from("<H", content)[0]] = _code(content[2:], version)
        elif kind == _FONT and len(content) >= 6:
            fonts.append(struct.unpack_from("<2H", content, 2))
        elif kind == _STYLE and len(content) >= 4:
            font, number = struct.unpack_from("<2H", content)
            pattern = struct.unpack_from("<L", content, 14)[0] >> 26 if len(content) >= 18 else 1
            styles.append((number, *_ink(fonts, font), pattern))
    codes = {n: formats.get(number, "") for n, (number, *_) in enumerate(styles)}
    codes = {n: code for n, code in codes.items() if is_shown_otherwise(code)}
    unseen = (n for n, style in enumerate(styles) if style[2] in _WHITE and not style[3])
    codes |= dict.fromkeys(unseen, _UNSEEN)
    struck = {n for n, style in enumerate(styles) if style[1] & _STRUCK}
    return [_looks(book, start, codes, struck) for start in starts], is_from_1904


def _ink(fonts: list[tuple[int, int]], number: int) -> tuple[int, int]:
    """Give signs and colour of a font; there is none of the number 4."""
    number -= number > 4
    return fonts[number] if number < len(fonts) else (0, 0)


def _code(content: bytes, version: int) -> str:
    if version < _BIFF8:
        return content[1 : 1 + content[0]].decode("gb18030", "replace")
    length, is_wide = struct.unpack_from("<HB", content)
    if is_wide & 1:
        return content[3 : 3 + 2 * length].decode("utf-16-le", "replace")
    return content[3 : 3 + length].decode("latin-1")


def _looks(
    book: bytes, start: int, codes: dict[int, str], struck: set[int]
) -> tuple[dict[int, list[list]], list[tuple[int, int]], bool]:
    """Walk through one sheet: runs, cells that are crossed out, whether no 0 is shown."""
    runs: dict[int, list[list]] = {}
    crossed_out, shows_zeros = [], True
    for kind, content in _records(book, start):
        if kind in _NUMBERS | _TEXTS and len(content) >= 6:
            row, column, style = struct.unpack_from("<3H", content)
            styles = [style]
        elif kind == _WINDOW and len(content) >= 2:
            shows_zeros = bool(struct.unpack_from("<H", content)[0] & _SHOWS_ZEROS)
            continue
        elif kind == _SEVERAL and len(content) >= 6:
            row, column = struct.unpack_from("<2H", content)
            styles = [style for style, _ in struct.iter_unpack("<HL", _whole(content[4:-2], 6))]
        else:
            continue
        for number, style in enumerate(styles, column):
            if style in codes and kind not in _TEXTS:
                extend_run(runs.setdefault(number, []), row + 1, codes[style])
            if style in struck:
                crossed_out.append((row + 1, number))
    return runs, crossed_out, not shows_zeros


def _whole(content: bytes, size: int) -> bytes:
    return content[: len(content) - len(content) % size]


def _records(book: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Give kind and content of the records up to the end of the part that begins at an offset."""
    depth = 0
    while offset + 4 <= len(book):
        kind, length = struct.unpack_from("<2H", book, offset)
        depth += (kind == _BEGIN) - (kind == _END)
        if kind == _END and depth <= 0:
            return
        if depth == 1:  # a chart that lies in a sheet has records of its own
            yield kind, book[offset + 4 : offset + 4 + length]
        offset += 4 + length


def streams(compound: bytes) -> Iterator[bytes]:
    """Give the larger streams of a compound file; the small ones lie together in one of these."""
    for _, sectors, size, length, _ in _entries(compound):
        yield _joined(compound, sectors, size)[:length]


def beside_cells(compound: bytes) -> Iterator[bytes]:
    """Give what a legacy workbook holds beside its cells: records of the workbook, and all else in the file."""
    entries = [entry for entry in _entries(compound) if entry[0] in _NAMES]
    size = entries[0][2] if entries else 1
    used = {sector for _, sectors, *_ in entries for sector in sectors}
    count = -(-len(compound) // size)
    yield _joined(compound, [-1, *(n for n in range(count) if n not in used)], size)
    contents, is_cells = [], False
    for kind, content in _every_record(_stream(compound)):
        is_cells = is_cells if kind == _GOES_ON else kind in _OF_CELLS
        if not is_cells:
            contents.append(content)
    yield b"\0\0\0\0".join(contents)


def _every_record(book: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + 4 <= len(book):
        kind, length = struct.unpack_from("<2H", book, offset)
        yield kind, book[offset + 4 : offset + 4 + length]
        offset += 4 + length


def _stream(compound: bytes) -> bytes:
    """Take the stream of the workbook out of a compound file, b"" where it is not found."""
    entries = list(_entries(compound))
    for name, sectors, size, length, start in entries:
        if name in _NAMES and not sectors:
            return _small_stream(compound, entries[0], start, length)
        if name in _NAMES:
            return _joined(compound, sectors, size)[:length]
    return b""


def _small_stream(compound: bytes, root: tuple, start: int, length: int) -> bytes:
    """Take a stream out of the one in which all small ones lie, in sectors of its own."""
    _, sectors, size, length_of_all, _ = root
    together = _joined(compound, sectors, size)[:length_of_all]
    small_size = 1 << min(struct.unpack_from("<H", compound, 32)[0], 16)
    (first,) = struct.unpack_from("<L", compound, 60)
    table = _joined(compound, _chain(_fat(compound, size), first), size)
    chain = _chain([number for (number,) in struct.iter_unpack("<L", _whole(table, 4))], start)
    stretches = (together[n * small_size : (n + 1) * small_size] for n in chain)
    return b"".join(stretches)[:length]


def _entries(compound: bytes) -> Iterator[tuple[str, list[int], int, int, int]]:
    """Give the streams of a compound file: name, sectors ([]: it lies in the first one, with the other small
    ones), their size, length of the stream, where it starts."""
    if len(compound) < 512:
        return
    size = 1 << min(struct.unpack_from("<H", compound, 30)[0], 16)
    fat = _fat(compound, size)
    (start,) = struct.unpack_from("<L", compound, 48)
    directory = _joined(compound, _chain(fat, start), size)
    for entry in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        (length,) = struct.unpack_from("<H", directory, entry + 64)
        name = directory[entry : entry + max(length - 2, 0)].decode("utf-16-le", "replace")
        start, stream_size = struct.unpack_from("<2L", directory, entry + 116)
        is_small = entry and stream_size < struct.unpack_from("<L", compound, 56)[0]
        yield name, [] if is_small else _chain(fat, start), size, stream_size, start


def _fat(compound: bytes, size: int) -> list[int]:
    """Read the table that says which sector follows which."""
    sectors = list(struct.unpack_from(f"<{_HEADER_SECTORS}L", compound, 76))
    further, count = struct.unpack_from("<2L", compound, 68)
    for _ in range(min(count, len(compound) // size)):
        entries = _sector_numbers(compound, further, size)
        sectors, further = sectors + entries[:-1], entries[-1] if entries else _END_OF_CHAIN
    table: list[int] = []
    for sector in sectors:
        table += _sector_numbers(compound, sector, size) if sector < _END_OF_CHAIN else []
    return table


def _sector_numbers(compound: bytes, sector: int, size: int) -> list[int]:
    content = _whole(compound[(sector + 1) * size : (sector + 2) * size], 4)
    return [number for (number,) in struct.iter_unpack("<L", content)]


def _chain(fat: list[int], start: int) -> list[int]:
    """List the sectors of a stream in their order."""

    def numbers() -> Iterator[int]:
        number = start
        while number < len(fat):
            yield number
            number = fat[number]

    return list(islice(numbers(), len(fat)))  # a chain that goes round ends too


def _joined(compound: bytes, sectors: Iterable[int], size: int) -> bytes:
    return b"".join(compound[(number + 1) * size : (number + 2) * size] for number in sectors)
