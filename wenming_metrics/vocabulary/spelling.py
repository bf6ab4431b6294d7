"""How names are compared and how a change of place, or a note on deadlines, is spelled."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

import pandas as pd

_ODD = frozenset("—–－‐‑‒―−")
_DASHES = dict.fromkeys(map(ord, _ODD), "-")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


@lru_cache(maxsize=1 << 15)  # the same few thousand names come with every workbook
def normalise(text: str) -> str:
    """Give the form in which names are compared: full-width to half, no spaces, one dash.

    >>> normalise("农贸（集贸） 市场　")
    '农贸(集贸)市场'
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return plain if _ODD.isdisjoint(plain) else plain.translate(_DASHES)


def visible(text: str) -> str:
    """Put a mark for every sign that is not seen but changes what is: of control, direction, half signs.

    They would move a terminal's cursor or turn the letters of a name around; lines and tabs stay.

    >>> visible("表\\u202exslx\\x1b[2J.甲")
    '表□xslx□[2J.甲'
    """
    return _UNSEEN.sub("□", text)


def file_name(raw: str) -> str:
    """Give a file's name as it can be stored and shown; one that is not UTF-8 is read as GB18030.

    >>> file_name("督查".encode("gb18030").decode("utf-8", "surrogateescape"))
    '督查'
    """
    try:
        name = raw.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeDecodeError:
        name = (
            raw.encode("utf-8", "surrogateescape")
            .decode("gb18030", "replace")
            .replace("\ufffd", "□")
        )
    except UnicodeEncodeError:  # half signs that stand for no byte
        name = raw
    return visible(name.replace("\n", " ").replace("\t", " "))


def movement(change: object, *, is_new: bool) -> str:
    """Spell a change of place: ↑3, ↓2, —, 新, or nothing.

    >>> movement(3, is_new=False), movement(0, is_new=False), movement(None, is_new=True)
    ('↑3', '—', '新')
    """
    if is_new:
        return "新"
    if pd.isna(change):
        return ""
    steps = int(change)
    return "—" if steps == 0 else f"{'↑' if steps > 0 else '↓'}{abs(steps)}"


def on_time_note(day: date) -> str:
    """Say what 按期整改率 and 反复 mean, and as of which day."""
    return (
        f"按期整改率截至 {day.isoformat()}:期限已过的问题中,在期限内反馈已整改的占多少;"
        "未到期的另列,没有写期限的不算。反复:没整改好又被发现(重复),或整改后又出现(反弹)。"
    )
