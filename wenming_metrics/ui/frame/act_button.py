"""Buttons that change the store: what came of the last one is told at the top of the page."""

from __future__ import annotations

import logging
from collections.abc import Callable

import streamlit as st

from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.store.database import StoreError
from wenming_metrics.ui.frame import page, words

logger = logging.getLogger(__name__)
_SAID = "acting_said"
_FIRST = "请先填好经办人和这里的各项"


def tell_done() -> None:
    """Tell what came of the last act, once."""
    said = st.session_state.pop(_SAID, None)
    if said:
        page.tell(words.plain(said[1]), done=said[0])


def button(
    label: str,
    key: str,
    act: Callable[[], object],
    said: Callable[[object], str],
    *,
    disabled: bool,
) -> None:
    """Draw a button that changes the store.

    Takes: act - what it does; said - the sentence that tells of what `act` gave
    """
    told = _FIRST if disabled else None
    st.button(label, key=key, disabled=disabled, help=told, on_click=_do, args=(act, said))


def _do(act: Callable[[], object], said: Callable[[object], str]) -> None:
    try:
        done = act()
    except (IntakeError, StoreError) as error:
        logger.warning("%s", error, exc_info=error.__cause__)
        st.session_state[_SAID] = (False, str(error))
        return
    st.session_state[_SAID] = (True, said(done))
