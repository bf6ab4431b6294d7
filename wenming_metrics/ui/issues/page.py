"""签发: the issues of the office, and all that is done with one of them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from wenming_metrics.publishing import issues, signing
from wenming_metrics.publishing.bulletin import earlier as triangles
from wenming_metrics.publishing.check_sheets import send
from wenming_metrics.publishing.corrections import corrections_of
from wenming_metrics.publishing.issues import NONE, SIGNED, WITHDRAWN, Issue
from wenming_metrics.publishing.signed_workbook import moment, signed_notes
from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.rules.calendar import Slot
from wenming_metrics.ui.frame import cache, marks, page, signed_view, tables, words
from wenming_metrics.ui.frame.act_button import button, tell_done
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.issues import bulletin, confirm, remarks

_SHEETS = "issue_sheets"
_FIRST, _LAST = "other-first", "other-last"
"""Keys of the days of a 通报 beside the calendar."""
_ISSUES = tables.configs(
    *("number=issue_number", "title=issue_days", "state", "cutoff", "document=document_no"),
    *("signed", "hash"),
)
_LATE = tables.configs("name=file_name", "at=arrived", "rows", "counts=is_in_issue")
_WAIVED = tables.configs(*tables.SOURCE, "said=held_reason", "waived")


def draw(office: Office, who: str) -> None:
    """Draw the issues, the latest first; a click on one opens what can be done with it."""
    tell_done()
    slots = ask(issues.slots_with_issues)
    page.note("最新的在最前。点一行，建草稿、出核对稿、记复核意见、签发，都在下面。")
    key = f"issues-{cache.version().revision}"
    lines = _lines(slots)
    ids = lines["number"].tolist()
    picked = tables.pick(lines, _ISSUES, key, 8, param="issue", ids=ids)
    slot, issue = slots[0 if picked is None else picked]
    with st.container(border=True, key="issue-panel"):
        _draw_panel(office, slot, issue, who)
    if expander := page.unfolded("日报、月报、季报、专项和回头看通报", "issue-other"):
        with expander:
            _draw_other(office, who)


def _lines(slots: list[tuple[Slot, Issue | None]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "number": f"{slot.year}-{slot.number}",
                "title": slot.window.title,
                "state": NONE if issue is None else issue.state,
                "cutoff": moment(slot.cutoff if issue is None else issue.cutoff),
                "document": "" if issue is None else issue.document,
                "signed": "" if issue is None else moment(issue.signed_at),
                "hash": "" if issue is None else issue.short_hash,
            }
            for slot, issue in slots
        ]
    )


def _draw_panel(office: Office, slot: Slot, issue: Issue | None, who: str) -> None:
    state = NONE if issue is None else issue.state
    title = slot.window.title if issue is None else issue.title
    st.markdown(f"##### {words.plain(title)} :gray[{state}]")
    if issue is None or issue.state == WITHDRAWN:
        if issue is not None:
            page.note(f"{moment(issue.ended_at)} 作废：{words.plain(issue.reason)}")
        _draw_new(office, slot, who)
    elif issue.state == SIGNED:
        _draw_signed(office, issue, who)
    else:
        _draw_open(office, issue, who)


def _draw_new(office: Office, slot: Slot, who: str) -> None:
    page.note(f"这一期 {moment(slot.cutoff)} 截止；之后到的表计入下一期，除非有人决定计入本期。")
    with st.container(horizontal=True, vertical_alignment="center"):
        now = st.checkbox("以现在为截止时刻", key=f"now-{slot.window.key}")
        button(
            "建草稿",
            f"draft-{slot.window.key}",
            lambda: signing.draft(office, slot.window.start, who, until_now=now),
            lambda issue_made: f"{issue_made.title}已建草稿，{moment(issue_made.cutoff)} 截止。",
            disabled=not who,
            right="拟稿",
        )


_KINDS = {
    "day": "督查日报",
    "week": "周通报",
    "month": "月通报",
    "quarter": "季通报",
} | issues.SPAN_NAMES


def _draw_other(office: Office, who: str) -> None:
    """Draft a 通报 beside the office's own calendar: it then stands in the list above."""
    page.note("不在本单位期次里的通报，选种类和时段，建草稿以后列在上面，照样核对、签发。")
    usual = issues.calendar(office).kind
    kinds = {kind: title for kind, title in _KINDS.items() if kind != usual}
    with page.row():
        kind = st.selectbox("种类", list(kinds), format_func=kinds.get, key="other-kind", width=180)
        days = ask(days_known)
        first = st.date_input("第一天", days[-1], key=_FIRST, format="YYYY-MM-DD", width=150)
        last = first
        if kind in issues.SPAN_NAMES:
            last = st.date_input("最后一天", days[-1], key=_LAST, format="YYYY-MM-DD", width=150)
        window = issues.slot_for(office, (), kind, first, max(first, last))[1].window
        nearest = issues.nearest_day(window, days)
        button(
            "建这份草稿",
            "other-draft",
            lambda: signing.draft(office, first, who, kind=kind, last=last),
            lambda issue_made: f"{issue_made.title}已建草稿，{moment(issue_made.cutoff)} 截止。",
            disabled=not who or nearest is not None,
        )
    if nearest:
        page.note(f"{words.plain(issues.without_rows(window, nearest))}，不能建草稿。")
        chosen = dict.fromkeys((_FIRST, _LAST), nearest)
        st.button(
            f"改到{nearest}", key="other-near", on_click=st.session_state.update, args=(chosen,)
        )


def _draw_open(office: Office, issue: Issue, who: str) -> None:
    """Draw an issue that is not signed yet, in the order of the work."""
    page.note(
        f"{moment(issue.cutoff)} 截止 · {words.plain(issue.drafted_by)} {moment(issue.drafted_at)} 建草稿"
    )
    _draw_list(office, issue)
    late = _draw_late(office, issue, who)
    unwaived = _draw_held(office, issue, who)
    _draw_sheets(office, issue, who)
    waiting = remarks.draw(office, issue, who)
    confirm.draw_names(office, issue, who)
    confirm.draw_pictures(office, issue, who)
    bulletin.draw(office, issue, who)
    confirm.draw_steps(office, issue, who)
    reasons = [f"{unwaived} 行待核"] if unwaived else []
    reasons += [f"{waiting} 条复核意见没有决定"] if waiting else []
    st.subheader("签发")
    if reasons:
        page.note(f"现在还不能签发：{'，'.join(reasons)}。")
    elif late:
        page.note(f"有 {late} 个迟到的文件，请先看清各计入哪一期。")
    with page.row():
        document = st.text_input("文号", key=f"document-{issue.key}", width=320)
        button(
            "签发这一期",
            f"sign-{issue.key}",
            lambda: signing.sign(office, issue.key, who, document),
            lambda issue_signed: (
                f"{issue_signed.title}已签发，校验码 {issue_signed.short_hash}。名单不再变动。"
            ),
            disabled=not (who and document.strip()) or bool(reasons),
            right="签发",
        )
    _draw_withdraw(office, issue, who)


def _draw_list(office: Office, issue: Issue) -> None:
    """Draw what would be signed."""
    st.subheader("将要签发的名单")
    page.note("只含截止以前到的和写明计入本期的文件，以及以前各期迟到的；现在签发，就是这些数。")
    lists = ask(signing.draft_lists, issue)
    for board in office.rules.boards:
        if board.ranked:
            lines = tables.ranked_lines(lists.boards[board.kind])
            columns = tables.ranking_columns(lines)
            tables.show(marks.mark_means(lines, columns), columns, 8)


def _draw_late(office: Office, issue: Issue, who: str) -> int:
    """List the files that came after the issue had closed; gives how many."""
    files = signing.late_for(office, issue)
    if files.empty:
        return 0
    st.subheader("迟到的文件")
    page.note(
        "截止以后才到的表，计入下一期；整份替换先前记录的，计入本期。要改，选一个文件，写明原因。"
    )
    spelled = files.assign(
        at=[moment(arrival) for arrival in files["arrived"]],
        counts=files["own"].map({True: "本期", False: "下一期"}),
    )
    key = f"late-{issue.key}-{cache.version().revision}"
    ids = files["batch"].astype(str).tolist()
    picked = tables.pick(spelled, _LATE, key, 6, param="late", ids=ids)
    if picked is not None:
        line = files.iloc[picked]
        batch, to_own = int(line["batch"]), not bool(line["own"])
        where = "本期" if to_own else "下一期"
        _draw_reasoned(
            ("计入哪一期的原因", f"late-reason-{batch}"),
            (f"第 {batch} 批计入{where}", f"late-{batch}-{to_own}"),
            lambda reason: signing.place_late(office, batch, who, reason, in_own_issue=to_own),
            lambda _: f"第 {batch} 批计入{where}。",
            who,
        )
    return len(files)


def _draw_held(office: Office, issue: Issue, who: str) -> int:
    """List the held rows that the issue waits for; gives how many nobody waived."""
    rows = ask(signing.held_for, issue)
    waiting = rows[rows["waived"] == ""]
    if rows.empty:
        return 0
    st.subheader("待核的行")
    page.note(
        "这些行待核，暂不计分，可以在“数据上传”直接改正。改正后再签发；不等的，逐行写明原因（选一行，不选就是全部）。"
        "不影响得分的行不妨碍签发。"
    )
    spelled = rows.assign(said=rows["sentences"].str.split("\n").str[0])
    key = f"issue-held-{issue.key}-{cache.version().revision}"
    picked = tables.pick(spelled, _WAIVED, key, 8, param="waits")
    if waiting.empty:
        return 0
    is_picked = picked is not None and not rows["waived"].iloc[picked]
    chosen = rows.iloc[[picked]] if is_picked else waiting
    row_keys = [
        (int(line.batch), str(line.sheet), int(line.source_row)) for line in chosen.itertuples()
    ]
    _draw_reasoned(
        ("不等这些行的原因", f"waive-{issue.key}"),
        (f"不等这 {len(row_keys)} 行", f"waive-{issue.key}-{picked}"),
        lambda reason: signing.waive(office, issue.key, row_keys, who, reason),
        lambda _: f"{len(row_keys)} 行写明不等，仍为待核。",
        who,
    )
    return len(waiting)


def _draw_reasoned(
    question: tuple[str, str],
    name: tuple[str, str],
    act: Callable[[str], object],
    describe: Callable[[object], str],
    who: str,
    right: str = "拟稿",
) -> None:
    """Draw a field for a reason and the button that acts on it; nothing where it is not theirs.

    Takes: question, name - label, key; right - to the act
    """
    if not cache.office().viewer.may(right):
        return
    with page.row():
        reason = st.text_input(question[0], key=question[1], width=320)
        ready = bool(who and reason.strip())
        button(*name, lambda: act(reason), describe, disabled=not ready)


def _draw_sheets(office: Office, issue: Issue, who: str) -> None:
    st.subheader("核对稿")
    page.note(
        "每个单位一份表：得分、各项失分、失分的记录；单位和记录多的，要等一会儿。发下去，收回意见，再签发。"
    )
    workbooks = st.session_state.get(_SHEETS, {})
    with st.container(horizontal=True, vertical_alignment="center"):
        button(
            "出核对稿",
            f"sheets-{issue.key}",
            lambda: st.session_state.update({_SHEETS: {issue.key: send(office, issue.key, who)}}),
            lambda _: "核对稿已经做好，请下载。",
            disabled=not who,
            right="拟稿",
        )
        if issue.key in workbooks:
            name, content = workbooks[issue.key]
            page.download("下载核对稿", lambda: content, name, "application/zip", "issue-sheets")


def _draw_signed(office: Office, issue: Issue, who: str) -> None:
    page.note("  \n".join(map(words.plain, signed_notes(ask(frozen, issue.key, shared=True)))))
    bulletin.draw(office, issue, who)
    confirm.draw_proposals(office, issue, who)
    confirm.draw_steps(office, issue, who)
    changed = ask(corrections_of, issue.key, False)
    if len(changed.units):
        signed_view.draw_corrections(changed)
    else:
        page.note("签发以后没有更正。")
    _draw_triangle(issue)
    remarks.draw(office, issue, who)
    _draw_withdraw(office, issue, who)


def _draw_triangle(issue: Issue) -> None:
    """Draw what each issue said of each period, where there is more than one."""
    expander = page.unfolded("各期通报公布的得分", "issue-triangle")
    if expander is None:
        return
    with expander:
        names = [triangles.CITY_NAME, *ask(triangles.names_of, issue)]
        name = st.selectbox("哪个单位", names, key=f"triangle-{issue.key}", width=240)
        page.note("一行一个时段，一列一期通报；后面的通报有更正的，从那一期起写更正后的数。")
        course = ask(triangles.triangle, issue, name)
        st.dataframe(course.rename(columns={"title": "时段"}), hide_index=True)


def _draw_withdraw(office: Office, issue: Issue, who: str) -> None:
    if not office.viewer.may("作废"):
        return
    with st.expander("作废这一期"):
        page.note("作废以后，签发过的内容仍然留着；要重新签发，再建草稿。")
        _draw_reasoned(
            ("作废的原因", f"withdraw-{issue.key}"),
            ("作废", f"end-{issue.key}"),
            lambda reason: signing.withdraw(office, issue.key, who, reason),
            lambda ended: f"{ended.title}已作废。",
            who,
            "作废",
        )
