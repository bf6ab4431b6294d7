"""A mistake of the program at one file: logged with its traceback, told with a number to quote.

It is that file's alone: it is returned or left unstored, and the others go on.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from wenming_metrics.domain.periods import now
from wenming_metrics.domain.privacy import mask_name
from wenming_metrics.domain.problems import Problem
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.store.database import StoreError

_log = logging.getLogger(__name__)
_CODE = "文件-28"


class IntakeError(RuntimeError):
    """What was asked cannot be done; the message says why, in Chinese, for the user."""


class MistakeError(IntakeError):
    """The program failed at one file. problem - what its sender is told, with the number."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


@contextmanager
def one_file(filename: str) -> Iterator[None]:
    """Keep to one file whatever goes wrong within: it is logged, and raised as a MistakeError.

    What the user is told as it is passes: an IntakeError, and a StoreError, which no file causes.
    """
    try:
        yield
    except (IntakeError, StoreError):
        raise
    except Exception as error:
        number = f"{now():%m%d-%H%M%S}-{secrets.token_hex(2)}"
        _log.exception("错误编号 %s 文件 %r", number, mask_name(filename))
        raise MistakeError(Problem(_CODE, details={"number": number})) from error


def return_file(filename: str, content: bytes, mistake: MistakeError) -> Reading:
    """Give what there is to say of a file that the program failed at: nothing of it was read."""
    return Reading(filename, hashlib.sha256(content).hexdigest(), problems=(mistake.problem,))
