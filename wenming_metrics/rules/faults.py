"""What is wrong with rules: faults by file, line and column, and the error that lists them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

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
        column = f" {self.column} 列" if self.column and self.file.endswith(".csv") else ""
        line = f" 第 {self.line} 行{column}" if self.line else ""
        return f"{self.file}{line}：{self.message}"


class FaultsError(ValueError):
    """Something cannot be used; `faults` lists everything that is wrong with it."""

    def __init__(self, faults: Sequence[object]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


class RuleSetError(FaultsError):
    """A folder of rules cannot be used; its faults are of files."""


def locate(file: str, wrong: Iterable[tuple[str, str]], text: str = "") -> list[Fault]:
    """Make faults of paths of settings and what is wrong with them.

    Takes: text - the file itself, by which lines are found
    """
    return [Fault(file, line_of(text, path), message, path) for path, message in wrong]


def read_toml(path: Path, faults: list[Fault]) -> tuple[dict, str]:
    """Read a TOML file: settings and text; {} and "" where it is none, which is added to `faults`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text), text
    except FileNotFoundError:
        faults.append(Fault(path.name, None, "缺少这个文件。"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(path.name, None, f"不是有效的 TOML 文件（{error}）。"))
    return {}, ""
