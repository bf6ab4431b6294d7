"""工作推进 without a browser: what each theme says, and the row behind a line."""

import json

import pytest

from tests.pages.test_pages import _serializable, drawn_alike, sound, texts, visit
from tests.queries.test_progress import progress_office
from wenming_metrics.__main__ import main

__all__ = ["_serializable"]  # a fixture
pytestmark = drawn_alike


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    folder = tmp_path_factory.mktemp("progress")
    office = progress_office(folder)
    return {"WENMING_DATA": str(folder / "data"), "WENMING_STORE": str(office.store.engine.url)}


@pytest.fixture(autouse=True)
def _office(places, monkeypatch):
    for name, value in places.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("theme", "sentence"),
    [
        ("台账材料", "材料逾期"),
        ("指标数据", "**2项**指标有单位低于目标：注册率（1个单位）、综合活跃度（1个单位）。"),
        ("专项行动", "3个专项行动中，**"),
    ],
)
def test_each_theme_opens_with_its_sentence(theme, sentence):
    assert sentence in texts(visit("progress", work_theme=theme))


def test_the_choice_of_unit_and_state_narrows_the_list():
    app = visit("progress", work_unit="城东街道")
    assert "2项。点一行" in texts(app)
    assert "测评办法" in texts(sound(app))


def test_the_command_gives_the_same_figures(capsys):
    assert main(["progress", "rates", "--date", "2026-11-20", "--json"]) == 0
    city = json.loads(capsys.readouterr().out)["lines"][0]
    assert (city["unit_name"], city["owed"], city["handed"], city["overdue"]) == ("全市", 5, 4, 1)
    assert main(["progress", "remind", "--date", "2026-11-20"]) == 0
    assert "逾期20天" in capsys.readouterr().out


def test_the_list_is_saved_as_a_workbook(tmp_path, capsys):
    path = tmp_path / "任务.xlsx"
    assert main(["progress", "tasks", "--overdue", "--out", str(path)]) == 0
    assert path.read_bytes()[:2] == b"PK"
