"""Buttons that change the store: what came of the last one is told, once, where its list stands."""

from __future__ import annotations

import logging
from collections.abc import Callable

import streamlit as st

from wenming_metrics.access.viewer import AccessError
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.store.database import StoreError
from wenming_metrics.ui.frame import cache, page, words

logger = logging.getLogger(__name__)
_SAID = "acting_said"
_FIRST = "请先填好经办人和这里的各项"


def tell_done(memory: str = _SAID) -> None:
    """Tell what came of the last act, once. Takes: memory - the key that it was kept under"""
    was_done, message = st.session_state.pop(memory, (True, ""))
    if message:
        page.tell(words.plain(message), was_done=was_done)


def button(
    label: str,
    key: str,
    act: Callable[[], object],
    describe: Callable[[object], str],
    *,
    disabled: bool,
    lacking: str = _FIRST,
    memory: str = _SAID,
    right: str = "",
    **look: str,
) -> None:
    """Draw a button that changes the store; nothing where it is not theirs.

    Takes: right - to the act, of `access.viewer.ACTS`, "": the act itself asks; act - what it does; describe - the sentence that tells of what `act` gave; lacking - what is
           to be done first while it is disabled; memory - the key under which the sentence is kept
    """
    if right and not cache.office().viewer.may(right):
        return
    hint, arguments = lacking if disabled else None, (act, describe, memory)
    st.button(label, key=key, disabled=disabled, help=hint, on_click=do, args=arguments, **look)


WHO_FIRST = "请先填写经办人"


def draft_button(label: str, key: str, make: Callable[[], int], who: str, memory: str) -> None:
    """Draw the button that keeps a draft of the rules. Takes: make - gives the draft's number"""
    button(
        label,
        key,
        make,
        lambda draft: f"已存为第 {draft} 号草案，请到“修改和发布”里试算、发布。",
        disabled=not who,
        lacking=WHO_FIRST,
        memory=memory,
        type="primary",
    )


def do(act: Callable[[], object], describe: Callable[[object], str], memory: str = _SAID) -> None:
    """Do what a button is for, and keep what came of it for `tell_done`."""
    try:
        outcome = True, describe(act())
    except (IntakeError, StoreError, RuleSetError, AccessError) as error:
        logger.warning("%s", error, exc_info=error.__cause__)
        outcome = False, str(error)
    st.session_state[memory] = outcome
