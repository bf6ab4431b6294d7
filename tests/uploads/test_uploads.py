"""Every faulty workbook says exactly what stands beside its case, and every message is met."""

from pathlib import Path

import pytest

from tests.uploads import write
from tests.uploads.case import CASES, FOLDER, told
from wenming_metrics.domain.problems import SEVERITIES, messages

_TESTS = Path(__file__).parent.parent
_NEVER = ("非法", "错误输入", "无效", "有误!")


@pytest.mark.parametrize("name", sorted(CASES))
def test_case_says_what_stands_beside_it(name):
    assert told(CASES[name]()) == (FOLDER / f"{name}.problems.txt").read_text(encoding="utf-8")


def test_there_is_a_case_for_every_text_and_a_text_for_every_case():
    texts = {path.name.removesuffix(".problems.txt") for path in FOLDER.glob("*.problems.txt")}
    assert texts == set(CASES)
    assert len(write.MODULES) == len(list(FOLDER.glob("*_cases.py")))


@pytest.mark.parametrize("code", sorted(messages()))
def test_every_message_is_met_in_some_test(code):
    shown = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.problems.txt"))
    own = "".join(p.read_text(encoding="utf-8") for p in sorted(_TESTS.rglob("test_*.py")))
    assert f"[{code}]" in shown or f'"{code}"' in own, f"no test meets the message {code}"


@pytest.mark.parametrize("code", sorted(messages()))
def test_messages_are_whole_gentle_sentences(code):
    message = messages()[code]
    assert message.severity in SEVERITIES
    assert message.text.endswith(("。", "}"))
    assert message.remedy.endswith("。")
    assert not any(word in message.text + message.remedy for word in _NEVER)
