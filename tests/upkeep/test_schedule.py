"""Backups that come by themselves: when one is due, what is kept, and what is told when none comes."""

from datetime import datetime, time, timedelta

import pytest

from tests.store.test_split import filled_office
from wenming_metrics.domain import periods
from wenming_metrics.runtime import settings
from wenming_metrics.runtime.settings import BackupPlan, SettingsError
from wenming_metrics.upkeep import backup as backups
from wenming_metrics.upkeep import health as healths
from wenming_metrics.upkeep import schedule
from wenming_metrics.upkeep.backup import backup, backups_in, rotate
from wenming_metrics.upkeep.schedule import back_up_if_due, is_due

pytestmark = pytest.mark.only("sqlite")
PLAN = BackupPlan(None, time(2, 0), 2)


def at(text):
    return datetime.fromisoformat(f"2026-11-{text}+08:00")


@pytest.mark.parametrize(
    ("last", "moment", "due"),
    [
        (None, "20T12:00", True),
        ("20T02:00", "20T12:00", False),
        ("20T01:59", "20T12:00", True),
        ("19T02:00", "20T01:59", False),
        ("19T02:00", "20T02:00", True),
        ("13T08:00", "20T08:00", True),  # the PC was off for a week
        ("21T02:00", "20T12:00", False),  # the clock was set back
    ],
)
def test_a_backup_is_due_once_after_its_hour(last, moment, due):
    assert is_due(last and at(last), PLAN, at(moment)) is due


def test_the_server_backs_up_once_a_day_and_keeps_the_newest(tmp_path, monkeypatch):
    office, folder = filled_office(tmp_path), tmp_path / "backups"
    plan = BackupPlan(folder, time(0, 0), 2)
    real = periods.now
    for day in range(3):
        monkeypatch.setattr(schedule, "now", lambda day=day: real() + timedelta(days=day))
        monkeypatch.setattr(
            schedule, "last_backup", lambda _, day=day: real() + timedelta(days=day - 1)
        )
        assert back_up_if_due(office.store, plan)
    assert len(backups_in(folder)) == 2
    monkeypatch.undo()
    assert back_up_if_due(office.store, plan)  # it was, today: nothing more is made
    assert len(backups_in(folder)) == 2


def test_a_backup_that_fails_is_told_and_the_pages_go_on(tmp_path, caplog):
    office = filled_office(tmp_path)
    (tmp_path / "a file").write_text("in the way")
    assert not back_up_if_due(office.store, BackupPlan(tmp_path / "a file", time(0), 2))
    assert "计划的备份没有完成" in caplog.text


def test_only_backups_are_removed_and_the_newest_stay(tmp_path):
    names = ["wenming-20261119-020000.db", "wenming-20261120-020000.db"]
    names += [f"wenming-20261120-020000-{turn}.db" for turn in (2, 9, 10)]
    others = ["before-restore-20251120-020000.db", "wenming.db", "wenming-20261120-020000.db-wal"]
    for name in (*names, *others):
        (tmp_path / name).touch()
    assert [path.name for path in backups_in(tmp_path)] == names[::-1]
    assert [path.name for path in rotate(tmp_path, 2)] == names[:3][::-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names[3:], *others])


def test_the_newest_of_a_second_is_named_last_though_older_ones_are_removed(tmp_path, monkeypatch):
    office, moment = filled_office(tmp_path), at("20T02:00:00")
    monkeypatch.setattr(backups, "now", lambda: moment)
    folder = tmp_path / "backups"
    folder.mkdir()
    for _ in range(3):
        made = backup(office.store, folder)
        rotate(folder, 2)
        assert backups_in(folder)[0] == made.path
    assert [path.name[-5:] for path in backups_in(folder)] == ["-3.db", "-2.db"]
    assert backup(office.store, folder).path == backups_in(folder)[0]  # not the name that was freed


def test_a_planned_backup_that_does_not_come_is_complained_of(tmp_path, monkeypatch):
    office = filled_office(tmp_path)
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    assert healths.health(settings.load())["complaints"] == []
    monkeypatch.setenv("WENMING_BACKUP", str(tmp_path))
    assert healths.health(settings.load())["complaints"] == [
        "设了每天备份，还没有做过一次，请查日志。"
    ]
    backup(office.store, tmp_path)
    assert healths.health(settings.load())["well"]
    real = periods.now
    monkeypatch.setattr(healths, "now", lambda: real() + timedelta(days=2))
    assert healths.health(settings.load())["complaints"] == [
        "设了每天备份，已有 2 天没有做成，请查日志。"
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("WENMING_BACKUP_AT", "26:00", "应写成“02:00”，现在是“26:00”"),
        ("WENMING_BACKUP_KEEP", "0", "应是份数（1 或更大的整数），现在是“0”"),
    ],
)
def test_settings_that_are_no_plan_are_refused(monkeypatch, name, text, message):
    monkeypatch.setenv(name, text)
    with pytest.raises(SettingsError, match=message):
        settings.load()
