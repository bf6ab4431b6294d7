"""How names are compared and how a change of place, or a note on deadlines, is spelled."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

import pandas as pd

_DASHES = dict.fromkeys(map(ord, "—–－‐‑‒―−"), "-")
_UNSEEN = dict.fromkeys(
    [
        *(0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)),
        *(*range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xFFF9, 0xFFFC)),
    ]
)
"""Signs that nobody sees: spaces of no width, marks of direction, variants of a sign."""
_RADICALS = str.maketrans(
    "⺁⺄⺈⺊⺌⺍⺎⺒⺓⺝⺟⺠⺧⺩⺫⺬⺮⺱⺶⺼⺽⻁⻄⻅⻆⻉⻊⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
    "厂乙刀卜小小兀巳幺月母民牛王目示竹网羊肉臼虎西见角贝足车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
)
"""Radicals of the supplement that a PDF gives for the character itself; NFKC leaves them (Unicode's
EquivalentUnifiedIdeograph)."""
_KANGXI = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_LOOKS = {**_UNSEEN, **_RADICALS, **_KANGXI}
_PLAIN = {**_LOOKS, **_DASHES}
_ODD_LOOKS, _ODD = frozenset(map(chr, _LOOKS)), frozenset(map(chr, _PLAIN))


def visible(text: str) -> str:
    """Take signs that nobody sees out of a text; a radical becomes the character it looks like.

    >>> visible("听泉街道\u200b"), visible("\u2ed3堤")
    ('听泉街道', '长堤')
    """
    return text if _ODD_LOOKS.isdisjoint(text) else text.translate(_LOOKS)


_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SERIAL = re.compile(r"\s*[(（]?(\d{1,2})[.、．)）]")
_RAISED = "[²³¹¼-¾⁰-₉⅐-⅟↉①-⓿❶-➓]"
_APART = re.compile(rf"[\d.．]\s+[\d.．]|{_RAISED}")
_MIXED = re.compile(rf"\d\s*{_RAISED}|{_RAISED}\s*\d")
_BEHIND = re.compile(r"[(（].*[)）]\s*$", re.DOTALL)
_DIGIT_WORDS = "零一二三四五六七八九"
_NUMBER_WORD = re.compile(r"(?=.)(?:([一二三四五六七八九])?(十))?([零一二两三四五六七八九])?")


@lru_cache(maxsize=1 << 15)  # the same few thousand names come with every workbook
def normalise(text: str) -> str:
    """Give the form in which names are compared: full-width to half, no spaces, one dash, as seen.

    >>> normalise("农贸（集贸） 市场　")
    '农贸(集贸)市场'
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return plain if _ODD.isdisjoint(plain) else plain.translate(_PLAIN)


def numeral(text: str) -> str:
    """Give the form in which a number is read: as `normalise`, but two numbers of one cell never become
    one, and digits that are raised, circled or parts of a whole stay as they are, unread.

    >>> numeral("１，２００ 处"), numeral("1 2"), numeral("5²"), numeral("2（①号点）")
    ('1,200处', '1 2', '5²', '2(1号点)')
    """
    return text if _APART.search(_BEHIND.sub("", text)) else normalise(text)


def mixes_digits(text: str) -> bool:
    """Say whether digits stand beside some that are raised or circled, which no plain form may join.

    >>> mixes_digits("2026-11-1②"), mixes_digits("2026-11-12 上午")
    (True, False)
    """
    return bool(_MIXED.search(text))


def leading_serial(text: str) -> str:
    """Give the serial that a text begins with, as the problems of one cell do; "" without one.

    >>> leading_serial("（2）楼道堆物"), leading_serial("2处堆物")
    ('2', '')
    """
    match = _SERIAL.match(text)
    return str(int(match[1])) if match else ""


def chinese_number(text: str) -> int:
    """Read a number below a hundred that is written in digits or in words, -1 for another text.

    >>> chinese_number("23"), chinese_number("二十三"), chinese_number("十"), chinese_number("两")
    (23, 23, 10, 2)
    """
    if text.isascii() and text.isdecimal():
        return int(text)
    match = _NUMBER_WORD.fullmatch(text.replace("〇", "零"))
    if not match:
        return -1
    tens = _DIGIT_WORDS.index(match[1]) if match[1] else 1 if match[2] else 0
    return 10 * tens + (_DIGIT_WORDS.index(match[3].replace("两", "二")) if match[3] else 0)


def printable(text: str) -> str:
    """Put a mark for every sign that is not seen but changes what is: of control, direction, half signs.

    They would move a terminal's cursor or turn the letters of a name around; lines and tabs stay.

    >>> printable("表\\u202exslx\\x1b[2J.甲")
    '表□xslx□[2J.甲'
    """
    return _CONTROLS.sub("□", text)


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
    return printable(name.replace("\n", " ").replace("\t", " "))


def band_text(low: object, high: object, form: str = "{}") -> str:
    """Spell a band: 3–9; "" without one.

    >>> band_text(3, 9), band_text(None, None)
    ('3–9', '')
    """
    return "" if pd.isna(low) or pd.isna(high) else f"{form.format(low)}–{form.format(high)}"


def movement(change: object, *, is_new: bool, clear: object = True) -> str:
    """Spell a change of place: ↑3, ↓2, —, 新, or nothing; nothing too where it is not clear.

    Takes: clear - whether the score moved by more than noise; <NA>: nobody can say

    >>> movement(3, is_new=False), movement(0, is_new=False), movement(None, is_new=True)
    ('↑3', '—', '新')
    """
    if is_new:
        return "新"
    if pd.isna(change):
        return ""
    steps = int(change)
    if steps and (pd.isna(clear) or not clear):
        return ""
    return "—" if steps == 0 else f"{'↑' if steps > 0 else '↓'}{abs(steps)}"


def moved_place(line: object, *, compared: bool = True) -> str:
    """Spell the change of place of a line of a ranking, as `movement` does.

    Takes: line - with rank_change, is_new and, where the list has bands, clear_change;
           compared - whether anybody had a place before: else 新 on every line would say nothing
    """
    clear = getattr(line, "clear_change", True)
    return movement(line.rank_change, is_new=bool(line.is_new) and compared, clear=clear)


def on_time_note(day: date) -> str:
    """Say what 按期整改率 and 反复 mean, and as of which day."""
    return (
        f"按期整改率截至 {day.isoformat()}：期限已过的问题中，在期限内整改完的占多少；"
        "未到期的另列，没有写期限的不算。反复：没整改好又被发现（重复），或整改后又出现（反弹）。"
    )
