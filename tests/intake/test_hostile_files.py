"""Whatever a file does, it is judged in words, the others of the same command are stored, pages stand."""

import os
import re
import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.intake import hostile_files
from tests.offices import make_office
from tests.store.test_split import INDICATORS, ITEMS, STREETS
from wenming_metrics.intake.bulk import ingest_many
from wenming_metrics.queries.office import open_office
from wenming_metrics.runtime.settings import ROOT, Settings

SECONDS, BYTES = 10, 1 << 30
CHINESE = re.compile("[\u4e00-\u9fff]")
FEW = 18
"""Of every so many files one is tried in each run of the tests, all of them by make explore."""


def spent() -> float:
    """Give the seconds of the processor so far, of the programs that were started too: others may be busy."""
    return sum(os.times()[:4])


def judged(outcome) -> str:
    """Give what is said of a file: words for a person, and no mistake of the program."""
    if outcome.error:
        text = str(outcome.error)
    elif outcome.left_out:
        return ""
    else:
        text = outcome.preview.reading.outcome + "".join(p.text for p in outcome.preview.problems)
    assert CHINESE.search(text), (outcome.name, text)
    assert "文件-28" not in text, (outcome.name, text)
    assert "Traceback" not in text, (outcome.name, text)
    return text


def read_apart(settings: Settings, paths: list[Path]) -> tuple[dict[str, float], set[str], int]:
    """Read files in a process of their own: seconds each, the stored ones, and the most memory in bytes.

    A child is charged with what the process that starts it held at that moment, and one that has run
    a thousand tests holds more than any file may take.
    """
    begun, slowest, stored = spent(), {}, set()
    for outcome in ingest_many(open_office(settings), paths, "测试"):
        judged(outcome)
        slowest[outcome.name] = spent() - begun
        begun = spent()
        stored |= {outcome.name} if outcome.batch else set()
    # Linux counts in kilobytes.
    return slowest, stored, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10


@pytest.mark.timeout(1_800)
def test_hostile_files_are_judged_and_the_others_stored(tmp_path, monkeypatch, request):
    files = hostile_files.corpus()
    assert len(files) >= 200
    office = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)
    folder = tmp_path / "folder"
    folder.mkdir()
    chosen = list(files.items())
    if not request.config.getoption("explore"):
        chosen = [pair for number, pair in enumerate(chosen) if number % FEW == 4]
    paths = []
    for number, (name, content) in enumerate(chosen):
        if number % 10 == 0:
            paths.append(folder / f"好{number}.xlsx")
            paths[-1].write_bytes(hostile_files.sound(number))
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    settings = Settings(tmp_path / "data", office.store.url, rules_id=None)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        slowest, stored, memory = apart.submit(read_apart, settings, paths).result()
    assert {name: took for name, took in slowest.items() if took > SECONDS} == {}
    assert {path.name for path in paths if path.name.startswith("好")} <= stored
    assert memory <= BYTES
    assert not (tmp_path.parent / "escaped.xml").exists()
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    for page in ("upload", "overview"):
        app.switch_page(f"pages/{page}.py")
        assert not app.run().exception
