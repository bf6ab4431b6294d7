"""Names say what a thing is: words that only say who spoke, or that something was found, get fewer."""

import ast
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "wenming_metrics").rglob("*.py"))
FILLERS = set(
    "told said found one own at place taken known given kept made put got thing things "
    "asked named shown whole here there part parts places other others each both done held".split()
)
"""Words that hold anything; the names of things stand in DESIGN and in the vocabulary."""
MOST = 0.005
"""Share of all bindings that may be fillers. It is lowered when the share falls, never raised."""
SPREAD = 25
"""Files in which one name may be bound without standing among the TERMS."""
TERMS = set(
    "_ _log act answers batch board catalogue cell cells city code codes column columns connection content count counts "
    "base book context day days decimals digest draw due end ends entry error facts faults figures file files first form frame frames group groups header "
    "high index issue items key keys kind kinds label last line lines lost low marks match moment n name names number "
    "numbers office options order path source points position positions problem problems query question rate reason "
    "register roles row rows rules score self sentence share shares sheet sheets sites size span start state store sums "
    "survey table text texts title titles total types unit units value values who width window word words".split()
)
"""Terms of the field and of the craft, each for one thing wherever it stands."""
SMALL = {
    "wanted": 51,
    "before": 41,
    "left": 38,
    "above": 38,
    "written": 38,
    "chosen": 36,
    "counted": 35,
    "of": 35,
    "rest": 31,
    "on": 30,
    "seen": 30,
    "after": 30,
    "inside": 28,
    "several": 26,
    "same": 26,
}
"""Small words that many files still use, with the most files that may: to be replaced by nouns."""


@cache
def bindings() -> dict[str, list[Path]]:
    """Every name that is bound, and the files: variables, parameters, functions, classes."""
    names = defaultdict(list)
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                    names[name].append(path)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    names[name].append(path)
                case ast.ExceptHandler(name=str(name)):
                    names[name].append(path)
    return names


def test_fillers_get_fewer():
    total = sum(map(len, bindings().values()))
    fillers = {name: len(paths) for name, paths in bindings().items() if name in FILLERS}
    assert sum(fillers.values()) <= MOST * total, Counter(fillers).most_common()


def test_a_name_in_many_files_is_a_term():
    spread = {name: len(set(paths)) for name, paths in bindings().items()}
    most = dict.fromkeys(TERMS, len(FILES)) | SMALL
    wide = {name: files for name, files in spread.items() if files > most.get(name, SPREAD)}
    assert not wide


def test_no_two_classes_have_one_name():
    names = Counter(
        name
        for path in FILES
        for name in re.findall(r"^ *class (\w+)[:(]", path.read_text("utf-8"), re.MULTILINE)
    )
    assert len(names) > 100
    assert not [name for name, count in names.items() if count > 1]
