"""Files just dropped: what each is, what it would change, what is wrong, and 入库 or 取消; empty forms.

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

from wenming_metrics.decisions.held_rows import marked_file
from wenming_metrics.domain.problems import Problem, problem_frame
from wenming_metrics.domain.registers import Register
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError, Known, Preview, RegisterChangedError
from wenming_metrics.queries.files.forms import form_file, forms
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.model.reading import REGISTER_KINDS, Reading
from wenming_metrics.reading.model.sender_answers import Answers
from wenming_metrics.reading.recognise.sheets import refusal_problem
from wenming_metrics.reading.sandbox.archive import BETWEEN, Archive, is_archive, open_archive
from wenming_metrics.store.database import StoreError
from wenming_metrics.ui.frame import cache, page, problem_list, tables, words
from wenming_metrics.ui.uploads import preview as uploads_preview
from wenming_metrics.ui.uploads import sender_answers, unknown_words

logger = logging.getLogger(__name__)
_ROUND, _READ, _DONE, _OPENED = "drop_round", "files_read", "files_done", "archives_opened"
_SHOWN, _CLOSED = "file_shown", "cards_closed"


@dataclass(frozen=True)
class Dropped:
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
class Waiting:
    """A file that waits for a decision: its id on the page, what was read, against which register."""

    key: str
    preview: Preview
    register: Register


def draw_drop_zone(office: Office, who: str) -> None:
    """Draw the drop zone and, below it, what waits for a decision: one file as a card, several as
    one table of which a click opens the card."""
    number = st.session_state.setdefault(_ROUND, 0)
    files = st.file_uploader(
        "把名册、督查表、督查计划、整改反馈、台账等表格拖到这里(可以一次放很多个)",
        accept_multiple_files=True,
        key=f"drop-{number}",
    )
    read = st.session_state.setdefault(_READ, {})
    opened = st.session_state.setdefault(_OPENED, {})
    dropped = [one for file in files for one in _pieces(file, opened)]
    for gone in set(read) - {one.key for one in dropped}:
        del read[gone]
    left = [one for one in dropped if not read.get(one.key, {}).get("settled")]
    if dropped and not left:
        _start_over()
    _tell_done()
    against = commit.known(office)
    waiting = [_read(office, one, against) for one in left]
    if len(waiting) == 1:
        _draw_file(office, waiting[0], who)
    elif waiting:
        _draw_many(office, waiting, who)


def _pieces(file: UploadedFile, opened: MutableMapping[str, Archive | Refusal]) -> list[Dropped]:
    """Give a file, or the files of an archive. Takes: opened - archives opened before; grows"""
    content = file.getvalue()
    if not is_archive(content):
        return [Dropped(file.file_id, file.name, content)]
    if file.file_id not in opened:
        opened[file.file_id] = open_archive(content)
    found = opened[file.file_id]
    if isinstance(found, Refusal):
        return [Dropped(file.file_id, file.name, content, refusal_problem(found))]
    return [
        Dropped(f"{file.file_id}-{at}", f"{file.name}{BETWEEN}{member.name}", member.content)
        for at, member in enumerate(found.members)
    ]


def _draw_many(office: Office, waiting: list[Waiting], who: str) -> None:
    """Draw all files in one table: what each is, how many rows, what to know first."""
    ready = [one for one in waiting if one.preview.can_commit]
    rows = sum(one.preview.reading.counts.good for one in ready)
    held = sum(one.preview.reading.counts.held for one in ready)
    back = len(waiting) - len(ready)
    parts = [f"共 {len(waiting)} 个文件,{len(ready)} 个可以入库({rows:,} 行"]
    parts.append(f",另有 {held:,} 行暂不计)" if held else ")")
    st.markdown(f"**{''.join(parts)}{f',{back} 个要先看一看' if back else ''}。**")
    page.note("点一行,看这个文件的提示和影响。")
    lines = pd.DataFrame([uploads_preview.line(one.preview) for one in waiting])
    names = "-".join(one.key for one in waiting)[:80]
    # The table forgets its pick when a card is closed: that row may be picked again.
    key = f"files-{st.session_state.get(_CLOSED, 0)}-{names}"
    place = tables.pick(lines, tables.FILES, key, 16)
    if ready:
        st.button(
            f"全部入库({len(ready)} 个文件)",
            type="primary",
            disabled=not who,
            on_click=_commit_all,
            args=(office, [one.key for one in ready], who),
        )
        if not who:
            page.note("填好经办人,就可以入库。")
    shown = _opened_file(waiting, place)
    if shown:
        _draw_file(office, shown, who, several=True)


def _opened_file(waiting: list[Waiting], place: int | None) -> Waiting | None:
    """Give the file whose card is open: the one picked last, for an answer that changes the table
    takes the pick away."""
    if place is not None:
        st.session_state[_SHOWN] = waiting[place].key
    shown = st.session_state.get(_SHOWN)
    return next((one for one in waiting if one.key == shown), None)


def _close() -> None:
    """Close the card that is open."""
    st.session_state.pop(_SHOWN, None)
    st.session_state[_CLOSED] = st.session_state.get(_CLOSED, 0) + 1


def _tell_done() -> None:
    """Say what has just been stored or refused, once."""
    told = st.session_state.pop(_DONE, [])
    for done in (False, True):
        texts = [words.plain(text) for was_done, text in told if was_done == done]
        if texts:
            page.tell("\n\n".join(texts), done=done)


def _start_over() -> None:
    """Empty the drop zone once every file of it is settled."""
    st.session_state[_ROUND] += 1
    st.session_state[_READ] = {}
    st.session_state[_OPENED] = {}
    st.rerun()


def _draw_file(office: Office, one: Waiting, who: str, *, several: bool = False) -> None:
    """Draw one file: what it is, what it would change, what is asked, what is wrong."""
    preview = one.preview
    with st.container(border=True, key=f"file-{one.key}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"##### {words.plain(preview.filename)}")
            if several:
                st.button("收起", key=f"close-{one.key}", on_click=_close)
        st.markdown(uploads_preview.what(preview))
        unknown_words.draw_kinds(office, preview.reading, one.key, who)
        st.markdown(f"**{words.plain(preview.reading.outcome)}**")
        uploads_preview.draw_effect(preview, _effect(office, one))
        unknown_words.draw(office, preview.reading, one.key, who)
        sender_answers.draw(office, preview, one.key, one.register)
        marked = partial(marked_file, preview) if preview.reading.sheets else None
        problem_list.draw(_problems(one), preview.filename, one.key, marked)
        _draw_buttons(office, one, who)


def _read(office: Office, file: Dropped, against: Known) -> Waiting:
    """Read a file once for what it is read against, and hold it against the store as it is now."""
    said = {
        name: bool(st.session_state.get(f"{name}-{file.key}", False))
        for name in ("count_again", "replaces")
    }
    kept = st.session_state[_READ].setdefault(file.key, {})
    digest = hashlib.sha256(file.content).hexdigest()
    told = sender_answers.given(file.key, against.register)
    begun = (digest, told, against.register.version)
    asked = unknown_words.asks_anew(kept.get("reading"), kept.get("choices"), against.choices)
    if kept.get("begun") != begun or asked:
        with st.spinner(f"正在读 {file.name}……"):
            found = _read_anew(office, file, against, told)
        kept.update(begun=begun, reading=found, said=None)
    kept["choices"] = against.choices
    now = (said, cache.version())
    if kept.get("now") != now or kept["said"] is None:
        register = against.register
        preview = commit.examine(office, kept["reading"], file.content, register, **said)
        kept.update(preview=preview, now=now, said={"answers": told, **said})
        for made in ("effect", "problems"):
            kept.pop(made, None)
    return Waiting(file.key, kept["preview"], against.register)


def _read_anew(office: Office, file: Dropped, against: Known, told: Answers) -> Reading:
    if file.refused:
        return file.reading
    return commit.read_file(office, file.content, file.name, against, told)


def _problems(one: Waiting) -> pd.DataFrame:
    """Give the problems of a file as a table; made once, for there may be hundreds of thousands."""
    kept = st.session_state[_READ][one.key]
    if "problems" not in kept:
        kept["problems"] = problem_frame(one.preview.problems)
    return kept["problems"]


def _effect(office: Office, one: Waiting) -> pd.DataFrame | None:
    """Give what storing a file would change; worked out when somebody looks at it."""
    kept = st.session_state[_READ][one.key]
    if "effect" not in kept:
        kept["effect"] = commit.effect(office, one.preview) if one.preview.can_commit else None
    return kept["effect"]


def _draw_buttons(office: Office, one: Waiting, who: str) -> None:
    preview, held = one.preview, one.preview.reading.counts.held
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"只入合格的行({preview.reading.counts.good:,} 行)" if held else "入库",
            type="primary",
            key=f"commit-{one.key}",
            disabled=not (preview.can_commit and who),
            on_click=_commit_all,
            args=(office, [one.key], who),
        )
        label = "整张不入,改好再传" if held else "取消"
        st.button(label, key=f"cancel-{one.key}", on_click=_settle, args=(one.key,))
        if preview.can_commit and not who:
            page.note("填好经办人,就可以入库。")
        elif preview.can_commit and held:
            page.note(f"{held:,} 行暂不计:留在“暂不计的行”里等着,改好后重新上传即可。")


def _commit_all(office: Office, keys: list[str], who: str) -> None:
    """Store files one after the other, registers first: the others are read against them."""
    read, done = st.session_state[_READ], st.session_state.setdefault(_DONE, [])
    order = sorted(keys, key=lambda key: read[key]["preview"].reading.kind not in REGISTER_KINDS)
    for key in order:
        preview = read[key]["preview"]
        try:
            batch, good = _commit(office, preview, read[key]["said"], who)
        except (IntakeError, StoreError) as error:
            logger.warning("%s", error, exc_info=error.__cause__)
            done.append((False, f"{preview.filename}:{error}"))
            continue
        done.append((True, f"{preview.filename} 已入库:第 {batch} 批,{good:,} 行。"))
        _settle(key)


def _commit(office: Office, preview: Preview, said: dict, who: str) -> tuple[int, int]:
    """Store a file; one that was read before a register of the same drop went in is read again."""
    try:
        return commit.commit(office, preview, who), preview.reading.counts.good
    except RegisterChangedError:
        again = commit.inspect(office, preview.content, preview.filename, **said)
        return commit.commit(office, again, who), again.reading.counts.good


def _settle(key: str) -> None:
    st.session_state[_READ][key] = {"settled": True}


def draw_forms(office: Office) -> None:
    """Offer a form of each kind of table, with drop-down lists of this city's names."""
    with st.expander("要一张空白表格发给填表的人"):
        page.note("下拉框里是现在的街道、社区、点位类型和测评项;填好直接上传,不用再改格式。")
        titles = {title: kind for kind, title in forms().items()}
        with page.row():
            said = st.selectbox("表格", list(titles), key="form-kind", width=280)
            page.offer(
                "下载空白表格",
                lambda: form_file(office, titles[said]),
                f"{said}_模板",
                f"form-{titles[said]}",
            )
