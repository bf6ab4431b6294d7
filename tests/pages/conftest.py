"""What running pages without a browser costs each time, paid once."""

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner


@pytest.fixture(scope="session", autouse=True)
def _components() -> None:
    """Look for components among the installed packages once: each page would read them all anew."""
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
