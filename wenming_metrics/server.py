"""Start the dashboard: Streamlit with what its command line cannot say."""

from __future__ import annotations

import os

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web import cli

from wenming_metrics.settings import ROOT

PORT = 8501


def serve(port: int = PORT) -> None:
    """Serve the pages on this machine until stopped."""
    # Until some session has run app.py, Streamlit takes the files of pages/ for the pages: the
    # first visitor of a page's own address would be told that there is no such page.
    PagesManager.uses_pages_directory = False
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml from the working directory
    cli.main(["run", "app.py", "--server.port", str(port)], standalone_mode=False)
