"""Whether there is personal data in what is no XML: objects that lie in a workbook, old workbooks; sandbox only.

Such bytes are not changed: an object in which something is found is left out of the copy that is kept,
and so is one that cannot be looked through (encrypted, a PDF, very large, nested too deep). Of an old
workbook a copy of its values is kept. Pictures of pixels hold no text, but tell where they were taken.
"""

import re
import struct
from collections.abc import Iterator

from container import Part, Refused, is_xml, read_directory, unpack
from legacy_formats import beside_cells, streams
from look_personal import is_found
from photo_facts import without_facts

_PIXELS = (".png", ".jpg", ".jpeg", ".jfif", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".wdp")
_MOST, _DEEPEST, _ENTRIES = 30 << 20, 3, 2_000
_OLE, _ZIP, _PDF = b"\xd0\xcf\x11\xe0", b"PK\3\4", b"%PDF-"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_NARROW = re.compile(
    rb"(?:[\x20-\x7e]|[\xb0-\xf7][\xa1-\xfe]|[\xa1-\xa9][\xa1-\xfe]){7,}"  # GB 2312
)
_WIDE = re.compile("[\x20-\x7e\u2010-\u206f\u3000-\u9fff\uff00-\uffef]{7,}")
_NUMBER = re.compile(rb"(?=(\0\0....[\x08-\x13]\x42))", re.S)
"""A whole number of as many digits as a mobile has, as old workbooks keep it."""


def is_object(entry: Part) -> bool:
    """Say whether a part is neither XML nor a picture of pixels."""
    name = entry.name.lower()
    is_setting = name.startswith(("xl/printersettings/", "customxml/")) or name.endswith("/")
    return not (is_xml(entry) or name.endswith(_PIXELS) or is_setting)


def bare_picture(archive: bytes, entry: Part) -> bytes:
    """Give a picture of pixels without what it tells of its place and camera; b"": it tells nothing."""
    if not entry.name.lower().endswith(_PIXELS) or entry.size > _MOST:
        return b""
    try:
        content = b"".join(unpack(archive, entry))
    except Refused:
        return b""  # nobody can open it; the table can be read without it
    bare = without_facts(content)
    return bare if bare != content else b""


def hides_in_part(archive: bytes, entry: Part) -> bool:
    """Say whether an object is to be left out. Takes: archive - the file; entry - of it"""
    return entry.size > _MOST or _hides(b"".join(unpack(archive, entry)), 1)


def hides_beside_cells(compound: bytes) -> bool:
    """Say whether an old workbook holds personal data beside its cells: properties, comments, what was deleted."""
    return any(map(_hides_in_bytes, beside_cells(compound)))


def _hides(content: bytes, depth: int) -> bool:
    if depth > _DEEPEST or _PDF in content[:1024]:
        return True
    if content.startswith(_ZIP):
        return _hides_in_zip(content, depth)
    if not content.startswith(_OLE):
        return _hides_in_bytes(content)
    if _LOCKED in content:
        return True
    inner = [stream for stream in streams(content) if _ZIP in stream or _PDF in stream]
    if (_ZIP in content or _PDF in content) and not inner:
        return True  # in pieces that cannot be put together
    return _hides_in_bytes(content) or any(_hides(_inner(stream), depth + 1) for stream in inner)


def _inner(stream: bytes) -> bytes:
    """Give the file that lies in a stream, behind its name."""
    begins = [offset for magic in (_ZIP, _PDF) if (offset := stream.find(magic)) >= 0]
    return stream[min(begins) :]


def _hides_in_zip(content: bytes, depth: int) -> bool:
    try:
        entries = read_directory(content, _ENTRIES)
        if sum(entry.size for entry in entries) > _MOST or any(
            entry.flags & 1 for entry in entries
        ):
            return True
        return any(_hides_in_entry(content, entry, depth) for entry in entries)
    except Refused:
        return True


def _hides_in_entry(content: bytes, entry: Part, depth: int) -> bool:
    if not is_xml(entry):
        return is_object(entry) and _hides(b"".join(unpack(content, entry)), depth + 1)
    xml = b"".join(unpack(content, entry)).decode("utf-8", "replace")
    # A number may be in several styles; and an attribute may hold one.
    return any(map(is_found, (re.sub("<[^>]*>", "", xml), xml)))


def _hides_in_bytes(content: bytes) -> bool:
    return any(map(is_found, _texts(content)))


def _texts(content: bytes) -> Iterator[str]:
    """Give what may be texts in some bytes: of one byte or two per sign, and numbers."""
    yield from (match[0].decode("gb18030", "replace") for match in _NARROW.finditer(content))
    for begin in (0, 1):
        yield from _WIDE.findall(content[begin:].decode("utf-16-le", "replace"))
    for match in _NUMBER.finditer(content):
        (number,) = struct.unpack("<d", match[1])
        if number == int(number):
            yield str(int(number))
