"""Files that were handed in of 台账材料: which there are of a material, and one of them."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.queries.office import Office
from wenming_metrics.store.database import reading
from wenming_metrics.store.notes import read_note
from wenming_metrics.store.pictures import pictures_of

FILES = "material_files"
"""Name of the note that lists them: `lines`, in the order in which they came."""
_KEY = ["project", "indicator", "content", "standard", "requirement", "unit_name"]
_COLUMNS = ["material", "name", "digest", "size", "who", "at"]


def material_keys(lines: pd.DataFrame) -> list[str]:
    """Name materials of units, by what is asked for. Takes: lines - of `documents.documents`"""
    return ["｜".join(map(str, key)) for key in zip(*(lines[name] for name in _KEY), strict=True)]


def material_files(office: Office) -> pd.DataFrame:
    """List all files: material (see `material_keys`), name, digest, size (bytes), who, at (ISO, of the city)."""
    with reading(office.store) as connection:
        note = read_note(connection, FILES) or {}
    return pd.DataFrame(note.get("lines", []), columns=_COLUMNS)


def material_content(office: Office, digest: str) -> bytes:
    """Give one file as it came. Raises LookupError where it is not kept any more."""
    with reading(office.store) as connection:
        stored = pictures_of(connection, [digest])
    if not stored or stored[0].content is None:
        raise LookupError(digest)
    return stored[0].content
