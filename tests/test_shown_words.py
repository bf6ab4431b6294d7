"""What is held against the rules of wording on a page, beyond its sentences: headings, help, charts."""

from streamlit.testing.v1 import AppTest

from tests.shown_words import faults, watched


def page() -> None:
    import pandas as pd
    import plotly.graph_objects as go
    import streamlit as st

    heading = st.column_config.NumberColumn("得分（分）", help="满分“100”")
    st.dataframe(pd.DataFrame({"score": [1.0]}), column_config={"score": heading})
    chart = go.Figure(go.Scatter(x=[1], y=[2], text=["甲(东)"]))
    st.plotly_chart(chart.update_layout(title="各期得分", xaxis={"ticktext": ["一期"]}))


def test_headings_help_and_layouts_of_charts_are_gathered():
    with watched() as texts:
        AppTest.from_function(page).run()
    kinds = {text: where for text, where in texts.items() if where.startswith("page ")}
    assert kinds == {
        **dict.fromkeys(("得分（分）", "满分“100”"), "page heading"),
        **dict.fromkeys(("各期得分", "一期"), "page chart"),
    }


def test_a_fault_is_found_in_each():
    assert faults("得分(分)")
    assert faults("各期得分,共 3 期")
