"""Drafts of rules: kept in the store until they are published or dropped."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pandas as pd

from wenming_metrics.access.viewer import permitted
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.load import load_files, pack, unpack
from wenming_metrics.rules.workbook.parts import Parts, parts_of
from wenming_metrics.store import drafts
from wenming_metrics.store.database import reading, writing
from wenming_metrics.store.registers import archived_rules

_log = logging.getLogger(__name__)


@permitted("起草办法", "{name}")
def keep(office: Office, files: Mapping[str, bytes], name: str, who: str) -> int:
    """Keep a sound rule set as a draft; gives its number. Takes: name - of the file it came in.

    Raises RuleSetError when it is not sound, IntakeError without a name of the person.
    """
    if not who.strip():
        raise IntakeError("请写明经办人。")
    rules = load_files(files, office.catalogue)
    with writing(office.store) as connection:
        draft = drafts.add_draft(connection, name, who.strip(), pack(files), rules.id)
    _log.info("草案 %s %r 经办 %r", draft, name, who)
    return draft


@permitted("起草办法", "废弃第 {draft} 号草案")
def drop(office: Office, draft: int, who: str) -> None:
    """Drop a draft; it stays in the store but is offered no more."""
    if not who.strip():
        raise IntakeError("请写明经办人。")
    with writing(office.store) as connection:
        content = drafts.read_draft(connection, draft)
        if content is None:
            raise IntakeError("这份草案已经发布或废弃。")
        rules = str(parts_of(unpack(content)).settings["id"])
        drafts.add_event(connection, draft, drafts.DROP, who.strip(), rules)
    _log.info("草案 %s 废弃 经办 %r", draft, who)


def open_drafts(office: Office) -> pd.DataFrame:
    """List the drafts that are neither published nor dropped: draft, name, who, at; newest first."""
    with reading(office.store) as connection:
        return drafts.read_drafts(connection)


def files_of_draft(office: Office, draft: int) -> dict[str, bytes]:
    """Read the files of an open draft. Raises IntakeError when it has ended."""
    with reading(office.store) as connection:
        content = drafts.read_draft(connection, draft)
    if content is None:
        raise IntakeError("这份草案已经发布或废弃。")
    return unpack(content)


def parts_in_force(office: Office) -> Parts:
    """Give the rules in force as parts, from the store's archive."""
    with reading(office.store) as connection:
        content = archived_rules(connection, office.rules.digest)
    if content is None:
        raise IntakeError("数据里没有现行办法的存档，请重新打开软件。")
    return parts_of(unpack(content))
