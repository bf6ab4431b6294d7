"""Every module can be read, and the examples in docstrings show what they say."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from wenming_metrics.runtime.settings import ROOT

APART = {"apart", "migrations"}
"""Rooms of programs of their own, which are no part of the package."""


def modules(folder: str) -> dict[str, Path]:
    """Find the modules below a folder: name -> file."""
    paths = [path for path in (ROOT / folder).rglob("*.py") if not APART & set(path.parts)]
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    return {name.removesuffix(".__init__"): path for name, path in sorted(named.items())}


PACKAGE = modules("wenming_metrics")
WITH_EXAMPLES = [name for name, path in PACKAGE.items() if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_show_what_they_say(name):
    found = doctest.testmod(import_module(name))
    assert (found.attempted > 0, found.failed) == (True, 0)


def test_every_module_can_be_read():
    for name in [*PACKAGE, *modules("tests/benchmarks")]:
        if not name.endswith("__main__"):
            import_module(name)
