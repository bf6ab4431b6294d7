"""Taking in files with people's marks: nothing of them is in the store, the log or what is printed."""

import json
from pathlib import Path

import pytest

from tests.commands.test_command_line import run
from tests.offices import make_office
from tests.reading import planted
from wenming_metrics.__main__ import HELD, OK

FILES = {
    "列名.xlsx": planted.findings_with_headers,
    "句子.xlsx": planted.findings_with_sentences,
    "各处.xlsx": planted.findings_with_parts,
    "文本.csv": planted.findings_as_text,
    f"来电{planted.mobile(900)}.zip": planted.archive,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    for name, make in FILES.items():
        (folder / name).write_bytes(make()[0])
    return folder


def test_nothing_is_stored_printed_or_logged(folder, tmp_path, monkeypatch, capsys):
    office = make_office(
        tmp_path,
        [["A", "垃圾桶不满溢", 5, "*"]],
        [{"code": "A", "weight": 100}],
        types=("主次干道",),
        streets=[("河西街道", "主城区")],
    )
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    _, checked = run(capsys, "check", folder, "--marked", tmp_path / "marked")
    code, printed = run(capsys, "ingest", folder)
    assert code in (OK, HELD)
    assert f"来电{planted.mobile(900)[:3]}＊＊＊＊0900.zip" in printed
    _, listed = run(capsys, "batches", "--json")
    assert len(json.loads(listed)) == 1 + 4 + 3
    logs = "\n".join(path.read_text("utf-8") for path in tmp_path.rglob("*.log"))
    assert "入库" in logs
    marked = [planted.stored_text(path.read_bytes()) for path in (tmp_path / "marked").iterdir()]
    names = [path.name for path in (tmp_path / "marked").iterdir()]
    kept = "\n".join(
        [checked, printed, listed, logs, *marked, *names, planted.all_texts(office.store)]
    )
    marks = {mark for make in FILES.values() for mark in make()[1]} | {planted.mobile(900)}
    assert [mark for mark in sorted(marks) if mark in kept] == []
