"""Photos that an earlier version stored as they came are cleaned, and what names them finds them again."""

import io
import json
import zipfile
from datetime import date

import pytest
from sqlalchemy import select

from tests.commands.test_command_line import run
from tests.offices import checklist, copy_office, ingest, make_office
from tests.photos import MARKS, photo
from tests.reading.hostile import photographed
from wenming_metrics.__main__ import OK, main
from wenming_metrics.decisions.problem_moves import add_problem, make_moves, order_now
from wenming_metrics.domain import photo_facts
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.pictures import row_pictures
from wenming_metrics.reading.personal.blanking import Blanked
from wenming_metrics.reading.sandbox import pictures
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading
from wenming_metrics.store.notes import read_notes, write_note
from wenming_metrics.store.pictures import pictures_of
from wenming_metrics.store.registers import read_register

pytestmark = pytest.mark.store

DAY = date(2026, 11, 24)
IN_ROW, IN_MOVE = photo("2026:11:08 09:30:00"), photo("2026:11:09 09:30:00", shade=30)
BOOK = photographed(
    checklist([[DAY, "市督查组", "甲街道", "小区", "一号", "环境", "不符合", 2]]), {(2, 7): IN_ROW}
)


def stored(office):
    """Every byte of files and pictures of a store, those of workbooks unpacked."""
    with reading(office.store) as connection:
        files = connection.execute(select(schema.original.c.content)).scalars().all()
        photos = connection.execute(select(schema.picture.c.content)).scalars().all()
        digests = connection.execute(select(schema.picture.c.digest)).scalars().all()
    pieces = list(photos)
    for content in files:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            pieces += [archive.read(name) for name in archive.namelist()]
    return b"".join(pieces), digests


def hand_out(office):
    with reading(office.store) as connection:
        units = read_register(connection).units
    street = int(units.index[units["name"] == "甲街道"][0])
    return order_now("交办", "甲", unit=street, due=DAY.toordinal() + 900)


@pytest.fixture
def office(tmp_path, monkeypatch):
    office = copy_office(tmp_path, "pictures never cleaned", make)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    return office


def make(folder):
    office = make_office(
        folder,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100}],
        types=("小区",),
        streets=[("甲街道", "主城区")],
    )
    with pytest.MonkeyPatch.context() as before:
        before.setattr(pictures, "without_facts", lambda content: content)
        before.setattr("wenming_metrics.reading.read.make_copy", lambda *_: Blanked(None))
        ingest(office, BOOK, "一.xlsx")
        number = add_problem(office, "领导批示", "路灯不亮", "甲", DAY)
        make_moves(office, [number], hand_out(office), [IN_MOVE])
    return office


def test_nothing_of_place_and_camera_is_left(office, tmp_path, capsys):
    content, before = stored(office)
    assert [mark for mark in MARKS if mark not in content] == []
    write_note(office.store, f"picture-{before[0]}", {"state": "不用这张", "who": "甲", "at": ""})
    code, printed = run(capsys, "clean", "--json")
    assert printed.startswith("{"), printed
    facts = json.loads(printed)
    assert (code, facts["files"], facts["pictures"]) == (OK, 1, 2)
    content, after = stored(office)
    disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*.db*"))
    assert [mark for mark in MARKS if mark in content + disk] == []
    assert set(before).isdisjoint(after)
    assert [name[8:] in after for name in read_notes_of(office) if name.startswith("picture-")] == [
        True
    ]
    (shown,) = row_pictures(office, last_batch(office), "督查表", 2)
    assert shown.content == photo_facts.without_facts(IN_ROW)
    with reading(office.store) as connection:
        events = connection.execute(select(schema.problem_event.c.details)).scalars().all()
        (sent,) = [facts for text in events if (facts := json.loads(text or "{}")).get("pictures")]
        assert pictures_of(connection, sent["pictures"])[0].content == (
            photo_facts.without_facts(IN_MOVE)
        )
    assert sent["taken"] == date(2026, 11, 9).toordinal()
    assert json.loads(run(capsys, "clean", "--json")[1])["pictures"] == 0
    assert commit.inspect(office, BOOK, "一.xlsx").is_known
    assert main(["verify"]) == OK


def read_notes_of(office):
    with reading(office.store) as connection:
        return read_notes(connection)


def last_batch(office):
    with reading(office.store) as connection:
        return max(connection.execute(select(schema.batch.c.batch)).scalars())


def test_what_is_stored_today_tells_nothing_and_is_told(office):
    """A photo that an earlier version kept as it came is known to be there when it is sent again."""
    number = add_problem(office, "领导批示", "井盖松动", "甲", DAY)
    make_moves(office, [number], hand_out(office), [IN_MOVE])
    with reading(office.store) as connection:
        events = connection.execute(select(schema.problem_event.c.details)).scalars().all()
    sent = [facts for text in events if (facts := json.loads(text or "{}")).get("pictures")]
    assert [facts["photos_seen"] for facts in sent] == [0, 1]
    told = {
        problem.code: problem.text for problem in commit.inspect(office, BOOK, "一.xlsx").problems
    }
    assert told["隐私-07"] == (
        "1张照片带着拍摄地点、拍摄设备等信息，已经去掉，没有保存；照片本身、拍摄日期不变。不用处理。[隐私-07]"
    )
    ingest(office, BOOK, "二.xlsx", count_again=True)
    (shown,) = row_pictures(office, last_batch(office), "督查表", 2)
    assert shown.content == photo_facts.without_facts(IN_ROW)
