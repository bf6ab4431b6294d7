"""What is shown adds up to what stands above it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.dataframe_util import (
    convert_arrow_bytes_to_pandas_df,
    convert_arrow_table_to_arrow_bytes,
)
from streamlit.elements.lib.pandas_styler_utils import marshall_styler
from streamlit.proto.ArrowData_pb2 import ArrowData
from streamlit.testing.v1 import AppTest

from wenming_metrics.ui.frame import tables
from wenming_metrics.ui.frame.marks import mark_means
from wenming_metrics.ui.frame.tables import configs, prepared, shown_losses, without_minus_zero


@given(st.lists(st.floats(0, 20), min_size=1, max_size=40))
def test_shown_losses_add_up_to_the_shown_total(losses):
    total = round(float(np.sum(losses)), 2)
    shown = shown_losses(losses, total, 2)
    assert shown.sum() == pytest.approx(total if sum(losses) > 0 else 0, abs=1e-9)
    assert (shown >= 0).all()


def test_rows_share_a_total_that_was_rounded():
    assert shown_losses([0.33333, 0.33333, 0.33333], 1.0, 4).tolist() == [0.3334, 0.3333, 0.3333]


def test_nothing_lost():
    assert shown_losses([0.0, 0.0], 0.0, 2).tolist() == [0.0, 0.0]


def test_missing_hundredths_go_to_the_largest_remainders():
    parts = [10 / 3, 40 / 9, 10, 40 / 9]
    assert shown_losses(parts, 22.22, 2).tolist() == [3.33, 4.45, 10.0, 4.44]


def test_gains_count_against_losses():
    shown = shown_losses([3.004, 1.003, -2.0], 2.01, 2)
    assert shown.tolist() == [3.01, 1.0, -2.0]
    assert shown_losses([1.0, -2.0], -1.0, 2).tolist() == [1.0, -2.0]


def test_nothing_is_spelled_as_minus_zero():
    data = pd.DataFrame({"moved": [-0.00004, -0.00006, 0.5, np.nan], "name": list("甲乙丙丁")})
    shown = without_minus_zero(data, configs("moved=points_moved", "name=unit_name"))
    spelled = [f"{figure:+.4f}" for figure in shown["moved"]]
    assert spelled == ["+0.0000", "-0.0001", "+0.5000", "+nan"]
    assert data["moved"].iloc[0] == -0.00004


@pytest.mark.parametrize(("row", "unit", "renewed"), [(0, "甲街道", None), (1, None, 1)])
def test_a_tick_on_the_line_of_a_mean_names_nobody_and_goes(monkeypatch, row, unit, renewed):
    state = {}

    def pick(data, columns, key, rows, follow):
        state[key] = {"selection": {"rows": [row]}}
        follow()

    monkeypatch.setattr(tables.st, "session_state", state)
    monkeypatch.setattr(tables, "pick", pick)
    tables.pick_name(pd.DataFrame(), {}, "list", "unit", ["甲街道", np.nan])
    assert (state["unit"], state.get("list-renewed")) == (unit, renewed)


def two_tables() -> None:
    import pandas as pd

    from wenming_metrics.ui.frame import tables

    tables.show(pd.DataFrame({"name": []}), tables.configs("name=unit_name"), 5)
    tables.show(pd.DataFrame({"moved": [-0.00004]}), tables.configs("moved=points_moved"), 5)


def test_a_table_without_rows_is_a_sentence_and_no_grid_that_says_so_in_english():
    app = AppTest.from_function(two_tables, default_timeout=60).run()
    (drawn,) = app.dataframe
    assert [line.value for line in app.caption] == ["没有可列的行。"]
    assert f"{drawn.value['moved'].iloc[0]:+.4f}" == "+0.0000"  # what is drawn, too


def test_colours_that_are_kept_are_those_of_pandas_and_texts_stay_as_they_are():
    lines = pd.DataFrame(
        {"unit_name": ["平均", "甲街道"], "score": [90.0, 91.5], "is_mean": [True, False]}
    )
    columns = configs("unit_name", "score")
    grey = np.where(lines["is_mean"], "background-color: #eef2f7; color: #52606d", "")
    plain, marked = ArrowData(), mark_means(lines, columns)
    unmarked = lines[list(columns)].style.set_uuid(marked.arrow.styler.uuid)
    marshall_styler(plain, unmarked.apply(lambda _: grey, axis=0), "")
    looks = marked.arrow.styler
    assert looks.styles == plain.styler.styles
    texts = [convert_arrow_bytes_to_pandas_df(one.display_values) for one in (plain.styler, looks)]
    assert texts[0]["unit_name"].tolist() == texts[1]["unit_name"].tolist() == ["平均", "甲街道"]
    pd.testing.assert_frame_equal(marked.table.to_pandas(), lines[list(columns)])


def marked_table(key):
    import pandas as pd

    from wenming_metrics.ui.frame import marks, tables

    lines = pd.DataFrame({"unit_name": ["平均", "甲街道"], "is_mean": [True, False]})
    columns = tables.configs("unit_name")
    marked = marks.mark_means(lines, columns)
    if key:
        tables.pick(marked, columns, key)
    else:
        tables.show(marked, columns)


@pytest.mark.parametrize("key", ["", "picked"])
def test_a_marked_table_is_sent_with_its_looks(key):
    (drawn,) = AppTest.from_function(marked_table, args=(key,)).run().dataframe
    assert drawn.value["unit_name"].tolist() == ["平均", "甲街道"]
    assert "#eef2f7" in drawn.proto.arrow_data.styler.styles
    assert bool(drawn.proto.id) == bool(key)


def test_a_table_that_is_prepared_is_sent_as_the_frame_would_be():
    data = pd.DataFrame({"moved": [-0.00004, 0.5], "name": ["甲", None], "hidden": [1, 2]})
    columns = configs("moved=points_moved", "name=unit_name")
    table = prepared(data, columns)
    sent = convert_arrow_bytes_to_pandas_df(convert_arrow_table_to_arrow_bytes(table))
    pd.testing.assert_frame_equal(sent, without_minus_zero(data, columns))
    assert list(sent) == ["moved", "name"]
