"""How tables in other people's words are taken: kinds, columns, questions, wrong and sure.

    python -m tests.uploads.own_words.score FOLDER [--held-out | --rest] [--quiet]

A stranger adds a file of `[[table]]` to a folder of its own, see `gathered/README.md`, and scores it so.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.uploads.own_words.corpus import OwnTable, context, tables
from wenming_metrics.reading.model.reading import ASKED, SURE, Recognised
from wenming_metrics.reading.read import read_workbook

NO_ROLE = "-"


@dataclass(frozen=True)
class Outcome:
    """How one table was taken: its kind, and of each column with a header what was said and right.

    n_questions - what is asked besides the one confirmation: columns in doubt, or which kind it is
    """

    table: OwnTable
    kind: str
    is_sure: bool
    n_questions: int
    columns: tuple[tuple[str, str, tuple[str, ...]], ...]

    @property
    def wrong(self) -> list[tuple[str, str, tuple[str, ...]]]:
        return [column for column in self.columns if column[1] not in column[2]]

    @property
    def is_wrong_and_sure(self) -> bool:
        """Rows would be read without a question, as another kind or from the wrong columns."""
        named = [column for column in self.wrong if column[1] != NO_ROLE]
        return self.is_sure and self.kind != "none" and bool(self.kind != self.table.kind or named)


def outcomes(
    folder: str | Path, is_wanted: Callable[[OwnTable], bool] = lambda table: True
) -> tuple[Outcome, ...]:
    """Take the tables of a folder, as a file of its own each."""
    return tuple(_outcome(table) for table in tables(folder) if is_wanted(table))


def is_held_out(table: OwnTable) -> bool:
    """Say whether a table is of the third that is not looked at while weights are set."""
    digest = hashlib.blake2b(f"{table.header}{table.kind}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) % 3 == 0


def _outcome(table: OwnTable) -> Outcome:
    reading = read_workbook(table.workbook, table.file, "", context())
    recognised = max(reading.recognised, key=lambda each: len(each.columns), default=None)
    kind = _kind(recognised)
    said = _roles(recognised, table.kind if table.kind != "none" else kind)
    columns = tuple(
        (table.header[position], said.get(position, NO_ROLE), right)
        for position, right in enumerate(table.roles)
    )
    is_sure = bool(recognised and recognised.certainty == SURE and not reading.is_rejected)
    n_questions = 0
    if recognised and recognised.certainty == ASKED:
        n_questions = max(1, sum(column.is_doubtful for column in recognised.columns))
    return Outcome(table, kind, is_sure, n_questions, columns)


def _kind(recognised: Recognised | None) -> str:
    if recognised is None or not recognised.certainty:
        return "none"
    return recognised.proposed or "none"


def _roles(recognised: Recognised | None, kind: str) -> dict[int, str]:
    """Give the roles in a kind, what is kept of questions and components left out."""
    if recognised is None or kind not in recognised.roles or not recognised.certainty:
        return {}
    pairs = zip(recognised.columns, recognised.roles[kind], strict=True)
    roles = {column.position: role for column, role in pairs}
    return {p: role for p, role in roles.items() if role and ":" not in role and role[0] != "#"}


def describe(found: Sequence[Outcome], with_each: bool = True) -> list[str]:
    """Write down what a set of tables came to: shares, questions, who is taken for whom."""
    kinds = sum(outcome.kind == outcome.table.kind for outcome in found)
    columns = sum(len(outcome.columns) for outcome in found)
    wrong = sum(len(outcome.wrong) for outcome in found)
    sure = [outcome.table.name for outcome in found if outcome.is_wrong_and_sure]
    lines = [
        f"tables {len(found)}",
        f"kinds right {kinds} ({kinds / len(found):.1%})",
        f"columns right {columns - wrong} of {columns} ({1 - wrong / columns:.1%})",
        f"sure {sum(o.is_sure for o in found)}, asked {sum(o.n_questions > 0 for o in found)},"
        f" questions per table {sum(o.n_questions for o in found) / len(found):.2f}",
        f"wrong and sure {len(sure)}: {sure}",
    ]
    confused = Counter((o.table.kind, o.kind) for o in found)
    for (right, said), count in sorted(confused.items()):
        lines.append(f"  {right:14} {said:14} {count}{'' if right == said else '   <--'}")
    if with_each:
        lines += [
            f"  {o.table.name}: taken for {o.kind}, is {o.table.kind}"
            for o in found
            if o.kind != o.table.kind
        ]
        lines += [
            f"  {o.table.name}: {header!r} said {said}, right {'|'.join(right)}"
            for o in found
            for header, said, right in o.wrong
        ]
    return lines


def main() -> None:
    """Score a folder of tables and print what it came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--held-out", action="store_true", help="only the third that is held out")
    part.add_argument("--rest", action="store_true", help="only what is not held out")
    parser.add_argument("--quiet", action="store_true", help="shares and confusions alone")
    given = parser.parse_args()
    whole = not (given.held_out or given.rest)
    found = outcomes(given.folder, lambda t: whole or is_held_out(t) == given.held_out)
    print("\n".join(describe(found, not given.quiet)))


if __name__ == "__main__":
    main()
