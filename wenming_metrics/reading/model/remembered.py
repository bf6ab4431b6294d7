"""What a sender need not say again: answers that were remembered of the form of a table."""

from __future__ import annotations

from dataclasses import replace

from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.model.sender_answers import (
    BARE_CHOICE,
    BETWEEN_SCOPES,
    EVERY_ITEM,
    VISITS_CHOICE,
)


def bare_meaning(context: Context, fingerprint: str) -> str:
    """Give what bare numbers of a form of table are: as the sender says, else as remembered."""
    remembered = context.choices.headers.get(fingerprint, {}).get(BARE_CHOICE, "")
    return context.answers.bare or remembered


def visits_as_remembered(context: Context, fingerprint: str) -> Context | None:
    """Give a context in which the visits of a form are confirmed as they were before, None: never."""
    scope = context.choices.headers.get(fingerprint, {}).get(VISITS_CHOICE, "")
    if not scope:
        return None
    categories = () if scope == EVERY_ITEM else tuple(scope.split(BETWEEN_SCOPES))
    answers = replace(context.answers, confirm_visits=True, scope=categories)
    return replace(context, answers=answers)
