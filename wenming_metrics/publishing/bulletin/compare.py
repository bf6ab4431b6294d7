"""A document against what was handed out: each number and name 一致, 不一致, 新增 or 删去. Pure.

Lines are matched first, then what is checked within those that differ, so that other words, split
or joined paragraphs and came_back paragraphs without figures are no differences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from wenming_metrics.publishing.bulletin.tokens import NUMBER, WORD, NameFinder, Token, tokenise
from wenming_metrics.reading.sandbox.documents import ROW, TextLine

SAME, DIFFERS, ADDED, GONE = "一致", "不一致", "新增", "删去"
_MOVED, _OTHER_ROW = "整行移动了位置", "移到了另一行"
_FENCE = Token("fence", "")
"""Where a row of a table begins: a cell that goes into the row above leaves the order of all as it was."""
_CONTEXT = 40


@dataclass(frozen=True)
class TokenCheck:
    """One number or name of a document.

    state - SAME, DIFFERS, ADDED or GONE; expected, actual - as handed out and as it stands ("" for
    none); line - number of the line in the document, from 1 (of the one handed out where it is
    gone); context - the line's text; note - what else is to be told
    """

    state: str
    expected: str
    actual: str
    line: int
    context: str
    note: str = ""
    is_number: bool = True


@dataclass(frozen=True)
class _Side:
    """One of two documents: its lines, and what is checked of each."""

    lines: Sequence[TextLine]
    tokens: Sequence[tuple[Token, ...]]
    numbers: Sequence[int]


def compare(
    expected: Sequence[TextLine], actual: Sequence[TextLine], names: NameFinder
) -> list[TokenCheck]:
    """TokenCheck each number and name of two texts, in the order of the document.

    Takes: expected - lines of what was handed out; actual - of what came back; names - to be found
    """
    issued, returned = _side(expected, names), _side(actual, names)
    matcher = SequenceMatcher(None, issued.tokens, returned.tokens, autojunk=False)
    blocks = matcher.get_opcodes()
    moved = _moved(blocks, issued, returned)
    leaving, coming = Counter(moved), Counter(moved)
    marks: list[TokenCheck] = []
    for tag, first, last, start, end in blocks:
        if tag == "equal":
            marks += _marks_of(returned, range(start, end), SAME)
            continue
        old_rows, _ = _split(issued, range(first, last), leaving, returned.tokens[start:end])
        new_rows, strayed = _split(returned, range(start, end), coming, issued.tokens[first:last])
        marks += _marks_of(returned, strayed, DIFFERS, _MOVED)
        marks += _differences(issued, old_rows, returned, new_rows)
    return marks


def _side(lines: Sequence[TextLine], names: NameFinder) -> _Side:
    """Choose the lines that hold anything that is checked."""
    numbered = zip(range(len(lines)), lines, tokenise(lines, names), strict=True)
    checked_lines = [(number, line, tokens) for number, line, tokens in numbered if tokens]
    return _Side(
        [line for _, line, _ in checked_lines],
        [tokens for _, _, tokens in checked_lines],
        [number + 1 for number, _, _ in checked_lines],
    )


def _moved(blocks: list, issued: _Side, returned: _Side) -> Counter:
    """Count the lines that were taken from one place and stand unchanged in another."""
    gone, added = Counter(), Counter()
    for tag, first, last, start, end in blocks:
        if tag != "equal":
            gone.update(issued.tokens[first:last])
            added.update(returned.tokens[start:end])
    return Counter({line: count for line, count in (gone & added).items() if _has_number(line)})


def _has_number(tokens: tuple[Token, ...]) -> bool:
    return any(token.kind != WORD for token in tokens)


def _split(
    side: _Side, rows: range, moved: Counter, opposite: Sequence[tuple[Token, ...]]
) -> tuple[list[int], list[int]]:
    """Part the lines that stay about where they were from those that moved elsewhere."""
    near, far = [], []
    for row in rows:
        line = side.tokens[row]
        if moved[line] > 0 and line not in opposite:
            moved[line] -= 1
            far.append(row)
        else:
            near.append(row)
    return near, far


def _marks_of(side: _Side, rows: Iterable[int], state: str, note: str = "") -> Iterator[TokenCheck]:
    for row in rows:
        for token in side.tokens[row]:
            yield _mark(state, token, token, side, row, note)


def _differences(
    issued: _Side, old_rows: Sequence[int], returned: _Side, new_rows: Sequence[int]
) -> Iterator[TokenCheck]:
    """TokenCheck what differs between some lines and those that stand in their place."""
    handed_out, came_back = _fenced(issued, old_rows), _fenced(returned, new_rows)
    matcher = SequenceMatcher(
        None, [token for _, token in handed_out], [token for _, token in came_back], autojunk=False
    )
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            for row, token in _without_fences(came_back[start:end]):
                yield _mark(SAME, token, token, returned, row)
            continue
        gone, added = (
            _without_fences(fenced) for fenced in (handed_out[first:last], came_back[start:end])
        )
        yield from _replaced(issued, gone, returned, added)
        if not (gone or added) and (following := _without_fences(came_back[start:])):
            row, token = following[0]
            yield _mark(DIFFERS, token, token, returned, row, _OTHER_ROW)


def _fenced(side: _Side, rows: Sequence[int]) -> list[tuple[int, Token]]:
    """Give the tokens of some lines, each with its line; a row of a table begins with a fence."""
    return [
        (row, token)
        for row in rows
        for token in ((_FENCE,) if side.lines[row].kind == ROW else ()) + side.tokens[row]
    ]


def _without_fences(fenced: Iterable[tuple[int, Token]]) -> list[tuple[int, Token]]:
    return [(row, token) for row, token in fenced if token != _FENCE]


def _replaced(
    issued: _Side,
    handed_out: list[tuple[int, Token]],
    returned: _Side,
    came_back: list[tuple[int, Token]],
) -> Iterator[TokenCheck]:
    """Pair what is gone with what came in its place, kind by kind; the remaining is gone or added."""
    for kind in dict.fromkeys(token.kind for _, token in (*handed_out, *came_back)):
        gone = [pair for pair in handed_out if pair[1].kind == kind]
        added = [pair for pair in came_back if pair[1].kind == kind]
        for (_, token), (row, other) in zip(gone, added, strict=False):
            yield _mark(DIFFERS, token, other, returned, row)
        for row, token in gone[len(added) :]:
            yield _mark(GONE, token, None, issued, row)
        if kind != WORD:
            for row, token in added[len(gone) :]:
                yield _mark(ADDED, None, token, returned, row)


def _mark(
    state: str,
    handed_out: Token | None,
    came_back: Token | None,
    side: _Side,
    row: int,
    note: str = "",
) -> TokenCheck:
    token = came_back or handed_out
    text = "｜".join(side.lines[row].cells)
    return TokenCheck(
        state,
        handed_out.text if handed_out else "",
        came_back.text if came_back else "",
        side.numbers[row],
        text if len(text) <= _CONTEXT else f"{text[:_CONTEXT]}……",
        note,
        is_number=token.kind == NUMBER,
    )
