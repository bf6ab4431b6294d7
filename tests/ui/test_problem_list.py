"""The list of problems offers the sender's own file, marked, before the list of all."""

import io
from types import SimpleNamespace

import openpyxl
import pandas as pd
from streamlit.testing.v1 import AppTest

from wenming_metrics.domain.problems import Problem, problem_frame
from wenming_metrics.ui.frame import problem_list
from wenming_metrics.ui.uploads import preview


def shown(with_file: bool) -> None:
    from wenming_metrics.domain.problems import Problem, problem_frame
    from wenming_metrics.ui.frame import problem_list

    problems = problem_frame([Problem("数值-01", "表", 3, "F", "扣分", "很多")])
    marked = (lambda: ("甲_核对.xlsx", b"")) if with_file else None
    problem_list.draw(problems, "甲.xlsx", "key", marked)


def labels(with_file: bool) -> list[str]:
    page = AppTest.from_function(shown, args=(with_file,)).run()
    assert not page.exception
    return [button.proto.label for button in page.get("download_button")]


def test_the_marked_file_stands_first_where_there_is_one():
    assert labels(True) == ["下载标注好的原表", "下载全部提示"]
    assert labels(False) == ["下载全部提示"]


def test_where_there_is_no_marked_file_the_list_says_why():
    problems = problem_frame([Problem("数值-01", "表", 3, "F", "扣分", "很多")])
    why = "文件太大，不能直接在原表上标注。"
    told = problem_list._marked(lambda: why, problems, "甲.xlsx")
    assert why in openpyxl.load_workbook(io.BytesIO(told)).active["A1"].value
    assert problem_list._marked(lambda: ("甲_核对.xlsx", b"own"), problems, "甲.xlsx") == b"own"


def test_where_too_little_was_looked_at_the_preview_does_not_say_that_nothing_changes(monkeypatch):
    notes = []
    monkeypatch.setattr(preview.page, "note", notes.append)
    read = SimpleNamespace(reading=SimpleNamespace(answers=None, checks=pd.DataFrame({"seq": [0]})))
    effect = pd.DataFrame()
    effect.attrs["unscored"] = ["甲街道", "乙街道"]
    preview.draw_effect(read, effect)
    assert notes[0] == "甲街道、乙街道：这一周检查项不足，入库后仍暂不评分，不排名。"
    assert notes[1] == "入库后，这一周已有的得分和名次不变。"
