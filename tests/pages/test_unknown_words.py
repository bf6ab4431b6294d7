"""What a file says that nobody explained is asked on the page, remembered, and can be forgotten."""

import shlex
from datetime import date

import pytest
from sqlalchemy import select

from tests.builders import xlsx
from tests.pages.test_pages import XLSX, button, drawn_alike, drop, own, sound, stored, texts, visit  # noqa: F401
from wenming_metrics.__main__ import FAILED, OK, main
from wenming_metrics.decisions import mappings
from wenming_metrics.intake import commit
from wenming_metrics.queries.files import batches
from wenming_metrics.queries.files.acts import acts
from wenming_metrics.queries.files.choices import choices, nearest_columns, nearest_names
from wenming_metrics.queries.files.open_forms import forms_of
from wenming_metrics.reading import read
from wenming_metrics.reading.model.reading import CONFIRM, NO_TABLE
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

DAY = date(2026, 11, 19)
DECODE = read.decode


def names_of(office) -> tuple[str, str, str]:
    """Give a street, an item and a point type that the sample city has, and that fit together."""
    with reading(office.store) as connection:
        street = (
            connection.execute(
                select(schema.register_unit.c.name).where(schema.register_unit.c.kind == "street")
            )
            .scalars()
            .first()
        )
    catalogue = office.catalogue
    item = int(catalogue.applies[:, 0].argmax())
    return street, catalogue.items["name"][item], catalogue.point_types["name"][0]


def foreign(office, *, street: str | None = None) -> bytes:
    """A table in words that no vocabulary has."""
    known, item, kind = names_of(office)
    header = ["Datum", "Gebiet", "Art", "Ort", "Punkt", "Befund", "Wetter"]
    row = [DAY, street or known, kind, "一号点", item, "符合", "晴"]
    return xlsx({"Tabelle": [header, row]})


ANSWERS = {
    **{"Datum": "day", "Gebiet": "street", "Art": "point_type"},
    **{"Ort": "site", "Punkt": "item", "Befund": "result", "Wetter": ""},
}


def box_of(app, header: str):
    (box,) = [one for one in app.selectbox if one.label.startswith(f"“{header}”")]
    return box


def kind_box(app):
    (box,) = [one for one in app.selectbox if one.label.endswith(" 看作")]
    return box


def test_a_table_in_foreign_words_is_mapped_in_one_go(own, monkeypatch):  # noqa: F811
    decoded = []
    monkeypatch.setattr(
        read, "decode", lambda data, **more: decoded.append(1) or DECODE(data, **more)
    )
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    drop(app, "fremd.xlsx", foreign(own))
    assert kind_box(app).value == "checklist"  # its values are items and results
    assert box_of(app, "Gebiet").value == "street"
    assert box_of(app, "Befund").value == "result"
    for header, name in ANSWERS.items():
        box_of(app, header).set_value(name)
    button(app, "确认并读入").click().run()
    assert "1 行可入库" in texts(sound(app))
    assert len(decoded) == 1  # an answer does not decode the file again
    button(app, "入库").click().run()
    assert "已入库" in texts(sound(app))
    assert batches.batches(own).iloc[0]["good"] == 1

    again = commit.inspect(own, foreign(own) + b"", "fremd2.xlsx")
    assert again.reading.counts.good == 1  # the form is known from now on
    told = choices(own)
    assert {"整张表", "表头“datum”", "表头“wetter”"} <= set(told["written"])
    assert set(told["who"]) == {"张三"}
    assert set(told["file"]) == {"fremd.xlsx“Tabelle”"}
    (form,) = [one for one in told["form"] if one]
    mappings.forget_form(own, form, "张三")
    assert choices(own).empty
    done = acts(own)
    assert done["act"].value_counts()[["记住", "不再记"]].tolist() == [len(told), len(told)]
    assert {"表格 = 检查表", "表头“datum” = 督查日期"} <= set(done["what"])
    assert done["at"].is_monotonic_decreasing
    assert commit.inspect(own, foreign(own), "fremd3.xlsx").reading.is_rejected


def in_own_words(office, n: int) -> bytes:
    """A checklist as an office words it, with the points lost under a word of its own."""
    street, item, kind = names_of(office)
    header = [
        "检查时日",
        "所在镇街",
        "点位的类别",
        "检查的地点",
        "检查的项目",
        "达没达标",
        "罚掉的分",
    ]
    rows = [[DAY, street, kind, f"{n}{m}号点", item, "不符合", 0.5] for m in range(4)]
    return xlsx({"Sheet1": [header, *rows]})


def test_files_of_one_form_are_confirmed_once(own):  # noqa: F811
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    files = [(f"{n}.xlsx", in_own_words(own, n), XLSX) for n in range(3)]
    app.file_uploader[0].set_value(files)
    sound(app.run())
    assert "0 个可以入库" in texts(app)
    assert "请核对一遍这 1 种表" in texts(app)
    assert box_of(app, "罚掉的分").value == "deduction"
    button(app, "确认并读入").click().run()
    assert "共 3 个文件，3 个可以入库（12 行" in texts(sound(app))


def test_points_in_a_column_that_nobody_reads_are_never_lost_in_silence(own):  # noqa: F811
    street, item, kind = names_of(own)
    header = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "问题描述", "酌情处理"]
    row = [DAY, street, kind, "一号点", item, "有垃圾", 0.5]
    book = xlsx({"问题清单": [header, row, row[:3] + ["二号点"] + row[4:]]})
    found = commit.inspect(own, book, "清单.xlsx")
    assert not found.can_commit
    (problem,) = [one for one in found.reading.problems if one.code == CONFIRM]
    assert "酌情处理" in problem.text
    (form,) = forms_of([found.reading])
    mappings.remember_form(own, form, "findings", {"酌情处理": ""}, "张三")
    assert CONFIRM not in {one.code for one in commit.inspect(own, book, "清单.xlsx").problems}


def test_a_form_that_comes_again_as_a_plan_is_not_read_as_what_it_was(own):  # noqa: F811
    street, item, kind = names_of(own)
    header = ["日期", "镇街名", "点位类别", "检查地点", "督查组"]
    past = xlsx(
        {"督查记录": [header, *([DAY, street, kind, f"{n}号点", "一组"] for n in range(3))]}
    )
    ahead = date(2027, 3, 1)
    rows = [[ahead, street, kind, f"{n}号点", "一组"] for n in range(3)]
    (form,) = forms_of(
        [commit.inspect(own, past, "督查记录.xlsx").reading], are_open=False
    ) or forms_of([commit.inspect(own, past, "督查记录.xlsx").reading])
    assert form.proposed == "visits"
    roles = dict(zip(header, form.table.roles["visits"], strict=True))
    mappings.remember_form(own, form, "visits", roles, "张三")
    assert commit.inspect(own, past, "督查记录.xlsx").reading.recognised[0].is_chosen
    later = commit.inspect(
        own, xlsx({"下周安排": [["下周督查计划"], header, *rows]}), "计划.xlsx"
    ).reading
    (table,) = later.recognised
    assert (table.proposed, table.is_open) == ("plan", True)
    (form,) = forms_of([later])
    roles = dict(zip(header, form.table.roles["plan"], strict=True))
    mappings.remember_form(own, form, "plan", roles, "张三")
    again = xlsx({"下周安排": [["下周督查计划"], header, *rows]})
    assert commit.inspect(own, again, "计划.xlsx").reading.kind == "plan"
    assert commit.inspect(own, past, "督查记录.xlsx").reading.kind == "inspection"


def test_an_unknown_name_is_asked_with_the_nearest_first(own):  # noqa: F811
    street, item, kind = names_of(own)
    wrong = street.replace("街道", "") + "街办"
    header = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "检查结果"]
    rows = [[DAY, wrong, kind, f"{n}号点", item, "符合"] for n in range(3)]
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    drop(app, "街办.xlsx", xlsx({"检查表": [header, *rows]}))
    assert "3 处这样写" in texts(app)
    (asked,) = [one for one in app.selectbox if one.label == "就是"]
    assert asked.options[0].startswith(street)
    assert asked.value.startswith(street)
    button(app, "记住这个写法").click().run()
    assert "3 行可入库" in texts(sound(app))
    assert choices(own)["written"].tolist() == [f"单位“{wrong}”"]


@drawn_alike
def test_what_is_chosen_last_is_remembered_however_fast_the_button_is_pressed(own):  # noqa: F811
    street, item, kind = names_of(own)
    wrong = street.replace("街道", "") + "街办"
    header = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "检查结果"]
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    drop(app, "街办.xlsx", xlsx({"检查表": [header, [DAY, wrong, kind, "一号点", item, "符合"]]}))
    (names,) = [box for box in app.selectbox if box.label == "就是"]
    other = next(name for name in names.options if not name.startswith(street))
    names.set_value(other)  # the page has not run again when the button is pressed
    button(app, "记住这个写法").click().run()
    assert choices(sound(app) and own)["means"].tolist() == [other]


@drawn_alike
def test_a_name_that_is_like_none_is_left_to_the_person(own):  # noqa: F811
    _, item, kind = names_of(own)
    header = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "检查结果"]
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    drop(app, "远方.xlsx", xlsx({"检查表": [header, [DAY, "XYZ", kind, "一号点", item, "符合"]]}))
    (asked,) = [one for one in app.selectbox if one.label == "就是"]
    assert asked.value is None
    assert button(app, "记住这个写法").disabled


@drawn_alike
def test_nothing_is_remembered_without_a_name_of_the_person(own):  # noqa: F811
    app = visit("upload")
    drop(app, "fremd.xlsx", foreign(own))
    assert button(app, "确认并读入").disabled
    assert choices(own).empty


def test_a_name_of_the_register_goes_before_what_was_said(own):  # noqa: F811
    street, *_ = names_of(own)
    other = next(n for n, title in nearest_names(own, "unit", "城").items() if street not in title)
    mappings.remember_name(own, "unit", street, other, "张三")
    found = commit.inspect(own, foreign(own), "x.xlsx")
    assert found.reading.is_rejected
    header = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "检查结果"]
    known, item, kind = names_of(own)
    book = xlsx({"检查表": [header, [DAY, known, kind, "一号点", item, "符合"]]})
    checks = commit.inspect(own, book, "y.xlsx").reading.checks
    with reading(own.store) as connection:
        table = schema.register_unit
        query = select(table.c.unit).where(table.c.name == street)
        assert checks["unit"].tolist() == [connection.execute(query).scalar()]


@pytest.mark.parametrize(
    ("kind", "header", "first"),
    [
        ("checklist", "检查日", "督查日期"),
        ("findings", "问题说明", "问题描述"),
        ("plan", "计划的日期", "计划日期"),
    ],
)
def test_the_most_alike_column_is_offered_first(kind, header, first):
    assert next(iter(nearest_columns(kind, header).values())) == first


def test_several_files_are_one_table_and_registers_go_in_first(own, tmp_path):  # noqa: F811
    """A file that is read against an old register is read again when the new one is in."""
    street, item, kind = names_of(own)
    units = [
        ["单位编号", "单位名称", "单位类别", "上级单位", "分组"],
        ["S99", "新城街道", "街道", "", "城区组"],
    ]
    header = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "检查结果"]
    rows = [
        [DAY, "新城街道", kind, "一号点", item, "符合"],
        [DAY, street, kind, "二号点", item, "符合"],
    ]
    files = {
        "a_检查表.xlsx": xlsx({"检查表": [["填报单位:城管局"], header, *rows]}),
        "b_单位名册.xlsx": xlsx({"单位名册": units}),
        "c_坏.xlsx": b"%PDF-1.7 nothing",
    }
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    app.file_uploader[0].set_value(
        [(name, content, "application/octet-stream") for name, content in files.items()]
    )
    sound(app.run())
    assert "共 3 个文件，2 个可以入库" in texts(app)
    assert "1 个要先看一看" in texts(app)
    table = app.dataframe[0].value
    assert table["name"].tolist() == list(files)
    assert table["sender"].tolist()[0] == "城管局"
    button(app, "全部入库（2 个文件）").click().run()
    sound(app)
    stored_ = batches.batches(own).head(2)
    assert stored_["name"].tolist() == ["a_检查表.xlsx", "b_单位名册.xlsx"]
    assert stored_["good"].tolist()[0] == 2
    assert stored_["held"].tolist()[0] == 0


def wrongly_taken(office) -> bytes:
    """A plan whose headers look like those of visits."""
    street, _, kind = names_of(office)
    header = ["日期", "街道", "点位类型", "点位名称", "督查组"]
    return xlsx({"表一": [header, [DAY, street, kind, "一号点", "督查一组"]]})


def test_a_kind_that_is_not_right_can_be_changed_and_is_remembered(own):  # noqa: F811
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    drop(app, "表一.xlsx", wrongly_taken(own))
    assert "“表一”检查点位 1 行" in texts(app)
    (switch,) = [one for one in app.toggle if one.label == "看看读成了什么，改一改"]
    switch.set_value(True).run()
    kind_box(app).set_value("plan").run()
    button(app, "按改过的重新读入").click().run()
    assert "“表一”督查计划 1 行" in texts(sound(app))
    told = choices(own)
    assert told[told["written"] == "整张表"][["means", "who"]].values.tolist() == [
        ["督查计划", "张三"]
    ]
    mappings.forget_form(own, told[told["form"] != ""]["form"].item(), "张三")
    assert "“表一”检查点位 1 行" in texts(sound(app.run()))


@drawn_alike
def test_a_file_that_is_returned_still_says_what_it_was_taken_for(own):  # noqa: F811
    street, item, kind = names_of(own)
    header = ["督查日期", "街道", "点位类型", "点位名称", "测评项", "问题描述"]
    app = visit("upload")
    row = [DAY, street, kind, "一号点", item, "乱停放"]
    drop(app, "清单.xlsx", xlsx({"清单": [header, row]}))
    assert "“清单”是问题清单" in texts(app)
    assert "没有认出是哪种表" not in texts(app)


def test_a_table_may_be_said_to_be_none(own):  # noqa: F811
    form = commit.inspect(own, wrongly_taken(own), "表一.xlsx").reading.recognised[0].fingerprint
    mappings.remember_kind(own, form, NO_TABLE, "张三")
    found = commit.inspect(own, wrongly_taken(own), "表一.xlsx").reading
    assert (found.is_rejected, found.recognised[0].kind) == (True, "")
    assert choices(own)["means"].tolist() == ["不读的表"]
    assert "表格 = 不读的表" in set(acts(own)["what"])


def test_a_kind_may_be_said_on_the_command_line(own, tmp_path, capsys):  # noqa: F811
    path = tmp_path / "表一.xlsx"
    path.write_bytes(wrongly_taken(own))

    def run(*arguments: object) -> tuple[int, str]:
        code = main([str(one) for one in arguments])
        return code, "".join(capsys.readouterr())

    code, said = run("check", path, "--kind", "表一", "督查计划")
    assert (code, choices(own).empty) == (OK, True)  # a check stores nothing
    code, said = run("check", path, "--kind", "表一", "菜单")
    assert (code, "没有种类“菜单”" in said) == (FAILED, True)
    arguments = ("--kind", "表一", "督查计划", "--who", "李四", "--workers", 1)
    assert run("ingest", path, *arguments)[0] == OK
    assert batches.batches(own).iloc[0]["kind"] == "督查计划"
    assert choices(own)[["means", "who"]].values.tolist() == [["督查计划", "李四"]]


def test_columns_may_be_said_and_explained_on_the_command_line(own, tmp_path, capsys):  # noqa: F811
    street, item, kind = names_of(own)
    path = tmp_path / "表.xlsx"
    header = ["查看的日子", "街道", "点位类型", "点位名称", "测评项", "检查结果", "酌情处理"]
    rows = [["11.19", street, kind, f"{n}号点", item, "不符合", 0.5] for n in range(3)]
    path.write_bytes(xlsx({"表一": [header, *rows]}))

    def run(*arguments: object) -> tuple[int, str]:
        code = main([str(one) for one in arguments])
        return code, "".join(capsys.readouterr())

    code, said = run("check", path, "--explain")
    assert code == FAILED
    assert "“表一”看作检查表（" in said
    assert "检查结果 → 检查结果" in said
    as_told = shlex.split(said.split("这样写：")[1].splitlines()[0])
    assert run("check", path, *as_told, "--year", 2026)[0] == OK
    scores = [["被考评单位", "环境卫生分", "最后成绩"], [street, 91.5, 90]]
    path_of_scores = tmp_path / "考评成绩.xlsx"
    path_of_scores.write_bytes(xlsx({"2026年10月考评成绩": scores}))
    code, said = run("check", path_of_scores, "--explain")
    assert "环境卫生分 → 照原数读（分项）" in said
    as_told = shlex.split(said.split("这样写：")[1].splitlines()[0])
    assert run("check", path_of_scores, *as_told)[0] == OK
    code, said = run("check", path, "--map", "酌情处理=没有这一列")
    assert (code, "要写成 表头=列名" in said) == (FAILED, True)
    maps = ("--map", "查看的日子=督查日期", "--map", "酌情处理=扣分", "--year", 2026)
    assert run("check", path, "--kind", "表一", "检查表", *maps)[0] == OK
    assert choices(own).empty
    code, _ = run("ingest", path, "--kind", "表一", "检查表", *maps, "--workers", 1)
    assert (code, batches.batches(own).iloc[0]["good"]) == (OK, 3)
    assert {"表头“查看的日子”", "表头“酌情处理”"} < set(choices(own)["written"])


def test_an_open_card_can_be_closed_and_opened_again(own):  # noqa: F811
    app = visit("upload")
    files = [("一.xlsx", foreign(own)), ("二.xlsx", wrongly_taken(own))]
    app.file_uploader[0].set_value([(name, content, XLSX) for name, content in files])
    sound(app.run())
    first, _ = app.session_state["files_read"]
    app.session_state["file_shown"] = first
    assert "##### 一" in texts(sound(app.run()))
    button(app, "收起").click().run()
    assert "##### 一" not in texts(sound(app))
    assert [one.label for one in app.button if one.label == "收起"] == []
    app.session_state["file_shown"] = first
    assert "##### 一" in texts(sound(app.run()))


def test_an_unknown_item_may_be_a_new_one_of_the_office(own):  # noqa: F811
    street, item, kind = names_of(own)
    header = ["督查日期", "来源", "街道", "点位类型", "点位名称", "测评项", "检查结果", "扣分"]
    rows = [
        [DAY, "市督查组", street, kind, "一号点", word, "不符合", 0.5]
        for word in (item, "单车入位")
    ]
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    drop(app, "单车.xlsx", xlsx({"督查表": [header, *rows]}))
    assert "1 条待核，暂不计分" in texts(app)
    (new,) = [one for one in app.toggle if one.label == "都不是，这是一个新的测评项"]
    new.set_value(True).run()
    key = new.key
    assert app.text_input(key=f"{key}-name").value == "单车入位"
    assert button(app, "加上这个测评项").disabled
    app.number_input(key=f"{key}-mark").set_value(1.5)
    app.multiselect(key=f"{key}-types").set_value([kind])
    leaf = str(own.rules.nodes.loc[own.rules.leaves[0], "code"])
    app.selectbox(key=f"{key}-leaf").set_value(leaf).run()
    button(app, "加上这个测评项").click().run()
    assert "已加上：测评项“单车入位”（BD-001）" in texts(sound(app)).replace("\\", "")
    assert "2 行可入库" in texts(app)  # read again at once, by the catalogue as it is now
    button(app, "入库").click().run()
    with reading(own.store) as connection:
        query = select(schema.row.c.item, schema.row.c.lost, schema.row.c.possible)
        stored = connection.execute(query.where(schema.row.c.item >= 2_000)).all()
    assert [tuple(line) for line in stored] == [(2_000, 5_000, 15_000)]
    app = visit("framework", rules_part="本单位测评项")
    assert "**等着归入办法，暂不计分**：“单车入位”" in texts(app)
    app.text_input(key="who").set_value("张三").run()
    app.button(key="own-draft").click().run()
    assert "已存为第 1 号草案" in texts(sound(app))


def register_with(old: str, new: str, office) -> bytes:
    """A register in which a street stands under a new name, with the communities of the old one."""
    with reading(office.store) as connection:
        units = read_register(connection).units
    number = units.query("name == @old")["unit"].item()
    parent = units["name"][units["parent"][number]]
    below = units[units["parent"] == number]["name"]
    rows = [[new, "街道", parent], *([name, "社区", new] for name in below)]
    return xlsx({"单位名册": [["单位名称", "单位类别", "上级单位"], *rows]})


def test_a_street_that_may_stand_twice_is_asked_about_on_the_page(own):  # noqa: F811
    old, *_ = names_of(own)
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    drop(app, "名册.xlsx", register_with(old, "新城街道", own))
    assert "名册变化" in texts(app)
    (question,) = [box for box in app.selectbox if box.label == "“新城街道”是"]
    assert (question.value, question.options[-1]) == (None, "新设的单位")
    question.set_value(question.options[0]).run()
    assert "待核" not in texts(sound(app)).split("就是名册里的")[0]
    button(app, "入库").click().run()
    assert "已入库" in texts(sound(app))
    with reading(own.store) as connection:
        units = read_register(connection).units
    assert units.query("name == '新城街道'")["aliases"].item()[-1] == old
    assert old not in set(units["name"])


def test_a_street_that_may_stand_twice_is_said_on_the_command_line(own, tmp_path, capsys):  # noqa: F811
    old, *_ = names_of(own)
    path = tmp_path / "名册.xlsx"
    path.write_bytes(register_with(old, "新城街道", own))
    assert main(["check", str(path)]) != OK
    shown = "".join(capsys.readouterr())
    assert f"可能就是现在的“{old}" in shown
    assert f"--unit 新城街道={old}" in shown
    assert main(["check", str(path), "--unit", "新城街道"]) == FAILED
    assert "新设的单位写" in "".join(capsys.readouterr())
    assert main(["check", str(path), "--unit", f"新城街道={old}"]) == OK
