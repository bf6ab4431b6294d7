"""What a picture tells beside its pixels: where, when and with what it was taken. Only the day and the
way it is held stay.

Standard library only: the isolated programs read it too. Bytes are walked through, never decoded; what
cannot be walked through keeps its bytes, as do BMP, which tells nothing, and files that are no pictures.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from datetime import date

_JPEG, _PNG, _GIF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a")
_EXIF, _EXIF_BYTES = b"Exif\0\0", 1 << 17
_TAKEN = re.compile(rb"((?:19|20)\d\d):(\d\d):(\d\d) \d\d:\d\d:\d\d\0")
_ORIENTATION, _MOMENT = 0x0112, 0x0132
_SIDES = range(2, 9)
"""Ways a picture may be held, but for upright."""
_MARKER = re.compile(rb"\xff++([^\x00\xd0-\xd7\xff])", re.S)
_FURTHER = re.compile(rb"(?<!\xff)" + _MARKER.pattern, re.S)
"""Looked for from the beginning of each run of FF only: from each of its bytes a long run would take for ever."""
_SCAN = 0xDA
_START, _FIRST, _END = 0xD8, 0xE0, 0xD9
_KEPT = {0xE0: (b"JFXX",), 0xE2: (b"ICC_PROFILE\0",), 0xEE: (b"Adobe",)}
"""Segments of programs that stay: E0 but for a small second picture, the others with colours."""
_REMARKS = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def taken_on(content: bytes) -> int:
    """Give the day on which a photo says it was taken (EXIF), an ordinal; 0: it does not say.

    The first of the days that are written behind the mark of EXIF.
    """
    _, signature, facts = content[:_EXIF_BYTES].partition(_EXIF)
    ordinals = []
    for match in _TAKEN.finditer(facts) if signature else ():
        try:
            ordinals.append(date(*map(int, match.groups())).toordinal())
        except ValueError:
            continue
    return min(ordinals, default=0)


def without_facts(content: bytes) -> bytes:
    """Give a picture without what it tells but for its day and how it is held; its pixels stay.

    The same bytes come back where there is nothing else, so that it may be done again.
    """
    if content.startswith(_JPEG):
        return b"".join(_jpeg(content))
    if content.startswith(_PNG):
        return _PNG + b"".join(_png(content))
    if content.startswith(_GIF):
        return b"".join(_gif(content))
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    return content


def _jpeg(content: bytes) -> Iterator[bytes]:
    """Give the chunks that stay; what is behind the end is no part of the picture."""
    facts = _few_facts(content.partition(_EXIF)[2], taken_on(content))
    waiting = b"\xff\xe1" + struct.pack(">H", len(facts) + 8) + _EXIF + facts if facts else b""
    yield content[:2]
    position, in_scan = 2, False
    while position < len(content):
        match = _MARKER.match(content, position)
        if match is None:  # the pixels of a scan; before the first one, what no reader looks at
            following = _FURTHER.search(content, position)
            end = following.start() if following else len(content)
            if in_scan:
                yield content[position:end]
            position = end
            continue
        marker, start, position = match[1][0], match.end() - 2, match.end()
        in_scan |= marker == _SCAN
        if marker != _FIRST:
            yield waiting
            waiting = b""
        if marker == _END:
            yield content[start:position]
            return
        if marker not in (_START, 1):
            position += max(int.from_bytes(content[position : position + 2]), 2)
        if not _is_told(marker, content[start + 4 : start + 16]):
            yield content[start:position]


def _is_told(marker: int, begin: bytes) -> bool:
    """Say whether a segment of JPEG is a remark, or one of a program that tells more than colours."""
    if marker == _FIRST:
        return begin.startswith(_KEPT[marker])
    return marker == 0xFE or (
        _FIRST < marker <= 0xEF and not begin.startswith(_KEPT.get(marker, (b"\xff",)))
    )


def _png(content: bytes) -> Iterator[bytes]:
    position = len(_PNG)
    while position < len(content):
        chunk_kind = content[position + 4 : position + 8]
        end = position + 12 + int.from_bytes(content[position : position + 4])
        if chunk_kind == b"eXIf" and (facts := _few_facts(content[position + 8 : end - 4])):
            yield struct.pack(">I", len(facts)) + chunk_kind + facts
            yield struct.pack(">I", zlib.crc32(chunk_kind + facts))
        elif chunk_kind not in _REMARKS:
            yield content[position:end]
        if chunk_kind == b"IEND":
            return
        position = end


def _gif(content: bytes) -> Iterator[bytes]:
    position = 13 + _colours(content[10:11])
    yield content[:position]
    while position < len(content):
        start, first_byte = position, content[position : position + 1]
        if first_byte == b"!":
            position = _after_blocks(content, position + 2)
            chunk_kind, name = content[start + 1 : start + 2], content[start + 3 : start + 14]
            if chunk_kind == b"\xfe" or (chunk_kind == b"\xff" and name not in _LOOPS):
                continue
        elif first_byte == b",":
            colours = _colours(content[position + 9 : position + 10])
            position = _after_blocks(content, position + 11 + colours)
        else:
            yield b";" if first_byte == b";" else content[position:]
            return
        yield content[start:position]


def _colours(switches: bytes) -> int:
    """Count the bytes of a table of colours by the byte that announces it."""
    return 3 << (switches[0] & 7) + 1 if switches and switches[0] & 0x80 else 0


def _after_blocks(content: bytes, position: int) -> int:
    while position < len(content) and content[position]:
        position += content[position] + 1
    return position + 1


def _webp(content: bytes) -> bytes:
    chunks, position = [], 12
    content = content[: 8 + int.from_bytes(content[4:8], "little")]
    while position < len(content):
        chunk_kind = content[position : position + 4]
        size = int.from_bytes(content[position + 4 : position + 8], "little")
        end = position + 8 + size + size % 2
        riff_chunk = content[position:end]
        if chunk_kind == b"EXIF":
            facts = _few_facts(riff_chunk[8:].removeprefix(_EXIF))
            riff_chunk = chunk_kind + struct.pack("<I", len(facts)) + facts if facts else b""
        chunks += [riff_chunk] if riff_chunk and chunk_kind != b"XMP " else []
        position = end
    if chunks and chunks[0][:4] == b"VP8X" and len(chunks[0]) > 8:
        has_facts = any(riff_chunk[:4] == b"EXIF" for riff_chunk in chunks)
        switches = chunks[0][8] & ~0x0C | (0x08 if has_facts else 0)
        chunks[0] = chunks[0][:8] + bytes([switches]) + chunks[0][9:]
    riff = b"WEBP" + b"".join(chunks)
    if riff == content[8:]:
        return content
    return b"RIFF" + struct.pack("<I", len(riff)) + riff


def _few_facts(facts: bytes, day: int = 0) -> bytes:
    """Write anew how a picture is held and its day, b"" where neither is told. Takes: facts - a TIFF"""
    orientation = _side(facts)
    facts_written = (
        [struct.pack("<HHIHH", _ORIENTATION, 3, 1, orientation, 0)] if orientation in _SIDES else []
    )
    if day:
        behind = 8 + 2 + 12 * (len(facts_written) + 1) + 4
        facts_written.append(struct.pack("<HHII", _MOMENT, 2, 20, behind))
    moment = f"{date.fromordinal(day):%Y:%m:%d} 00:00:00\0".encode() if day else b""
    tiff_head = struct.pack("<2sHIH", b"II", 42, 8, len(facts_written))
    return tiff_head + b"".join(facts_written) + bytes(4) + moment if facts_written else b""


def _side(facts: bytes) -> int:
    """Read how a picture is held from the first list of a TIFF; 0: it does not say."""
    byte_order = {b"II": "little", b"MM": "big"}.get(facts[:2])
    if byte_order is None:
        return 0
    start = int.from_bytes(facts[4:8], byte_order)
    count = int.from_bytes(facts[start : start + 2], byte_order)
    for offset in range(start + 2, start + 2 + 12 * min(count, 500), 12):
        if int.from_bytes(facts[offset : offset + 2], byte_order) == _ORIENTATION:
            return int.from_bytes(facts[offset + 8 : offset + 10], byte_order)
    return 0
