"""Files just dropped: what each is, what it would change, what is wrong, and 入库 or 取消.

An archive is the files in it, or the sentence why it is not opened.

A file is read once per state of the store and kept in the session, never in a shared cache: it may
hold what others must not see.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from wenming_metrics.access.viewer import AccessError
from wenming_metrics.decisions import mappings
from wenming_metrics.decisions.held_rows import marked_file
from wenming_metrics.domain.problems import Problem, problem_frame
from wenming_metrics.domain.registers import Register
from wenming_metrics.intake import commit, rehearsal
from wenming_metrics.intake.commit import IntakeContext, IntakeError, Preview, RegisterChangedError
from wenming_metrics.intake.mistakes import MistakeError, one_file
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.model.reading import REGISTER_KINDS, Reading
from wenming_metrics.reading.model.sender_answers import SenderAnswers
from wenming_metrics.reading.recognise.sheets import refusal_problem
from wenming_metrics.reading.sandbox.archive import BETWEEN, Archive, is_archive, open_archive
from wenming_metrics.store.database import StoreError
from wenming_metrics.ui.frame import cache, page, problem_list, tables, words
from wenming_metrics.ui.uploads import confirm_tables, sender_answers, unknown_names, unknown_words
from wenming_metrics.ui.uploads import preview as uploads_preview
from wenming_metrics.vocabulary import file_name

logger = logging.getLogger(__name__)
_ROUND, _READ, _DONE, _OPENED = "drop_round", "files_read", "files_done", "archives_opened"
_SHOWN, _CLOSED = "file_shown", "cards_closed"


@dataclass(frozen=True)
class DroppedFile:
    """A file as it was dropped: its id on the page, its name, its bytes.

    refused - why it is not read at all; None: it is
    """

    key: str
    name: str
    content: bytes
    refused: Problem | None = None

    @property
    def reading(self) -> Reading:
        """What there is to say of a file that is refused."""
        digest = hashlib.sha256(self.content).hexdigest()
        return Reading(self.name, digest, problems=(self.refused,))


@dataclass(frozen=True)
class WaitingFile:
    """A file that waits for a decision: its id on the page, what was read, against which register."""

    key: str
    preview: Preview
    register: Register


def draw_drop_zone(office: Office, who: str) -> None:
    """Draw the drop zone and, below it, what waits for a decision: one file as a card, several as
    one table of which a click opens the card."""
    number = st.session_state.setdefault(_ROUND, 0)
    files = st.file_uploader(
        "把名册、督查表、督查计划、整改反馈、台账等表格拖到这里（可以一次放很多个）",
        accept_multiple_files=True,
        key=f"drop-{number}",
    )
    read = st.session_state.setdefault(_READ, {})
    opened = st.session_state.setdefault(_OPENED, {})
    dropped = [piece for file in files for piece in _pieces(file, opened)]
    for gone in set(read) - {piece.key for piece in dropped}:
        del read[gone]
    left = [piece for piece in dropped if not read.get(piece.key, {}).get("settled")]
    if dropped and not left:
        _start_over()
    _tell_done()
    against = commit.intake_context(office)
    waiting = [_read(office, piece, against) for piece in left]
    readings = [file.preview.reading for file in waiting]
    confirm_tables.draw(office, readings, who)
    names_asked = unknown_names.draw(office, readings, who)
    if len(waiting) == 1:
        _draw_file(office, waiting[0], who, names_asked=names_asked)
    elif waiting:
        _draw_many(office, waiting, who, names_asked)


def _pieces(
    file: UploadedFile, opened: MutableMapping[str, Archive | Refusal]
) -> list[DroppedFile]:
    """Give a file, or the files of an archive. Takes: opened - archives opened before; grows"""
    content, name = file.getvalue(), file_name(file.name)
    if not is_archive(content):
        return [DroppedFile(file.file_id, name, content)]
    if file.file_id not in opened:
        try:
            with one_file(name):
                opened[file.file_id] = open_archive(content)
        except MistakeError as mistake:
            return [DroppedFile(file.file_id, name, content, mistake.problem)]
    archive = opened[file.file_id]
    if isinstance(archive, Refusal):
        return [DroppedFile(file.file_id, name, content, refusal_problem(archive))]
    return [
        DroppedFile(
            f"{file.file_id}-{position}",
            f"{name}{BETWEEN}{file_name(member.name)}",
            member.content,
        )
        for position, member in enumerate(archive.members)
    ]


def _draw_many(office: Office, waiting: list[WaitingFile], who: str, names_asked: bool) -> None:
    """Draw all files in one table: what each is, how many rows, what to know first."""
    ready = [file for file in waiting if file.preview.can_commit]
    rows = sum(file.preview.reading.counts.good for file in ready)
    held_rows = sum(file.preview.reading.counts.held for file in ready)
    back = len(waiting) - len(ready)
    summary = [f"共 {len(waiting)} 个文件，{len(ready)} 个可以入库（{rows:,} 行"]
    summary.append(f"，另有 {held_rows:,} 条待核，暂不计分）" if held_rows else "）")
    st.markdown(f"**{''.join(summary)}{f'，{back} 个要先看一看' if back else ''}。**")
    page.note("点一行，看这个文件的提示和影响。")
    lines = pd.DataFrame([uploads_preview.line(file.preview) for file in waiting])
    names = "-".join(file.key for file in waiting)[:80]
    # The table forgets its pick when a card is closed: that row may be picked again.
    key = f"files-{st.session_state.get(_CLOSED, 0)}-{names}"
    picked = tables.pick(lines, tables.FILES, key, 16)
    if ready:
        st.button(
            f"全部入库（{len(ready)} 个文件）",
            type="primary",
            disabled=not who,
            on_click=_commit_all,
            args=(office, [file.key for file in ready], who),
        )
        if not who:
            page.note("填好经办人，就可以入库。")
        elif names_asked and held_rows:
            page.note("上面还有名称没有核对；核对以后再入库，待核行会少。")
    card = _opened_file(waiting, picked)
    if card:
        _draw_file(office, card, who, several=True, names_asked=names_asked)


def _opened_file(waiting: list[WaitingFile], picked: int | None) -> WaitingFile | None:
    """Give the file whose card is open: the one picked last, for an answer that changes the table
    takes the pick away."""
    if picked is not None:
        st.session_state[_SHOWN] = waiting[picked].key
    open_key = st.session_state.get(_SHOWN)
    return next((file for file in waiting if file.key == open_key), None)


def _close() -> None:
    """Close the card that is open."""
    st.session_state.pop(_SHOWN, None)
    st.session_state[_CLOSED] = st.session_state.get(_CLOSED, 0) + 1


def _tell_done() -> None:
    """Say what has just been stored or refused, once."""
    messages = st.session_state.pop(_DONE, [])
    for outcome in (False, True):
        texts = [words.plain(text) for was_done, text in messages if was_done == outcome]
        if texts:
            page.tell("\n\n".join(texts), was_done=outcome)


def _start_over() -> None:
    """Empty the drop zone once every file of it is settled."""
    st.session_state[_ROUND] += 1
    st.session_state[_READ] = {}
    st.session_state[_OPENED] = {}
    st.rerun()


def _draw_file(
    office: Office, file: WaitingFile, who: str, *, several: bool = False, names_asked: bool
) -> None:
    """Draw one file; where the program fails at it, that is said in its place."""
    try:
        with one_file(file.preview.filename):
            _draw_card(office, file, who, several, names_asked)
    except MistakeError as mistake:
        page.tell(words.plain(f"{file.preview.filename}：{mistake}"), was_done=False)


def _draw_card(
    office: Office, file: WaitingFile, who: str, several: bool, names_asked: bool
) -> None:
    """Draw what a file is, what it would change, what is asked, what is wrong."""
    preview = file.preview
    with st.container(border=True, key=f"file-{file.key}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"##### {words.plain(preview.filename)}")
            if several:
                st.button("收起", key=f"close-{file.key}", on_click=_close)
        st.markdown(uploads_preview.what(preview))
        confirm_tables.draw_settled(office, preview.reading, file.key, who)
        st.markdown(f"**{words.plain(preview.reading.outcome)}**")
        uploads_preview.draw_effect(preview, _effect(office, file))
        unknown_words.draw(office, preview.reading, file.key, who, is_in_table=names_asked)
        sender_answers.draw(office, preview, file.key, file.register)
        marked = partial(marked_file, preview) if preview.reading.sheets else None
        problem_list.draw(_problems(file), preview.filename, file.key, marked)
        _draw_buttons(office, file, who)


def _read(office: Office, file: DroppedFile, against: IntakeContext) -> WaitingFile:
    """Read a file once for what it is read against, and hold it against the store as it is now."""
    memory = st.session_state[_READ].setdefault(file.key, {})
    digest = hashlib.sha256(file.content).hexdigest()
    choices = _sender_choices(file.key, against.register)
    begun = (digest, choices["answers"], against.register.version, office.catalogue.own)
    is_stale = unknown_words.asks_anew(
        memory.get("reading"), memory.get("choices"), against.choices
    )
    if memory.get("begun") != begun or is_stale:
        with st.spinner(f"正在读 {words.plain(file.name)}……"):
            reading = _read_anew(office, file, against, choices["answers"])
        memory.update(begun=begun, reading=reading, said=None)
    memory["choices"] = against.choices
    now = (choices, cache.version())
    if memory.get("now") != now or memory["said"] is None:
        register = against.register
        flags = {name: choices[name] for name in ("count_again", "replaces")}
        preview = commit.examine(office, memory["reading"], file.content, register, **flags)
        memory.update(preview=preview, now=now, register=register, said=choices)
        for derived in ("effect", "problems"):
            memory.pop(derived, None)
    return WaitingFile(file.key, memory["preview"], against.register)


def _sender_choices(key: str, register: Register) -> dict[str, object]:
    """Give what is said of a file on the page at this moment, as `commit.inspect` takes it."""
    flags = {
        name: bool(st.session_state.get(f"{name}-{key}", False))
        for name in ("count_again", "replaces")
    }
    return {"answers": sender_answers.answers_of(key, register), **flags}


def _read_anew(
    office: Office, file: DroppedFile, against: IntakeContext, sender_choices: SenderAnswers
) -> Reading:
    if file.refused:
        return file.reading
    memory = st.session_state[_READ][file.key]
    content, name = file.content, file.name
    workbook = memory.pop("workbook", None) or commit.decode_file(office, content, name, against)
    reading = commit.read_file(office, content, name, against, sender_choices, workbook)
    if unknown_words.asks(reading):
        memory["workbook"] = workbook  # it is read again by each answer, and decoded once
    return reading


def _problems(file: WaitingFile) -> pd.DataFrame:
    """Give the problems of a file as a table; made once, for there may be hundreds of thousands."""
    memory = st.session_state[_READ][file.key]
    if "problems" not in memory:
        memory["problems"] = problem_frame(file.preview.problems)
    return memory["problems"]


def _effect(office: Office, file: WaitingFile) -> pd.DataFrame | None:
    """Give what storing a file would change; worked out when somebody looks at it."""
    memory = st.session_state[_READ][file.key]
    if "effect" not in memory:
        memory["effect"] = (
            rehearsal.effect(office, file.preview) if file.preview.can_commit else None
        )
    return memory["effect"]


def _draw_buttons(office: Office, file: WaitingFile, who: str) -> None:
    preview, held_count = file.preview, file.preview.reading.counts.held
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"只入合格的行（{preview.reading.counts.good:,} 行）" if held_count else "入库",
            type="primary",
            key=f"commit-{file.key}",
            disabled=not (preview.can_commit and who),
            on_click=_commit_all,
            args=(office, [file.key], who),
        )
        label = "整张不入，改好再传" if held_count else "取消"
        st.button(label, key=f"cancel-{file.key}", on_click=_settle, args=(file.key,))
        if preview.can_commit and not who:
            page.note("填好经办人，就可以入库。")
        elif preview.can_commit and held_count:
            page.note(
                f"{held_count:,} 条待核，暂不计分，列在“待核的行”里，可以直接更正，也可以改好后重新上传。"
            )


def _commit_all(office: Office, keys: list[str], who: str) -> None:
    """Store files one after the other, registers first: the others are read against them."""
    read, messages = st.session_state[_READ], st.session_state.setdefault(_DONE, [])
    order = sorted(keys, key=lambda key: read[key]["preview"].reading.kind not in REGISTER_KINDS)
    for key in order:
        preview = read[key]["preview"]
        if read[key]["said"] != _sender_choices(key, read[key]["register"]):
            # The button was pressed before the page had read the file by the newest choice.
            text = "没有入库：刚改过的选择还没有按它重新核对。请看过下面的结果，再点一次。"
            messages.append((False, f"{preview.filename} {text}"))
            continue
        try:
            batch, good = _commit(office, preview, read[key]["said"], who)
        except (IntakeError, StoreError, AccessError) as error:
            logger.warning("%s", error, exc_info=error.__cause__)
            messages.append((False, f"{preview.filename}：{error}"))
            continue
        answers = read[key]["said"]["answers"]
        mappings.remember_visits(office, preview.reading, answers, who)
        messages.append((True, f"{preview.filename} 已入库：第 {batch} 批，{good:,} 行。"))
        _settle(key)


def _commit(office: Office, preview: Preview, storing_choices: dict, who: str) -> tuple[int, int]:
    """Store a file; one that was read before a register of the same drop went in is read again."""
    try:
        return commit.commit(office, preview, who), preview.reading.counts.good
    except RegisterChangedError:
        again = commit.inspect(office, preview.content, preview.filename, **storing_choices)
        return commit.commit(office, again, who), again.reading.counts.good


def _settle(key: str) -> None:
    st.session_state[_READ][key] = {"settled": True}
