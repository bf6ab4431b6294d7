"""What every question is asked of: the store, with the rules and the catalogue in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wenming_metrics.periods import today
from wenming_metrics.rules.catalogue import load_catalogue
from wenming_metrics.rules.load import choose, load_all
from wenming_metrics.rules.model import Catalogue, RuleSet
from wenming_metrics.settings import Settings
from wenming_metrics.store.database import Store, open_store, reading
from wenming_metrics.store.tallies import days_with_rows


@dataclass(frozen=True)
class Office:
    """One city's store with its catalogue and the rules it is scored by."""

    store: Store
    catalogue: Catalogue
    rules: RuleSet


def open_office(settings: Settings) -> Office:
    """Open the store and read catalogue and rules.

    Raises RuleSetError for faulty rules and StoreError for a store that cannot be opened.
    """
    catalogue = load_catalogue(settings.data / "catalogue")
    rules = choose(load_all(settings.data / "rules", catalogue), today(), settings.rules_id)
    return Office(open_store(settings.store_url), catalogue, rules)


def days_known(office: Office) -> list[date]:
    """List the days that have inspections, in order."""
    with reading(office.store) as connection:
        return [date.fromordinal(day) for day in days_with_rows(connection)]
