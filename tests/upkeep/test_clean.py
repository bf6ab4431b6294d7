"""A store of an earlier version, cleaned: nothing is left in its bytes, and every figure is as it was."""

import json
import lzma
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.commands.test_command_line import run
from tests.offices import copy_office, make_office
from tests.reading import planted
from wenming_metrics.__main__ import OK, main
from wenming_metrics.domain import periods
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.reading.personal import copies
from wenming_metrics.runtime import settings
from wenming_metrics.store import schema
from wenming_metrics.store.database import open_store, writing

pytestmark = pytest.mark.store

FILES = {
    "列名.xlsx": planted.findings_with_headers(),
    "句子.xlsx": planted.findings_with_sentences(),
    "各处.xlsx": planted.findings_with_parts(),
    f"来电{planted.mobile(900)}.csv": planted.findings_as_text(),
}
MARKS = {mark for _, marks in FILES.values() for mark in marks} | {planted.mobile(900)}
NOTE, SAID = f"{planted.mobile(901)}要求撤回", f"打{planted.mobile(902)}催过"
MONTH = periods.window("month", date(2026, 11, 1))


@pytest.fixture
def office(tmp_path, monkeypatch):
    """An office whose store was filled when nothing but columns was looked for."""
    office = copy_office(tmp_path, "never cleaned", make)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    log = settings.load().logs / "server.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(f"入库 {planted.mobile(903)}.xlsx\n第二行\n", "utf-8")
    return office


def make(folder):
    office = make_office(
        folder,
        [["A", "垃圾桶不满溢", 5, "*"]],
        [{"code": "A", "weight": 100}],
        types=("主次干道",),
        streets=[("河西街道", "主城区"), ("城东街道", "主城区")],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copies, "mask_workbook", lambda workbook, *_: copies.Masked(workbook, {}))
        patch.setattr(copies, "find_personal", lambda _: ())
        patch.setattr(copies, "find_unread", lambda _: ())
        patch.setattr("wenming_metrics.reading.read.make_copy", lambda *_: copies.Blanked(None))
        patch.setattr("wenming_metrics.reading.read.mask_name", lambda name: name)
        for name, (content, _) in FILES.items():
            commit.commit(office, commit.inspect(office, content, name), "某经办")
    commit.withdraw(office, 2, "某经办", NOTE)
    commit.reinstate(office, 2, "某经办", SAID)
    return office


def test_nothing_is_left_and_every_figure_stays(office, tmp_path, capsys):
    before, was = ranking(office, MONTH, "street"), planted.all_texts(office.store)
    assert {mark for mark in MARKS if mark not in was} == set()
    code, printed = run(capsys, "clean", "--json")
    assert printed.startswith("{"), printed
    facts = json.loads(printed)
    assert (code, facts["files"], facts["logs"], facts["unread"]) == (OK, 4, 1, [])
    marks = {*MARKS, planted.mobile(901), planted.mobile(902), planted.mobile(903)}
    kept = planted.all_texts(office.store)
    assert [mark for mark in sorted(marks) if mark in kept] == []
    assert "某经办" in kept
    assert "乱停放" in kept
    office.store.engine.dispose()
    again = open_office(settings.load())
    assert ranking(again, MONTH, "street").equals(before)
    assert main(["verify"]) == OK
    assert [mark for mark in sorted(marks) if mark.encode() in _bytes_on_disk(tmp_path)] == []


def _bytes_on_disk(folder: Path) -> bytes:
    """Give all files of an office with their free pages: the store, what lies beside it, the logs."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".csv")
    return b"".join(path.read_bytes() for path in files)


@pytest.mark.only("sqlite")
def test_a_store_that_0_5_0_wrote_is_cleaned_and_ranks_as_it_did_there(
    office, tmp_path, monkeypatch, capsys
):
    """The store and the figures were written by that version, see make_store_0_5."""
    office.store.engine.dispose()
    folder = tmp_path / "earlier"
    folder.mkdir()
    path = folder / "store.db"
    path.write_bytes(lzma.decompress(Path(__file__).with_name("store_0_5.db.xz").read_bytes()))
    monkeypatch.setenv("WENMING_STORE", f"sqlite:///{path}")
    was = planted.all_texts(open_store(f"sqlite:///{path}"))
    marks = {*MARKS, planted.mobile(901), planted.mobile(902)}
    assert len(marks) >= 145
    # Columns that it knew, it emptied itself; what it kept is what there is to clean.
    kept = {mark for mark in marks if mark in was}
    assert len(kept) >= 120, len(kept)
    code, printed = run(capsys, "clean", "--json")
    assert (code, json.loads(printed)["unread"]) == (OK, [])
    again = open_office(settings.load())
    left, on_disk = planted.all_texts(again.store), _bytes_on_disk(folder)
    assert [mark for mark in sorted(marks) if mark in left or mark.encode() in on_disk] == []
    printed_then = json.loads(Path(__file__).with_name("store_0_5.json").read_text("utf-8"))
    ranked = ranking(again, MONTH, "street")
    now = json.loads(ranked.to_json(orient="records", force_ascii=False))
    assert [
        {name: line[name] for name in then} for line, then in zip(now, printed_then, strict=True)
    ] == (printed_then)
    assert main(["verify"]) == OK


def test_what_was_sent_before_is_known_again_and_a_second_run_finds_nothing(office, capsys):
    first = commit.inspect(office, FILES["句子.xlsx"][0], "句子.xlsx")
    assert not first.is_known  # it is masked now, and was not
    run(capsys, "clean")
    for name, (content, _) in FILES.items():
        assert commit.inspect(office, content, name).is_known, name
    facts = json.loads(run(capsys, "clean", "--json")[1])
    assert (facts["files"], facts["blocks"], facts["texts"], facts["logs"]) == (0, 0, 0, 0)


def test_cells_of_a_file_that_is_kept_no_more_are_cleaned_by_their_headers(office, capsys):
    with writing(office.store) as connection:
        connection.execute(update(schema.original).values(content=None, dropped_at="2026-11-20"))
    run(capsys, "clean")
    kept = planted.all_texts(office.store)
    assert [mark for mark in sorted(MARKS) if mark in kept] == []
