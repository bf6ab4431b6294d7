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
    for member, name in zip(files, _names(files), strict=True):
        send({"type": "member", "name": name}, _content(data, member))
    send({"type": "left_out", "names": [_base(member) for member in left_out]})
    end()


def _read(data: bytes) -> list[Part]:
    try:
        return read_directory(data, _MOST_ENTRIES)
    except Refused as error:
        raise Refused("archive_broken" if error.code in _BROKEN else "many_members") from error


def _choose(members: list[Part]) -> tuple[list[Part], list[Part]]:
    """Part the files from what systems and programs lay beside them; folders are neither."""
    files = [member for member in members if not member.name.endswith("/")]
    wanted = [member for member in files if not _is_litter(member)]
    return wanted, [member for member in files if _is_litter(member)]


def _is_litter(member: Part) -> bool:
    folders, base = member.name.split("/")[:-1], _base(member)
    is_litter_name = base.startswith((".", "~$")) or base.lower() in ("thumbs.db", "desktop.ini")
    return is_litter_name or "__MACOSX" in folders


def _check(files: list[Part], limits: dict) -> None:
    if not files:
        raise Refused("archive_empty")
    if len(files) > limits["members"]:
        raise Refused("many_members", count=len(files))
    if any(member.flags & 1 for member in files):
        raise Refused("archive_password")
    size = sum(member.size for member in files)
    if size > limits["unpacked_bytes"]:
        raise Refused("archive_too_big", size=size)


def _base(member: Part) -> str:
    """Give the name of a file without the folders it claims to lie in."""
    return member.name.rstrip("/").rsplit("/", 1)[-1][-_LONGEST_NAME:]


def _names(files: list[Part]) -> list[str]:
    """Name the files; the same name in several folders is told with the folder."""
    names = [_base(member) for member in files]
    return [
        "/".join(_steps(member)[-2:]) if names.count(name) > 1 else name
        for member, name in zip(files, names, strict=True)
    ]


def _steps(member: Part) -> list[str]:
    folders = [step for step in member.name.split("/")[:-1] if step.strip(".")]
    return [*folders, _base(member)]


def _content(data: bytes, member: Part) -> bytearray:
    content, check = bytearray(), 0
    try:
        for piece in unpack(data, member):
            content += piece
            check = zlib.crc32(piece, check)
    except Refused as error:
        raise Refused("archive_broken", member=_base(member)) from error
    if check != member.check:
        raise Refused("archive_broken", member=_base(member))
    return content
