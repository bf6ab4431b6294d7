"""Files as they are dropped: an archive is the files in it, or the sentence why it is not opened."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from dataclasses import dataclass

from streamlit.runtime.uploaded_file_manager import UploadedFile

from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.reading.recognise.sheets import refusal_problem
from wenming_metrics.reading.sandbox.archive import BETWEEN, Archive, is_archive, open_archive


@dataclass(frozen=True)
class Dropped:
    """A file as it was dropped: its id on the page, its name, its bytes.

    refused - why it is not read at all; None: it is
    """

    key: str
    name: str
    content: bytes
    refused: Problem | None = None

    @property
    def reading(self) -> Reading:
        """What there is to say of a file that is refused."""
        digest = hashlib.sha256(self.content).hexdigest()
        return Reading(self.name, digest, problems=(self.refused,))


def pieces(file: UploadedFile, opened: MutableMapping[str, Archive | Refusal]) -> list[Dropped]:
    """Give a file, or the files of an archive. Takes: opened - archives opened before; grows"""
    content = file.getvalue()
    if not is_archive(content):
        return [Dropped(file.file_id, file.name, content)]
    if file.file_id not in opened:
        opened[file.file_id] = open_archive(content)
    found = opened[file.file_id]
    if isinstance(found, Refusal):
        return [Dropped(file.file_id, file.name, content, refusal_problem(found))]
    return [
        Dropped(f"{file.file_id}-{at}", f"{file.name}{BETWEEN}{member.name}", member.content)
        for at, member in enumerate(found.members)
    ]
