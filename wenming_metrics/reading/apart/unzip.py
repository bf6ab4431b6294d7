"""The opener of archives (.zip): a program of its own that trusts nothing it reads.

Run isolated by `sandbox`; see `confined`. Its messages are "member" (name, with the content),
"left_out" (names), "refusal" and "end". Archives inside of the archive are members like any other.
"""

import zlib

from confined import begin, end, send
from container import Part, Refused, read_directory, unpack

_MOST_ENTRIES, _BROKEN = 65_535, ("truncated", "unreadable", "zip_bomb")
_LONGEST_NAME = 200


def main() -> None:
    """Open the archive on standard input."""
    data, limits = begin()
    files, left_out = _choose(_read(data))
    _check(files, limits)
    for part, name in zip(files, _names(files), strict=True):
        send({"type": "member", "name": name}, _content(data, part))
    send({"type": "left_out", "names": [_base(part) for part in left_out]})
    end()


def _read(data: bytes) -> list[Part]:
    try:
        return read_directory(data, _MOST_ENTRIES)
    except Refused as error:
        raise Refused("archive_broken" if error.code in _BROKEN else "many_members") from error


def _choose(parts: list[Part]) -> tuple[list[Part], list[Part]]:
    """Part the files from what systems and programs lay beside them; folders are neither."""
    files = [part for part in parts if not part.name.endswith("/")]
    wanted = [part for part in files if not _is_litter(part)]
    return wanted, [part for part in files if _is_litter(part)]


def _is_litter(part: Part) -> bool:
    folders, base = part.name.split("/")[:-1], _base(part)
    is_litter_name = base.startswith((".", "~$")) or base.lower() in ("thumbs.db", "desktop.ini")
    return is_litter_name or "__MACOSX" in folders


def _check(files: list[Part], limits: dict) -> None:
    if not files:
        raise Refused("archive_empty")
    if len(files) > limits["members"]:
        raise Refused("many_members", count=len(files))
    if any(part.flags & 1 for part in files):
        raise Refused("archive_password")
    size = sum(part.size for part in files)
    if size > limits["unpacked_bytes"]:
        raise Refused("archive_too_big", size=size)


def _base(part: Part) -> str:
    """Give the name of a file without the folders it claims to lie in."""
    return part.name.rstrip("/").rsplit("/", 1)[-1][-_LONGEST_NAME:]


def _names(files: list[Part]) -> list[str]:
    """Name the files; the same name in several folders is told with the folder."""
    names = [_base(part) for part in files]
    return [
        "/".join(_steps(part)[-2:]) if names.count(name) > 1 else name
        for part, name in zip(files, names, strict=True)
    ]


def _steps(part: Part) -> list[str]:
    folders = [step for step in part.name.split("/")[:-1] if step.strip(".")]
    return [*folders, _base(part)]


def _content(data: bytes, part: Part) -> bytearray:
    content, check = bytearray(), 0
    try:
        for piece in unpack(data, part):
            content += piece
            check = zlib.crc32(piece, check)
    except Refused as error:
        raise Refused("archive_broken", member=_base(part)) from error
    if check != part.check:
        raise Refused("archive_broken", member=_base(part))
    return content
