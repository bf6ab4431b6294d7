"""Cells whose number format writes a percent sign or whole numbers, as their sender sees them; for the
child only.

The decoder gives 0.9534 for a cell that shows 95.34%, as if nobody had written the sign, and 0.5 for
one that shows 1. Such a cell becomes the text that is shown, digits included: it then reads as if it
had been typed. Runs of cells are noted by column, for a column of percents is one run.
"""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

BUILT_IN = {1: "0", 3: "#,##0", 9: "0%", 10: "0.00%", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0"}
_WHOLE = re.compile(r"[-+()\s¥$]*(?:[#0?,]*[#0])[-+()\s]*")
_LARGEST = 1e15
_NOISE = Decimal("1e-9")
"""What binary fractions add to a whole number; nobody wrote it."""
_FORMATS = re.compile(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_FORMAT = re.compile(r"<(?:\w+:)?xf\b([^>]*)>")
_NUMBER_FORMAT = re.compile(r"<(?:\w+:)?numFmt\b([^>]*)>")
_ATTRIBUTE = re.compile(r"""\b(numFmtId|formatCode)=(?:"([^"]*)"|'([^']*)')""")
_ENTITIES = (("&quot;", '"'), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_CHARACTER = re.compile(r"&#(x?)([0-9a-fA-F]{1,6});")
_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|[_*].|\[([^\]]*)\]|(.)', re.DOTALL)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_PLACEHOLDER = re.compile(r"[0#?,]*(?:\.([0#?]*))?")
_COMPARED = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "=": lambda a, b: a == b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<>": lambda a, b: a != b,
}


def is_shown_otherwise(code: str) -> bool:
    """Say whether a format may show a percent sign, or a whole number for one with decimals."""
    return "%" in code or _is_whole(code)


def _is_whole(section: str) -> bool:
    return bool(_WHOLE.fullmatch(_read_section(_sections(section)[0])[2]))


def shown_codes(styles: str) -> dict[int, str]:
    """Give the format code of each cell style of `is_shown_otherwise`, by its number."""
    codes = dict(BUILT_IN)
    for attributes in map(_attributes, _NUMBER_FORMAT.findall(styles)):
        if attributes.get("numFmtId", "").isdigit():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
    formats = _FORMATS.search(styles)
    identifiers = [
        _attributes(text).get("numFmtId", "0")
        for text in (_FORMAT.findall(formats[0]) if formats else ())
    ]
    styled = enumerate(codes.get(int(text), "") if text.isdigit() else "" for text in identifiers)
    return {number: code for number, code in styled if is_shown_otherwise(code)}


def _attributes(tag: str) -> dict[str, str]:
    return {name: _plain(double or single) for name, double, single in _ATTRIBUTE.findall(tag)}


def _plain(text: str) -> str:
    text = _CHARACTER.sub(lambda match: chr(int(match[2], 16 if match[1] else 10)), text)
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def cell_pattern(codes: dict[int, str]) -> re.Pattern[bytes]:
    """Make what finds the cells of some styles in XML: number of the style, column, row."""
    numbers = "|".join(map(str, codes)).encode()
    # A cell without a style has the first one.
    absent = rb'|(?![^>]*\ss=")' if 0 in codes else b""
    style = rb'(?=[^>]*?\bs="(' + numbers + rb')"' + absent + rb")"
    return re.compile(rb"<c " + style + rb'[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')


def add_runs(
    piece: bytes, pattern: re.Pattern[bytes], codes: dict[int, str], runs: dict[int, list[list]]
) -> None:
    """Add the cells that a piece of a sheet's XML has of some styles.

    Takes: runs - by column (from 0): [first row, last row, format code], in order; grows
    """
    for style, letters, digits in pattern.findall(piece):
        extend_run(runs.setdefault(_column(letters), []), int(digits), codes[int(style or b"0")])


def _column(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def extend_run(column_runs: list[list], row: int, code: str) -> None:
    """Add a cell to the runs of its column."""
    if column_runs and column_runs[-1][1] == row - 1 and column_runs[-1][2] == code:
        column_runs[-1][1] = row
    else:
        column_runs.append([row, row, code])


def show(columns: list, first: int, runs: dict[int, list[list]]) -> list[tuple[int, int]]:
    """Put what is shown in place of the numbers that lie in a run.

    Takes:   columns - the cells of some rows, by column; first - Excel's number of the first row
    Returns: (row, column) of the cells of which less is shown than they hold
    """
    rounded, shown = [], {}
    for position, start, end, code in _in_reach(runs, first, first + len(columns[0]) - 1):
        if position >= len(columns):
            continue
        columns[position] = cells = list(columns[position])
        for row in range(start, end + 1):
            value = cells[row - first]
            if type(value) is float:
                if (value, code) not in shown:
                    shown[value, code] = shown_as(value, code)
                text, is_rounded = shown[value, code]
                cells[row - first] = text or value
                rounded += [(row, position)] if is_rounded else []
    return rounded


def _in_reach(
    runs: dict[int, list[list]], first: int, last: int
) -> Iterator[tuple[int, int, int, str]]:
    """Give the runs that meet some rows, cut to these: column, first row, last row, format code."""
    for position, column_runs in runs.items():
        for start, end, code in column_runs:
            if start <= last and end >= first:
                yield position, max(start, first), min(end, last), code


def shown_as(value: float, code: str) -> tuple[str, bool]:
    """Write a number as a format shows it.

    Returns: its text, "" where the format that applies shows the number as it is; whether digits are
             lost

    >>> shown_as(0.9534, "0.00%"), shown_as(0.9534, "0%"), shown_as(95.34, '0.00"%"')
    (('95.34%', False), ('95%', True), ('95.34%', False))
    >>> shown_as(0.9534, '[<=1]0.0#%;0.00"%"'), shown_as(0.0, '0.00%;-0.00%;"无"')
    (('95.34%', False), ('', False))
    >>> shown_as(0.5, "0"), shown_as(2.0, "#,##0")
    (('1', True), ('', False))
    """
    if abs(value) >= _LARGEST:
        return "", False
    section = _section(value, code)
    signs, literal, digits = _read_section(section)
    if not signs and not literal:
        exact = Decimal(f"{value:.15g}")
        rounded = exact.quantize(Decimal(1), ROUND_HALF_UP)
        is_lost = _is_whole(section) and abs(rounded - exact) > _NOISE
        return (f"{rounded:f}", True) if is_lost else ("", False)
    exact = Decimal(f"{value:.15g}").scaleb(2 * signs)
    decimals = _PLACEHOLDER.search(digits, _start(digits))
    is_plain = bool(digits[_start(digits) :]) and "/" not in digits and "E" not in digits.upper()
    if not is_plain:
        return f"{exact.normalize():f}%", False
    optional = decimals[1] or ""
    rounded = exact.quantize(Decimal(1).scaleb(-len(optional)), ROUND_HALF_UP)
    text = f"{rounded:f}"
    for _ in range(len(optional) - len(optional.rstrip("#?"))):
        text = text.removesuffix("0")
    return f"{text.removesuffix('.')}%", rounded != exact


def _start(digits: str) -> int:
    """Give where the placeholders of digits begin, the end where there are none (General)."""
    return next((index for index, sign in enumerate(digits) if sign in "0#?."), len(digits))


def _section(value: float, code: str) -> str:
    """Choose the part of a format that applies to a number: by condition, else by sign."""
    sections = _sections(code)
    conditions = [_condition(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _COMPARED[condition[0]](value, float(condition[1])):
                return section
        return sections[-1]
    index = 0 if value > 0 or len(sections) == 1 else 1 if value < 0 else 2
    return sections[index] if index < len(sections) else sections[0]


def _sections(code: str) -> list[str]:
    sections = [""]
    for match in _TOKEN.finditer(code):
        if match[0] == ";":
            sections.append("")
        else:
            sections[-1] += match[0]
    return sections


def _condition(section: str) -> tuple[str, str] | None:
    brackets = (match[3] for match in _TOKEN.finditer(section) if match[3])
    return next((match.groups() for text in brackets if (match := _CONDITION.match(text))), None)


def _read_section(section: str) -> tuple[int, bool, str]:
    """Count the signs that multiply by 100; say whether one is only written; give what else it writes."""
    literals, unquoted = "", ""
    for match in _TOKEN.finditer(section):
        literals += (match[1] or "") + (match[2] or "")
        unquoted += match[4] or ""
    return unquoted.count("%"), "%" in literals, unquoted.replace("%", "")
