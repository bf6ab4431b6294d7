"""What kind of file some bytes are: told by their content, never by a name; for the child only."""

import re

from container import Refused

XLSX, XLS, TEXT = "xlsx", "xls", "text"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = {
    **{b"%PDF": ("pdf", "pdf"), b"{\\rtf": ("document", "rtf")},
    **{b"\x89PNG": ("image", "png"), b"\xff\xd8\xff": ("image", "jpeg")},
    **{b"GIF8": ("image", "gif"), b"II*\0": ("image", "tiff"), b"MM\0*": ("image", "tiff")},
    **{b"Rar!": ("archive", "rar"), b"7z\xbc\xaf": ("archive", "7z")},
    **{b"\x1f\x8b": ("archive", "gz"), b"BZh": ("archive", "bz2")},
    b"\xfd7zXZ": ("archive", "xz"),
}
_STREAMS = {"WordDocument\0": ("document", "doc"), "PowerPoint Document\0": ("not_workbook", "ppt")}
"""Refusals (code, kind) by the first bytes of a file, and by a stream of an old Office file."""
_MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|meta|table|body|\?xml)|mime-version:", re.S
)


def sniff(data: bytes) -> str:
    """Tell the kind of a file by its content.

    Takes: all bytes of the file.
    Returns: XLSX (a zip, not yet looked into), XLS or TEXT (no controls at its beginning, not yet
        known to be a table); any other kind is Refused.
    """
    if not data.strip(b"\0 \r\n\t"):
        raise Refused("empty")
    if data.startswith(b"PK"):
        return XLSX
    if data.startswith(_OLE):
        return _sniff_ole(data)
    for magic, (code, kind) in _OTHERS.items():
        if data.startswith(magic):
            raise Refused(code, found=kind)
    if _is_picture(data):
        raise Refused("image", found="picture")
    text = _as_text(data[:4096])
    if text is None:
        raise Refused("not_workbook", found="binary")
    if _MARKUP.match(text.lower()):
        raise Refused("html_table")
    return TEXT


def _is_picture(data: bytes) -> bool:
    """Say whether it is a picture whose first bytes alone do not tell: BMP, WebP, HEIC."""
    is_bmp = data.startswith(b"BM") and int.from_bytes(data[2:6], "little") == len(data)
    is_webp = data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    return is_bmp or is_webp or data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1")


def _sniff_ole(data: bytes) -> str:
    def has(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise Refused("password")
    if has("_VBA_PROJECT"):
        raise Refused("macro")
    # A table of WPS (.et) is one too; other documents may lie inside of it.
    if has("Workbook\0") or has("Book\0"):
        return XLS
    verdicts = (verdict for stream, verdict in _STREAMS.items() if has(stream))
    code, kind = next(verdicts, ("not_workbook", "ole2"))
    raise Refused(code, found=kind)


def _as_text(head: bytes) -> bytes | None:
    """Give the beginning of a plain text as UTF-8, None if it is not text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode()
    elif head.startswith(b"\xef\xbb\xbf"):
        head = head[3:]
    controls = len(head) - len(head.translate(None, bytes(range(9)) + bytes(range(14, 32))))
    return None if controls else head
