"""The demo and the page refuse what cannot work before they begin, in words that help."""

import socket
from datetime import date, timedelta

import pytest

from wenming_metrics.__main__ import main
from wenming_metrics.commands import FAILED, running
from wenming_metrics.demo.inspections import END


def test_a_port_that_is_taken(capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == FAILED
    printed = capsys.readouterr()
    assert f"端口 {port} 已经被占用" in printed.err.replace("\n", "")
    assert f"make demo PORT={port + 1}" in printed.err.replace("\n", "")
    assert "网页地址" not in printed.out  # an address that does not answer


@pytest.mark.parametrize("port", [0, -1, 70000])
def test_a_port_that_there_is_not(capsys, port):
    with pytest.raises(SystemExit, match="2"):
        main(["serve", "--port", str(port)])
    assert f"--port：应是 1 到 65535 的整数，现在是“{port}”" in capsys.readouterr().err


def test_a_clock_before_the_demo(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("WENMING_STORE", str(tmp_path / "demo.db"))
    day = END - timedelta(days=1)
    monkeypatch.setattr(running, "today", lambda: day)
    assert main(["demo"]) == FAILED
    printed = capsys.readouterr().err.replace("\n", "")
    assert f"本机日期是 {day}" in printed
    assert "校准" in printed
    assert not (tmp_path / "demo.db").exists()
    assert END == date(2026, 11, 20)
