"""Words of a file that nobody has explained yet, asked one at a time, and the list of what is remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from wenming_metrics.decisions import mappings
from wenming_metrics.decisions.own_entries import add_own
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.queries.files.choices import (
    choices,
    is_likely,
    nearest_names,
)
from wenming_metrics.queries.files.unknown_names import ASKED, KINDS, names_asked
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import Reading, RememberedChoices
from wenming_metrics.reading.model.sender_answers import BARE_TITLES, Bare
from wenming_metrics.reading.survey.wordings import option_form, question_of, spell_option
from wenming_metrics.rules.entries import KIND_WORDS
from wenming_metrics.ui.frame import page, tables, words
from wenming_metrics.ui.frame.act_button import do, tell_done
from wenming_metrics.ui.rules.entry_form import ask_entry, is_filled
from wenming_metrics.ui.rules.own_items import tell_added

_OPTION = "问卷-08"
"""An answer that is no option: a person can say which it is."""
_CHOOSE = "请选择"
_SAID = "new_entry_said"
REMEMBERED = "记住的表头和名称"


def draw(office: Office, reading: Reading, key: str, who: str, *, is_in_table: bool) -> None:
    """Ask for the first word that is not known: what bare numbers are, then names.

    Takes: is_in_table - the names of all files are asked about in one table above
    """
    tell_done(_SAID)
    bare = [unclear for unclear in reading.bare if not unclear.meaning]
    if bare:
        _ask_bare(office, bare[0], key, who)
    elif answers := _answers_asked(reading):
        _ask_name(office, answers, key, who)
    elif not is_in_table:
        _ask_name(office, names_asked(reading.problems), key, who)
    else:
        _offer_new(office, reading, key, who)


def _answers_asked(reading: Reading) -> dict[tuple[str, str], int]:
    """Count the answers that are no options: (question, as written) -> how often."""
    asked = [p for p in reading.problems if p.code == _OPTION and "asked" in p.details]
    answered_options = [
        (option_form(str(p.details["asked"])), str(p.details["part"])) for p in asked
    ]
    return dict(Counter(answered_options))


def _offer_new(office: Office, reading: Reading, key: str, who: str) -> None:
    """Let the first item or point type that nobody knows be a new one: the table above offers known ones."""
    for kind, written in names_asked(reading.problems):
        if kind in KIND_WORDS:
            with st.container(key=f"new-{key}", border=True):
                st.markdown(
                    f"**“{words.plain(written)}”是现有的{KIND_WORDS[kind]}的，在上面的表里选。**"
                )
                _draw_new(office, kind, written, f"name-{key}-{kind}-{written}", who)
            return


def asks(reading: Reading) -> bool:
    """Say whether a file is asked about: an answer reads it again."""
    is_open = bool(reading.bare) or (reading.is_rejected and bool(reading.recognised))
    return is_open or any(problem.code in (*ASKED, _OPTION) for problem in reading.problems)


def asks_anew(
    reading: Reading | None, before: RememberedChoices | None, now: RememberedChoices
) -> bool:
    """Say whether a reading may be another one by what has been said, or taken back, since."""
    if reading is None or before is None:
        return True
    if before == now:
        return False
    forms = {table.fingerprint for table in reading.recognised}
    if any(before.headers.get(form) != now.headers.get(form) for form in forms):
        return True
    return bool(reading.unmapped or reading.bare) or any(
        problem.code in (*ASKED, _OPTION) for problem in reading.problems
    )


def draw_remembered(office: Office, who: str) -> None:
    """List what is remembered; a click on one lets it be forgotten."""
    remembered = choices(office)
    if remembered.empty:
        return
    with st.expander(f"{REMEMBERED}（{len(remembered)} 条）"):
        page.note("读表时按这些理解。点一条，可以不再记它；已经入库的不变。")
        lines = remembered.assign(at=remembered["at"].map(moment))
        picked = tables.pick(
            lines, tables.CHOICES, f"choices-{len(remembered)}-{remembered['choice'].max()}", 8
        )
        if picked is not None:
            choice = remembered.iloc[picked]
            label = f"不再记“{words.plain(choice['written'])}”"
            if choice["form"]:
                act, arguments = mappings.forget_form, (office, choice["form"], who)
            else:
                number = int(choice["choice"])
                act, arguments = mappings.forget_choice, (office, choice["what"], number, who)
            st.button(label, disabled=not who, on_click=act, args=arguments)


def _ask_bare(office: Office, unclear: Bare, key: str, who: str) -> None:
    with st.container(key=f"ask-{key}", border=True):
        st.markdown(
            f"**“{words.plain(unclear.sheet)}”里只写数字的格子（{unclear.count:,} 个）是什么分？**"
        )
        widget_key = f"bare-{key}-{unclear.fingerprint}"
        titles = {title: name for name, title in BARE_TITLES.items()}
        with page.row():
            st.radio("只写数字的格子是", list(titles), index=None, horizontal=True, key=widget_key)
            act = mappings.remember_bare
            _draw_remember(widget_key, titles, who, act, office, unclear.fingerprint)
        _say_who(who)


def _ask_name(office: Office, unknown: Mapping[tuple[str, str], int], key: str, who: str) -> None:
    """Ask what the first unknown name stands for, where there is one."""
    if not unknown:
        return
    (kind, written), count = next(iter(unknown.items()))
    with st.container(key=f"ask-{key}", border=True):
        rest = f"（还有 {len(unknown) - 1} 个名称）" if len(unknown) > 1 else ""
        question = question_of(kind)
        topic = words.plain(spell_option(office.rules.survey, question, "")[0])
        what = f"选项（{topic}）" if question else KINDS[kind]
        title = f"“{words.plain(written)}”是哪个{what}？"
        st.markdown(f"**{title}** 有 {count} 处这样写。{rest}")
        names = {title: number for number, title in nearest_names(office, kind, written).items()}
        with page.row():
            widget_key = f"name-{key}-{kind}-{written}"
            first = next(iter(names), "")
            hint = {"index": 0 if is_likely(written, first) else None, "placeholder": _CHOOSE}
            st.selectbox("就是", list(names), key=widget_key, width=320, **hint)
            act = mappings.remember_option if question else mappings.remember_name
            arguments = (office, question or kind, written)
            _draw_remember(widget_key, names, who, act, *arguments, label="记住这个写法")
        if kind in KIND_WORDS:
            _draw_new(office, kind, written, widget_key, who)
        _say_who(who)


def _draw_new(office: Office, kind: str, spelling: str, widget_key: str, who: str) -> None:
    """Let an unknown name be a new item or point type of the office's own."""
    what = KIND_WORDS[kind]
    # A switch, for what is folded is drawn as well.
    if not st.toggle(f"都不是，这是一个新的{what}", key=f"new-{widget_key}"):
        return
    page.note("加上以后这些行就能入库；归入办法、发布新的一版以后才计分，已签发的各期不变。")
    wish = ask_entry(office, kind, f"new-{widget_key}", spelling)
    st.button(
        f"加上这个{what}",
        key=f"add-{widget_key}",
        type="primary",
        disabled=not (who and is_filled(wish)),
        help="填好经办人和各项才能点",
        on_click=do,
        args=(partial(add_own, office, [wish], who, spelling), tell_added, _SAID),
    )


def _draw_remember(
    widget_key: str,
    meanings: Mapping[str, object],
    who: str,
    act: Callable,
    *arguments: object,
    label: str = "记住",
) -> None:
    """Draw the button that remembers what is chosen in a widget.

    Takes: meanings - choice -> what `act` takes for it; arguments - what `act` takes before it
    """
    ready = bool(who) and st.session_state.get(widget_key) in meanings
    call = (widget_key, meanings, act, arguments, who)
    st.button(label, key=f"set-{widget_key}", disabled=not ready, on_click=_remember, args=call)


def _remember(
    widget_key: str,
    meanings: Mapping[str, object],
    act: Callable,
    arguments: tuple[object, ...],
    who: str,
) -> None:
    # What is chosen now: it may be newer than the run that drew the button.
    choice = st.session_state.get(widget_key)
    if choice in meanings:
        act(*arguments, meanings[choice], who)


def _say_who(who: str) -> None:
    if not who:
        page.note("填好经办人，就可以记住。")
