"""What a system needs to run the server by itself, read by the system's own checker."""

import re
import shutil
import subprocess

import pytest

from wenming_metrics.__main__ import OK, main
from wenming_metrics.commands import service


def printed(capsys, *arguments):
    assert main(["service", *arguments]) == OK
    return capsys.readouterr().out


def test_systemd_takes_the_units_as_they_are(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("WENMING_DATA", "/srv/100% 数据")
    monkeypatch.setenv("WENMING_STORE", "postgresql://wm:secret@db/wm")
    text = printed(capsys, "systemd", "--backup", "/mnt/b k$1", "--user", "root")
    assert "secret" not in text
    assert 'Environment="WENMING_DATA=/srv/100%% 数据"' in text
    units = dict(re.findall(r"# /etc/systemd/system/(\S+)\n(.*?)(?=\n# /etc|\Z)", text, re.DOTALL))
    assert set(units) == {
        *("wenming.service", "wenming-backup.service", "wenming-backup.timer"),
        *("wenming-try.service", "wenming-try.timer"),
    }
    assert '"/mnt/b k$$1" --keep 14' in units["wenming-backup.service"]
    if shutil.which("systemd-analyze"):
        for name, unit in units.items():
            (tmp_path / name).write_text(unit, "utf-8")
        checked = subprocess.run(
            ["systemd-analyze", "verify", *(tmp_path / name for name in units)],
            capture_output=True,
            text=True,
            check=False,
        )
        told = [line for line in checked.stderr.splitlines() if str(tmp_path) in line]
        assert told == []


def test_without_a_folder_there_is_no_backup(capsys):
    assert "backup" not in printed(capsys, "systemd")
    assert "Register" in printed(capsys, "windows")


def test_windows_tasks_keep_quotes_and_blanks(capsys, monkeypatch):
    monkeypatch.setattr(service, "ROOT", "C:/O'Brien")
    text = printed(capsys, "windows", "--backup", "/b k", "--host", "0.0.0.0", "--behind-https")
    assert "-WorkingDirectory 'C:/O''Brien'" in text
    assert 'backup "/b k" --keep 14' in text
    assert "--host 0.0.0.0 --behind-https" in text
    assert text.count("Register-ScheduledTask") == 3


def test_other_systems_are_not_known():
    with pytest.raises(SystemExit):
        main(["service", "plan9"])
