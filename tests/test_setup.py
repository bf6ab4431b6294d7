"""Setting a machine up: what is missing is named with what to type, on machines of every kind."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLAIN = "bash cat cut date dirname env find grep head id ls mktemp rm tail uname".split()


@pytest.fixture
def machine(tmp_path):
    """Run the script on a machine that has nothing but plain tools and what is written here."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in PLAIN:
        (tools / name).symlink_to(shutil.which(name))

    def add(name: str, script: str = "exit 0") -> None:
        (tools / name).write_text(f"#!/bin/bash\n{script}\n")
        (tools / name).chmod(0o755)

    def run(*words: str, **variables: str) -> tuple[int, str]:
        done = subprocess.run(
            [ROOT / ".ci" / "setup", *words],
            env={"PATH": str(tools), "TMPDIR": str(tmp_path), **variables},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stderr

    return tools, add, run


def test_what_cannot_be_installed_is_named_for_the_machine(machine):
    _, add, run = machine
    add("dnf")
    code, text = run("programs")
    assert code == 0
    assert "sudo dnf install chromium" in text
    assert "缺 chromium：在浏览器里走的测试不做" in text


def test_nothing_may_be_missing_in_an_automatic_check(machine):
    _, _, run = machine
    code, text = run("programs", CI="true")
    assert code == 1
    assert "缺 chromium" in text
    assert "自动检查" in text


def test_debian_with_rights_is_given_what_it_lacks(machine):
    tools, add, run = machine
    add("id", "echo 0")
    add("apt-get", f'echo "$*" >> {tools}/asked; touch {tools}/chromium; chmod +x {tools}/chromium')
    add("touch", f'> "{tools}/chromium"')
    add("chmod", f"{shutil.which('chmod')} $*")
    code, text = run("programs", CI="true")
    assert code == 0, text
    assert "install -y -qq --no-install-recommends chromium" in (tools / "asked").read_text()
    assert run("programs", CI="true") == (0, "")  # nothing is missing any more


def test_debian_without_rights_says_what_to_type(machine):
    _, add, run = machine
    add("id", "echo 1000")
    add("apt-get", "exit 1")
    code, text = run("programs")
    assert code == 0
    assert "sudo apt-get install chromium" in text


def test_an_old_python_is_told_which_one_is_needed(machine):
    _, add, run = machine
    add("python3", '[ "$1" = --version ] && echo Python 3.9.2; exit 1')
    code, text = run("libraries", "requirements.txt")
    assert code == 1
    assert "需要 Python 3.11 或更新的版本，这里是：Python 3.9.2" in text


@pytest.mark.parametrize(
    ("printed", "variables", "expected"),
    [
        ("ProxyError('Cannot connect to proxy.')", {"https_proxy": "http://127.0.0.1:9"}, "unset"),
        ("CERTIFICATE_VERIFY_FAILED: not valid yet", {}, "本机时钟"),
        ("OSError: [Errno 28] No space left on device", {}, "磁盘满了"),
    ],
)
def test_why_libraries_could_not_be_fetched(machine, tmp_path, printed, variables, expected):
    _, add, run = machine
    add("python3")
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/bash\necho "{printed}"\nexit 1\n')
    python.chmod(0o755)
    code, text = run("libraries", "requirements.txt", VENV=str(python.parents[1]), **variables)
    assert code == 1
    assert "程序库没有装上" in text
    assert printed[:12] in text
    assert expected in text


def test_warnings_of_the_installer_are_not_shown(machine, tmp_path):
    _, add, run = machine
    add("python3")
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/bash\necho "WARNING: somewhere is ignored" >&2\n')
    python.chmod(0o755)
    code, text = run("libraries", "requirements.txt", VENV=str(python.parents[1]))
    assert code == 0
    assert text.splitlines() == [
        "正在装 requirements.txt 里的程序库（约 1 至 3 分钟，只在第一次）……"
    ]
