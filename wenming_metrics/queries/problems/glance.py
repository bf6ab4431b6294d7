"""How problems are put right, as a leader asks: the figures, who holds what is late, what waits for a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from wenming_metrics.domain.periods import today
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.book import ProblemBook, read_book
from wenming_metrics.queries.problems.lists import ProblemView, view_of
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_sites_met

_IN_HAND = ("待签收", "整改中")
SETTLED_BY = {
    "延期申请": (("批准延期", "不批准延期"), _IN_HAND),
    "挂账申请": (("批准挂账", "不批准挂账"), _IN_HAND),
    "申请不属实": (("认定不属实",), (*_IN_HAND, "挂账", "长期整改", "待核查")),
    "逾期申诉": (("采纳申诉", "不采纳申诉"), ("已销号",)),
}
"""What a unit asks for, the acts that answer it, and the states in which an answer is still due."""
TO_CLOSE = "待销号"


@dataclass(frozen=True, eq=False)
class ProblemGlance:
    """Problems of the last days at a glance.

    view - without its lines; undecided - 延期申请, 挂账申请 ... and 待销号 -> how many wait for a decision
    """

    view: ProblemView
    undecided: Mapping[str, int]


def problem_glance(office: Office, back: int) -> ProblemGlance:
    """Count as `problem_view` does, and what waits. Takes: back - days up to today"""
    last = today()
    begin = last - timedelta(days=back - 1)
    with reading(office.store) as connection:
        days = range(begin.toordinal(), last.toordinal() + 1)
        book = read_book(connection, office.rules.loop, days, Moment(last.toordinal(), ""))
        sites = read_sites_met(connection).set_index("site")["name"]
    view = view_of(office, book, sites, begin)
    return ProblemGlance(replace(view, lines=view.lines.iloc[:0]), undecided(book))


def undecided(book: ProblemBook) -> dict[str, int]:
    """Count what units asked for and nobody has answered, and what waits to be closed; zeros left out."""
    events = book.events.sort_values(["day", "minute", "event"], kind="stable")
    state, counts = book.lines["state"], {}
    for request, (answers, states) in SETTLED_BY.items():
        acts = events[events["act"].isin([request, *answers])]
        last = acts.drop_duplicates("finding", keep="last")
        waits = (last["act"] == request) & last["finding"].map(state).isin(states)
        counts[request] = int(waits.sum())
    counts[TO_CLOSE] = int((book.lines["state"] == TO_CLOSE).sum())
    return {name: number for name, number in counts.items() if number}
