"""Monday's export of questionnaires: three rows, one held, personal data gone, states kept apart."""

from html import unescape
from io import BytesIO
from zipfile import ZipFile

import pytest

from tests.monday import city, files
from tests.questionnaires import survey
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.reading.read import read
from wenming_metrics.scoring.survey.fraud_flags import ADDRESS, FAST


@pytest.fixture(scope="module")
def found() -> Reading:
    return read(files.survey_book(), files.SURVEY_NAME, city.context(survey=survey()))


def test_the_first_line_and_every_sentence(found):
    assert found.outcome == "共 3 行，2 行可入库，1 条待核，暂不计分。"
    codes = [problem.code for problem in found.problems]
    assert codes == ["隐私-01", "问卷-09", "单位-01"]
    told = {problem.code: problem for problem in found.problems}
    assert told["隐私-01"].details["columns"] == "来源详情、来自IP、10、您的手机号(抽奖用)"
    assert found.answers.wave == "2026年第三季度"
    held = told["单位-01"]
    assert (held.row, held.column, held.found) == (4, "G", "其他〖龙潭那边〗")
    assert "龙潭街道" in held.text
    assert found.held["source_row"].tolist() == [4]


def test_two_from_one_address_within_a_minute_are_looked_at(found):
    assert found.answers.frame["flags"].tolist() == [ADDRESS, ADDRESS | FAST]


def test_answers_are_those_of_the_rows(found):
    frame, options = found.answers.frame, found.answers.options
    told = [
        [options[code][one] for one in frame[code]]
        for code in ("age", "aware", "joined", "overall")
    ]
    assert told == [["a36", "a26"], ["know"] * 2, ["yes"] * 2, ["very"] * 2]
    heard = [
        [code for at, code in enumerate(options["channel"]) if mask >> at & 1]
        for mask in frame["channel"]
    ]
    assert heard == [["tv", "wechat", "board"], ["wechat"]]
    assert frame[["clean", "traffic"]].values.tolist() == [[5, 4], [5, 5]]
    names = city.register().units["name"]
    assert {names[unit] for unit in frame["unit"]} == {"东风社区"}


def test_nothing_personal_is_kept(found):
    blocks = b"".join(block.packed for _, block in found.blocks)
    parts = ZipFile(BytesIO(found.stored_copy))
    text = "".join(parts.read(name).decode("utf-8", "ignore") for name in parts.namelist())
    text = unescape(text)  # some writers spell every sign beyond ASCII by its number
    for secret in ("192.0.2.15", "13800138000", "直接访问"):
        assert secret not in text
        assert secret.encode() not in blocks
    assert "停车难,希望多划车位" in text
