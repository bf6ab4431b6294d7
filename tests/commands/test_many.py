"""The command line on many files and months: folders, workers, retally, trial."""

import json

import pytest

from tests.offices import checklist, make_office
from tests.reading.hostile import zipped
from tests.store.test_split import INDICATORS, ITEMS, STREETS, parts, rows, tallies
from wenming_metrics.__main__ import FAILED, OK, main

OTHER = [{"code": "A", "weight": 5}, {"code": "B", "weight": 95}]


@pytest.fixture
def office(tmp_path, monkeypatch):
    made = make_office(
        tmp_path, ITEMS, INDICATORS, streets=[(name, "主城区") for name, _ in STREETS]
    )
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", made.store.url)
    folder = tmp_path / "补录"
    (folder / "十一月").mkdir(parents=True)
    one, two = parts(rows(count=80), 2)
    (folder / "1.xlsx").write_bytes(checklist(one))
    (folder / "2.xlsx").write_bytes(b"hello")
    (folder / "十一月" / "3.xlsx").write_bytes(checklist(two))
    return made


def run(capsys, *arguments) -> tuple[int, str]:
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_folder_on_two_workers(office, tmp_path, capsys):
    given = ("--duplicates", "count", tmp_path / "补录")
    code, said = run(capsys, "check", *given)
    assert (code, said.count("行可入库"), "批次" in said) == (FAILED, 2, False)
    code, said = run(capsys, "ingest", "--json", "--workers", "2", *given)
    told = json.loads(said)
    assert code == FAILED
    assert [(one["file"], one["batch"]) for one in told] == [
        ("1.xlsx", 2),
        ("2.xlsx", None),
        ("3.xlsx", 3),
    ]


def test_an_archive_is_a_folder(office, tmp_path, capsys):
    sheet = (tmp_path / "补录" / "1.xlsx").read_bytes()
    (tmp_path / "来.zip").write_bytes(zipped({"甲/1.xlsx": sheet, "__MACOSX/._1.xlsx": "x"}))
    code, said = run(capsys, "ingest", tmp_path / "来.zip")
    assert code == OK
    assert "来.zip › 1.xlsx（实地督查）" in said
    assert "略去 1 个系统文件：._1.xlsx。" in said
    assert "来.zip › 1.xlsx" in run(capsys, "batches")[1]


def test_an_empty_folder(office, tmp_path, capsys):
    (tmp_path / "空").mkdir()
    code, said = run(capsys, "ingest", tmp_path / "空")
    assert (code, "没有表格文件" in said) == (FAILED, True)


@pytest.mark.parametrize("workers", ["0", "61", "二", "-1"])
def test_numbers_of_workers_that_make_no_sense(office, workers, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["retally", "--workers", workers])
    assert "1 到 60" in capsys.readouterr().err


def test_retally(office, tmp_path, capsys):
    run(capsys, "ingest", "--duplicates", "count", tmp_path / "补录")
    before = tallies(office)
    code, said = run(capsys, "retally")
    assert (code, "已重算 2 个月、6 天" in said) == (OK, True)
    told = json.loads(run(capsys, "retally", "--json")[1])
    assert (told["months"], told["days"], told["again"]) == (2, 6, 0)
    assert tallies(office) == before


def test_trial(office, tmp_path, capsys):
    run(capsys, "ingest", "--duplicates", "count", tmp_path / "补录")
    make_office(tmp_path / "另", ITEMS, OTHER, mapping=[["A", "", "A"], ["B", "", "B"]])
    rules = tmp_path / "另" / "data" / "rules" / "tiny"
    window = ("--from", "2026-10-01", "--to", "2026-11-30")
    code, said = run(capsys, "trial", rules, *window)
    assert code == OK
    for word in ("没有保存", "甲街道", "2026年10月", "2026年11月", "个单位的名次会变"):
        assert word in said
    told = json.loads(run(capsys, "trial", rules, "--json", *window)[1])
    assert {unit["unit_name"] for unit in told["units"]} == {name for name, _ in STREETS}
    assert len(told["months"]) == 2
    same = json.loads(run(capsys, "trial", "tiny", "--json", *window)[1])
    assert [unit["changed"] for unit in same["units"]] == [False] * 3
    code, said = run(capsys, "trial", "nowhere")
    assert (code, "没有编号为“nowhere”" in said) == (FAILED, True)


@pytest.mark.only("sqlite")  # a server may be reached from anywhere
def test_a_cluster_cannot_reach_a_file_of_this_machine(office, capsys):
    for command in (["retally"], ["verify"], ["trial", "tiny", "--month", "2026-11"]):
        code, said = run(capsys, *command, "--cluster", "tcp://127.0.0.1:9")
        assert (code, "请用 --workers" in said) == (FAILED, True)
