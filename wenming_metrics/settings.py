"""Where things are and which limits hold, from the environment; nothing else reads it.

WENMING_DATA      folder with catalogue/, rules/ and messages.toml  [data/ of this checkout]
WENMING_STORE     store: a file path or an SQLAlchemy URL           [data/store/wenming.db]
WENMING_RULES     id of the rule set in force                       [the only or newest one]
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations."""

    data: Path
    store_url: str
    rules_id: str | None


def load() -> Settings:
    """Read the settings from the environment, with the defaults of this checkout."""
    data = Path(os.environ.get("WENMING_DATA", ROOT / "data"))
    store = os.environ.get("WENMING_STORE", str(ROOT / "data" / "store" / "wenming.db"))
    return Settings(
        data=data,
        store_url=store_url(store),
        rules_id=os.environ.get("WENMING_RULES") or None,
    )


def store_url(place: str | Path) -> str:
    """Give the SQLAlchemy URL of a store that is named by a path or already by a URL."""
    text = str(place)
    return text if "://" in text else f"sqlite:///{Path(text).resolve()}"
