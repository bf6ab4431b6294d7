"""The parts of a workbook while it is being marked: read, changed, added, zipped again.

For the sandbox only. What is not touched keeps its bytes: it is copied packed as it is.
"""

import posixpath
import re
import zlib
from collections import namedtuple
from collections.abc import Iterable, Iterator
from xml.parsers import expat

from container import Part, Refused, content_of, describe, refuse_entities, unpack

Package = namedtuple("Package", "data parts texts packed")
"""The file, its parts by lower-case name; what was changed: texts, and packed contents of sheets."""
Packed = namedtuple("Packed", "name method check size content")

CONTENT_TYPES, BOOK, STYLES = "[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument."
TYPES = {
    "worksheet": f"{_TYPE}spreadsheetml.worksheet+xml",
    "comments": f"{_TYPE}spreadsheetml.comments+xml",
    "styles": f"{_TYPE}spreadsheetml.styles+xml",
    "custom-properties": f"{_TYPE}custom-properties+xml",
    "vmlDrawing": f"{_TYPE}vmlDrawing",
}
_BEGIN = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ENCODING = re.compile(r"\sencoding\s*=\s*[\"'][\w-]+[\"']")
_LARGE, _USUAL, _QUICK = 16 << 20, 6, 3
"""From so many bytes on a part is packed quickly: a seventh larger, in less than half the time."""
_BAD = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def open_package(data: bytes, parts: dict[str, Part]) -> Package:
    """Begin to change a workbook."""
    return Package(data, parts, {}, {})


def has_part(package: Package, name: str) -> bool:
    """Say whether there is such a part, of old or new."""
    return name.lower() in package.parts or name.lower() in package.texts


def read_text(package: Package, name: str) -> str:
    """Give a small part as it is by now; "" where there is none."""
    key = name.lower()
    if key in package.texts:
        return package.texts[key][1]
    if key not in package.parts:
        return ""
    content = b"".join(unpack(package.data, package.parts[key]))
    refuse_entities(content, name)
    if content.startswith(_UTF16):
        raise Refused("unreadable", part=name, reason="encoding")
    return content.decode("utf-8-sig")


def read_any(package: Package, xml_part: Part) -> str:
    """Give an XML part as text, whatever it is encoded in; it is written as UTF-8 again."""
    content = b"".join(unpack(package.data, xml_part))
    refuse_entities(content, xml_part.name)
    if not content.startswith(_UTF16):
        return content.decode("utf-8-sig", "surrogateescape")
    return _ENCODING.sub("", content.decode("utf-16"), count=1)


def write_text(package: Package, name: str, text: str) -> None:
    """Change a small part, or add it."""
    old_part = package.parts.get(name.lower())
    package.texts[name.lower()] = (old_part.name if old_part else name, text)


def pack(package: Package, name: str, pieces: Iterable[bytes]) -> None:
    """Change a large part; its new content is packed piece by piece and checked to be XML."""
    old_part = package.parts.get(name.lower())
    level = _QUICK if old_part and old_part.size >= _LARGE else _USUAL
    deflater, check, size, packed = zlib.compressobj(level, zlib.DEFLATED, -15), 0, 0, []
    parser = expat.ParserCreate(namespace_separator=" ")
    for piece in pieces:
        check, size = zlib.crc32(piece, check), size + len(piece)
        _parse(parser, piece, name)
        packed.append(deflater.compress(piece))
    _parse(parser, b"", name, last=True)
    packed.append(deflater.flush())
    package.packed[name.lower()] = Packed(name, 8, check, size, b"".join(packed))


def leave_out(package: Package, name: str) -> None:
    """Leave out what is in a part; the part stays, so that what points to it finds it."""
    put_bytes(package, name, b"")


def put_bytes(package: Package, name: str, content: bytes) -> None:
    """Change a part that is no XML."""
    package.packed[name.lower()] = Packed(name, 0, zlib.crc32(content), len(content), content)


def _parse(parser: expat.XMLParserType, piece: bytes, name: str, *, last: bool = False) -> None:
    """Refuse what would be no XML: better no marked workbook than one that does not open."""
    try:
        parser.Parse(piece, last)
    except expat.ExpatError as error:
        raise Refused("unreadable", part=name, reason=str(error)) from error


def zip_pieces(package: Package) -> Iterator[bytes]:
    """Zip everything again, the old parts in their order, then the new ones."""
    for key, (name, text) in package.texts.items():
        # The drawings of comments are old markup of browsers, which need not be XML.
        if key.endswith(".vml"):
            content = text.encode("utf-8", "surrogateescape")
            packed = zlib.compress(content, _USUAL)[2:-4]
            package.packed[key] = Packed(name, 8, zlib.crc32(content), len(content), packed)
        else:
            pack(package, name, [text.encode("utf-8", "surrogateescape")])
    added = [key for key in package.packed if key not in package.parts]
    directory, offset = [], 0
    for key in [*package.parts, *added]:
        entry, content = _entry(package, key, offset)
        head, line = describe(entry)
        yield head
        yield content
        directory.append(line)
        offset += len(head) + len(content)
    yield from directory
    yield _end(len(directory), sum(map(len, directory)), offset)


def _entry(package: Package, key: str, at: int) -> tuple[Part, bytes]:
    changed, part = package.packed.get(key), package.parts.get(key)
    if changed is None:
        content = content_of(package.data, part)
        return part._replace(header=at), content
    name = part.name if part else changed.name
    size = len(changed.content)
    entry = Part(name, changed.method, 0, changed.check, size, changed.size, at)
    return entry, changed.content


def _end(count: int, size: int, at: int) -> bytes:
    number = (count.to_bytes(2, "little")) * 2
    location = size.to_bytes(4, "little") + at.to_bytes(4, "little")
    return b"PK\5\6" + bytes(4) + number + location + bytes(2)


def escape(text: str) -> str:
    """Write a text as XML and as nothing else; what no XML may hold becomes a blank."""
    text = _ESCAPE.sub("_x005F_", _BAD.sub(" ", text))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;")


def unescape(text: str) -> str:
    """Read the text of an attribute or element."""
    for written, sign in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'")):
        text = text.replace(f"&{written};", sign)
    text = re.sub(r"&#(?:x([0-9a-fA-F]+)|(\d+));", _numbered, text)
    return text.replace("&amp;", "&")


def _numbered(found: re.Match) -> str:
    return chr(int(found[1], 16) if found[1] else int(found[2]))


def attribute(tag: str, name: str, default: str = "") -> str:
    """Give an attribute of a tag, whatever its prefix and quotes."""
    match = re.search(rf"\s(?:\w+:)?{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag)
    return unescape(match[1] if match[1] is not None else match[2]) if match else default


def prefix_of(text: str, name: str) -> str:
    """Give the prefix that a part writes before an element: "x:", mostly ""."""
    match = re.search(rf"<((?:\w+:)?){name}[\s/>]", text)
    return match[1] if match else ""


def append_to(text: str, name: str, xml: str) -> str:
    """Put XML in at the end of the first element of a name."""
    match = re.search(rf"<((?:\w+:)?{name})(?=[\s/>])[^>]*?(/?)>", text)
    if not match:
        raise Refused("unreadable", reason=f"no {name}")
    if match[2]:
        start = match.end() - 2
        return f"{text[:start]}>{xml}</{match[1]}>{text[match.end() :]}"
    end = text.find(f"</{match[1]}>", match.end())
    if end < 0:
        raise Refused("unreadable", reason=f"no end of {name}")
    return text[:end] + xml + text[end:]


def related(package: Package, source: str) -> list[tuple[str, str, str]]:
    """List what a part points to: (id, last word of the kind, name of the part)."""
    folder = posixpath.dirname(source)
    relations = []
    for tag in _RELATION.findall(read_text(package, _relations(source))):
        if attribute(tag, "TargetMode") == "External":
            continue
        part_name = posixpath.normpath(posixpath.join("/", folder, attribute(tag, "Target")))[1:]
        relations.append(
            (attribute(tag, "Id"), attribute(tag, "Type").rsplit("/", 1)[-1], part_name)
        )
    return relations


def relate(package: Package, source: str, kind: str, target: str) -> str:
    """Make a part point to another. Returns: the id of the relation."""
    name = _relations(source)
    text = read_text(package, name)
    if not text:
        text = f'{_BEGIN}<Relationships xmlns="{_PACKAGE}/relationships"></Relationships>'
    used_ids = {attribute(tag, "Id") for tag in _RELATION.findall(text)}
    key = next(f"rIdWm{n}" for n in range(1, len(used_ids) + 2) if f"rIdWm{n}" not in used_ids)
    p = prefix_of(text, "Relationships")
    element = f'<{p}Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="/{target}"/>'
    write_text(package, name, append_to(text, "Relationships", element))
    return key


def _relations(source: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def new_name(package: Package, stem: str, ending: str) -> str:
    """Give a name that no part bears yet: xl/comments3.xml."""
    number = 1
    while has_part(package, f"{stem}{number}{ending}"):
        number += 1
    return f"{stem}{number}{ending}"


def declare(package: Package, name: str, kind: str) -> None:
    """Say in the list of content types what a part is, unless it says so."""
    text = read_text(package, CONTENT_TYPES)
    if f'"/{name}"'.lower() in text.lower().replace("'", '"'):
        return
    p = prefix_of(text, "Types")
    element = f'<{p}Override PartName="/{name}" ContentType="{TYPES[kind]}"/>'
    write_text(package, CONTENT_TYPES, append_to(text, "Types", element))


def add_part(package: Package, name: str, kind: str, text: str) -> None:
    """Add a part, or replace one, and say what it is."""
    write_text(package, name, text if text.startswith("<?xml") else _BEGIN + text)
    declare(package, name, kind)
