"""Logs are bounded, shared by processes, hold acts and errors, and never what stands in cells."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tests.offices import checklist, ingest
from tests.store.test_split import open_office, rows
from wenming_metrics.__main__ import FAILED, OK, main
from wenming_metrics.intake import commit
from wenming_metrics.runtime import logs
from wenming_metrics.runtime.settings import ROOT, Settings

WRITER = """
import logging, sys
from wenming_metrics.runtime import logs, settings
logs._BYTES, logs._FILES = 5_000, 200
with logs.keep_log("command", settings.load()):
    for number in range(300):
        logging.getLogger("wenming_metrics.test").info("from %s line %03d", sys.argv[1], number)
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("WENMING_LOGS", str(tmp_path / "logs"))
    return Settings(tmp_path / "data", "sqlite:///x.db", None)


def test_acts_are_logged_with_who_and_how_much_but_not_with_cells(tmp_path, here):
    office = open_office(tmp_path)
    with logs.keep_log("command", here):
        batch = ingest(office, checklist(rows()), "督查\n表.xlsx")
        commit.withdraw(office, batch, "张三", "重复")
        commit.reinstate(office, batch, "李四")
    said = (tmp_path / "logs" / "command.log").read_text(encoding="utf-8")
    assert "入库 批次 2 文件 '督查 表.xlsx' 摘要 " in said
    assert "入库 240 行 待核 0 行 经办 '测试'" in said
    assert "撤回 批次 2 经办 '张三' 原因 '重复'" in said
    assert "恢复 批次 2 经办 '李四'" in said
    for cell in ("甲街道", "号点", "市督查组", "广告"):
        assert cell not in said
    assert said.count("\n") == 3


def test_the_user_sees_the_message_and_the_log_the_traceback(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("WENMING_STORE", str(tmp_path / "store.db"))
    (tmp_path / "store.db").write_bytes(b"dear office, " * 500)
    assert main(["batches"]) == FAILED
    out, said = capfd.readouterr()
    assert (out, said.count("\n"), "不是本软件的数据文件" in said) == ("", 1, True)
    log = (tmp_path / "logs" / "command.log").read_text(encoding="utf-8")
    assert "ERROR wenming_metrics.command batches 没有完成" in log
    assert "Traceback" in log


def test_a_fault_of_the_program_is_told_in_one_sentence(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("WENMING_STORE", str(tmp_path / "store.db"))
    monkeypatch.setattr("wenming_metrics.commands.files.this_office", lambda: 1 / 0)
    assert main(["batches"]) == FAILED
    said = capfd.readouterr().err
    assert ("程序出错" in said, str(tmp_path / "logs") in said) == (True, True)
    assert "Traceback" not in said
    assert "ZeroDivisionError" in (tmp_path / "logs" / "command.log").read_text(encoding="utf-8")


def test_the_console_of_the_server_shows_no_traceback(here, tmp_path, capfd):
    with logs.keep_log("server", here):
        try:
            Path(tmp_path / "none").read_text()
        except OSError:
            logging.getLogger("wenming_metrics.test").exception("打不开数据")
    said, kept = capfd.readouterr().err, (tmp_path / "logs" / "server.log").read_text("utf-8")
    assert said.rstrip().endswith("ERROR wenming_metrics.test 打不开数据")
    assert ("Traceback" in said, "Traceback" in kept) == (False, True)


def test_they_are_turned_and_bounded(here, tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "_BYTES", 2_000)
    with logs.keep_log("server", here):
        for number in range(500):
            logging.getLogger("wenming_metrics.test").info("line %s", number)
    files = sorted((tmp_path / "logs").iterdir())
    assert len([path for path in files if path.name.startswith("server-")]) == 5
    assert all(path.stat().st_size <= 2_200 for path in files)
    assert "line 499" in max(files, key=lambda path: path.stat().st_mtime_ns).read_text()


def test_processes_that_log_at_once_lose_no_line(here, tmp_path):
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, name], cwd=ROOT, stderr=subprocess.PIPE)
        for name in "abc"
    ]
    for process in running:
        _, said = process.communicate(timeout=120)
        assert (process.returncode, said) == (0, b"")
    lines = [
        line.split(" ", 5)[-1].split("test ")[-1]
        for path in (tmp_path / "logs").iterdir()
        for line in path.read_text().splitlines()
    ]
    wanted = [f"from {name} line {number:03}" for name in "abc" for number in range(300)]
    assert sorted(lines) == sorted(wanted)


def test_a_folder_that_cannot_be_written_is_told_once(tmp_path, monkeypatch, capfd):
    (tmp_path / "logs").write_text("a file")
    monkeypatch.setenv("WENMING_STORE", str(tmp_path / "store.db"))
    assert main(["health", "--json"]) in (OK, FAILED)
    said = capfd.readouterr().err
    assert (said.count("\n"), "写不了日志" in said) == (1, True)


def test_afterwards_all_is_as_before(here):
    log = logging.getLogger("wenming_metrics")
    before = (log.level, log.propagate, list(log.handlers))
    with logs.keep_log("command", here):
        pass
    assert (log.level, log.propagate, list(log.handlers)) == before


def test_where_the_logs_are(tmp_path, monkeypatch):
    monkeypatch.delenv("WENMING_LOGS", raising=False)
    assert Settings(tmp_path, f"sqlite:///{tmp_path}/a.db", None).logs == tmp_path / "logs"
    server = Settings(tmp_path, "postgresql+psycopg://someone@host/city", None)
    assert server.logs == ROOT / "data" / "store" / "logs"
    monkeypatch.setenv("WENMING_LOGS", str(tmp_path / "other"))
    assert server.logs == Path(tmp_path / "other")
