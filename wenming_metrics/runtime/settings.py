"""Where things are and which limits hold, from the environment; nothing else reads it.

WENMING_DATA            folder with catalogue/, rules/ and messages.toml  [data/ of this checkout]
WENMING_STORE           store: a file path or an SQLAlchemy URL           [data/store/wenming.db]
WENMING_RULES           id of the rule set in force                       [the only or newest one]
WENMING_KEEP_ORIGINALS  days that files as they were sent are kept        [for ever]
WENMING_LOGS            folder of the logs                                [logs/ beside the store]
WENMING_BACKUP          folder that the server backs up into every day    [no backup by itself]
WENMING_BACKUP_AT       hour and minute of it, by the city's clock        [02:00]
WENMING_BACKUP_KEEP     how many of its backups are kept                  [14]
WENMING_SIGN_ON         file of settings for signing in elsewhere         [here alone]
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]
_SQLITE = "sqlite:///"
_POSTGRES = "postgresql+psycopg"
_SHORT = ("postgres", "postgresql")
"""Ways to write the address of a PostgreSQL server; the driver is this software's choice."""


class SettingsError(RuntimeError):
    """A setting cannot be used; the message says which and why, in Chinese."""


@dataclass(frozen=True)
class BackupPlan:
    """Backups that the server takes by itself: into which folder, at which hour, how many are kept."""

    backups: Path
    hour: time
    keep: int


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations."""

    data: Path
    store_url: str = field(repr=False)  # it may hold a password
    rules_id: str | None
    keep_originals: int | None = None
    backup: BackupPlan | None = None
    sign_on: Path | None = None

    @property
    def logs(self) -> Path:
        """Where the logs are written: as set, else beside the store."""
        chosen = os.environ.get("WENMING_LOGS")
        if chosen:
            return Path(chosen)
        store_path = self.store_url.removeprefix(_SQLITE)
        is_file = store_path != self.store_url
        beside = Path(unquote(store_path)).parent if is_file else ROOT / "data" / "store"
        return beside / "logs"


def load() -> Settings:
    """Read the settings from the environment, with the defaults of this checkout."""
    data = Path(os.environ.get("WENMING_DATA", ROOT / "data"))
    store = os.environ.get("WENMING_STORE", str(ROOT / "data" / "store" / "wenming.db"))
    return Settings(
        data=data,
        store_url=store_url(store),
        rules_id=os.environ.get("WENMING_RULES") or None,
        keep_originals=_whole("WENMING_KEEP_ORIGINALS", "天数"),
        backup=_backup_plan(),
        sign_on=_path("WENMING_SIGN_ON"),
    )


def _backup_plan() -> BackupPlan | None:
    destination = os.environ.get("WENMING_BACKUP", "").strip()
    hour = os.environ.get("WENMING_BACKUP_AT", "").strip() or "02:00"
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", hour):
        raise SettingsError(f"环境变量 WENMING_BACKUP_AT 应写成“02:00”，现在是“{hour}”。")
    keep = _whole("WENMING_BACKUP_KEEP", "份数") or 14
    hours, minutes = map(int, hour.split(":"))
    return BackupPlan(Path(destination), time(hours, minutes), keep) if destination else None


def _path(name: str) -> Path | None:
    text = os.environ.get(name, "").strip()
    return Path(text) if text else None


def _whole(name: str, noun: str) -> int | None:
    text = os.environ.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"环境变量 {name} 应是{noun}（1 或更大的整数），现在是“{text}”。")
    return int(text)


def store_url(path_or_url: str | Path) -> str:
    """Give the SQLAlchemy URL of a store that is named by a path or by the URL of a server."""
    text = str(path_or_url)
    if "://" not in text:
        path = str(Path(text).resolve())
        return _SQLITE + path.replace("%", "%25").replace("?", "%3F")
    scheme, rest = text.split("://", 1)
    return f"{_POSTGRES if scheme in _SHORT else scheme}://{rest}"
