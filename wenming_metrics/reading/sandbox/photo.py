"""Pictures that people sent, made ready to stand in a document: taken apart in the sandbox alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.sandbox.process import SandboxLimits, run

_LIMITS = SandboxLimits(cpu_seconds=10, wall_seconds=20, output_bytes=8 << 20)
_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True)
class Photo:
    """A JPEG of at most 1,200 pixels a side, without EXIF: bytes, width, height (pixels)."""

    content: bytes
    width: int
    height: int


def prepare_photo(content: bytes) -> Photo | None:
    """Make a picture ready for a document; None for one that cannot be read or is out of bounds."""
    answer = run("photo_child", content, _gather, limits=_LIMITS)
    return None if isinstance(answer, Refusal) else answer


def _gather(messages: Iterator[tuple[dict, bytes]], bounds: SandboxLimits) -> Photo:
    header, body = next(messages)
    width, height = int(header["width"]), int(header["height"])
    if header["type"] != "photo" or not body.startswith(_JPEG) or min(width, height) < 1:
        raise ValueError(header["type"])
    return Photo(body, width, height)
