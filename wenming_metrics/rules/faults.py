"""What is wrong with rules: faults by file, line and column, and the error that lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wenming_metrics.rules.paths import line_of


@dataclass(frozen=True)
class Fault:
    """One fault of a rule file: where, and what and how to mend it (Chinese).

    column - the column of a table, or the setting of rules.toml and composite.toml; "" = unknown
    """

    file: str
    line: int | None
    message: str
    column: str = ""

    def __str__(self) -> str:
        """The fault as one line: file, line, column, message."""
        place = f"{self.file} 第 {self.line} 行" if self.line else self.file
        is_table = self.file.endswith(".csv")
        place += f" {self.column} 列" if self.line and self.column and is_table else ""
        return f"{place}:{self.message}"


class RuleSetError(ValueError):
    """A folder of rules cannot be used; `faults` lists everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


def locate(file: str, wrong: Iterable[tuple[str, str]], text: str = "") -> list[Fault]:
    """Make faults of paths of settings and what is wrong with them.

    Takes: text - the file itself, by which lines are found
    """
    return [Fault(file, line_of(text, path), message, path) for path, message in wrong]
