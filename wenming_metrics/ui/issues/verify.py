"""核对: a file that comes back, and a signed issue made again from the rows, figure by figure."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.recheck import recheck
from wenming_metrics.publishing.corrections import corrections_of, verdict_of
from wenming_metrics.publishing.issues import Issue, find_issue, issues
from wenming_metrics.publishing.signed_workbook import moment, signed_notes
from wenming_metrics.queries.office import Office
from wenming_metrics.ui.frame import page, signed_view, tables, words
from wenming_metrics.ui.frame.cache import ask

_DIFFERENCES = tables.configs(
    *("state=check_state", "expected", "actual", "line=text_line", "context", "note=remark")
)


def draw(office: Office) -> None:
    """Draw the choice of an issue and the verdict on it."""
    signed = [candidate for candidate in ask(issues) if candidate.was_signed]
    if not signed:
        page.note("还没有签发过。签发以后，名单、文件上都印着校验码，可以在这里核对。")
        return
    issue = _choose(office, signed)
    if issue is None:
        return
    verdict = ask(verdict_of, issue.key)
    page.say(
        f"{words.plain(issue.title)} {words.plain(issue.document)}："
        f"**{'一致' if verdict.same else '不一致'}**"
    )
    page.note("  \n".join(map(words.plain, signed_notes(verdict.frozen))))
    _draw_verdict(issue, verdict.units, verdict.why)
    changed = ask(corrections_of, issue.key, False)
    st.subheader("更正")
    if changed.units.empty:
        page.note("按现在的数据，签发的数没有变动。")
    else:
        signed_view.draw_corrections(changed, open_=True)


def draw_file_check(office: Office) -> None:
    """Take a 通报 that was edited, and list what in it is not as it was handed out."""
    st.subheader("核对改过的文件")
    upload = st.file_uploader(
        "通报（Word、幻灯片、PDF）或签发名单（Excel）",
        ["docx", "pptx", "pdf", "xlsx"],
        key="verify-file",
    )
    if upload is None:
        return
    try:
        checked = recheck(office, upload.getvalue(), upload.name)
    except IntakeError as error:
        page.tell(words.plain(str(error)), was_done=False)
        return
    counts = "，".join(f"{state}{count}个" for state, count in checked.counts.items())
    verdict = "一致" if checked.is_same else "不一致"
    # The page's one sentence is the verdict on the issue.
    st.markdown(f"{words.plain(upload.name)}与{words.plain(checked.subject.title)}：**{verdict}**")
    page.note(f"数字：{counts}。{''.join(checked.remarks)}")
    if len(checked.differences):
        tables.show(checked.differences, _DIFFERENCES, 12)


def _choose(office: Office, signed: list[Issue]) -> Issue | None:
    titles = {
        f"{issue.year}-{issue.number} {issue.window.title} {issue.state} {issue.short_hash}": issue
        for issue in signed
    }
    with page.row():
        title = page.select(
            "选一期", list(titles), "verify_issue", usual=next(iter(titles)), width=420
        )
        typed_hash = st.text_input(
            "或者输入校验码",
            key="verify-hash",
            bind="query-params",
            placeholder="通报和文件上印的，如 3f9a0c71de",
            width=300,
        )
    if not typed_hash.strip():
        return titles[title]
    try:
        issue = find_issue(office, typed_hash)
    except IntakeError as error:
        page.tell(words.plain(str(error)), was_done=False)
        return None
    if not issue.was_signed:
        page.tell(f"{words.plain(issue.title)}还没有签发。", was_done=False)
        return None
    return issue


def _draw_verdict(issue: Issue, units: pd.DataFrame, why: tuple[str, ...]) -> None:
    st.subheader("重算")
    signed_at = moment(issue.signed_at)
    if units.empty and not why:
        page.note(
            f"用 {signed_at} 签发时入库的行、当时的测评办法重算，每一个数都和签发的名单相同。"
        )
        return
    for sentence in why:
        st.markdown(words.plain(sentence))
    if len(units):
        page.note(f"{len(units)} 个单位重算的数和签发的不同：")
        tables.show(signed_view.correction_lines(units), signed_view.CORRECTIONS, 10)
