"""Start the dashboard: Streamlit with what its command line cannot say."""

from __future__ import annotations

import os

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web import cli

from wenming_metrics.runtime import settings
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.store.database import open_store
from wenming_metrics.upkeep.prune import prune
from wenming_metrics.upkeep.start import check_once

PORT = 8501


def serve(port: int = PORT) -> None:
    """Serve the pages on this machine until stopped.

    Raises StoreError when the store cannot be opened or is found damaged.
    """
    _make_ready(settings.load())
    # Until some session has run app.py, Streamlit takes the files of pages/ for the pages: the
    # first visitor of a page's own address would be told that there is no such page.
    PagesManager.uses_pages_directory = False
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml from the working directory
    cli.main(["run", "app.py", "--server.port", str(port)], standalone_mode=False)


def _make_ready(environment: settings.Settings) -> None:
    """Look at the store before anybody is shown its figures, and drop files kept long enough."""
    store = open_store(environment.store_url)
    check_once(store)
    if environment.keep_originals:
        prune(store, environment.keep_originals)
