"""The command that prints what a system needs to run the server and its backups by itself."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

from wenming_metrics.commands import OK, command
from wenming_metrics.commands.printing import out
from wenming_metrics.runtime.settings import ROOT

_ENVIRONMENT = "/etc/wenming.env"
_NAME = "wenming"


@command("service")
def _service(options: Namespace) -> int:
    served = ["serve", "--port", str(options.port), "--host", options.host]
    served += ["--behind-https"] if options.behind_https else []
    text = (systemd if options.system == "systemd" else windows)(
        served, options.backup and options.backup.absolute(), options.user
    )
    out.print(text, markup=False, highlight=False, soft_wrap=True, end="")
    return OK


def systemd(served: list[str], backups: Path | None, user: str) -> str:
    """Spell the units of a server, and of a backup each day and a trial of it each week."""
    setup = f"""User={user}
WorkingDirectory={_escaped(str(ROOT))}
{_variables()}"""
    texts = {
        f"{_NAME}.service": f"""[Unit]
Description=Wenming Metrics
After=network.target postgresql.service

[Service]
{setup}ExecStart={_line(*served)}
Restart=always
RestartSec=5
LimitNOFILE=65535
NoNewPrivileges=true
PrivateTmp=true

[Install]
WantedBy=multi-user.target
"""
    }
    if backups:
        texts |= _timed("backup", "*-*-* 02:00:00", setup, "backup", str(backups), "--keep", "14")
        texts |= _timed("try", "Sun *-*-* 03:00:00", setup, "restore", str(backups), "--try")
    names = " ".join(name for name in texts if name.endswith((".timer", f"{_NAME}.service")))
    return "\n".join(
        [
            "# 把下面各段存成所写的文件，再运行：",
            f"#   systemctl daemon-reload && systemctl enable --now {names}",
            f"# 数据库地址里有密码的，写进 {_ENVIRONMENT}（WENMING_STORE=…，只让 root 能读），不要写在这里。",
            *(f"\n# /etc/systemd/system/{name}\n{text}" for name, text in texts.items()),
        ]
    )


def _timed(name: str, when: str, setup: str, *words: str) -> dict[str, str]:
    return {
        f"{_NAME}-{name}.service": f"""[Unit]
Description=Wenming Metrics {name}

[Service]
Type=oneshot
{setup}ExecStart={_line(*words)}
""",
        f"{_NAME}-{name}.timer": f"""[Unit]
Description=Wenming Metrics {name}

[Timer]
OnCalendar={when}
Persistent=true

[Install]
WantedBy=timers.target
""",
    }


def _line(*words: str) -> str:
    program = (sys.executable, "-m", "wenming_metrics", *words)
    return " ".join(_escaped(word, quoted=True) for word in program)


def _escaped(text: str, *, quoted: bool = False) -> str:
    """Spell a word as systemd reads it: a sign of per cent begins a specifier."""
    text = text.replace("%", "%%")
    if quoted and set(text) & set(" \\\"'$;"):
        inner = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
        return f'"{inner}"'
    return text


def _variables() -> str:
    """Spell the settings of now that hold no password."""
    lines = [f"EnvironmentFile=-{_ENVIRONMENT}"]
    for name, text in sorted(os.environ.items()):
        if name.startswith("WENMING_") and "://" not in text:
            lines.append(f"Environment={_escaped(f'{name}={text}', quoted=True)}")
    return "\n".join(lines) + "\n"


def windows(served: list[str], backups: Path | None, _: str) -> str:
    """Spell the tasks of Windows' own scheduler, as PowerShell: no further program is needed."""
    tasks = [_task(_NAME, "-AtStartup", served)]
    if backups:
        keep = ["backup", str(backups), "--keep", "14"]
        tasks.append(_task(f"{_NAME}-backup", "-Daily -At 2am", keep))
        weekly = "-Weekly -DaysOfWeek Sunday -At 3am"
        tasks.append(_task(f"{_NAME}-try", weekly, ["restore", str(backups), "--try"]))
    return "\n".join(
        [
            "# 存成 wenming.ps1（带 BOM 的 UTF-8），用管理员身份在 PowerShell 里运行一次。",
            "# 设置（如 WENMING_STORE）请先写进系统环境变量。",
            "$settings = New-ScheduledTaskSettingsSet -RestartCount 99 -RestartInterval (New-TimeSpan -Minutes 1) "
            "-ExecutionTimeLimit 0 -StartWhenAvailable -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries",
            *tasks,
            f"Start-ScheduledTask -TaskName '{_NAME}'",
            "",
        ]
    )


def _task(name: str, trigger: str, words: list[str]) -> str:
    arguments = " ".join(f'"{word}"' if " " in word else word for word in words)
    action = f"New-ScheduledTaskAction -Execute {_quoted(sys.executable)} "
    action += f"-Argument {_quoted(f'-m wenming_metrics {arguments}')} -WorkingDirectory {_quoted(str(ROOT))}"
    return (
        f"Register-ScheduledTask -Force -TaskName {_quoted(name)} -User 'NT AUTHORITY\\SYSTEM' -Settings $settings "
        f"-Trigger (New-ScheduledTaskTrigger {trigger}) -Action ({action})"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
