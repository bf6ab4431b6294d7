"""A part that is asked for and is none is refused in words; an option that a list has no use for is, too."""

import json

import pytest

from tests.offices import checklist, ingest
from tests.queries.test_duties import duty_office
from wenming_metrics.__main__ import FAILED, OK, main
from wenming_metrics.domain.periods import today

pytestmark = pytest.mark.only("sqlite")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    office = duty_office(folder)
    seen = [today().isoformat(), "市", "河西街道", "小区", "一小区", "路面", "符合", ""]
    ingest(office, checklist([seen]), "今天.xlsx")
    return {"WENMING_DATA": str(folder / "data"), "WENMING_STORE": str(office.store.engine.url)}


@pytest.fixture(autouse=True)
def _office(settings, monkeypatch):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def run(capsys, typed: str) -> tuple[int, str]:
    code = main(typed.split())
    said = capsys.readouterr()
    return code, said.out + said.err


def test_readiness_of_one_street(capsys):
    code, said = run(capsys, "progress readiness --unit 河西街道 --json")
    sites = {line["site_name"] for line in json.loads(said)["lines"]}
    assert (code, sites) == (OK, {"大市场", "一小区"})


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        *(
            (f"{typed} --unit 没有街道", "名册里没有单位“没有街道”")
            for typed in (
                *("progress readiness", "progress duties", "progress remind", "progress documents"),
                *("problems", "remind", "repeats", "dispatch 一 --day 2026-11-20 --who 甲"),
            )
        ),
        ("progress campaigns --unit 河西街道", "“专项行动”不能用 --unit。"),
        ("progress documents --nobody", "“台账材料”不能用 --nobody。"),
        ("progress metrics --overdue", "“指标数据”不能用 --overdue。"),
        ("progress duties --ledger 台账", "“责任分解”不能用 --ledger。"),
        ("progress duties --test 国测", "“责任分解”不能用 --test。"),
        ("progress remind --overdue", "“催办”不能用 --overdue。"),
        ("progress remind --out a.xlsx", "“催办”不能用 --out。"),
        ("problems --source 没有", "没有来源“没有”，可以用：市督查组、"),
        ("problems --channels --unit 河西街道", "“12345办理情况”不能用 --unit。"),
        ("problems --channels --source 群众", "“12345办理情况”不能用 --source。"),
        ("problems --channels --out a.docx", "“12345办理情况”只能存成 .xlsx 文件。"),
        (
            "problems --rejudge 2026-11-01 2026-11-02 --out a.xlsx",
            "“期限会是另一天的问题”不能用 --out。",
        ),
        ("progress adverts --date 2026-09-30", "“公益广告”不能用 --date。"),
        ("progress metrics --date 2026-09-30", "“指标数据”不能用 --date。"),
        ("ranking --group 没有", "没有“没有”这一组，可以用：主城区、其他"),
        ("ranking --sampling --group 没有", "没有“没有”这一组"),
        ("repeats --group 没有", "没有“没有”这一组"),
        ("ranking --visits --group 主城区", "各次督查不分组"),
        ("ranking --from 2026-11-20 --to 2026-11-10", "最后一天不能早于第一天"),
        ("ranking --to 2026-11-10", "--from 和 --to 要一起用"),
        ("remind --out a.zip", "没有写 --who，不发文，也没有文书可以存"),
        ("rules publish 99999999999999999999 --document 一 --from 2026-12-01 --who 甲", "没有"),
        ("issue draft 2026-45 --kind day --who 甲", "期号不能和 --date、--kind、--last 一起写"),
        ("issue draft 2026-52 --date 2026-11-20 --who 甲", "期号不能和 --date"),
        ("issue draft --date 2020-01-01 --who 甲", "没有督查数据，最近有数据的是"),
        ("issue draft --date 2026-11-01 --last 2099-11-02 --kind special --who 甲", "还没有到"),
    ],
)
def test_what_is_no_part_is_refused(tmp_path, monkeypatch, capsys, typed, words):
    monkeypatch.chdir(tmp_path)
    code, said = run(capsys, typed)
    assert (code, words in said, "程序出错" in said) == (FAILED, True, False), said
    assert not [*tmp_path.iterdir()]


def test_the_table_of_12345_says_where_it_was_saved(tmp_path, capsys):
    code, said = run(capsys, f"problems --channels --out {tmp_path}/a.xlsx")
    assert (code, f"已存到 {tmp_path}/a.xlsx" in said) == (OK, True)
    assert (tmp_path / "a.xlsx").read_bytes()[:2] == b"PK"


def test_a_folder_is_no_file(tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["progress", "readiness", "--out", str(tmp_path)])
    assert f"--out：应是文件，不是已有的文件夹，现在是“{tmp_path}”" in capsys.readouterr().err


@pytest.mark.parametrize(
    "typed", ["--user a\tb", "--user -x", "--host 1\t2", "--user ", "--host a/b"]
)
def test_a_service_is_of_one_user_and_one_address(capsys, typed):
    option, text = typed.split(" ", 1)
    with pytest.raises(SystemExit, match="2"):
        main(["service", "systemd", f"{option}={text.replace(chr(9), ' ')}"])
    assert f"{option}：应是" in capsys.readouterr().err
