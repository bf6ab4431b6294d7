"""Bring over what an office keeps from the folder of the version before; that folder stays as it is."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

NEW = Path(__file__).resolve().parent
STORE = Path("data") / "store"
FAILED = 3


def main(words: list[str]) -> int:
    """Copy data/store and rules of the office's own; gives the exit code."""
    old = Path(words[0]) if words else None
    if old is None or not (old / "wenming_metrics").is_dir():
        print("请写明（或拖入）旧版本的文件夹。")
        return FAILED
    if (NEW / STORE / "wenming.db").exists():
        print(f"这里已有数据：{NEW / STORE}，没有改动。")
        return FAILED
    part = NEW / "data" / "store.partial"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    count = 0
    for path in sorted((old / STORE).rglob("*")):
        target = part / path.relative_to(old / STORE)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif path.suffix == ".db":
            _copy_database(path, target)
            count += 1
        elif not path.name.endswith((".db-wal", ".db-shm", ".db-journal")):
            shutil.copy2(path, target)
    shutil.rmtree(
        NEW / STORE, ignore_errors=True
    )  # nothing but what was made before the first start
    part.rename(NEW / STORE)
    kept = [_keep(old, NEW, Path("data") / room) for room in ("rules", "profiles")]
    print(
        f"已带过来 {count} 个数据文件、{sum(kept)} 项本单位自己的办法和对照表。现在可以打开新版。"
    )
    return 0


def _copy_database(path: Path, target: Path) -> None:
    """Copy a store with what stands in its log yet, checked."""
    with (
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        verdict = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise SystemExit(f"{path} 已损坏，没有带过来：{verdict}")


def _keep(old: Path, new: Path, room: Path) -> int:
    """Copy what an office has added to a folder of settings; what the new version brings goes before."""
    if not (old / room).is_dir():
        return 0
    added = [path for path in (old / room).iterdir() if not (new / room / path.name).exists()]
    for path in added:
        (shutil.copytree if path.is_dir() else shutil.copy2)(path, new / room / path.name)
    return len(added)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
