"""The structure: imports point downward only, streamlit stays in its rooms."""

import ast
from collections import defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "wenming_metrics"
LEVELS = [
    {"vocabulary"},
    {"domain"},
    {"rules", "access", "runtime"},
    {"scoring", "store"},
    {"reading", "tallies"},
    {"export", "charts"},
    {"queries"},
    {"intake", "upkeep"},
    {"publishing", "revising", "decisions"},
    {"ui"},
    {"app", "pages", "commands", "demo", "__main__"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
MEETS = {
    ("commands", "demo"),  # the command that makes the made-up city
    ("__main__", "commands"),  # the command line is put together of its commands
}
"""Imports between rooms of one level that are meant."""
FILES = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *PACKAGE.rglob("*.py")]


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "wenming_metrics" and len(parts) > 1 else parts[0]


@cache
def imports(path: Path) -> frozenset[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def rooms_used(path: Path) -> set[str]:
    ours = (name.split(".") for name in imports(path) if name.startswith("wenming_metrics."))
    return {parts[1] for parts in ours if not parts[1].startswith("__version")} - {room_of(path)}


def named(path: Path, said: str = "") -> str:
    return f"{path.relative_to(ROOT)} {said}".strip()


def test_every_file_stands_in_a_known_room():
    unknown = [named(p) for p in FILES if room_of(p) not in LEVEL and p != PACKAGE / "__init__.py"]
    assert not unknown
    loose = {path.stem for path in PACKAGE.glob("*.py")}
    assert loose == {"__init__", "__main__"}, "every module has a room"


def test_imports_point_downward():
    upward = [
        named(path, f"must not use {used}")
        for path in FILES
        for used in rooms_used(path)
        if LEVEL[used] >= LEVEL[room_of(path)] and (room_of(path), used) not in MEETS
    ]
    assert not upward


def test_every_exception_is_needed():
    met = {(room_of(path), used) for path in FILES for used in rooms_used(path)}
    assert met >= MEETS


def test_rooms_use_one_another_in_no_circle():
    graph = defaultdict(set)
    for path in FILES:
        graph[room_of(path)] |= rooms_used(path)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle: {' > '.join(error.args[1])}") from None


def test_modules_use_one_another_in_no_circle():
    modules = {
        ".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in PACKAGE.rglob("*.py")
    }
    graph = {name: imports(path) & modules.keys() for name, path in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle: {' > '.join(error.args[1])}") from None


def test_streamlit_and_session_state_stay_in_their_rooms():
    astray = []
    for path in FILES:
        room = room_of(path)
        if any(name.split(".")[0] == "streamlit" for name in imports(path)):
            if room not in {"app", "pages", "ui"}:
                astray.append(named(path, "uses streamlit"))
        if "session_state" in path.read_text(encoding="utf-8") and room != "ui":
            astray.append(named(path, "uses session_state"))
    assert not astray


def test_pages_are_thin():
    words = (".groupby(", ".merge(", "read_excel", "read_csv", "go.Figure", "plotly.express")
    thick = []
    for path in (ROOT / "pages").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        thick += [named(path, word) for word in words if word in text]
        if text.count("\n") > 80:
            thick.append(named(path, "is long"))
    assert not thick


def test_the_package_is_light_to_import():
    heavy = {"pandas", "numpy", "streamlit", "sqlalchemy"}
    light = [PACKAGE / "__init__.py", *(PACKAGE / "reading" / "apart").glob("*.py")]
    assert not [named(path) for path in light if heavy & imports(path)]


def test_there_is_no_room_for_leftovers():
    names = {path.stem for path in FILES} | {path.parent.name for path in FILES}
    assert not names & {"utils", "helpers", "common", "misc"}
