"""The wall screen: signed figures only, settings in the address, a page that outlives its server."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.publishing.bulletin_city import open_bulletin_city, signed_city
from wenming_metrics.publishing.issues import issues
from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.store.failures import StoreError
from wenming_metrics.ui.frame import cache
from wenming_metrics.ui.wall.door import WallDoor, page_of
from wenming_metrics.ui.wall.sheets import SHEETS, WallSettings, read_settings, wall_sheets


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return signed_city(tmp_path_factory.mktemp("wall"))


@pytest.mark.parametrize(
    ("query", "settings", "told"),
    [
        ({}, WallSettings(tuple(SHEETS)), 0),
        ({"sheets": "排名、失分", "turn": "8"}, WallSettings(("排名", "失分"), turn=8), 0),
        ({"groups": "主城区,其他", "night": "0-0"}, WallSettings(tuple(SHEETS), ("主城区", "其他"), night=(0, 0)), 0),
        ({"sheets": "数据上传"}, WallSettings(tuple(SHEETS)), 1),
        ({"turn": "0", "night": "昨天"}, WallSettings(tuple(SHEETS)), 2),
        ({"turn": "9" * 4000, "night": "25-7", "sheets": " "}, WallSettings(tuple(SHEETS)), 3),
    ],
)  # fmt: skip
def test_an_address_sets_the_wall(query, settings, told):
    found, faults = read_settings(query)
    assert (found, len(faults)) == (settings, told)


def test_a_wall_shows_the_latest_signed_issue_and_nothing_later(office):
    """Its figures are those that were signed: 乙街道 lost 2 points of 10 on 停车秩序, so 100 - 40 x .2 ..."""
    issue = issues(office)[0]
    snapshot = frozen(office, issue.key)
    shown = page_of(office, {})
    assert f"{issue.title}　{issue.document}" in shown
    assert f"<p class='score'>{snapshot.lists.city.score:.2f}</p>" in shown
    for line in snapshot.lists.boards["street"].itertuples():
        if line.status == "":
            assert f"<td>{line.unit_name}</td><td>{line.score:.2f}</td>" in shown
    assert "发现问题7条，截至2025-03-16，已整改2条，未整改5条" in shown
    assert "<script>" in shown
    assert "督查组" not in shown


def test_chosen_groups_and_units_only(office):
    snapshot = frozen(office, issues(office)[0].key)
    (sheet,) = wall_sheets(snapshot, WallSettings(("排名",), groups=("主城区",), units=("甲街道",)))
    assert (sheet.count("<tr>"), "甲街道" in sheet, "乙街道" in sheet) == (2, True, False)


@pytest.mark.parametrize(
    ("query", "told", "is_shown"),
    [
        ({"units": "甲街道,没有街道"}, "榜单里没有“没有街道”<", {"甲街道": True, "乙街道": False}),
        ({"units": "没有街道"}, "榜单里没有“没有街道”，已显示全部", {"甲街道": True, "乙街道": True}),
        ({"groups": "没有这组"}, "榜单里没有“没有这组”，已显示全部", {"甲街道": True}),
        ({"groups": "主城区", "units": "甲街道"}, "签发<", {"甲街道": True, "乙街道": False}),
        ({"groups": "其他", "units": "甲街道"}, "所选的几屏在这一期里没有可显示的内容。", {}),
    ],
)  # fmt: skip
def test_groups_and_units_that_are_not_listed_are_told(office, query, told, is_shown):
    shown = page_of(office, {"sheets": "排名", **query})
    assert told in shown
    assert {name: f"<td>{name}</td>" in shown for name in is_shown} == is_shown


def test_without_a_signed_issue_the_wall_says_so(tmp_path):
    shown = page_of(open_bulletin_city(tmp_path), {"sheets": "<script>"})
    assert "还没有签发的通报。大屏只显示签发的数。" in shown
    assert "“&lt;script&gt;”" in shown


def answered(query: bytes, path: str = "/") -> tuple[int, str]:
    sent = []

    async def inside(scope, receive, send):
        await send({"type": "http.response.start", "status": 299, "headers": []})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "method": "GET", "query_string": query, "headers": []}
    # In a thread of its own: a browser that was driven in this one leaves its loop running.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, WallDoor(inside)(scope, None, send)).result()
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:]).decode()


def test_the_door_answers_its_own_address_alone(office, monkeypatch):
    monkeypatch.setattr(cache, "office", lambda: office)
    status, body = answered(b"wall=1&sheets=%E6%8E%92%E5%90%8D")
    assert (status, "甲街道" in body) == (200, True)
    assert [answered(query)[0] for query in (b"", b"wall=0", b"wall=%ff")] == [299] * 3
    assert answered(b"wall=1", "/ranking")[0] == 299

    def broken():
        raise StoreError("坏了")

    monkeypatch.setattr(cache, "office", broken)
    assert answered(b"wall=1") == (503, "数据暂时读不出来。")
