"""Where further tables begin below the first: what no title holds is told without spelling it."""

from wenming_metrics.reading.recognise.headers import ALL_TITLES
from wenming_metrics.reading.recognise.split_tables import _NO_TITLE


def test_no_known_title_holds_what_tells_other_cells_apart():
    assert ALL_TITLES
    assert not [title for title in ALL_TITLES if _NO_TITLE.search(title)]
