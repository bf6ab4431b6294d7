"""A rule set's folder written in one step: it is there whole, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp


@contextmanager
def placed(files: Mapping[str, bytes], target: Path) -> Iterator[None]:
    """Write a folder beside its place and give it its name when it is whole.

    It is taken away again if what is done with it does not come to its end. Raises OSError when it
    cannot be written, or is there already.
    """
    making = Path(mkdtemp(prefix=".publishing-", dir=target.parent.parent))
    try:
        for name, content in files.items():
            with (making / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        making.chmod(0o755)
        making.rename(target)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    try:
        yield
    except BaseException:
        shutil.rmtree(target)
        raise
