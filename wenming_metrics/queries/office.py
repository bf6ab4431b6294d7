"""What every question is asked of: the store, with the rules and the catalogue in force."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from wenming_metrics.access.viewer import EVERYBODY, Viewer, knows_scope
from wenming_metrics.domain.periods import today
from wenming_metrics.rules.catalogue import load_catalogue
from wenming_metrics.rules.entries import Entry, numbering_faults, own_entries
from wenming_metrics.rules.faults import Fault, RuleSetError
from wenming_metrics.rules.folders import placed
from wenming_metrics.rules.load import choose, digest, load_all, pack, read_files, unpack
from wenming_metrics.rules.model import Catalogue, RuleSet
from wenming_metrics.runtime.settings import Settings
from wenming_metrics.store import schema
from wenming_metrics.store.catalogue import forget_shipped, read_entries, record_shipped, unrecorded
from wenming_metrics.store.database import Store, open_store, reading, writing
from wenming_metrics.store.drafts import published
from wenming_metrics.store.failures import StoreError, spell_address
from wenming_metrics.store.frames import count_lines
from wenming_metrics.store.registers import archive_rules, archived_rules, is_archived
from wenming_metrics.store.tallies import days_with_rows
from wenming_metrics.tallies.update import fill_sums, lacks_sums

_MOST_FAULTS = 3
"""Entries that are named where a store is refused."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Office:
    """One city's store with its catalogue and the rules it is scored by.

    rules - those in force; rule_sets - all of their series, the earliest first, for days on which
    another version was in force (empty: `rules` for every day); viewer - for whom is asked;
    recall - asks a function of an office and some arguments, or remembers what it gave, shared by
    all who ask (None: nothing is remembered)
    """

    store: Store
    catalogue: Catalogue
    rules: RuleSet
    rule_sets: tuple[RuleSet, ...] = ()
    viewer: Viewer = EVERYBODY
    recall: Callable | None = field(default=None, repr=False, compare=False)


def open_office(settings: Settings) -> Office:
    """Open the store and read catalogue and rules.

    What was published from this store and has no folder, as on a new machine, gets it back.

    Raises RuleSetError for faulty rules and StoreError for a store that cannot be opened.
    """
    store = open_store(settings.store_url)
    _put_back(store, settings.data / "rules")
    entries, published_ids = _known_entries(store, settings)
    catalogue, rules, series = read_rules(settings, entries, published_ids)
    _refuse_edited(store, series)
    _record_numbering(store, catalogue, entries)
    for rule_set in series:
        _archive(store, rule_set, settings.data / "rules")
    _fill(store, rules)
    _log.info("打开 %s 办法 %s %s", spell_address(settings.store_url), rules.id, rules.version)
    return Office(store, catalogue, rules, series)


def read_rules(
    settings: Settings, entries: Sequence[Entry], published_ids: frozenset[str]
) -> tuple[Catalogue, RuleSet, tuple[RuleSet, ...]]:
    """Read the catalogue, the rules in force, and all of their series. Raises RuleSetError.

    A rule set named in the settings stands alone: it scores every day.

    Takes: entries - of the store, `store.catalogue.read_entries`; published_ids - of its rules
    Raises StoreError when rows of the store are numbered by another catalogue.
    """
    catalogue = _laid_out(settings, entries, published_ids)
    rule_sets = load_all(settings.data / "rules", catalogue)
    rules = choose(rule_sets, today(), settings.rules_id)
    if settings.rules_id:
        return catalogue, rules, (rules,)
    return (
        catalogue,
        rules,
        tuple(rule_set for rule_set in rule_sets if rule_set.series == rules.series),
    )


def _known_entries(store: Store, settings: Settings) -> tuple[Sequence[Entry], frozenset[str]]:
    """Read the entries of a store, and which rules were published from it.

    Where nothing is stored yet, the numbering of shipped entries may still change.
    """
    with reading(store) as connection:
        entries, published_ids = read_entries(connection), frozenset(published(connection))
        is_empty = not count_lines(connection, schema.batch)
    shipped = [entry for entry in entries if not entry.own]
    present = load_catalogue(settings.data / "catalogue").shipped
    if is_empty and numbering_faults(shipped, present):
        with writing(store) as connection:
            forget_shipped(connection)
        return own_entries(entries), published_ids
    return entries, published_ids


def _refuse_renumbered(catalogue: Catalogue, entries: Sequence[Entry]) -> None:
    """Refuse a catalogue by which stored rows would speak of something else. Raises StoreError."""
    shipped = [entry for entry in entries if not entry.own]
    differences = numbering_faults(shipped, catalogue.shipped)
    if differences:
        more = f"等 {len(differences)} 处" if len(differences) > _MOST_FAULTS else ""
        raise StoreError(
            "数据里的行是按另一份测评项目录编号的："
            f"{'；'.join(differences[:_MOST_FAULTS])}{more}。为免把行算到别的测评项上，没有打开，数据没有改动。"
            "请换回原来的 data/catalogue，或用不低于原来版本的软件打开；"
            "本单位自己的测评项请加在“测评体系”里，不要写进这个文件夹。"
        )


def _record_numbering(store: Store, catalogue: Catalogue, entries: Sequence[Entry]) -> None:
    unknown = unrecorded(catalogue.shipped, [entry for entry in entries if not entry.own])
    if unknown:
        with writing(store) as connection:
            record_shipped(connection, unknown)


def read_catalogue(settings: Settings) -> Catalogue:
    """Read the catalogue with the office's own entries, whatever the state of the rules.

    Raises RuleSetError for a faulty catalogue, StoreError as `read_rules`.
    """
    return _laid_out(settings, *_known_entries(open_store(settings.store_url), settings))


def _laid_out(
    settings: Settings, entries: Sequence[Entry], published_ids: frozenset[str]
) -> Catalogue:
    local_entries = own_entries(entries)
    catalogue = load_catalogue(settings.data / "catalogue", local_entries, published_ids)
    _refuse_renumbered(catalogue, entries)
    return catalogue


def _put_back(store: Store, folder: Path) -> None:
    """Write again the folders of published rules that are not there. Raises RuleSetError."""
    with reading(store) as connection:
        gone = {
            name: archived_rules(connection, digest)
            for name, digest in published(connection).items()
            if not (folder / name).exists() and Path(name).name == name
        }
    for name, packed in gone.items():
        if packed is None:
            continue
        try:
            with placed(unpack(packed), folder / name):
                _log.warning("办法 %s 的文件夹不在，已按数据里的存档写回", name)
        except OSError as error:
            if (folder / name).is_dir():
                continue  # another process was faster
            message = (
                f"发布过的这套办法没有文件夹，又写不进去（{error.strerror}）。请检查读写权限。"
            )
            raise RuleSetError([Fault(f"rules/{name}", None, message)]) from error


def _refuse_edited(store: Store, rule_sets: tuple[RuleSet, ...]) -> None:
    """Refuse rules whose files are not those that were published. Raises RuleSetError."""
    with reading(store) as connection:
        digests = published(connection)
    message = (
        "发布以后文件被改动过，不能使用。请把文件还原；要改办法，请另立一版，在“测评体系”发布。"
    )
    faults = [
        Fault(f"rules/{rule_set.id}", None, message)
        for rule_set in rule_sets
        if digests.get(rule_set.id, rule_set.digest) != rule_set.digest
    ]
    if faults:
        raise RuleSetError(faults)


def _archive(store: Store, rules: RuleSet, folder: Path) -> None:
    """Keep the rules in the store under their digest, so that old figures can be explained."""
    with reading(store) as connection:
        if is_archived(connection, rules.digest):
            return
    folders = (path.parent for path in folder.glob("*/rules.toml"))
    rules_folder = next(candidate for candidate in folders if digest(candidate) == rules.digest)
    with writing(store) as connection:
        archive_rules(connection, rules.digest, rules.id, pack(read_files(rules_folder)))


def _fill(store: Store, rules: RuleSet) -> None:
    with reading(store) as connection:
        if not lacks_sums(connection, rules):
            return
    with writing(store) as connection:
        fill_sums(connection, rules)


def under(office: Office, rules_id: str) -> Office:
    """Give the office with every day scored by one version of its rules. Raises KeyError."""
    for rules in office.rule_sets:
        if rules.id == rules_id:
            return replace(office, rules=rules, rule_sets=(rules,))
    raise KeyError(rules_id)


@knows_scope
def days_known(office: Office) -> list[date]:
    """List the days that have inspections, in order."""
    with reading(office.store) as connection:
        return [date.fromordinal(day) for day in days_with_rows(connection)]
