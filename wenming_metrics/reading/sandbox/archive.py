"""Archives (.zip) as folders of files: what lies in one, opened in the sandbox.

Nothing is ever written to a disk, and a name inside of an archive is only told, never followed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.sandbox.process import DEFAULT_LIMITS, SandboxLimits, run

BETWEEN = " › "
"""Stands between the name of an archive and that of a file in it."""
_END, _END_SIZE, _MOST_COMMENT = b"PK\5\6", 22, 65_535
_DOCUMENTS = (b"[Content_Types].xml", b"mimetype", b"OFD.xml")
"""Entries by which a zip is a document: of Office, of OpenDocument, of OFD."""


@dataclass(frozen=True)
class Member:
    """One file of an archive; its name without folders, with the last one where names repeat."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Archive:
    """The files of an archive in its own order; left_out - files that systems lay beside them."""

    members: tuple[Member, ...]
    left_out: tuple[str, ...] = ()


def is_archive(data: bytes) -> bool:
    """Say whether some bytes are a .zip of files; an .xlsx, which is a zip as well, is none."""
    end = data.rfind(_END, max(0, len(data) - _END_SIZE - _MOST_COMMENT))
    if not data.startswith(b"PK") or end < 0 or end + _END_SIZE > len(data):
        return False
    (begun,) = struct.unpack_from("<L", data, end + 16)
    directory = data[begun:end]
    return not any(name in directory for name in _DOCUMENTS)


def open_archive(data: bytes, *, limits: SandboxLimits = DEFAULT_LIMITS) -> Archive | Refusal:
    """Open an archive in a child process.

    Takes:   data - bytes that `is_archive` says yes to, or any others
    Returns: its files, or why it is not opened: many_members, archive_too_big, archive_password,
             archive_broken, archive_empty, or what may happen to any child
    """
    return run("unzip", data, _gather, limits=limits)


def _gather(messages: Iterator[tuple[dict, bytes]], limits: SandboxLimits) -> Archive:
    members, left_out = [], ()
    for header, body in messages:
        if header["type"] == "end":
            return Archive(tuple(members), left_out)
        if header["type"] == "left_out":
            left_out = tuple(map(str, header["names"]))
            continue
        if header["type"] != "member" or len(members) == limits.members:
            raise ValueError(header["type"])
        members.append(Member(str(header["name"]), body))
    raise EOFError
