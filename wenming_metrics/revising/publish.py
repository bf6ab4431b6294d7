"""A draft becomes a version: a new folder, whole or not at all; earlier versions stay as they are.

The version before is in force until the day before: no figure of earlier days changes.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.periods import today
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.revising.drafts import files_of_draft
from wenming_metrics.rules import check
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.rules.folders import placed
from wenming_metrics.rules.load import load_all, load_files, pack
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.rules.workbook.parts import Parts, files_of, parts_of
from wenming_metrics.store.database import reading, stamp, writing
from wenming_metrics.store.drafts import PUBLISH, add_event, published, read_draft, read_events
from wenming_metrics.store.registers import archive_rules

_log = logging.getLogger(__name__)
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_README = """# {title}

编号 `{id}`，版本 {version}，依据 {source}，自 {first} 起施行。

{at} 由 {who} 发布。文件发布后不再改动；要改办法，请另立一版。
"""


@dataclass(frozen=True)
class Release:
    """What a person says on publishing.

    who - name; document - number of the document (文号); first_day - from which it is in force;
    rules_id, version - of the new version; backdated - first_day may lie in the past: scores of
    days since then will change, unless they were issued
    """

    who: str
    document: str
    first_day: date
    rules_id: str
    version: str
    backdated: bool = False


@permitted("发布办法", "{release.rules_id} {release.document}")
def publish(office: Office, data: Path, draft: int, release: Release) -> RuleSet:
    """Publish a draft as a new folder under `data`, archive it in the store.

    Raises IntakeError, saying what does not fit, and RuleSetError for faulty rules; nothing is
    written then.
    """
    release = replace(release, who=office.viewer.name or release.who)
    _check_release(release)
    rule_parts = parts_of(files_of_draft(office, draft))
    files, _ = files_of(_released(rule_parts, release))
    rules = load_files(files, office.catalogue)
    rule_sets = load_all(data / "rules", office.catalogue)
    target = data / "rules" / release.rules_id
    if target.exists() or release.rules_id in {rule_set.id for rule_set in rule_sets}:
        raise IntakeError(f"已有编号为“{release.rules_id}”的办法，请换一个编号。")
    same = [
        rule_set.id
        for rule_set in rule_sets
        if (rule_set.series, rule_set.version) == (rules.series, rules.version)
    ]
    if same:
        raise IntakeError(f"版本“{rules.version}”已由 {same[0]} 用了，请另写一个版本。")
    faults = check.folder_faults([*rule_sets, rules])
    if faults:
        raise RuleSetError(faults)
    facts = {"title": rules.title, "id": rules.id, "version": rules.version, "source": rules.source}
    facts |= {"first": release.first_day.isoformat(), "at": stamp()[:16].replace("T", " ")}
    files["README.md"] = _README.format(**facts, who=release.who).encode()
    with placed(files, target), writing(office.store) as connection:
        if read_draft(connection, draft) is None:
            raise IntakeError("这份草案已经发布或废弃。")
        if release.rules_id in published(connection):
            raise IntakeError(f"编号“{release.rules_id}”已经发布过，请换一个编号。")
        archive_rules(connection, rules.digest, rules.id, pack(files))
        add_event(connection, draft, PUBLISH, release.who, rules.id, rules.digest, release.document)
    _log.info("发布 %s %s 自 %s 经办 %r", rules.id, rules.version, facts["first"], release.who)
    return rules


def _check_release(release: Release) -> None:
    if not release.who.strip() or not release.document.strip() or not release.version.strip():
        raise IntakeError("发布要写明经办人、文号和版本。")
    if not _ID.fullmatch(release.rules_id):
        raise IntakeError("编号只用小写字母、数字和连字符，以字母或数字开头，最多 40 个。")
    if release.first_day < today() and not release.backdated:
        message = "施行日期早于今天：从那一天起没有签发的得分都会按新办法重算。"
        raise IntakeError(
            f"{message}确实要这样，请勾选“从过去的日期起施行”（命令行 --backdated）。"
        )


def _released(rule_parts: Parts, release: Release) -> Parts:
    settings = {
        name: value for name, value in rule_parts.settings.items() if name != "effective_to"
    }
    settings |= {"id": release.rules_id, "version": release.version.strip()}
    settings |= {"source": release.document.strip(), "effective_from": release.first_day}
    return Parts(settings, rule_parts.lines, rule_parts.composite, rule_parts.survey)


def next_id(used_ids: set[str], base: str) -> str:
    """Suggest an id that is free: demo-2026 -> demo-2026-2."""
    stem = re.sub(r"-\d{1,2}$", "", base) or "rules"
    return next(candidate for n in range(2, 1000) if (candidate := f"{stem}-{n}") not in used_ids)


def versions(office: Office, rule_sets: list[RuleSet]) -> pd.DataFrame:
    """List all versions, the latest first.

    Takes:   rule_sets - `rules.load.load_all`
    Returns: id, title, version, source, first_day, last_day (dates, None = no end), series,
        digest, in_force (bool), leaves, who and at (of publishing; "" for those that came otherwise)
    """
    with reading(office.store) as connection:
        events = read_events(connection)
    publications = events[events["act"] == PUBLISH].drop_duplicates("rules", keep="last")
    by = publications.set_index("rules")[["who", "at"]].to_dict("index")
    current = office.rules.id
    rows = [
        {
            **{
                "id": rule_set.id,
                "title": rule_set.title,
                "version": rule_set.version,
                "source": rule_set.source,
            },
            **{"first_day": rule_set.effective_from, "last_day": _last_day(rule_set, rule_sets)},
            **{
                "series": rule_set.series,
                "digest": rule_set.digest,
                "in_force": rule_set.id == current,
            },
            "leaves": len(rule_set.leaves),
            **by.get(rule_set.id, {"who": "", "at": ""}),
        }
        for rule_set in rule_sets
    ]
    return pd.DataFrame(rows).iloc[::-1].reset_index(drop=True)


def _last_day(rule_set: RuleSet, rule_sets: list[RuleSet]) -> date | None:
    """Give the last day of a version: as written, or the day before the next of its series."""
    later = [
        sibling.effective_from
        for sibling in rule_sets
        if sibling.series == rule_set.series and sibling.effective_from > rule_set.effective_from
    ]
    ends = [rule_set.effective_to] if rule_set.effective_to else []
    ends += [date.fromordinal(min(later).toordinal() - 1)] if later else []
    return min(ends, default=None)
