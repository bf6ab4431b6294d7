"""What the sender of a file says of it on the page: scope, visits, problems in one cell, bare points."""

from datetime import date

from tests.builders import xlsx
from tests.pages.test_pages import XLSX, button, drop, own, sound, stored, texts, visit  # noqa: F401
from tests.pages.test_unknown_words import names_of
from tests.reading.test_archive import old_zip
from wenming_metrics.__main__ import FAILED, OK, main
from wenming_metrics.decisions import mappings
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.acts import acts
from wenming_metrics.queries.files.choices import choices
from wenming_metrics.queries.scores.details import problem_rows
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

DAY = date(2026, 11, 19)
HEADER = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "问题描述", "处数", "扣分"]


def box(app, label):
    return next((one for one in app.checkbox if one.label == label), None)


def listed(office) -> bytes:
    street, item, kind = names_of(office)
    words = "1.车辆乱停放5辆;2.出店经营2处"
    return xlsx({"问题清单": [HEADER, [DAY, street, kind, "一号点", item, words, 7, 0.7]]})


def points_of(office, *cells) -> bytes:
    """A checklist with bare numbers in two columns of items of ten points each."""
    street, _, kind = names_of(office)
    at = office.catalogue.applies[:, 0].nonzero()[0][:2]
    items = [f"{office.catalogue.items['name'][n]}(10分)" for n in at]
    header = ["督查日期", "街道", "点位类型", "点位名称", *items]
    return xlsx({"检查表": [header, [DAY, street, kind, f"{sum(cells)}号点", *cells]]})


def test_scope_visits_and_problems_of_a_list_are_said_on_the_page(own):  # noqa: F811
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    drop(app, "清单.xlsx", listed(own))
    sound(box(app, "问题涉及的点位都查了全部测评项").check().run())
    assert f"11-19 {names_of(own)[0]}：一号点" in texts(app)
    sound(box(app, "一格写了几个问题的分成几条").check().run())
    assert "分成 2 条，处数 5+2，扣分 0.5+0.2" in texts(app)
    scope = next(one for one in app.multiselect if one.label.startswith("只查了这些类别"))
    category = own.catalogue.items["category"][own.catalogue.applies[:, 0].argmax()]
    sound(scope.set_value([category]).run())
    assert f"1 次到访计了{category}的测评项" in texts(app).replace("\\", "")
    looked = next(one for one in app.multiselect if one.label.startswith("11-19 还查了"))
    sound(looked.set_value(looked.options[:2]).run())
    assert "另加了 2 次没有发现问题的到访" in texts(app)
    box(app, "以后同样表头的清单都这样计").check().run()
    button(app, "入库").click().run()
    assert "已入库" in texts(sound(app))
    # Next week's list of the same form is not asked about, says so, and can be forgotten.
    kept = choices(own)
    assert kept["means"].tolist() == [f"查了{category}的测评项"]
    preview = commit.inspect(own, listed(own), "下周清单.xlsx")
    codes = [problem.code for problem in preview.reading.problems]
    assert {"到访-14", "到访-11"} <= set(codes)
    assert not {"到访-02"} & set(codes)
    (note,) = [problem for problem in preview.reading.problems if problem.code == "到访-14"]
    assert note.text.startswith("“问题清单”：同样表头的清单以前确认过查了哪些测评项，这次照样计。")
    mappings.forget_choice(own, "header", int(kept["choice"].iloc[0]), "张三")
    again = commit.inspect(own, listed(own), "下周清单.xlsx").reading.problems
    assert "到访-02" in {problem.code for problem in again}
    found = problem_rows(own, window("day", DAY))
    assert found["description"].tolist() == ["第 1 条：车辆乱停放5辆", "第 2 条：出店经营2处"]
    assert (found["places"].tolist(), found["lost"].tolist()) == ([5, 2], [0.5, 0.2])
    assert set(found["source_row"]) == {2}
    with reading(own.store) as connection:
        sites = read_register(connection).sites
    assert {text.split("（")[0] for text in looked.options} == set(sites["name"])


def test_bare_points_are_asked_once_and_remembered(own):  # noqa: F811
    sheet = points_of(own, 10, 7)
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    drop(app, "打分表.xlsx", sheet)
    assert "里只写数字的格子（2 个）是什么分？" in texts(app)
    assert button(app, "记住").disabled
    (asked,) = [one for one in app.radio if one.label == "只写数字的格子是"]
    asked.set_value("得的分").run()
    button(app, "记住").click().run()
    assert "1 行可入库" in texts(sound(app))
    assert "只写数字的格子（" not in texts(app)
    told = choices(own).iloc[-1]
    assert (told["written"], told["means"], told["who"]) == ("只写数字的格子", "得的分", "张三")
    assert "只写数字的格子 = 得的分" in set(acts(own)["what"])
    checks = commit.inspect(own, sheet, "再来.xlsx").reading.checks
    assert checks["lost"].tolist() == [0, 30_000]
    mappings.forget_choice(own, told["what"], int(told["choice"]), "张三")
    assert commit.inspect(own, sheet, "再来.xlsx").reading.counts.held == 1


def test_an_archive_with_a_password_has_its_own_sentence(own):  # noqa: F811
    app = drop(visit("upload"), "一组.zip", old_zip([b"a.xlsx"], flags=1))
    assert "压缩包设了密码，解不开。" in texts(app)
    assert "不能当作一个表格" not in texts(app)


def run(capsys, *arguments) -> tuple[int, str]:
    code = main([str(one) for one in arguments])
    said = capsys.readouterr()
    return code, "".join((said.out + said.err).split())


def test_the_command_line_says_the_same(own, tmp_path, capsys):  # noqa: F811
    street, _, _ = names_of(own)
    (tmp_path / "清单.xlsx").write_bytes(listed(own))
    with reading(own.store) as connection:
        register = read_register(connection)
    first = register.sites.iloc[0]
    place = register.units["name"][first["street"]], first["name"]
    answers = ["--split", "--scope", "公共环境", "--looked", "2026-11-18", *place]
    code, said = run(capsys, "check", tmp_path / "清单.xlsx")
    assert (code, "到访-02" in said) == (FAILED, True)
    code, said = run(capsys, "check", tmp_path / "清单.xlsx", *answers)
    assert code == OK
    for told in ("处数5+2", "1次到访计了公共环境的测评项", "另加了1次没有发现问题的到访"):
        assert told in said
    code, said = run(capsys, "check", tmp_path / "清单.xlsx", "--looked", "昨天", *place)
    assert (code, "“昨天”不是日期" in said) == (FAILED, True)


def test_equal_rows_of_two_sheets_are_asked_about(own, tmp_path, capsys):  # noqa: F811
    street, item, kind = names_of(own)
    lines = [HEADER, [DAY, street, kind, "一号点", item, "车辆乱停放", 1, 0.7]]
    data = xlsx({"问题清单": lines, "副本": lines})
    (tmp_path / "两张.xlsx").write_bytes(data)
    confirmed = (tmp_path / "两张.xlsx", "--confirm-visits")
    code, said = run(capsys, "check", *confirmed)
    assert (code, "“副本”：和工作表“问题清单”有1行完全相同" in said) == (FAILED, True)
    assert run(capsys, "check", *confirmed, "--equal-rows", "count")[0] == OK
    app = visit("upload")
    drop(app, "两张.xlsx", data)
    sound(box(app, "问题涉及的点位都查了全部测评项").check().run())
    asked = next(one for one in app.radio if one.label == "几张工作表里完全相同的行")
    assert asked.value is None
    sound(asked.set_value("是同一条记录，计一次").run())
    assert "是同一条记录，只计一次" in texts(app)
    assert "1 行可入库" in texts(app)


def test_bare_points_may_be_said_on_the_command_line(own, tmp_path, capsys):  # noqa: F811
    (tmp_path / "一.xlsx").write_bytes(points_of(own, 10, 7))
    (tmp_path / "二.xlsx").write_bytes(points_of(own, 1, 2))
    assert run(capsys, "check", tmp_path / "一.xlsx", "--bare", "earned")[0] == OK
    assert choices(own).empty  # a check stores nothing
    assert run(capsys, "check", tmp_path / "一.xlsx")[0] == FAILED  # no good row
    arguments = ("--bare", "earned", "--who", "李四", "--workers", 1)
    assert run(capsys, "ingest", tmp_path / "一.xlsx", *arguments)[0] == OK
    (told,) = choices(own).to_dict("records")
    assert (told["means"], told["who"]) == ("得的分", "李四")
    assert run(capsys, "ingest", tmp_path / "二.xlsx")[0] == OK  # remembered
    found = problem_rows(own, window("day", DAY))
    assert sorted(found["lost"]) == [3, 8, 9]


def test_what_is_said_of_a_file_holds_while_another_is_open(own):  # noqa: F811
    app = visit("upload")
    files = [("一.xlsx", listed(own)), ("二.xlsx", points_of(own, 1, 2))]
    app.file_uploader[0].set_value([(name, content, XLSX) for name, content in files])
    sound(app.run())
    assert "共 2 个文件，0 个可以入库" in texts(app)
    first, second = app.session_state["files_read"]
    app.session_state["file_shown"] = first
    app.run()
    box(app, "问题涉及的点位都查了全部测评项").check().run()
    assert "1 个可以入库" in texts(sound(app))
    app.session_state["file_shown"] = second
    app.run()
    assert "里只写数字的格子" in texts(sound(app))
    assert "1 个可以入库" in texts(app)
    app.session_state["file_shown"] = first
    assert box(sound(app.run()), "问题涉及的点位都查了全部测评项").value


def test_the_list_of_batches_says_which_are_replaced(own):  # noqa: F811
    street, item, kind = names_of(own)
    header = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "检查结果"]
    for site, said in (("一号点", {}), ("二号点", {"replaces": True})):
        sheet = xlsx({"检查表": [header, [DAY, street, kind, site, item, "不符合"]]})
        last = commit.commit(own, commit.inspect(own, sheet, "表.xlsx", **said), "张三")
    app = visit("upload")
    states = {one.batch: one.state for one in app.dataframe[0].value.itertuples()}
    assert states[last - 1] == f"已由第 {last} 批替换"
    assert states[last] == "已入库"
