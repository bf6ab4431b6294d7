"""The office's own items and point types: added by a person, one or a whole workbook."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from wenming_metrics.access.viewer import permitted
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.entries import KIND_WORDS, RETIRED, Entry, settle
from wenming_metrics.rules.workbook.own_book import leaf_names
from wenming_metrics.store import choices
from wenming_metrics.store.catalogue import add_entry, read_entries
from wenming_metrics.store.database import writing
from wenming_metrics.vocabulary import normalise

_log = logging.getLogger(__name__)


def retire_own(office: Office, code: str, who: str) -> Entry:
    """Let the next version of the rules leave out an own entry. Rows, files and issues keep it.

    Raises IntakeError for one that there is not, or that is retired already
    """
    entry = next((own for own in office.catalogue.own if own.code == code), None)
    if entry is None or entry.indicator == RETIRED:
        raise IntakeError(f"没有编号为“{code}”、还在用的本单位测评项或点位类型。")
    return add_own(office, [replace(entry, indicator=RETIRED)], who)[0]


@permitted("起草办法", "本单位的测评项")
def add_own(office: Office, wishes: Sequence[Entry], who: str, spelling: str = "") -> list[Entry]:
    """Add entries, or how they are from now on; all or none. Stored rows and signed issues stay.

    Takes:   wishes - as `rules.entries.settle` takes them, or as it gave them; spelling - how a file
             wrote the only one, "" where no file asked
    Returns: what was added or changed. Raises IntakeError with everything that is wrong
    """
    if not who.strip():
        raise IntakeError("请写明经办人。")
    with writing(office.store) as connection:
        # Anew, under the lock: another person may have added something meanwhile.
        local_entries = [entry for entry in read_entries(connection) if entry.own]
        codes = {(entry.kind, entry.code) for entry in local_entries}
        numbered = [w if (w.kind, w.code) in codes else replace(w, code="") for w in wishes]
        everything = (*office.catalogue.shipped, *local_entries)
        entries, refusals = settle(numbered, everything, leaf_names(office.rules))
        if refusals:
            raise IntakeError("".join(dict.fromkeys(refusal.text for refusal in refusals)))
        for entry in entries:
            add_entry(connection, entry, who.strip())
            if spelling and len(wishes) == 1:
                word = normalise(spelling)
                choices.add_name(connection, entry.kind, word, entry.number, who.strip())
    for entry in entries:
        _log.info("本单位%s %s %r 经办 %r", KIND_WORDS[entry.kind], entry.code, entry.name, who)
    return entries
