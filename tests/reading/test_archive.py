"""An archive is a folder of files: opened in the sandbox, whatever it says of itself."""

import io
import struct
import zipfile
import zlib

import numpy as np
import pytest

from tests.reading import hostile
from tests.reading.hostile import zipped
from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.sandbox.archive import Archive, Member, is_archive, open_archive
from wenming_metrics.reading.sandbox.process import SandboxLimits


def old_zip(names: list[bytes], flags: int = 0, content: bytes = b"x") -> bytes:
    """A zip whose names are in the code page of its writer's system, stored without packing."""
    body, directory = b"", b""
    check = 0x8CDC1683  # of b"x"
    for name in names:
        facts = (flags, 0, 0, 0, check, len(content), len(content), len(name), 0)
        local = struct.pack("<4sH4H3L2H", b"PK\3\4", 20, *facts) + name
        directory += struct.pack("<4s2H", b"PK\1\2", 20, 20) + struct.pack("<4H3L2H", *facts)
        directory += struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + name
        body += local + content
    end = (len(names), len(names), len(directory), len(body))
    return body + directory + struct.pack("<4s4x2H2L2x", b"PK\5\6", *end)


def names(found: Archive) -> list[str]:
    return [member.name for member in found.members]


def test_files_come_out_with_their_bytes():
    book = hostile.one_cell()
    data = zipped({"城东/": "", "城东/整改.xlsx": book, "说明.txt": "好"})
    assert is_archive(data)
    expected = (Member("整改.xlsx", book), Member("说明.txt", "好".encode()))
    assert open_archive(data) == Archive(expected)


def test_what_systems_lay_beside_is_left_out_and_said():
    litter = ["__MACOSX/._表.xlsx", ".DS_Store", "甲/~$表.xlsx", "Thumbs.db"]
    found = open_archive(zipped({"甲/表.xlsx": "x", **dict.fromkeys(litter, "y")}))
    assert names(found) == ["表.xlsx"]
    assert found.left_out == ("._表.xlsx", ".DS_Store", "~$表.xlsx", "Thumbs.db")


@pytest.mark.parametrize(
    ("raw", "flags", "name"),
    [
        ("检查表.xlsx".encode("gb18030"), 0, "检查表.xlsx"),
        ("检查表.xlsx".encode(), 0x800, "检查表.xlsx"),
        ("检查表.xlsx".encode(), 0, "检查表.xlsx"),
        (b"r\x82sum\xff.xls", 0, "résum\xa0.xls"),
        (b"../../../etc/passwd", 0, "passwd"),
        (b"/etc/passwd", 0, "passwd"),
        (b"C:\\dir\\..\\a.xlsx", 0, "a.xlsx"),
        (b"n" * 300, 0, "n" * 200),
    ],
)
def test_names_are_decoded_and_only_told(raw, flags, name):
    assert names(open_archive(old_zip([raw], flags))) == [name]


def test_equal_names_are_told_with_their_folder():
    found = open_archive(old_zip([b"a/t.xls", b"../b/t.xls", b"u.xls", b"t.xls"]))
    assert names(found) == ["a/t.xls", "b/t.xls", "u.xls", "t.xls"]


def test_archives_inside_are_files_like_any_other():
    inner = zipped({"表.xlsx": "x"})
    assert open_archive(zipped({"里.zip": inner})).members == (Member("里.zip", inner),)


@pytest.mark.parametrize(
    "data",
    [
        hostile.one_cell(),
        zipped({"word/document.xml": "<a/>", "[Content_Types].xml": "<a/>"}),
        zipped({"mimetype": "application/vnd.oasis", "content.xml": "<a/>"}),
        zipped({"OFD.xml": "<a/>"}),
        hostile.xls({(0, 0): 1.0}),
        zipped({"a": "b"})[:-10],
        b"",
        b"PK",
        b"a,b\n1,2\n",
    ],
    # A zip carries the time, and names must be the same in every process of a run.
    ids=["xlsx", "docx", "odf", "ofd", "xls", "cut", "empty", "two signs", "csv"],
)
def test_documents_are_no_archives(data):
    assert not is_archive(data)


def test_a_workbook_that_is_not_packed_in_an_archive_does_not_hide_it():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("表.xlsx", hostile.one_cell())
    assert is_archive(target.getvalue())


def overlapping(content: bytes = b"\0" * 10_000_000) -> bytes:
    """A hundred and fifty names of one and the same packed bytes."""
    data = zipped({"a": content})
    at = data.index(b"PK\1\2")
    entry = data[at : data.index(b"PK\5\6")]
    end = (150, 150, len(entry) * 150, at)
    return data[:at] + entry * 150 + struct.pack("<4s4x2H2L2x", b"PK\5\6", *end)


def nested() -> bytes:
    """A file that lies, with its header, inside of what is stored of another."""
    inner = old_zip([b"b"])
    body = inner[: inner.index(b"PK\1\2")]
    check, size = zlib.crc32(body), len(body)
    facts = (0, 0, 0, 0, check, size, size, 1, 0)
    local = struct.pack("<4sH4H3L2H", b"PK\3\4", 20, *facts) + b"a"
    entry = struct.pack("<4s2H", b"PK\1\2", 20, 20) + struct.pack("<4H3L2H", *facts)
    directory = entry + struct.pack("<3H2L", 0, 0, 0, 0, 0) + b"a"
    other = bytearray(inner[inner.index(b"PK\1\2") : inner.index(b"PK\5\6")])
    other[42:46] = struct.pack("<L", len(local))
    size = len(directory) + len(other)
    last = struct.pack("<4s4x2H2L2x", b"PK\5\6", 2, 2, size, len(local) + len(body))
    return local + body + directory + bytes(other) + last


def lying() -> bytes:
    """A file that unpacks to far more than the archive declares."""
    data = bytearray(zipped({"a": b"\0" * 9_000_000}))
    at = data.index(b"PK\1\2")
    data[at + 24 : at + 28] = struct.pack("<L", 1_000)
    return bytes(data)


def changed() -> bytes:
    """A file that is not what was packed."""
    return old_zip([b"a"], content=b"y")


DOUBTFUL = {
    "ten thousand files": (
        lambda: zipped({f"{n}.xlsx": "" for n in range(10_000)}),
        "many_members",
    ),
    "201 files": (lambda: zipped({f"{n}.xlsx": "" for n in range(201)}), "many_members"),
    "a bomb": (lambda: zipped({f"{n}": b"\0" * 70_000_000 for n in range(6)}), "archive_too_big"),
    "one content under many names": (overlapping, "archive_broken"),
    "few bytes under many names": (lambda: overlapping(b"x" * 12_000), "archive_broken"),
    "one file within another": (nested, "archive_broken"),
    "a bomb that lies": (lying, "archive_broken"),
    "password": (lambda: old_zip([b"a.xlsx"], flags=1), "archive_password"),
    "other bytes": (changed, "archive_broken"),
    "directory cut out": (
        lambda: zipped({"a": "b"})[:20] + zipped({"a": "b"})[-22:],
        "archive_broken",
    ),
    "nothing": (lambda: zipped({}), "archive_empty"),
    "only litter": (lambda: zipped({".DS_Store": "x"}), "archive_empty"),
    "only folders": (lambda: zipped({"甲/": ""}), "archive_empty"),
    "no zip": (lambda: b"PK\3\4 hello", "archive_broken"),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_doubtful_archives_are_refused(name):
    make, code = DOUBTFUL[name]
    found = open_archive(make())
    assert isinstance(found, Refusal)
    assert found.code == code


def test_limits_are_those_given():
    data = zipped({f"{n}.xlsx": "x" * 100 for n in range(10)})
    assert (
        len(open_archive(data, limits=SandboxLimits(members=10, unpacked_bytes=1_000)).members)
        == 10
    )
    assert open_archive(data, limits=SandboxLimits(members=9)).code == "many_members"
    assert open_archive(data, limits=SandboxLimits(unpacked_bytes=999)).code == "archive_too_big"
    noise = zipped({"a": bytes(range(256)) * 4_000})
    assert open_archive(noise, limits=SandboxLimits(output_bytes=500_000)).code == "too_big"


@pytest.mark.parametrize("seed", range(8))
def test_damaged_archives_never_raise(seed):
    chance = np.random.default_rng(seed)
    data = np.frombuffer(zipped({"表.xlsx": hostile.one_cell(), "b": "c"}), np.uint8).copy()
    data[chance.integers(0, len(data), 6)] = chance.integers(0, 256, 6)
    is_archive(data.tobytes())
    assert isinstance(open_archive(data.tobytes()), Archive | Refusal)
