"""Views of problems for sentences: who holds how many, how late; and the whole book of some days."""

from datetime import date

import pandas as pd

from wenming_metrics.queries.problems.book import read_book
from wenming_metrics.queries.problems.lists import ProblemView
from wenming_metrics.store.database import reading


def view(*units: tuple[str, int, int]) -> ProblemView:
    """Make a view. Takes: name of a unit, how many it holds that are overdue, for how many days at most"""
    by_unit = pd.DataFrame(units, columns=["unit_name", "overdue", "most_late"])
    count = int(by_unit["overdue"].sum())
    figures = pd.DataFrame({"code": ["overdue", "handed"], "numerator": [count, count + 1]})
    begin, as_of = date(2026, 9, 1), date(2026, 11, 30)
    return ProblemView(begin, as_of, pd.DataFrame(), figures, by_unit, (0.0, 0), "answer")


def problem_book(office, days, moment=None):
    """Read the problems found on some days. Takes: moment - None: as of today"""
    with reading(office.store) as connection:
        return read_book(connection, office.rules.loop, days, moment)
