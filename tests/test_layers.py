"""The structure: imports point downward only, streamlit stays in its rooms."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LEVELS = [
    {"rounding", "periods", "problems", "vocabulary", "settings", "logs", "executors", "privacy"},
    {"rules", "units"},
    {"scoring", "reading", "store"},
    {"charts", "export", "made_day"},
    {"queries", "tallying", "ready", "correcting"},
    {"storing", "retallying"},
    {"intake", "choosing", "holding", "pairing", "polling"},
    {"backfill", "keeping", "revising"},
    {"publishing"},
    {"ui", "server", "terminal", "commands", "__main__", "demo"},
    {"app", "pages"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
MEETS = {
    ("queries", "reading"),  # the layout of stored cells
    ("queries", "tallying"),  # an office that opens makes the sums it lacks
    ("reading", "scoring"),  # questionnaires are flagged before personal data is left out
    ("units", "vocabulary"),
    ("holding", "intake"),  # one kind of error for what cannot be done
    ("pairing", "intake"),
    ("polling", "intake"),
    ("commands", "demo"),
    ("commands", "server"),
    ("commands", "terminal"),
    ("__main__", "commands"),
    ("__main__", "terminal"),
}
"""Imports between rooms of one level that are meant."""
FILES = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "wenming_metrics").rglob("*.py")]


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "wenming_metrics" and len(parts) > 1 else parts[0]


def imports(path: Path) -> set[str]:
    tree, found = ast.parse(path.read_text(encoding="utf-8")), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms_used(path: Path) -> set[str]:
    ours = (name.split(".") for name in imports(path) if name.startswith("wenming_metrics."))
    return {parts[1] for parts in ours if parts[1] in LEVEL}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downward(path: Path):
    room = room_of(path)
    if room == "__init__":
        return
    assert room in LEVEL, f"{path} stands in no known room"
    for used in rooms_used(path) - {room}:
        same = LEVEL[used] == LEVEL[room]
        siblings_may = LEVEL[room] == 0 or (room, used) in MEETS
        assert LEVEL[used] < LEVEL[room] or (same and siblings_may), f"{room} must not use {used}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_streamlit_and_session_state_stay_in_their_rooms(path: Path):
    room, text = room_of(path), path.read_text(encoding="utf-8")
    if any(name.split(".")[0] == "streamlit" for name in imports(path)):
        assert room in {"app", "pages", "ui", "server"}, "streamlit is for pages and ui"
    if "session_state" in text:
        assert room == "ui", "session_state is for ui"


@pytest.mark.parametrize("path", [*(ROOT / "pages").glob("*.py")], ids=lambda path: path.name)
def test_pages_are_thin(path: Path):
    text = path.read_text(encoding="utf-8")
    for word in (".groupby(", ".merge(", "read_excel", "read_csv", "go.Figure", "plotly.express"):
        assert word not in text, f"{word} does not belong in a page"
    assert text.count("\n") <= 80


def test_the_package_is_light_to_import():
    heavy = {"pandas", "numpy", "streamlit", "sqlalchemy"}
    assert not heavy & imports(ROOT / "wenming_metrics" / "__init__.py")
    for path in (ROOT / "wenming_metrics" / "reading" / "apart").glob("*.py"):
        assert not heavy & imports(path), path.name


def test_there_is_no_room_for_leftovers():
    names = {path.stem for path in FILES}
    assert not names & {"utils", "helpers", "common", "misc"}
