"""Where the program fails at one file, the others of the same command go on, and it is told with a number."""

import logging
import pickle
import re
from pathlib import Path

import pytest

from tests.offices import checklist, make_office
from tests.reading.hostile import zipped
from tests.store.test_split import INDICATORS, ITEMS, STREETS, parts, rows
from wenming_metrics.__main__ import FAILED, main
from wenming_metrics.decisions import held_rows
from wenming_metrics.domain.periods import today
from wenming_metrics.intake import bulk, commit, prepare, stored_already
from wenming_metrics.intake.bulk import check_many, ingest_many
from wenming_metrics.intake.prepare import PrepareTask, pack_context, read_ready
from wenming_metrics.queries.files import batches
from wenming_metrics.reading.model.reading import RememberedChoices, SenderAnswers
from wenming_metrics.rules.model import ReadingRules

pytestmark = pytest.mark.mistakes
CODE = "文件-28"
NUMBER = re.compile(r"错误编号 (\d{4}-\d{6}-[0-9a-f]{4})")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("三个")
    for name, piece in zip("甲乙丙", parts(rows(count=60), 3), strict=True):
        (folder / f"{name}.xlsx").write_bytes(checklist(piece))
    return sorted(folder.iterdir())


@pytest.fixture
def office(tmp_path):
    return make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)


def failing(function, filename: str):
    """Make a function fail with a fault of the program where this file is among what it takes."""

    def failing_function(*arguments, **options):
        if any(filename in (value, getattr(value, "filename", "")) for value in arguments):
            raise KeyError("城东街道和丰社")
        return function(*arguments, **options)

    return failing_function


def number_of(text: str, caplog) -> str:
    """Give the number that is told of a mistake; the log has it beside the traceback."""
    number = NUMBER.search(text).group(1)
    (line,) = [record for record in caplog.records if number in record.getMessage()]
    assert (line.levelno, line.exc_info[0]) == (logging.ERROR, KeyError)
    return number


@pytest.mark.parametrize("act", ["ingest", "check"])
def test_a_file_that_fails_in_reading(act, office, files, monkeypatch, caplog):
    monkeypatch.setattr(prepare, "read", failing(prepare.read, files[1].name))
    many = ingest_many(office, files, "测试") if act == "ingest" else check_many(office, files)
    first, second, third = many
    (problem,) = second.preview.problems
    assert problem.code == CODE
    assert second.name == second.preview.filename == files[1].name
    number_of(problem.text, caplog)
    stored = act == "ingest"
    assert [bool(first.batch), bool(second.batch), bool(third.batch)] == [stored, False, stored]
    assert first.preview.reading.counts.good == third.preview.reading.counts.good == 20


def test_files_that_fail_when_they_are_held_against_the_store(office, files, monkeypatch, caplog):
    stored = stored_already._stored

    def broken(connection, file_reading):
        if not file_reading.is_rejected:
            raise KeyError("甲")
        return stored(connection, file_reading)

    monkeypatch.setattr(stored_already, "_stored", broken)
    problems = [outcome.preview.problems[-1] for outcome in check_many(office, files)]
    assert [problem.code for problem in problems] == [CODE] * 3
    assert len({number_of(problem.text, caplog) for problem in problems}) == 3


def test_a_file_that_fails_in_storing_leaves_nothing(office, files, monkeypatch, caplog):
    monkeypatch.setattr(commit, "store_file", failing_after(commit.store_file, files[1].name))
    first, second, third = ingest_many(office, files, "测试")
    assert (first.batch, second.batch) == (2, None)
    assert third.batch == 3
    number_of(str(second.error), caplog)
    assert files[1].name not in set(batches.batches(office)["name"])


def failing_after(function, filename: str):
    """Make a function fail once it has done its work."""

    def failing_function(connection, preview, *rest):
        batch = function(connection, preview, *rest)
        if preview.filename == filename:
            raise KeyError("丙")
        return batch

    return failing_function


def test_a_worker_returns_the_file_instead_of_failing(files, caplog):
    packed = pack_context(None, None, RememberedChoices(), ReadingRules(), ())
    task = PrepareTask("甲.xlsx", files[0].read_bytes(), packed, today(), SenderAnswers(), True)
    ready = pickle.loads(pickle.dumps(read_ready(task)))
    (problem,) = ready.reading.problems
    assert (problem.code, ready.reading.filename) == (CODE, "甲.xlsx")
    assert NUMBER.search(problem.text).group(1) in caplog.text


def test_an_archive_that_cannot_be_opened_for_a_mistake(
    office, files, tmp_path, monkeypatch, caplog
):
    packed = tmp_path / "一.zip"
    packed.write_bytes(zipped({"甲.xlsx": files[0].read_bytes()}))

    def broken(_):
        raise KeyError("目录")

    monkeypatch.setattr(bulk, "open_archive", broken)
    archive, file = ingest_many(office, [packed, files[0]], "测试")
    assert (archive.name, archive.batch) == ("一.zip", None)
    number_of(str(archive.error), caplog)
    assert file.batch


def test_a_file_that_cannot_be_marked_is_told(office, files, monkeypatch, caplog):
    def broken(*_):
        raise KeyError("批注")

    monkeypatch.setattr(held_rows, "marked_workbook", broken)
    preview = commit.inspect(office, files[0].read_bytes(), files[0].name)
    number_of(held_rows.marked_file(preview), caplog)


def test_the_command_names_the_file_and_the_number(files, office, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(prepare, "read", failing(prepare.read, files[1].name))
    assert main(["check", *map(str, files)]) == FAILED
    printed = capsys.readouterr().out
    assert [line.split("（")[0] for line in printed.splitlines() if ".xlsx" in line] == [
        file.name for file in files
    ]
    assert NUMBER.search(printed)
