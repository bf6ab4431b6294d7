"""The pages of the site, in the order of the bar. Start with: streamlit run app.py

Addresses differ from the names of the files: where they are equal, Streamlit can serve the file
without running this one.
"""

import streamlit as st

from wenming_metrics.ui import server
from wenming_metrics.ui.frame import navigation, page

chosen = st.navigation(navigation.pages(), position="hidden")
if refusal := server.refusal_elsewhere():
    st.error(refusal)
else:
    page.run(chosen)
