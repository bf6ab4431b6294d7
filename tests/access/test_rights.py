"""The table of rights: the shipped one, what is refused and why, out and in again as a workbook."""

import re
from types import SimpleNamespace

import pytest

from wenming_metrics.access.rights import (
    ADMINISTRATOR,
    csv_of,
    pages_of,
    parse_rights,
    rights_of,
    table_of,
)
from wenming_metrics.access.viewer import ACTS, APART, AccessError, Viewer
from wenming_metrics.export.access_books import rights_book
from wenming_metrics.queries.viewers import shipped_rights
from wenming_metrics.revising.books import sheets_of
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.ui.frame import entrance

SHIPPED = (ROOT / "data" / "access" / "rights.csv").read_text("utf-8")
PAGES = re.findall(r'st\.Page\([^)]*title="(\w+)"', (ROOT / "app.py").read_text("utf-8"))


def table():
    return [line.split(",") for line in SHIPPED.splitlines()]


def cell(lines, thing, role):
    return next(line for line in lines if line[1] == thing), lines[0].index(role)


def faults_of(lines):
    rights, faults = rights_of(lines, PAGES)
    assert bool(rights) != bool(faults)
    return [(fault.code, fault.row, fault.column, fault.found) for fault in faults]


def test_the_shipped_table_knows_every_page_and_every_act():
    assert faults_of(table()) == []
    assert sorted(PAGES) == pages_of(shipped_rights())
    assert [line[1] for line in table() if line[0] == "操作"] == list(ACTS)


def test_nobody_does_both_of_what_is_kept_apart():
    for role, rights in shipped_rights().items():
        for pair in APART:
            assert not rights.acts.issuperset(pair), role


def test_who_manages_accounts_sees_no_figures():
    rights = shipped_rights()[ADMINISTRATOR]
    assert rights.pages == {"使用说明", "账号"}
    assert rights.scope == "无"


def test_it_goes_out_as_a_workbook_and_comes_in_the_same():
    lines = table_of(shipped_rights(), PAGES)
    (rows,) = sheets_of(rights_book(lines)).values()
    rights, faults = rights_of(rows, PAGES)
    assert faults == []
    assert rights == shipped_rights()
    assert parse_rights(csv_of(table_of(rights, PAGES)), PAGES) == rights


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda t: t[0].__setitem__(0, "种类"), ("权限-01", 1, "A", "种类、事项、领导")),
        (lambda t: t[0].__setitem__(3, "领导"), ("权限-01", 1, "A", "类别、事项、领导")),
        (lambda t: t.append(["页面", "后台", "是"]), ("权限-02", 38, "B", "页面 后台")),
        (lambda t: t.append(["页面", "总览", "是"]), ("权限-03", 38, "B", "总览")),
        (lambda t: t.pop(1), ("权限-04", 1, "B", "总览")),
        (lambda t: t[1].__setitem__(3, "可以"), ("权限-05", 2, "D", "可以")),
        (
            lambda t: cell(t, "签发", "创建办经办")[0].__setitem__(3, "是"),
            ("权限-06", 1, "D", "创建办经办"),
        ),
        (lambda t: cell(t, "上级测评", "领导")[0].__setitem__(2, ""), ("权限-07", 1, "C", "领导")),
        (
            lambda t: cell(t, "排名", "责任单位")[0].__setitem__(9, "是"),
            ("权限-08", 1, "J", "责任单位"),
        ),
        (lambda t: cell(t, "账号", "领导")[0].__setitem__(2, "是"), ("权限-09", 1, "C", "领导")),
    ],
)
def test_a_faulty_table_says_where(change, fault):
    lines = table()
    change(lines)
    assert fault in faults_of(lines)


def test_every_fault_is_one_sentence_with_its_place():
    lines = table()
    lines.append(["页面", "后台", "是"])
    (fault,) = rights_of(lines, PAGES)[1]
    assert fault.text.startswith("“权限表”第 38 行（B38）：没有“页面 后台”这一项。")


def test_a_stored_table_that_no_longer_fits_is_refused():
    with pytest.raises(AccessError, match="权限表不能用"):
        parse_rights(SHIPPED, [*PAGES, "新的一页"])


def test_empty_and_tiny_tables_are_refused_in_words():
    for lines in ([], [[]], [[""]], [["类别", "事项"]]):
        assert faults_of(lines)[0][0] == "权限-01"


def test_faulty_rules_take_the_pages_from_nobody(monkeypatch):
    """Behind each page stands what is wrong with the rules; a visitor is still asked to sign in."""
    leader = Viewer("lingdao", "甲", "领导", pages=frozenset({"总览"}))
    pages = {"看": [SimpleNamespace(title="总览"), SimpleNamespace(title="排名")]}

    def broken():
        raise RuleSetError([])

    monkeypatch.setattr(entrance.cache, "office", broken)
    monkeypatch.setattr(entrance, "open_store", lambda url: url)
    monkeypatch.setattr(entrance, "is_local", lambda: False)
    monkeypatch.setattr(entrance, "viewer_of_run", lambda _store: leader)
    assert entrance.permitted(pages) == {"看": pages["看"][:1]}
