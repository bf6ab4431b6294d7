"""Care for the store on the command line: what is said, in words and as JSON, and the exit codes."""

import json

import pytest
from sqlalchemy import update

from tests.offices import new_store
from tests.store.test_split import filled_office
from wenming_metrics.__main__ import FAILED, OK, main
from wenming_metrics.queries.files.batches import original_file
from wenming_metrics.store import schema

pytestmark = pytest.mark.store


@pytest.fixture
def office(tmp_path, monkeypatch):
    made = filled_office(tmp_path)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", made.store.url)
    monkeypatch.setenv("WENMING_LOGS", str(tmp_path / "logs"))
    monkeypatch.delenv("WENMING_KEEP_ORIGINALS", raising=False)
    return made


def run(capsys, *arguments) -> tuple[int, str]:
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_backup_and_restore(office, tmp_path, capsys, monkeypatch):
    code, said = run(capsys, "backup", tmp_path / "copy.db", "--json")
    told = json.loads(said)
    assert (code, told["path"], told["rows"]) == (OK, str(tmp_path / "copy.db"), 240)
    code, said = run(capsys, "backup", tmp_path / "copy.db")
    assert (code, "不会覆盖" in said) == (FAILED, True)
    code, said = run(capsys, "restore", tmp_path / "copy.db")
    assert (code, "--replace" in said) == (FAILED, True)
    code, said = run(capsys, "restore", tmp_path / "copy.db", "--replace")
    assert (code, "已还原 2 个批次、240 行" in said, "另存在" in said) == (OK, True, True)
    monkeypatch.setenv("WENMING_STORE", new_store(tmp_path / "other"))
    code, said = run(capsys, "restore", tmp_path / "copy.db", "--json")
    told = json.loads(said)
    assert (code, told["batches"], told["saved"], told["aside"]) == (OK, 2, None, None)


def test_backups_in_turn_are_tried(office, tmp_path, capsys):
    folder = tmp_path / "backups"
    code, said = run(capsys, "backup", tmp_path / "none.db", "--keep", "2")
    assert (code, "--keep 要给一个文件夹" in said) == (FAILED, True)
    folder.mkdir()
    code, said = run(capsys, "restore", folder, "--try")
    assert (code, "里没有备份" in said) == (FAILED, True)
    for _ in range(3):
        code, said = run(capsys, "backup", folder, "--keep", "2")
    assert (code, "清除 1 份旧备份" in said, len(list(folder.iterdir()))) == (OK, True, 2)
    code, said = run(capsys, "restore", folder, "--try")
    assert (code, "2 个批次、240 行，可以还原，核对通过" in said) == (OK, True)
    with office.store.engine.begin() as connection:
        connection.execute(update(schema.batch).where(schema.batch.c.batch == 2).values(held=3))
    run(capsys, "backup", folder)
    code, said = run(capsys, "restore", folder, "--try", "--json")
    assert (code, json.loads(said)["sound"]) == (FAILED, False)


def test_upgrade_has_nothing_to_do(office, capsys):
    code, said = run(capsys, "upgrade", "--check")
    assert (code, f"数据已是版本 {schema.VERSION}，不用升级" in said) == (OK, True)


def test_verify_tells_what_is_wrong(office, capsys):
    code, said = run(capsys, "verify")
    assert (code, "全部一致" in said) == (OK, True)
    with office.store.engine.begin() as connection:
        connection.execute(update(schema.batch).where(schema.batch.c.batch == 2).values(held=3))
    code, said = run(capsys, "verify")
    assert (code, "批次 2 记有待核 3 行，实有 0 行" in said) == (FAILED, True)
    code, said = run(capsys, "verify", "--json")
    told = json.loads(said)
    assert (code, told["sound"]) == (FAILED, False)
    assert [line["what"] for line in told["lines"] if line["wrong"]] == ["待核行"]
    code, said = run(capsys, "health", "--json")
    assert (code, json.loads(said)["well"]) == (FAILED, False)
    code, said = run(capsys, "health")
    assert (code, said.startswith("不正常"), "最近核对" in said) == (FAILED, True, True)


def test_health_in_words(office, capsys):
    code, said = run(capsys, "health")
    assert code == OK
    for word in ("正常", "督查行：240", "最近入库：一.xlsx"):
        assert word in said


def test_prune_needs_to_know_how_long(office, capsys, monkeypatch):
    code, said = run(capsys, "prune")
    assert (code, "WENMING_KEEP_ORIGINALS" in said) == (FAILED, True)
    monkeypatch.setenv("WENMING_KEEP_ORIGINALS", "30")
    code, said = run(capsys, "prune")
    assert (code, "没有 30 天以前的原文件" in said) == (OK, True)
    with office.store.engine.begin() as connection:
        connection.execute(update(schema.batch).values(at="2020-01-01"))
    code, said = run(capsys, "prune", "--days", "1", "--json")
    assert (code, json.loads(said)["files"]) == (OK, 2)
    assert original_file(office, 2).content is None


@pytest.mark.parametrize("said", ["abc", "0", "-1", "1.5"])
def test_a_setting_that_is_no_number_of_days_is_named(office, capsys, monkeypatch, said):
    monkeypatch.setenv("WENMING_KEEP_ORIGINALS", said)
    code, told = run(capsys, "health")
    assert (code, f"WENMING_KEEP_ORIGINALS 应是天数（1 或更大的整数），现在是“{said}”" in told) == (
        FAILED,
        True,
    )
    with pytest.raises(SystemExit, match="2"):
        main(["prune", "--days", said])
