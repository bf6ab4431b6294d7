"""The steps of a document beside the signature: 核稿, 会签 before it, 印发 after it, each with a name and a moment."""

from __future__ import annotations

import logging

import pandas as pd

from wenming_metrics.access.viewer import permitted
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.issues import WITHDRAWN, Issue, get_issue
from wenming_metrics.queries.office import Office
from wenming_metrics.store import issues as store
from wenming_metrics.store.database import reading, writing

STEPS = {
    store.DRAFTED: "拟稿",
    store.SENT: "征求意见",
    store.REVIEWED: "核稿",
    store.COUNTERSIGNED: "会签",
    store.SIGNED: "签发",
    store.PRINTED: "印发",
    store.WITHDRAWN: "作废",
}
"""Acts of an issue, as the steps of a document are called, in their usual order."""
TO_NOTE = (store.REVIEWED, store.COUNTERSIGNED, store.PRINTED)
"""Steps that are noted by themselves; the others are acts of their own."""
STEP_COLUMNS = ["step", "who", "at", "reason"]
_log = logging.getLogger(__name__)


@permitted("复核意见", "{act}")
def note_step(office: Office, key: int, act: str, who: str, remark: str = "") -> None:
    """Note that a step was taken. Takes: act - of TO_NOTE; remark - what was said of it

    Raises IntakeError without a name; for 核稿 by who drafted it; for 核稿 and 会签 after the signature, 印发
    before it.
    """
    if act not in TO_NOTE:
        raise IntakeError(f"没有“{act}”这一步，可以写：{'、'.join(TO_NOTE)}。")
    if not who.strip():
        raise IntakeError(f"请写明{act}的人。")
    with writing(office.store) as connection:
        issue = get_issue(connection, key)
        if issue.state == WITHDRAWN:
            raise IntakeError(f"{issue.title}已经作废，不能再{act}。")
        if (act == store.PRINTED) != issue.was_signed:
            order = "签发以后才能印发" if act == store.PRINTED else f"{act}在签发以前"
            raise IntakeError(
                f"{issue.title}{'已签发' if issue.was_signed else '还没有签发'}，{order}。"
            )
        if act == store.REVIEWED and who.strip() == issue.drafted_by:
            raise IntakeError("核稿的人和拟稿的人不能是同一个人。")
        store.add_event(connection, key, act, who.strip(), remark.strip())
    _log.info("%s %s 经办 %r", act, issue.title, who)


def steps_of(office: Office, issue: Issue) -> pd.DataFrame:
    """List the steps that an issue has taken, in order: STEP_COLUMNS; step - in the words of STEPS."""
    with reading(office.store) as connection:
        events = store.read_events(connection)
    events = events[events["issue"] == issue.key]
    return pd.DataFrame(
        {
            "step": [STEPS.get(act, act) for act in events["act"]],
            **{name: events[name].to_numpy(object) for name in STEP_COLUMNS[1:]},
        }
    )
