"""Personal data in running text: found by its form, shown so that nobody can call or look up who it is.

Standard library only: the programs of the sandbox, which run alone, hide by the same rules as
everything else. What is hidden becomes stars, one for one, so that places in a text stay.

Sources: GB 11643-1999 (identity numbers and their check digit), the numbering plan of the ministry
(mobile numbers 13 to 19, area codes), GA 36-2018 (plates).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache

STAR, WIDE_STAR = "*", "＊"
_WIDE = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20, 0xA0: 0x20}
_WIDE |= dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_NOBODY_SEES = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
_UNSEEN = re.compile(f"[{_NOBODY_SEES}]")
_ODD = re.compile(f"[\uff10-\uff19\uff20-\uff3a\uff41-\uff5a\u3000\u00a0‐-―−{_NOBODY_SEES}]")
_GAP = r"[- .·_]?"
_MOBILE = (
    r"(?:(?<!\d)|(?<=\+86)|(?<=0086)|(?<=(?<!\d)86))(?<![A-Za-z]-)(?<!\d\.)1[3-9]\d(?:_\d{4}_\d{4}|_\d{3}_\d{5}|\d_\d{3}_\d{4}|\d_\d{4}_\d{3})"
    r"(?!\d|\.\d|万|亿|元|[㎡吨])"
).replace("_", _GAP)
_IN_WORDS = r"(?<![〇零一二三四五六七八九幺])[一幺][三四五六七八九][〇零一二三四五六七八九幺]{9}(?![〇零一二三四五六七八九幺])"
_LETTERS_BEFORE = re.compile(r"[A-Za-z]+$")
_MEANS_PHONE = re.compile(r"(?i)(?:tel|phone|mobile|mob|call|wx|vx|wechat|qq|[a-z]*sim|^[mtvp])$")
_IDENTITY = r"(?<!\d)[1-8]\d{5}_(?:18|19|20)\d{6}_\d{3}[\dXx](?![\dA-Za-z])".replace("_", _GAP)
_OLD_IDENTITY = r"(?<![\dA-Za-z.])[1-8]\d{14}(?![\dA-Za-z]|\.\d)"
_SAID_IDENTITY = (
    r"(?:身份证|证件)(?:号码|号)?[^\dA-Za-z\n]{0,6}(?P<said>\d{14,17}[\dXx])(?![\dA-Za-z])"
)
_AREA = r"(?:10|2[0-57-9]|(?:3[134579]|4[1-8]|5[1-9]|6[369]|7[0-79]|8[1-35-9]|9[0-57-9])\d)"
_LANDLINE = rf"(?<![\dA-Za-z.])\(?0{_AREA}[-) ]{{0,2}}[2-9]\d{{2,3}}[- ]?\d{{4}}(?!\d|\.\d)"
_SAID_NUMBER = (
    r"(?:电话|来电|致电|回电|座机|固话|(?i:tel|phone))(?:号码|号)?[^\dA-Za-z\n]{0,4}"
    r"(?P<number>[2-9]\d{2,3}[- ]?\d{4})(?![\d万亿元个次件]|\.\d)"
)
_PLATE = (
    r"(?<![高创革])[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z]"
    r"[ ·.\-]?(?=[A-Za-z]?\d|[A-Za-z]{2}\d)[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳](?![A-Za-z0-9])"
)
_MAIL = r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9][\w-]*(?:\.[\w-]+)*\.[A-Za-z]{2,}"
_OFFICIAL = re.compile(r"(?i)@(?:[\w-]+\.)*gov\.cn$")
_CHAT = (
    r"(?:微信|(?i:wechat|weixin|vx|v信|威信|薇信))(?:号码|号|ID|id)?(?:同号)?[^\dA-Za-z\n]{0,4}(?P<chat>[A-Za-z][\w-]{5,19})(?!\w)"
    r"|(?P<wxid>(?<![A-Za-z])wxid_\w{4,})"
    r"|(?i:(?<![A-Za-z])qq)(?:号码|号)?[^\dA-Za-z\n]{0,4}(?P<qq>[1-9]\d{4,11})(?!\d)"
)
_AT_WORK = re.compile(
    r"(?:(?:办公|值班|监督|举报|投诉|服务|咨询|维修|报修|抢修|客服|公示|报警|求助|物业)(?:服务|监督)?(?:热线|电话|座机|专线)"
    r"|联络员|责任人|负责人|填报人|填表人|制表人|经办人|审核人|网格员|网格长|河长|路长|街长|楼长)[^\d,，。；;、\n]{0,12}$"
    r"|联系人[:：][^\d,，。；;、\n]{0,10}(?:办|组|科|局|中心|街道|镇)[^\d,，。；;、\n]{0,10}$"
)
"""What stands before the number of an office, or of somebody at work."""
_KINDS = {
    "identity": rf"{_IDENTITY}|{_OLD_IDENTITY}|{_SAID_IDENTITY}",
    "mobile": rf"{_MOBILE}|{_IN_WORDS}",
    "landline": rf"{_LANDLINE}|{_SAID_NUMBER}",
    "plate": _PLATE,
    "mail": _MAIL,
    "chat": _CHAT,
}
_NEVER_WORK = {"identity", "plate"}
_SIGNS = re.compile(r"[\d@微威薇vVwWqQ幺〇零\uff10-\uff19\uff20]")
_HINTS = (
    re.compile(r"\d(?:\d{4}|\d\d[- .·_)]\d{3}|\d{4}[A-Za-z])"),
    re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z]"),
    re.compile(r"[@微威薇vVwWqQ]"),
    re.compile(r"[一幺][三四五六七八九][〇零一二三四五六七八九幺]{2}"),
)
"""Signs without which a text holds nothing: most texts are not looked at any further."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES = frozenset(
    map(str, [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55)])
) | frozenset("61 62 63 64 65 71 81 82 83".split())
_LAST_BORN = 2015
"""Year of birth up to which a number counts without a right check digit: later ones may be the day
of a form, as in 370102202611150001."""


def mask(text: str, *, at_work: bool = False) -> str:
    """Put stars into telephone and identity numbers, plates, e-mail addresses and the like.

    Takes: at_work - the text is a contact of an office: its numbers stay, identity numbers and plates do not
    Returns: a text of the same length; numbers that are plainly an office's own stay

    >>> mask("来电人13800138000要求回复")
    '来电人138****8000要求回复'
    >>> mask("责任人张某13800138000")
    '责任人张某13800138000'
    """
    if not has_hint(text):
        return text
    signs = list(text)
    for start, end in find_marks(text, at_work=at_work):
        signs[start:end] = [STAR if sign.isalnum() else sign for sign in signs[start:end]]
    return "".join(signs)


def has_hint(text: str) -> bool:
    """Say whether a text may hold personal data; quick, and true too often."""
    if not _SIGNS.search(text):
        return False
    half_width = _UNSEEN.sub("", text).translate(_WIDE) if _is_odd(text) else text
    return any(hint.search(half_width) for hint in _HINTS)


def is_any_personal(texts: Iterable[str]) -> bool:
    """Say whether `mask` would change any of some texts: a whole column costs hardly more than one.

    No pattern reaches across two ends of a line.

    >>> is_any_personal(["来电人", "13800138000"]), is_any_personal(["138001", "38000"])
    (True, False)
    """
    # Apart from each other: beside a full-width sign other signs are read as half-width ones too.
    by_form: dict[bool, list[str]] = {True: [], False: []}
    for text in texts:
        by_form[_is_odd(text)].append(text)
    columns = map("\n\n".join, by_form.values())
    return any(has_hint(column) and any(find_marks(column)) for column in columns)


def find_marks(text: str, *, at_work: bool = False) -> Iterator[tuple[int, int]]:
    """Find what is to be hidden in a text: first place and the one after the last."""
    half_width, places = _plain(text) if _is_odd(text) else (text, range(len(text)))
    covered = bytearray(len(half_width))
    for kind, pattern in _patterns().items():
        if at_work and kind not in _NEVER_WORK:
            continue
        for match in pattern.finditer(half_width):
            start, end = match.span(match.lastgroup or 0)
            if any(covered[start:end]):
                continue
            if _is_personal(kind, half_width, match, start, end):
                covered[start:end] = bytes(end - start).replace(b"\0", b"\1")
                first, last = _hidden(kind, half_width[start:end])
                yield places[start + first], places[start + last - 1] + 1


@cache
def _patterns() -> dict[str, re.Pattern]:
    """Compile the patterns when they are first wanted: most programs of the sandbox never do."""
    return {kind: re.compile(pattern, re.ASCII) for kind, pattern in _KINDS.items()}


def is_prose(text: str) -> bool:
    """Say whether a text has words of Chinese in it, and so is no bare number or code."""
    return any("\u3400" <= sign <= "\u9fff" for sign in text)


def mask_name(name: str) -> str:
    """Mask the name of a file or sheet, in which Excel and Windows allow no star but a wide one."""
    return "".join(
        WIDE_STAR if hidden == STAR else sign for sign, hidden in zip(name, mask(name), strict=True)
    )


def mask_names(names: list[str]) -> list[str]:
    """Mask names of sheets; those that would become alike are numbered."""
    masked: list[str] = []
    for name in names:
        text = mask_name(name)
        if text != name and text in masked:
            text = next(
                t for n in range(2, len(names) + 2) if (t := f"{text[:27]}({n})") not in masked
            )
        masked.append(text)
    return masked


def _is_odd(text: str) -> bool:
    return not text.isascii() and _ODD.search(text) is not None


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """Write full-width signs as half-width ones, without those that nobody sees, and where each stood."""
    if not _UNSEEN.search(text):
        return text.translate(_WIDE), range(len(text))
    places = [place for place, sign in enumerate(text) if not _UNSEEN.match(sign)]
    return "".join(text[place] for place in places).translate(_WIDE), places


def _is_personal(kind: str, text: str, match: re.Match, start: int, end: int) -> bool:
    """Say of what looks like a number whether it is one, and a person's."""
    number = text[start:end]
    lead = text[max(0, start - 24) : start]
    if kind == "identity":
        digits = re.sub(r"[- .·_]", "", number).upper()
        return match.lastgroup == "said" or is_identity(digits)
    if kind == "mail" and _OFFICIAL.search(number):
        return False
    if kind == "mobile":
        letters = _LETTERS_BEFORE.search(lead)
        if letters and not _MEANS_PHONE.search(letters[0]):
            return False
    if kind == "plate":
        return sum(sign.isdecimal() for sign in number) >= 2
    return not _AT_WORK.search(text[max(0, match.start() - 24) : start])


def is_identity(digits: str) -> bool:
    """Say whether 15 or 18 signs are an identity number: region, day of birth, check digit."""
    if digits[:2] not in _PROVINCES:
        return False
    day = digits[6:14] if len(digits) == 18 else f"19{digits[6:12]}"
    try:
        born = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return False
    if len(digits) == 15:
        return True
    return 1880 <= born.year and (born.year <= _LAST_BORN or _checks(digits))


def _checks(digits: str) -> bool:
    """Hold the last sign against the others (GB 11643: ISO 7064, MOD 11-2)."""
    total = sum(factor * int(digit) for factor, digit in zip(_WEIGHTS, digits[:17], strict=True))
    return digits[17] == "10X98765432"[total % 11]


def _hidden(kind: str, text: str) -> tuple[int, int]:
    """Give the part of a mark that is hidden: enough that what is left leads to nobody."""
    if kind == "mail":
        name = text.index("@")
        return (1, name) if name > 2 else (0, name)
    digits = [place for place, sign in enumerate(text) if sign.isalnum()]
    if kind == "mobile":
        return digits[3], digits[6] + 1
    if kind == "identity":
        return digits[6], digits[-4]
    if kind == "landline":
        return digits[-8 if len(digits) >= 8 else -7], digits[-4]
    if kind == "plate":
        return digits[2], digits[-2]
    return 1, len(text)


FREE, WORK, NUMBERS, KEPT = "", "work", "numbers", "kept"
"""What a column of a table holds: anything; contacts of offices; numbers and identifiers, which are
asked about where they look like a person's, and never changed; what stays whatever it is."""


def mask_cell(text: str, use: str = FREE) -> str:
    """Mask a cell of a column of some use; a sentence among numbers is no number."""
    if use == KEPT or use == NUMBERS and not is_prose(text):
        return text
    return mask(text, at_work=use == WORK)
