"""Safe access to the parts of a zip, as an xlsx is one; for the child only.

Sizes are checked before anything is unpacked, as the archive declares them, and again while it is
unpacked. `zipfile` is not used: importing it takes longer than the start of the whole child may.
"""

import io
import struct
import zlib
from collections import namedtuple
from collections.abc import Callable, Iterator

Part = namedtuple("Part", "name method flags check packed size header")

_FOREIGN = {
    "xl/workbook.bin": ("xlsb", "xlsb"),
    "word/document.xml": ("document", "docx"),
    "ppt/presentation.xml": ("not_workbook", "pptx"),
    "content.xml": ("ods", "ods"),
    "ofd.xml": ("pdf", "ofd"),
}
_BOMB_RATIO = 200
_INPUT, _OUTPUT = 1 << 16, 1 << 22
_UTF8 = 0x800
_LOCAL_HEADER = 30
"""Bytes that stand before a part at the least."""


class Refused(Exception):
    """A verdict on the file: a code and what was found."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, details


def open_parts(data: bytes, limits: dict) -> dict[str, Part]:
    """List the parts of an xlsx and refuse what must not be unpacked.

    Takes: the bytes of a zip; limits (entries, xml_bytes).
    Returns: parts by lower-case name.
    """
    parts = {part.name.lower(): part for part in read_directory(data, limits["entries"])}
    if any(part.flags & 1 for part in parts.values()):
        raise Refused("password")
    if any("vbaproject" in name or "/macrosheets/" in name for name in parts):
        raise Refused("macro")
    if "xl/workbook.xml" not in parts:
        verdicts = (verdict for name, verdict in _FOREIGN.items() if name in parts)
        code, kind = next(verdicts, ("archive", "zip"))
        raise Refused(code, found=kind)
    xml = [part for part in parts.values() if is_xml(part)]
    size, packed = sum(part.size for part in xml), sum(part.packed for part in xml)
    if size > limits["xml_bytes"]:
        code = "zip_bomb" if size > _BOMB_RATIO * packed else "too_big"
        raise Refused(code, xml_bytes=size, limit=limits["xml_bytes"])
    return parts


def is_xml(part: Part) -> bool:
    """Say whether a part is XML, and so read by the decoder."""
    return part.name.lower().endswith((".xml", ".rels", ".vml"))


def unpack(data: bytes, part: Part) -> Iterator[bytes]:
    """Unpack a part piece by piece, never more than it declares.

    Takes: the bytes of the zip and one of its parts.
    Returns: pieces of at most 4 MB.
    """
    total = 0
    for piece in _inflate(content_of(data, part), part):
        total += len(piece)
        if total > part.size:
            raise Refused("zip_bomb", part=part.name, declared=part.size)
        yield piece
    if total < part.size:
        raise Refused("truncated", part=part.name)


def zip_again(data: bytes, others: list[Part], part: Part, pieces: list[bytes]) -> io.BytesIO:
    """Make a zip of some parts as they are and of one that has another content.

    Takes: the bytes of the zip; parts to keep; the part whose content is replaced, and the pieces
        of the new one, which are used up.
    """
    archive, entries = io.BytesIO(), []
    for other_part in others:
        start = _content_start(data, other_part)
        entry = other_part._replace(header=archive.tell())
        archive.write(_local_header(entry) + data[start : start + other_part.packed])
        entries.append(entry)
    start, check, size = archive.tell(), 0, 0
    entry = part._replace(method=0, header=start)
    archive.write(_local_header(entry))
    for piece in _used_up(pieces):
        check, size = zlib.crc32(piece, check), size + archive.write(piece)
    entries.append(entry._replace(check=check, packed=size, size=size))
    end = archive.tell()
    archive.write(b"".join(map(_entry, entries)))
    counts = (len(entries), len(entries), archive.tell() - end, end)
    archive.write(struct.pack("<4s4x2H2L2x", b"PK\5\6", *counts))
    archive.seek(start)
    archive.write(_local_header(entries[-1]))
    archive.seek(0)
    return archive


def content_of(data: bytes, part: Part) -> memoryview:
    """Give a part as it lies in the zip, packed."""
    start = _content_start(data, part)
    packed = memoryview(data)[start : start + part.packed]
    if len(packed) < part.packed:
        raise Refused("truncated", part=part.name)
    return packed


def describe(part: Part) -> tuple[bytes, bytes]:
    """Give what stands before a part in a zip, and its line in the directory."""
    return _local_header(part), _entry(part)


def _used_up(pieces: list[bytes]) -> Iterator[bytes]:
    """Give the pieces in order and let go of each: they are as large as what is made of them."""
    pieces.reverse()
    while pieces:
        yield pieces.pop()


def _local_header(part: Part) -> bytes:
    name = part.name.encode()
    sizes = (part.check, part.packed, part.size, len(name), 0)
    return struct.pack("<4s3H4x3L2H", b"PK\3\4", 20, _UTF8, part.method, *sizes) + name


def _entry(part: Part) -> bytes:
    """Describe a part in the directory of a zip."""
    name = part.name.encode()
    fields = (
        20,
        20,
        _UTF8,
        part.method,
        part.check,
        part.packed,
        part.size,
        len(name),
        part.header,
    )
    return struct.pack("<4s4H4x3LH12xL", b"PK\1\2", *fields) + name


def refuse_entities(piece: bytes, part: str) -> None:
    """Refuse XML that declares a document type or entities; no spreadsheet program writes them."""
    if b"!" in piece and (b"<!DOCTYPE" in piece or b"<!ENTITY" in piece):
        raise Refused("entities", part=part)


def check_plain_part(data: bytes, part: Part, look: Callable[[bytes], None] | None = None) -> bytes:
    """Unpack a part that is no sheet, refusing entities.

    Takes: the bytes of the zip and one of its XML parts; look - what else is done with each piece.
    Returns: its first 4 MB at most; enough for the list of sheets.
    """
    head = last = b""
    for piece in unpack(data, part):
        refuse_entities(last[-16:] + piece, part.name)
        if look:
            look(piece)
        head, last = head or piece, piece
    return head


def read_directory(data: bytes, most: int) -> list[Part]:
    """List what lies in a zip, in its own order; more than `most` entries are Refused."""
    end = data.rfind(b"PK\5\6", max(0, len(data) - 65557))
    if end < 0 or end + 22 > len(data):
        raise Refused("truncated")
    count, _, offset = struct.unpack_from("<H2L", data, end + 10)
    if (count == 0xFFFF or offset == 0xFFFFFFFF) and data[end - 20 : end - 16] == b"PK\6\7":
        (far,) = struct.unpack_from("<Q", data, end - 12)
        count, _, offset = _unpack("<3Q", data, far + 32)
    if count > most:
        raise Refused("too_big", entries=count, limit=most)
    parts = []
    for _ in range(count):
        part, offset = _read_entry(data, offset)
        parts.append(part)
    _refuse_overlaps(parts)
    return parts


def _refuse_overlaps(parts: list[Part]) -> None:
    """Refuse parts that lie within one another: a few bytes would unpack to any number of files."""
    spans = sorted((part.header, part.header + _LOCAL_HEADER + part.packed) for part in parts)
    for (_, end), (start, _) in zip(spans, spans[1:]):  # noqa: B905 (one shorter on purpose)
        if start < end:
            raise Refused("zip_bomb", overlap=start)


def _read_entry(data: bytes, at: int) -> tuple[Part, int]:
    head = _unpack("<4s4x2H4x3L3H8xL", data, at)
    magic, flags, method, check, packed, size, n_name, n_extra, n_comment, header = head
    if magic != b"PK\1\2":
        raise Refused("truncated")
    name = _name(data[at + 46 : at + 46 + n_name], flags)
    extra = data[at + 46 + n_name : at + 46 + n_name + n_extra]
    size, packed, header = _widen(extra, size, packed, header)
    part = Part(name, method, flags, check, packed, size, header)
    return part, at + 46 + n_name + n_extra + n_comment


def _name(raw: bytes, flags: int) -> str:
    """Decode a name; without the mark of UTF-8 it is in whatever its writer's system used."""
    for encoding in ("utf-8",) if flags & _UTF8 else ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437").replace("\\", "/")


def _widen(extra: bytes, *numbers: int) -> Iterator[int]:
    """Take from the 64-bit extra field what did not fit into 32 bits; streaming writers do so."""
    wide, offset = b"", 0
    while offset + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, offset)
        if kind == 1:
            wide = extra[offset + 4 : offset + 4 + length]
        offset += 4 + length
    for number in numbers:
        if number == 0xFFFFFFFF and len(wide) >= 8:
            number, wide = int.from_bytes(wide[:8], "little"), wide[8:]
        yield number


def _content_start(data: bytes, part: Part) -> int:
    magic, n_name, n_extra = _unpack("<4s22x2H", data, part.header)
    if magic != b"PK\3\4":
        raise Refused("unreadable", part=part.name)
    return part.header + _LOCAL_HEADER + n_name + n_extra


def _inflate(packed: memoryview, part: Part) -> Iterator[bytes]:
    if part.method == 0:
        for offset in range(0, len(packed), _OUTPUT):
            yield bytes(packed[offset : offset + _OUTPUT])
        return
    if part.method != 8:
        raise Refused("unreadable", part=part.name, method=part.method)
    inflater = zlib.decompressobj(-15)
    try:
        for offset in range(0, len(packed), _INPUT):
            piece = inflater.decompress(packed[offset : offset + _INPUT], _OUTPUT)
            while piece:
                yield piece
                piece = inflater.decompress(inflater.unconsumed_tail, _OUTPUT)
    except zlib.error as error:
        raise Refused("unreadable", part=part.name, reason=str(error)) from error
    if not inflater.eof:
        raise Refused("truncated", part=part.name)


def _unpack(form: str, data: bytes, at: int) -> tuple:
    if not 0 <= at <= len(data) - struct.calcsize(form):
        raise Refused("truncated")
    return struct.unpack_from(form, data, at)
