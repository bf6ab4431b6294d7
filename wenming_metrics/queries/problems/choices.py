"""What may be chosen where a move of problems is made: acts, units, the usual limit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from wenming_metrics.domain.periods import today
from wenming_metrics.domain.working_days import working_day_after
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.loop import Move
from wenming_metrics.scoring.loop.course import BY_TABLE
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

Finding = tuple[int, int, int]
"""Day (ordinal), batch and seq of a stored row."""
_ORDER = ("department", "street", "section", "community", "district")


def acts_from(office: Office, states: Iterable[str]) -> dict[str, Move]:
    """List the acts that are allowed from each of some states, in the order of the table of moves."""
    rules, distinct = office.rules.loop, list(states)
    return {
        act: rules.find(distinct[0], act)
        for act in rules.acts
        if act != BY_TABLE and all(rules.find(state, act) for state in distinct)
    }


def problem_key(line: tuple) -> str | Finding:
    """Name a problem: by its number where it is its alone, else by its row."""
    if line.batch and (not line.number or line.is_shared):
        return int(line.day), int(line.batch), int(line.seq)
    return line.number


def unit_numbers(office: Office) -> dict[str, int]:
    """List the units to whom problems may be handed out: name -> number, departments first.

    Of several units of one name each is called with its parent's.
    """
    with reading(office.store) as connection:
        units = read_register(connection).units
    units = units[units["valid_to"] >= today().toordinal()]
    in_order = units.assign(rank=units["kind"].map(_ORDER.index)).sort_values(["rank", "unit"])
    names = units["name"].to_dict()
    is_shared = in_order["name"].duplicated(keep=False)
    labels = [
        f"{names.get(line.parent, '')}{line.name}" if shared else line.name
        for line, shared in zip(in_order.itertuples(index=False), is_shared, strict=True)
    ]
    return dict(zip(labels, in_order["unit"].tolist(), strict=True))


def usual_due(office: Office) -> date:
    """Give the last day of the usual limit of what is handed out today."""
    with reading(office.store) as connection:
        calendar = read_register(connection).calendar
    day = working_day_after(calendar, today().toordinal(), office.rules.loop.limit)
    return date.fromordinal(day)
