"""Forked children answer as those do that begin anew, whatever they are sent and however they end."""

import os
from functools import partial

import pytest

from tests import forked
from tests.reading.hostile import png, table
from wenming_metrics.reading.sandbox import process
from wenming_metrics.reading.sandbox.photo import prepare_photo
from wenming_metrics.reading.sandbox.process import SandboxLimits, decode

pytestmark = pytest.mark.children
FILES = {
    "rows": table(40),
    "nothing": b"",
    "a broken zip": table(40)[:-300],
    "another kind": b"%PDF-1.7",
    "a text": "督查日期,街道\n2026-11-20,城东街道\n".encode(),
}


def told_of(data: bytes, limits: SandboxLimits) -> tuple:
    workbook = decode(data, limits=limits)
    columns = [
        (sheet.name, sheet.n_rows, column.values, column.codes.tolist())
        for sheet in workbook.sheets
        for column in sheet.columns
    ]
    return workbook.refusal, columns


ACTS = {name: partial(told_of, data, SandboxLimits()) for name, data in FILES.items()}
ACTS["too slow"] = partial(told_of, table(5_000), SandboxLimits(wall_seconds=0.02))
ACTS["too many cells"] = partial(told_of, table(200), SandboxLimits(cells=30))
ACTS["no picture"] = partial(prepare_photo, b"\xff\xd8\xff no picture")
ACTS["a picture"] = partial(prepare_photo, png())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are POSIX")
@pytest.mark.parametrize("name", ACTS)
def test_a_forked_child_answers_as_one_that_begins_anew(name, monkeypatch):
    anew = ACTS[name]()
    monkeypatch.setattr(process, "_start", forked.start)
    assert ACTS[name]() == anew
