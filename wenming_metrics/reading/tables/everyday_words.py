"""Everyday wording of days, points and ticked boxes, put into the figures and words that cells are read by.

What could mean two things (二十三日 of which month, 每处扣0.5分, two ticked boxes) stays as it is, so
that the reader of the cell says it is not understood.
"""

from __future__ import annotations

import re

from wenming_metrics.vocabulary import chinese_number

_DIGITS = "零一二三四五六七八九"
_WORD = "[零〇一二两三四五六七八九十]{1,3}"
_DAY = re.compile(
    rf"(?:(\d{{4}}|[零〇一二三四五六七八九]{{4}})\s*年\s*)?({_WORD}|\d{{1,2}})\s*月\s*({_WORD}|\d{{1,2}})\s*[日号]"
)
_POINTS = re.compile(
    rf"(?P<verb>(?:扣减?|减|失)分?:?)?(?P<sign>-?)"
    rf"(?:(?P<whole>{_WORD})(?:点(?P<places>[零〇一二三四五六七八九]{{1,4}}))?|(?P<number>\d{{1,3}}))?"
    rf"(?P<half>分?半)?(?P<unit>分)?"
)
_TICKED, _EMPTY = "☑☒✓✔√■●", "□☐○◯"
_BRACKETS = {
    **{f"{opening}{tick}{closing}": "☑" for opening, closing in ("()", "[]") for tick in "√✓✔"},
    **{"()": "□", "[]": "□"},
}
_BOX = re.compile(f"[{_TICKED}{_EMPTY}]")


def day_in_figures(text: str) -> str:
    """Write a day that is in words, or ends in 号, in figures.

    >>> day_in_figures("二〇二六年十一月三号上午"), day_in_figures("二十三日")
    ('2026年11月3日上午', '二十三日')
    """
    match = _DAY.match(text)
    if not match:
        return text
    year, month, day = match.groups()
    numbers = [chinese_number(word) for word in (month, day)]
    if min(numbers) < 0:
        return text
    figures = "".join(_figure(sign) for sign in year) + "年" if year else ""
    return f"{figures}{numbers[0]}月{numbers[1]}日{text[match.end() :]}"


def _figure(sign: str) -> str:
    return (
        sign
        if sign.isdecimal() and sign.isascii()
        else str(_DIGITS.index(sign.replace("〇", "零")))
    )


def points_in_figures(text: str) -> str:
    """Write points that are in words in figures; a bare 「一」 may be a stroke and stays.

    >>> [points_in_figures(text) for text in ("扣半分", "零点五分", "扣1分半", "一")]
    ['0.5', '0.5', '1.5', '一']
    """
    match = _POINTS.fullmatch(text)
    if not match or not (match["whole"] or match["half"]):
        return text
    if (
        not any(match[part] for part in ("verb", "sign", "places", "unit"))
        and match["half"] != "分半"
    ):
        return text
    if match["half"] == "半" and (match["whole"] or match["number"] or not match["unit"]):
        return text  # 「扣一半」 and 「减半」 are half of the mark
    whole = chinese_number((match["whole"] or match["number"] or "零").replace("〇", "零"))
    if whole < 0 or (match["half"] and match["places"]):
        return text
    places = "".join(_figure(sign) for sign in match["places"] or ("5" if match["half"] else ""))
    return f"{match['sign']}{whole}" + (f".{places}" if places else "")


def ticked_word(text: str) -> str:
    """Give the word whose box is ticked in a text of boxes and words; "" where there is not just one.

    Takes: text - normalised: 「☑符合□不符合」, 「符合(√)不符合()」
    """
    for bracket, box in _BRACKETS.items():
        text = text.replace(bracket, box)
    boxes, words = _BOX.findall(text), [word.strip("、,;/|") for word in _BOX.split(text)]
    is_certain = any(box in _EMPTY for box in boxes) or boxes == ["☑"]
    if not is_certain or words[0] and words[-1]:
        return ""
    labels = words[:-1] if words[0] else words[1:]  # the boxes stand behind their words, or before
    ticked = [word for box, word in zip(boxes, labels, strict=True) if box in _TICKED]
    return ticked[0] if len(ticked) == 1 and all(labels) else ""
