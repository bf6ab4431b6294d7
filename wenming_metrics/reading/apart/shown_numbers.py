"""Numbers as their sender sees them: what a cell's number format shows of what it holds; for the child
only.

The decoder gives 0.9534 for a cell that shows 95.34%, 0.25 for one that shows 0.3, 7 for one that
shows WT0007. Such a cell becomes the text that is shown: it then reads as if it had been typed. A
format that shows all of a number and nothing else leaves it as it is; so do formats of days. Runs of
cells are noted by column, for a column of one format is one run.
"""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00"}
BUILT_IN |= {12: "# ?/?", 13: "# ??/??", 48: "##0.0E+0"}
BUILT_IN |= dict.fromkeys((5, 6, 37, 38, 41, 42), "#,##0;-#,##0")
BUILT_IN |= dict.fromkeys((7, 8, 39, 40, 43, 44), "#,##0.00;-#,##0.00")
_LARGEST = 1e15
_NOISE = Decimal("1e-9")
"""What binary fractions add to a number; nobody wrote it."""
_FORMATS = re.compile(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_FORMAT = re.compile(r"<(?:\w+:)?xf\b([^>]*)>")
_NUMBER_FORMAT = re.compile(r"<(?:\w+:)?numFmt\b([^>]*)>")
_ATTRIBUTE = re.compile(r"""\b(numFmtId|formatCode)=(?:"([^"]*)"|'([^']*)')""")
_ENTITIES = (("&quot;", '"'), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_CHARACTER = re.compile(r"&#(x?)([0-9a-fA-F]{1,6});")
_TOKEN = re.compile(
    r'"([^"]*)"|[\\!](.)|[_*].|\[([^\]]*)\]|(General|G/通用格式|E[+-]|.)', re.DOTALL | re.IGNORECASE
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_CURRENCY = re.compile(r"\$([^-]*)")
_DAY_LETTERS = "yYmMdDhHsSaAbBgG"
_GENERAL = ("general", "g/通用格式")
_NO_WORD = " ()（）-+¥￥$,"
"""Signs beside a number that do not change what it is read as."""
_COMPARED = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "=": lambda a, b: a == b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<>": lambda a, b: a != b,
}


def is_shown_otherwise(code: str) -> bool:
    """Say whether a format may show another number than the cell holds: all but days, texts, General."""
    return any(
        not _is_day(tokens) and (not _holds(tokens, _GENERAL) or len(tokens) > 1)
        for tokens in map(_tokens, _sections(code))
    )


def shown_codes(styles: str) -> dict[int, str]:
    """Give the format code of each cell style of `is_shown_otherwise`, by its number."""
    codes = dict(BUILT_IN)
    for attributes in map(_attributes, _NUMBER_FORMAT.findall(styles)):
        if attributes.get("numFmtId", "").isdecimal():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
    formats = _FORMATS.search(styles)
    identifiers = [
        _attributes(text).get("numFmtId", "0")
        for text in (_FORMAT.findall(formats[0]) if formats else ())
    ]
    styled = enumerate(codes.get(int(text), "") if text.isdecimal() else "" for text in identifiers)
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
            if type(value) in (float, int):  # .xls stores whole numbers as such
                if (value, code) not in shown:
                    shown[value, code] = shown_as(value, code)
                text, is_lost = shown[value, code]
                cells[row - first] = value if text is None else text or None
                rounded += [(row, position)] if is_lost else []
    return rounded


def _in_reach(
    runs: dict[int, list[list]], first: int, last: int
) -> Iterator[tuple[int, int, int, str]]:
    """Give the runs that meet some rows, cut to these: column, first row, last row, format code."""
    for position, column_runs in runs.items():
        for start, end, code in column_runs:
            if start <= last and end >= first:
                yield position, max(start, first), min(end, last), code


def shown_as(value: float, code: str) -> tuple[str | None, bool]:
    """Write a number as a format shows it.

    Returns: its text, "" where nothing is shown, None where the number is shown as it is; whether
             less is shown than the cell holds

    >>> shown_as(0.9534, "0.00%"), shown_as(0.9534, "0%"), shown_as(95.34, '0.00"%"')
    (('95.34%', False), ('95%', True), ('95.34%', False))
    >>> shown_as(0.25, "0.0"), shown_as(0.5, "0.00"), shown_as(7.0, '"WT"0000')
    (('0.3', True), (None, False), ('WT0007', False))
    >>> shown_as(0.5, ";;;"), shown_as(0.0, '0.0;-0.0;"无"'), shown_as(0.0, '0.0;-0.0;"-"')
    (('', True), ('无', False), (None, False))
    """
    section, is_signed = _section(value, code)
    tokens = _tokens(section)
    if abs(value) >= _LARGEST or _is_day(tokens):
        return None, False
    exact = Decimal(f"{value:.15g}")
    signs = [text for kind, text in tokens if kind == "sign"]
    words = "".join(text for kind, text in tokens if kind == "word").strip()
    exact = exact.scaleb(2 * signs.count("%"))
    if not any(sign in "0#?" for sign in signs) and not _holds(tokens, _GENERAL):
        return _words_only(words, value)
    negative = exact < 0 and (is_signed or "-" in words or "(" in words)
    body, displayed = _body(abs(exact), tokens)
    is_lost = abs(displayed - abs(exact)) > _NOISE
    sign = "-" if negative and displayed else ""
    if "%" in signs or "%" in words:
        return f"{sign}{_digits(body, tokens)}%", displayed != abs(exact)
    if words.strip(_NO_WORD) or re.search(r"\d-\d", body):
        return (sign if is_signed else "") + body.strip(), is_lost
    is_as_shown = displayed == abs(exact) and negative == (exact < 0)
    digits = _digits(body, tokens)
    if not digits:
        return _words_only(words, value)
    if is_as_shown and not re.match(r"0\d", digits):
        return None, False
    return sign + digits, is_lost


def _words_only(words: str, value: float) -> tuple[str | None, bool]:
    """Give what a format without digits shows; a stroke for zero is how accounts write it."""
    if not value and words and not words.strip("-—–"):
        return None, False
    return words, not words


def _digits(body: str, tokens: list[tuple[str, str]]) -> str:
    """Take the words of a format off what it shows."""
    for kind, text in tokens:
        if kind == "word":
            body = body.replace(text, "", 1)
    return body.strip()


def _body(exact: Decimal, tokens: list[tuple[str, str]]) -> tuple[str, Decimal]:
    """Fill the places of a format with the digits of a number without sign.

    Returns: the digits with the words of the format between them; the number that they are
    """
    signs = "".join(text for kind, text in tokens if kind == "sign")
    if _holds(tokens, _GENERAL):
        return _between(f"{exact.normalize():f}", tokens), exact
    if "/" in signs:
        return _fraction(exact, signs)
    if "E" in signs.upper():
        places = len(re.match(r"[^.E]*\.?([0#?]*)", signs)[1])
        text = re.sub(r"([+-])(\d)$", r"\g<1>0\2", f"{exact:.{places}E}")
        return text, Decimal(text)
    thousands = len(re.search(r"(,*)(?:\.[0#?]*)?(,*)%*$", signs).expand(r"\1\2"))
    decimal_places = signs.replace("%", "").replace(",", "").partition(".")[2]
    unit = Decimal(1).scaleb(-len(decimal_places))
    rounded = exact.scaleb(-3 * thousands).quantize(unit, ROUND_HALF_UP)
    whole_part, _, decimals = f"{rounded:f}".partition(".")
    optional = len(decimal_places) - len(decimal_places.rstrip("#?"))
    decimals_shown = (
        decimals.rstrip("0").ljust(len(decimals) - optional, "0") if optional else decimals
    )
    return _filled(whole_part.lstrip("0"), decimals_shown, tokens), rounded


def _between(digits: str, tokens: list[tuple[str, str]]) -> str:
    return "".join(
        text if kind == "word" else digits if text.casefold() in _GENERAL else ""
        for kind, text in tokens
    )


def _filled(whole_part: str, decimals: str, tokens: list[tuple[str, str]]) -> str:
    """Write digits into their places: whole ones from the right, the first place takes what is over."""
    signs = [text for kind, text in tokens if kind == "sign"]
    point = signs.index(".") if "." in signs else len(signs)
    n_whole = sum(sign in "0#?" for sign in signs[:point])
    whole_part = whole_part.rjust(n_whole)
    digits = [
        whole_part[: len(whole_part) - n_whole + 1],
        *whole_part[len(whole_part) - n_whole + 1 :],
    ]
    whole_digits, decimal_digits, text, is_decimal = (
        iter(digits if n_whole else ()),
        iter(decimals),
        "",
        False,
    )
    for kind, sign in tokens:
        if kind == "word":
            text += sign
        elif sign == ".":
            is_decimal = True
            text += f"{'' if text[-1:].isdecimal() else 0}." if decimals else ""
        elif sign in "0#?":
            digit = next(decimal_digits, "") if is_decimal else next(whole_digits).strip()
            text += digit or ("0" if sign == "0" and not is_decimal else "")
    return text


def _fraction(exact: Decimal, signs: str) -> tuple[str, Decimal]:
    denominator = signs.rpartition("/")[2].strip()
    largest = (
        int(denominator)
        if denominator.isdecimal() and int(denominator)
        else 10 ** len(denominator) - 1
    )
    displayed = Fraction(exact)
    displayed = (
        Fraction(round(displayed * largest), largest)
        if denominator.isdecimal() and int(denominator)
        else displayed.limit_denominator(max(largest, 1))
    )
    whole_part, numerator = divmod(displayed.numerator, displayed.denominator)
    text = (
        f"{whole_part or ''} {numerator}/{displayed.denominator}" if numerator else str(whole_part)
    )
    number = Decimal(displayed.numerator) / Decimal(displayed.denominator)
    return text.strip(), exact if abs(number - exact) < _NOISE else number


def _tokens(section: str) -> list[tuple[str, str]]:
    """Cut a part of a format into words that it writes and signs that stand for digits."""
    tokens = []
    for quoted, escaped, bracket, plain_sign in _TOKEN.findall(section):
        currency = _CURRENCY.match(bracket)
        word = quoted or escaped or (currency[1] if currency else "")
        if plain_sign and (
            plain_sign in "0123456789#?.,%/" or len(plain_sign) > 1 or plain_sign in _DAY_LETTERS
        ):
            tokens.append(("sign", plain_sign))
        elif word or plain_sign:
            tokens.append(("word", word or plain_sign))
    return tokens


def _is_day(tokens: list[tuple[str, str]]) -> bool:
    return any(kind == "sign" and text in _DAY_LETTERS for kind, text in tokens)


def _holds(tokens: list[tuple[str, str]], texts: tuple[str, ...]) -> bool:
    return any(kind == "sign" and text.casefold() in texts for kind, text in tokens)


def _section(value: float, code: str) -> tuple[str, bool]:
    """Choose the part of a format that applies to a number: by condition, else by sign.

    Returns: the part; whether a minus is written before it where the number has one
    """
    sections = _sections(code)
    conditions = [_condition(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _COMPARED[condition[0]](value, float(condition[1])):
                return section, True
        return sections[-1], True
    index = 0 if value > 0 or len(sections) == 1 else 1 if value < 0 else 2
    return sections[index if index < len(sections) else 0], index != 1


def _sections(code: str) -> list[str]:
    """Cut a format into its parts for numbers; the one for texts (@) is left out."""
    sections = [""]
    for match in _TOKEN.finditer(code):
        if match[0] == ";":
            sections.append("")
        else:
            sections[-1] += match[0]
    numeric = [section for section in sections if "@" not in section]
    return numeric if any(numeric) or len(numeric) > 1 else ["General"]


def _condition(section: str) -> tuple[str, str] | None:
    brackets = (match[3] for match in _TOKEN.finditer(section) if match[3])
    return next((match.groups() for text in brackets if (match := _CONDITION.match(text))), None)
