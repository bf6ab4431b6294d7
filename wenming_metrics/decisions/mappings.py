"""What a person says of headers and names that are not known: said once, remembered, forgettable."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from wenming_metrics.access.viewer import permitted
from wenming_metrics.queries.files.open_forms import Form
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import (
    FILE_CHOICE,
    FINDINGS,
    KIND_CHOICE,
    LIKE_CHOICE,
    Reading,
)
from wenming_metrics.reading.model.sender_answers import (
    BARE_CHOICE,
    BETWEEN_SCOPES,
    EVERY_ITEM,
    VISITS_CHOICE,
    SenderAnswers,
)
from wenming_metrics.reading.survey.wordings import option_form
from wenming_metrics.store import choices
from wenming_metrics.store.database import writing
from wenming_metrics.vocabulary import normalise

_log = logging.getLogger(__name__)


@permitted("入库", "表头“{header}”")
def remember_header(office: Office, fingerprint: str, header: str, name: str, who: str) -> None:
    """Remember what a header means in tables of one form. Takes: name - "" where it is not read."""
    with writing(office.store) as connection:
        choices.add_header(connection, fingerprint, normalise(header), name, who)
    _log.info("表头 %r 记为 %r 经办 %r", header, name, who)


@permitted("入库", "表的类型")
def remember_kind(office: Office, fingerprint: str, kind: str, who: str) -> None:
    """Remember what kind of sheet tables of one form are."""
    with writing(office.store) as connection:
        choices.add_header(connection, fingerprint, KIND_CHOICE, kind, who)
    _log.info("表格 %s 记为 %r 经办 %r", fingerprint, kind, who)


@permitted("入库", "表样")
def remember_form(
    office: Office, form: Form, kind: str, roles: Mapping[str, str], who: str
) -> None:
    """Remember what tables of one form are and what each of their columns is, in one go.

    Takes: roles - header -> name of the column ("" where it is not read); a header that is left out
           stays as it is. What was said of the form before is forgotten
    """
    entries = {KIND_CHOICE: kind, LIKE_CHOICE: form.proposed, FILE_CHOICE: form.source}
    entries |= {normalise(header): name for header, name in roles.items() if normalise(header)}
    with writing(office.store) as connection:
        choices.forget_form(connection, form.fingerprint)
        for header, name in entries.items():
            choices.add_header(connection, form.fingerprint, header, name, who)
    _log.info("表格 %s 记为 %r,%d 列，经办 %r", form.fingerprint, kind, len(roles), who)


@permitted("入库", "忘记表样")
def forget_form(office: Office, fingerprint: str, who: str) -> None:
    """Forget all that was said of tables of one form; what was stored by it stays as it is."""
    with writing(office.store) as connection:
        choices.forget_form(connection, fingerprint)
    _log.info("不再记着表格 %s 经办 %r", fingerprint, who)


@permitted("入库", "不写结果的项")
def remember_bare(office: Office, fingerprint: str, meaning: str, who: str) -> None:
    """Remember what bare numbers are in tables of one form. Takes: meaning - LOST or EARNED"""
    with writing(office.store) as connection:
        choices.add_header(connection, fingerprint, BARE_CHOICE, meaning, who)
    _log.info("表格 %s 只写数字的格子记为 %r 经办 %r", fingerprint, meaning, who)


@permitted("入库", "到访的说法")
def remember_visits(
    office: Office, file_reading: Reading, answers: SenderAnswers, who: str
) -> None:
    """Remember for the forms of a file's lists what was said of their visits, where that was asked for."""
    scope = BETWEEN_SCOPES.join(answers.scope) or EVERY_ITEM
    for table in file_reading.recognised if answers.remember_visits else ():
        if table.kind == FINDINGS:
            with writing(office.store) as connection:
                choices.add_header(connection, table.fingerprint, VISITS_CHOICE, scope, who)
            _log.info("表格 %s 的到访记为 %r 经办 %r", table.fingerprint, scope, who)


@permitted("入库", "“{written}”的对照")
def remember_name(office: Office, kind: str, written: str, target: int, who: str) -> None:
    """Remember what a written name stands for. Takes: kind - "unit", "item" or "point_type"."""
    with writing(office.store) as connection:
        choices.add_name(connection, kind, normalise(written), target, who)
    _log.info("名称 %r 记为 %s %s 经办 %r", written, kind, target, who)


@permitted("入库", "选项“{written}”的对照")
def remember_option(office: Office, question: str, written: str, code: str, who: str) -> None:
    """Remember which option of a question an answer is. Takes: question, code - of both the codes"""
    with writing(office.store) as connection:
        choices.add_header(connection, option_form(question), normalise(written), code, who)
    _log.info("回答 %r 记为 %s 的 %s 经办 %r", written, question, code, who)


@permitted("入库", "忘记对照")
def forget_choice(office: Office, what: str, choice: int, who: str) -> None:
    """Forget one choice; what was stored by it stays as it is."""
    with writing(office.store) as connection:
        choices.forget(connection, what, choice)
    _log.info("不再记着 %s %s 经办 %r", what, choice, who)
