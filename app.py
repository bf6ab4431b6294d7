"""The pages of the site by groups, in the order of the bar. Start with: streamlit run app.py

Addresses differ from the names of the files: where they are equal, Streamlit can serve the file
without running this one.
"""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from wenming_metrics.ui.frame import entrance, navigation, page


def _pages() -> dict[str, list[StreamlitPage]]:
    return {
        "结果查看": [
            st.Page("pages/overview.py", title="总览", url_path="home", default=True),
            st.Page("pages/ranking.py", title="排名", url_path="ranks"),
            st.Page("pages/portrait.py", title="单位画像", url_path="unit"),
            st.Page("pages/bulletins.py", title="通报", url_path="issued"),
        ],
        "分析研判": [
            st.Page("pages/losses.py", title="失分分析", url_path="lost"),
            st.Page("pages/trends.py", title="趋势", url_path="course"),
            st.Page("pages/survey.py", title="两率一度", url_path="opinions"),
            st.Page("pages/appraisal.py", title="综合考核", url_path="composite"),
        ],
        "工作办理": [
            st.Page("pages/rectification.py", title="问题整改", url_path="problems"),
            st.Page("pages/progress.py", title="工作推进", url_path="work"),
            st.Page("pages/upload.py", title="数据上传", url_path="files"),
            st.Page("pages/framework.py", title="测评体系", url_path="rules"),
            st.Page("pages/recheck.py", title="核对", url_path="verify"),
            st.Page("pages/manual.py", title="使用说明", url_path="guide"),
            st.Page("pages/accounts.py", title="账号", url_path="access"),
        ],
    }


pages = entrance.permitted(entrance.pages_once(_pages))
chosen = st.navigation(entrance.routes(pages), position="hidden")
navigation.offer(pages)
page.run(chosen)
