"""Files of 台账材料 that are handed in: kept under their digest as they came but for what photos tell,
never opened, never run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.periods import now
from wenming_metrics.domain.photo_facts import without_facts
from wenming_metrics.domain.privacy import mask
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.material_files import FILES
from wenming_metrics.reading.sandbox.pictures import type_of
from wenming_metrics.store.database import writing
from wenming_metrics.store.notes import change_note
from wenming_metrics.store.pictures import keep_pictures

LARGEST = 20_000_000
"""Bytes of one file."""
_PARTS, _END, _LONGEST_END = b"[Content_Types].xml", b"PK\5\6", 65_557
"""The part that every Office file has, by its name; how the list at the end of a zip begins, and its size."""
_ZIPPED, _OLD = b"PK\3\4", b"\xd0\xcf\x11\xe0"
_BEGINS: Mapping[str, bytes] = {
    **{"pdf": b"%PDF-", "docx": _ZIPPED, "xlsx": _ZIPPED, "pptx": _ZIPPED},
    **{"doc": _OLD, "xls": _OLD, "ppt": _OLD},
}
"""Ending of a name -> what such a file begins with."""
_PICTURES = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png"}
ENDINGS = (*_BEGINS, *_PICTURES)
"""Endings of files that are materials."""


@permitted("入库", "材料文件：{name}")
def hand_in_file(office: Office, material: str, name: str, content: bytes, who: str) -> str:
    """Keep a file of a material; the same file of the same material is kept once.

    Takes:   material - `queries.progress.material_files.material_keys`
    Returns: the name it is kept by
    Raises IntakeError for a file that is too large, empty, not what its name says, or there already
    under another name.
    """
    if not who.strip():
        raise IntakeError("请先填写经办人。")
    name = mask(name.replace("\\", "/").rpartition("/")[2].strip())
    _check(name, content)
    content, ending = without_facts(content), name.lower().rpartition(".")[2]
    digest = hashlib.sha256(content).hexdigest()
    with writing(office.store) as connection:
        keep_pictures(connection, {digest: (ending, content)})
    facts = {"material": material, "name": name, "digest": digest, "size": len(content)}
    line = facts | {"who": who.strip(), "at": now().isoformat()}

    def add(note: dict) -> dict:
        lines = note.get("lines", [])
        names = [
            line_of["name"]
            for line_of in lines
            if (line_of["material"], line_of["digest"]) == (material, digest)
        ]
        if names and name not in names:
            raise IntakeError(f"这份文件已经交过，名称是“{names[0]}”，不用再交。")
        return {"lines": lines if names else [*lines, line]}

    change_note(office.store, FILES, add)
    return name


def _check(name: str, content: bytes) -> None:
    ending = name.lower().rpartition(".")[2]
    if ending not in ENDINGS:
        raise IntakeError(f"“{name}”不能作材料，请交 PDF、Word、Excel、幻灯片或 JPG、PNG 图片。")
    if not content:
        raise IntakeError(f"“{name}”是空的。")
    if len(content) > LARGEST:
        raise IntakeError(f"“{name}”超过 {LARGEST // 1_000_000} MB，请压缩后再交。")
    is_its_kind = (
        content.startswith(_BEGINS[ending])
        if ending in _BEGINS
        else type_of(content) == _PICTURES[ending]
    )
    if ending in _BEGINS and _BEGINS[ending] == _ZIPPED:  # looked for, not unpacked
        is_its_kind &= _PARTS in content and _END in content[-_LONGEST_END:]
    if not is_its_kind:
        raise IntakeError(f"“{name}”的内容不是 {ending.upper()} 文件，没有收下。")
