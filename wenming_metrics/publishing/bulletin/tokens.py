"""What of a line of text is checked: its numbers with unit and direction, and the names in it.

Other words are the office's own and may be worded as it likes. A number is read in Arabic digits or,
before a unit, in Chinese numerals; full-width digits are digits.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wenming_metrics.reading.sandbox.documents import HEAD, PARAGRAPH, TextLine
from wenming_metrics.vocabulary import printable

NUMBER, NAME, WORD = "number", "name", "word"
"""Kinds of tokens: a number, a name of a unit or site, a word that names a figure (an indicator, a
group, a heading of a table) or says that nothing changed. A WORD more than there was is no fault."""
UP, DOWN = "升", "降"
_UNITS = {
    "个百分点": "百分点",
    "百分点": "百分点",
    "项次": "项",
    **{sign: sign for sign in "分处条项次份期年月日天号元人件起户倍岁周季组"},
    **{"个": "个", "家": "个", "名": "名", "位": "名", "%": "%", "‰": "‰", "小时": "小时"},
    **{"公里": "公里", "平方米": "平方米", "米": "米"},
}
"""Units after a number; those that mean the same are one."""
_MULTIPLES = {"万": 10_000, "亿": 100_000_000}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_ARABIC = rf"(?P<sign>(?<![\w\-])[+\-−]|[▲▼△▽↑↓])?\s*(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<times>[万亿]?)\s*(?P<unit>{_UNIT})?"
_CHINESE = r"(?!十分)(?P<chinese>[二两三四五六七八九十百千][一二三四五六七八九十百千零]*|一[十百千][一二三四五六七八九十百千零]*)(?P<counted>个百分点|分(?![别析组类工管布为之外歧明辨享])|处|条(?![例件])|份|名(?!单|次|称)|位(?!置)|期(?!间|限)|家|个(?!不))"
_SHARE = r"百分之(?P<share>[一二两三四五六七八九十百零]+(?:点[一二三四五六七八九零]+)?)"
_CODE = (
    r"(?P<code>(?<![0-9A-Za-z])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{10,64}(?![0-9A-Za-z]))"
)
_FIGURE = re.compile(f"{_CODE}|{_SHARE}|{_ARABIC}|{_CHINESE}")
_ORDINAL = re.compile(
    r"^\s*(?:[（(][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+、|\d{1,3}[.．、](?!\d))"
)
"""A number of a paragraph: it moves with what stands before it."""
_CLAUSE = re.compile(r"[，。；：、,;:!?！？\n（）()\t]")
_UPWARD = re.compile("上升|提高|提升|增加|增长|上涨|前进|进步|回升|升高|高于|高出")
_DOWNWARD = re.compile("下降|降低|减少|下滑|退步|后退|回落|下跌|低于|低出|退后")
_LEVEL = re.compile("持平|不变|没有变化|无变化|未变")
_SAME = "持平"
_UNSEEN = "□"
_MARKED = re.compile(_UNSEEN)
_SIGNS = {**dict.fromkeys("+▲△↑", UP), **dict.fromkeys("-−▼▽↓", DOWN)}
_WIDE = str.maketrans("０１２３４５６７８９．％＋－", "0123456789.%+-")
_CHINESE_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_STEPS = {"十": 10, "百": 100, "千": 1000}


@dataclass(frozen=True)
class Token:
    """One thing that is checked: kind, value (a number in plain digits, a name), unit, direction (UP,
    DOWN, "" = none is said), cell - its column in a table, 0 in a paragraph."""

    kind: str
    value: str
    unit: str = ""
    direction: str = ""
    cell: int = 0

    @property
    def text(self) -> str:
        """The token as it is told: 「降 2.94 分」."""
        return f"{self.direction}{self.value}{self.unit}"


class NameFinder:
    """NameFinder to be found in texts, the longest first."""

    def __init__(self, strong: Iterable[str], weak: Iterable[str]) -> None:
        """Takes: strong - names that are always meant; weak - that may be plain words as well."""
        self._by_start: dict[str, list[tuple[str, str]]] = defaultdict(list)
        name_kinds = [*((name, NAME) for name in strong), *((name, WORD) for name in weak)]
        for name, kind in sorted(name_kinds, key=lambda pair: -len(pair[0])):
            if len(name) > 1:
                self._by_start[name[:2]].append((name, kind))

    def find(self, text: str) -> Iterator[tuple[int, str, str]]:
        """Give position, name and kind of each name in a text, none inside of another."""
        position = 0
        while position < len(text):
            for name, kind in self._by_start.get(text[position : position + 2], ()):
                if text.startswith(name, position):
                    yield position, name, kind
                    position += len(name)
                    break
            else:
                position += 1


def tokens_of(line: TextLine, names: NameFinder) -> tuple[Token, ...]:
    """Give what is checked of a line, in order. The headings of a table are checked as they stand."""
    if line.kind == HEAD:
        return tuple(
            Token(WORD, "".join(cell.split()), cell=number)
            for number, cell in enumerate(line.cells)
            if cell.strip()
        )
    tokens: list[Token] = []
    for number, cell in enumerate(line.cells):
        text = printable(cell.translate(_WIDE))
        if line.kind == PARAGRAPH:
            text = _ORDINAL.sub("", text)
        tokens += _tokens(text, names, number)
    return tuple(tokens)


def _tokens(text: str, names: NameFinder, cell: int) -> list[Token]:
    placed, masked = [], list(text)
    for position, name, kind in names.find(text):
        placed.append((position, Token(kind, name, cell=cell)))
        # Digits within a name are the name's; a clause does not end at it.
        masked[position : position + len(name)] = "\x00" * len(name)
    remaining, previous = "".join(masked), 0
    for match in _FIGURE.finditer(remaining):
        sign = match["sign"] or ""
        direction = _SIGNS.get(sign) or _direction(remaining[previous : match.start()])
        value, unit = _value(match)
        placed.append((match.start(), Token(NUMBER, value, unit, direction, cell)))
        previous = match.end()
    # A sign that turns letters around makes other figures of the same digits.
    placed += [
        (match.start(), Token(NAME, _UNSEEN, cell=cell)) for match in _MARKED.finditer(remaining)
    ]
    placed += [
        (match.start(), Token(WORD, _SAME, cell=cell)) for match in _LEVEL.finditer(remaining)
    ]
    return [token for _, token in sorted(placed, key=lambda pair: pair[0])]


def _direction(text: str) -> str:
    """Say which way a number goes by the words of its clause that stand before it."""
    clause = _CLAUSE.split(text)[-1]
    last = {way: -1 for way in (UP, DOWN)}
    for way, pattern in ((UP, _UPWARD), (DOWN, _DOWNWARD)):
        for match in pattern.finditer(clause):
            last[way] = match.start()
    way = max(last, key=last.get)
    return way if last[way] >= 0 else ""


def _value(match: re.Match) -> tuple[str, str]:
    """Give the value of a figure in plain digits, and its unit."""
    if match["code"]:
        return match["code"], ""
    if match["share"]:
        whole, _, fraction = match["share"].partition("点")
        digits = "".join(str(_CHINESE_DIGITS[sign]) for sign in fraction)
        return _plain(Decimal(f"{_chinese(whole)}.{digits or 0}")), "%"
    if match["chinese"]:
        return str(_chinese(match["chinese"])), _UNITS[match["counted"]]
    number = Decimal(match["digits"].replace(",", "")) * _MULTIPLES.get(match["times"], 1)
    return _plain(number), _UNITS.get(match["unit"], "")


def _plain(number: Decimal) -> str:
    """Spell a number so that equal ones are equal: 2.50 is 2.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _chinese(text: str) -> int:
    """Read a Chinese numeral below ten thousand.

    >>> _chinese("三"), _chinese("十二"), _chinese("一百零五"), _chinese("两")
    (3, 12, 105, 2)
    """
    total, digit = 0, 0
    for sign in text:
        if sign in _STEPS:
            total += (digit or 1) * _STEPS[sign]
            digit = 0
        else:
            digit = _CHINESE_DIGITS[sign]
    return total + digit


def tokenise(lines: Sequence[TextLine], names: NameFinder) -> list[tuple[Token, ...]]:
    """Give what is checked of each line."""
    return [tokens_of(line, names) for line in lines]
