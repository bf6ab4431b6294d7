"""What a person must confirm before it goes out: names for 表扬 and 批评, and every picture (打码已确认)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.periods import Window
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.facts import gather
from wenming_metrics.publishing.issues import Issue, cut_of
from wenming_metrics.publishing.lists import IssueLists
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.sandbox.photo import Photo, prepare_photo
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading, stamp, writing
from wenming_metrics.store.days import among
from wenming_metrics.store.notes import read_note, read_notes, write_note
from wenming_metrics.store.pictures import StoredPicture, keep_pictures, pictures_of

CONFIRMED_NAMES = ["side", "unit_name", "who"]
PICTURES = ["problem", "digest", "width", "height", "who"]
WAITING, CONFIRMED, LEFT_OUT = "待确认", "打码已确认", "不用"
"""What a person has said of a picture."""
_SMALLEST = 64
"""Pixels of the shorter side below which a picture shows nothing."""


@dataclass(frozen=True)
class Candidate:
    """A picture of a problem of the period: digest of what came, state, and whom it would be shown with."""

    digest: str
    state: str
    caption: str
    who: str


@permitted("拟稿", "表扬和批评的名单")
def confirm_names(
    office: Office,
    issue: Issue,
    lists: IssueLists,
    commended: Collection[str],
    criticised: Collection[str],
    who: str,
) -> None:
    """Say which units of the 建议名单 are named. Raises IntakeError for one that is not in it."""
    _stop_if_signed(issue, who)
    for end, names in ((FRONT, commended), (BACK, criticised)):
        strange = [name for name in names if name not in proposed_names(lists, end)]
        if strange:
            raise IntakeError(f"“{'、'.join(strange)}”不在建议名单里，不能列名。")
    facts = {FRONT: list(commended), BACK: list(criticised), "who": who.strip(), "at": stamp()}
    write_note(office.store, _names_note(issue), facts)


def proposed_names(lists: IssueLists, end: str) -> list[str]:
    """List the units that the 建议名单 of all boards hold on one side."""
    names = [
        name
        for frame in lists.shortlists.values()
        for name in frame.loc[(frame["side"] == end) & (frame["left_out"] == 0), "unit_name"]
    ]
    return list(dict.fromkeys(names))


def confirmed_names(connection: Connection, issue: Issue, lists: IssueLists) -> pd.DataFrame:
    """Give the names that a person confirmed and that still are proposed: CONFIRMED_NAMES."""
    note = read_note(connection, _names_note(issue)) or {}
    lines = [
        (end, name, note["who"])
        for end in (FRONT, BACK)
        for name in note.get(end, ())
        if name in proposed_names(lists, end)
    ]
    return pd.DataFrame(lines, columns=CONFIRMED_NAMES, dtype=object)


def names_gone(connection: Connection, issue: Issue, lists: IssueLists) -> list[str]:
    """List names that were confirmed, but are no longer proposed as the figures stand now."""
    note = read_note(connection, _names_note(issue)) or {}
    return [
        name
        for end in (FRONT, BACK)
        for name in note.get(end, ())
        if name not in proposed_names(lists, end)
    ]


def names_noted(office: Office, issue: Issue) -> dict[str, object]:
    """Give what was confirmed last: FRONT and BACK (names), who, at; empty before."""
    with reading(office.store) as connection:
        return read_note(connection, _names_note(issue)) or {}


def _names_note(issue: Issue) -> str:
    return f"issue-names-{issue.key}"


def _stop_if_signed(issue: Issue, who: str) -> None:
    if not who.strip():
        raise IntakeError("请写明经办人。")
    if issue.was_signed:
        raise IntakeError(f"{issue.title}已经签发，名单和照片不能再改。")


def candidates(connection: Connection, problems: pd.DataFrame, window: Window) -> list[Candidate]:
    """List the pictures of a period's problems, each once. Takes: problems - of `BulletinFacts`"""
    verdicts = _said(connection)
    seen: dict[str, Candidate] = {}
    for placement in _placed(connection, problems, window).itertuples():
        line = problems.iloc[placement.problem]
        note = verdicts.get(placement.digest, {})
        caption = f"{line['unit_name']} {line['site_name']}：“{line['item_name']}”一项"
        state = str(note.get("state", WAITING))
        who = str(note.get("who", ""))
        seen.setdefault(placement.digest, Candidate(placement.digest, state, caption, who))
    return list(seen.values())


def candidates_of(office: Office, issue: Issue) -> list[Candidate]:
    """List the pictures of an issue's problems, as `candidates` does."""
    with reading(office.store) as connection:
        if not _pictures_by_row(connection, issue.window):
            return []
        facts = gather(connection, office, issue.window, cut_of(connection, issue))
        return candidates(connection, facts.problems, issue.window)


def picture_of(office: Office, digest: str) -> Photo | None:
    """Make a picture ready to be looked at and to go out; None for one that shows nothing."""
    with reading(office.store) as connection:
        stored = pictures_of(connection, [digest])
    photo = prepare_photo(stored[0].content) if stored else None
    return None if photo is None or min(photo.width, photo.height) < _SMALLEST else photo


@permitted("拟稿", "照片")
def judge_picture(office: Office, issue: Issue, digest: str, state: str, who: str) -> None:
    """Keep what a person says of a picture; one that is CONFIRMED is kept as it will go out.

    It is written anew, without EXIF, under a digest of its own. Raises IntakeError.
    """
    _stop_if_signed(issue, who)
    if state not in (CONFIRMED, LEFT_OUT):
        raise IntakeError(f"照片只能写“{CONFIRMED}”或“{LEFT_OUT}”。")
    facts: dict[str, object] = {"state": state, "who": who.strip(), "at": stamp()}
    if state == CONFIRMED:
        photo = picture_of(office, digest)
        if photo is None:
            raise IntakeError("这张照片打不开，或者太小、太大，不能放进通报。请改用别的照片。")
        cleaned = hashlib.sha256(photo.content).hexdigest()
        with writing(office.store) as connection:
            keep_pictures(connection, {cleaned: ("jpeg", photo.content)})
        facts |= {"digest": cleaned, "width": photo.width, "height": photo.height}
    write_note(office.store, f"picture-{digest}", facts)


def confirmed_pictures(
    connection: Connection, problems: pd.DataFrame, window: Window
) -> pd.DataFrame:
    """Give the pictures that may go out: PICTURES; problem - position of its line in `problems`."""
    verdicts, lines = _said(connection), []
    for placement in _placed(connection, problems, window).itertuples():
        note = verdicts.get(placement.digest, {})
        if note.get("state") == CONFIRMED:
            lines.append((placement.problem, *(note[name] for name in PICTURES[1:])))
    frame = pd.DataFrame(lines, columns=PICTURES)
    return frame.drop_duplicates("digest", ignore_index=True)


def _said(connection: Connection) -> dict[str, Mapping[str, object]]:
    """Give what was said of pictures, by digest."""
    stored_notes = read_notes(connection)
    return {name[8:]: note for name, note in stored_notes.items() if name.startswith("picture-")}


def _placed(connection: Connection, problems: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Say which pictures stand in the rows of problems: problem (position), digest; in their order."""
    if problems.empty or "batch" not in problems:
        return pd.DataFrame({"problem": [], "digest": []})
    by_row = _pictures_by_row(connection, window)
    keys = zip(problems["batch"].tolist(), problems["seq"].tolist(), strict=True)
    lines = [
        (number, digest)
        for number, key in enumerate(keys)
        for digest in dict.fromkeys(by_row.get(key, ()))
    ]
    return pd.DataFrame(lines, columns=["problem", "digest"])


def _pictures_by_row(connection: Connection, window: Window) -> dict[tuple[int, int], list[str]]:
    """Give the digests of the pictures of a window's rows, by batch and seq."""
    row, placement = schema.row, schema.picture_place
    query = (
        select(row.c.batch, row.c.seq, placement.c.digest)
        .join_from(
            row,
            placement,
            (placement.c.batch == row.c.batch)
            & (placement.c.sheet == row.c.sheet)
            & (placement.c.source_row == row.c.source_row),
        )
        .where(among(row.c.day, list(window.days)))
        .order_by(row.c.batch, row.c.seq, placement.c.position, placement.c.n)
    )
    by_row: dict[tuple[int, int], list[str]] = {}
    for batch, seq, digest in connection.execute(query):
        by_row.setdefault((batch, seq), []).append(digest)
    return by_row


def stored_pictures(connection: Connection, digests: Collection[str]) -> dict[str, bytes]:
    """Give the pictures that go out, by digest; those that are no longer there are left out."""
    stored_pairs: list[tuple[str, StoredPicture]] = []
    for digest in digests:
        stored_pairs += [(digest, picture) for picture in pictures_of(connection, [digest])]
    return {digest: picture.content for digest, picture in stored_pairs}
