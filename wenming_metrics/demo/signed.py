"""The 通报 that the made-up city has signed: without one, 总览 opens on live figures and the wall is empty."""

from datetime import date

from wenming_metrics.publishing import signing
from wenming_metrics.publishing.issues import slots_with_issues
from wenming_metrics.queries.office import Office

_DRAFTED_BY, _SIGNED_BY = "演示拟稿", "演示签发"
_UNAWAITED = "原表看不出是哪一天，已退回核对，改好后计入下一期"


def sign_weeks(office: Office, last: date, weeks: int = 2) -> list[str]:
    """Draft and sign the weeks up to a day, as one person would and then another; gives their titles.

    A week that has an issue already, as on a second run, stays as it is.
    """
    places = slots_with_issues(office)
    begun = [(slot, issue) for slot, issue in places if slot.window.start <= last]
    titles = []
    for slot, present in begun[:weeks][::-1]:
        if present:
            continue
        issue = signing.draft(office, slot.window.start, _DRAFTED_BY)
        signing.waive_all(office, issue.key, _DRAFTED_BY, _UNAWAITED)
        number = f"演创办〔{slot.year}〕{slot.number}号"
        titles.append(signing.sign(office, issue.key, _SIGNED_BY, number).title)
    return titles
