"""通报 (Word) of an issue: download it; set its sections, free texts and shell for this and later ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from wenming_metrics.export.package import DOCX, PPTX
from wenming_metrics.export.tables import XLSX
from wenming_metrics.export.typeset import PDF, PNG, is_installed
from wenming_metrics.publishing.bulletin.document import (
    Bulletin,
    make_bulletin,
    make_slides,
    make_unit_sheets,
    old_days,
)
from wenming_metrics.publishing.bulletin.layout import (
    DEADLINE_MARK,
    SECTIONS,
    Layout,
    kind_of,
    layout_in_force,
    save_layout,
    shell_in_force,
    with_shell,
)
from wenming_metrics.publishing.bulletin.printed import (
    NO_PRINT,
    make_leader_page,
    make_pdf,
    make_phone_picture,
    make_preview,
)
from wenming_metrics.publishing.bulletin.self_check import check_before
from wenming_metrics.publishing.issues import SPECIAL, Issue
from wenming_metrics.publishing.signed_workbook import period_file
from wenming_metrics.publishing.signing import draft_lists
from wenming_metrics.publishing.year_archive import year_archive
from wenming_metrics.queries.office import Office
from wenming_metrics.ui.frame import cards, page, tables, words
from wenming_metrics.ui.frame.act_button import button
from wenming_metrics.ui.frame.cache import ask

_TEXTS = ("subject", "signer", "addressee", "copies", "secrecy", "plan_no", "opening", "demands")
_FIELDS = ("sections", *_TEXTS, "feedback_days", "per_unit", "internal", "scope")
"""Fields of a layout that are edited here; its shell is handed in as a file."""
_PREVIEW, _CHECKED = "bulletin_preview", "bulletin_checked"
_PAGES = 12
"""So many pages are shown at first."""
_CHECKS = tables.configs("check_item", "check_verdict", "check_note")


def draw(office: Office, issue: Issue, who: str) -> None:
    """Draw the 通报 of an issue that is signed, or would be signed as it stands."""
    st.subheader("通报")
    layout = ask(layout_in_force, kind_of(issue))
    if not issue.was_signed and not ask(draft_lists, issue).rows:
        page.note("这些日子还没有督查数据，不能出通报。")
        return
    if issue.was_signed:
        page.note("Word 文档，可以修改；改完以后在“核对”页上传，逐个数字与签发的核对。")
    else:
        page.note("还没有签发，下载的是征求意见稿，文中写明“未签发”。")
    for warning in old_days(issue.window, layout):
        page.note(warning)
    _draw_downloads(office, issue, layout)
    _draw_looks(office, issue)
    if expander := page.unfolded("通报的部分、文字和外壳", "bulletin-layout"):
        with expander:
            _draw_layout(office, issue, layout, who)


def _period_book(office: Office, issue: Issue) -> Bulletin:
    name, content = period_file(office, issue)
    return Bulletin(name, content, ())


_TO_EDIT = (
    ("下载通报（Word）", make_bulletin, ".docx", DOCX, None),
    ("下载 Excel", _period_book, ".xlsx", XLSX, "名单、失分、整改、问题清单，有图表，可直接打印。"),
    ("下载幻灯片", make_slides, ".pptx", PPTX, "领导会议用，图表可以在 PowerPoint 或 WPS 里修改。"),
)
_TO_PRINT = (
    ("下载 PDF", make_pdf, ".pdf", PDF, "按国标版式，不用外壳，不能修改。"),
    ("下载一页纸", make_leader_page, "一页.pdf", PDF, "给领导看的一张 A4，黑白打印。"),
)
_TO_PASS_ON = (("下载长图", make_phone_picture, ".png", PNG, "手机上看，发工作群。"),)
"""Files of an issue: label, what makes it, ending of its name, kind, and what it is for."""


def _draw_downloads(office: Office, issue: Issue, layout: Layout) -> None:
    standing = "" if issue.was_signed else "（征求意见稿）"
    printed_files = (*_TO_PRINT, *(() if layout.internal else _TO_PASS_ON))
    files = (*_TO_EDIT, *(printed_files if is_installed() else ()))
    with page.row():
        for label, make, ending, kind, description in files:
            page.download(
                label,
                lambda make=make: make(office, issue).content,
                f"{issue.title}{standing}{ending}",
                kind,
                f"bulletin-{make.__name__}-{issue.key}",
                description,
            )
        _draw_collections(office, issue, standing)
    if not is_installed():
        page.note(NO_PRINT)
    elif layout.internal:
        page.note("这一期标为内部资料，不出便于转发的长图。")


def _draw_collections(office: Office, issue: Issue, standing: str) -> None:
    """Offer what takes a while to make: a sheet for each unit, and all that was signed in the year."""
    page.download(
        "下载一单位一单",
        lambda: make_unit_sheets(office, issue).content,
        f"{issue.title}一单位一单{standing}.zip",
        "application/zip",
        f"bulletin-units-{issue.key}",
        "每个单位一份 Word、一份 Excel，只有它自己的得分、名次、失分和问题。单位多的，要等一会儿。",
    )
    if issue.signed_on is not None:
        calendar_year = issue.signed_on.year
        page.download(
            "下载全年归档",
            lambda: year_archive(office, calendar_year),
            f"{calendar_year}年归档.zip",
            "application/zip",
            f"bulletin-archive-{issue.key}",
            "这一年签发的通报、交办单、催办文书和归档目录，放在一个文件夹里。要等一会儿。",
        )


def _draw_looks(office: Office, issue: Issue) -> None:
    """Offer to look through the pages, and to check the document before it goes out."""
    with page.row():
        if is_installed():
            button(
                "按页预览",
                f"preview-{issue.key}",
                lambda: st.session_state.update(
                    {_PREVIEW: (issue.key, make_preview(office, issue))}
                ),
                lambda _: "预览已生成，在下面。",
                disabled=False,
            )
        button(
            "检查文稿",
            f"check-{issue.key}",
            lambda: st.session_state.update({_CHECKED: (issue.key, check_before(office, issue))}),
            lambda _: "检查结果在下面。",
            disabled=False,
        )
    key, checked = st.session_state.get(_CHECKED, (None, None))
    if key == issue.key:
        tables.show(checked, _CHECKS, 8)
    key, pages = st.session_state.get(_PREVIEW, (None, ()))
    if key == issue.key:
        _draw_pages(pages, issue)


def _draw_pages(pages: list[bytes], issue: Issue) -> None:
    page.note(f"共{len(pages)}页，按国标版式排出；Word 用外壳的，以 Word 为准。")
    is_long = len(pages) > _PAGES
    first_pages = (
        pages if is_long and st.toggle("显示全部各页", key=f"pages-{issue.key}") else pages[:_PAGES]
    )
    with st.container(horizontal=True, key="preview"):
        for picture in first_pages:
            cards.inline(picture, "image/png", "", 340)


def _draw_layout(office: Office, issue: Issue, layout: Layout, who: str) -> None:
    page.note("保存以后，这一期和以后同类的各期都照此出；签发的数不受影响。")
    names = (*_FIELDS, "added", "addition", "shell")
    digest = layout.digest
    keys = {name: f"bulletin-{name}-{issue.key}-{digest}" for name in names}
    _draw_fields(layout, keys)
    _draw_addition(layout, keys)
    _draw_shell(office, layout, keys["shell"])
    button(
        "保存通报的设置",
        f"bulletin-save-{issue.key}",
        lambda: _save(office, layout, keys),
        lambda _: "通报的设置已保存。",
        disabled=not who,
    )


def _draw_fields(layout: Layout, keys: Mapping[str, str]) -> None:
    """Draw the parts and words of a 通报 as they are set. Takes: keys - field -> key of its control"""
    st.multiselect(
        "各部分和次序",
        list(SECTIONS),
        default=list(layout.sections),
        format_func=SECTIONS.get,
        key=keys["sections"],
    )
    with page.row():
        st.text_input("标题里的事项", layout.subject, key=keys["subject"], width=320)
        st.text_input("落款", layout.signer, key=keys["signer"], width=320)
        st.number_input(
            "几天内反馈", 0, 365, layout.feedback_days, key=keys["feedback_days"], width=130
        )
        st.number_input(
            "每个单位列几条问题", 0, 100, layout.per_unit, key=keys["per_unit"], width=150
        )
    with page.row():
        st.text_input("主送", layout.addressee, key=keys["addressee"], width=320)
        st.text_input("抄送", layout.copies, key=keys["copies"], width=320)
        st.text_input("密级", layout.secrecy, key=keys["secrecy"], width=130, max_chars=20)
        st.text_input("督查计划编号", layout.plan_no, key=keys["plan_no"], width=200)
    st.checkbox("内部资料（印在首页，不出长图）", layout.internal, key=keys["internal"])
    if layout.kind == SPECIAL:
        st.text_input(
            "专项范围",
            layout.scope,
            key=keys["scope"],
            help="指标、测评项或点位类型的名称，几个的用顿号隔开；不填就是全部。",
        )
    else:
        st.session_state[keys["scope"]] = layout.scope
    st.text_area("开头", layout.opening, key=keys["opening"])
    st.text_area(
        "工作要求（一行一条）",
        layout.demands,
        help=f"{DEADLINE_MARK} 换成时段最后一天以后几天的日期。",
        key=keys["demands"],
    )


def _draw_addition(layout: Layout, keys: Mapping[str, str]) -> None:
    """Let the office add words of its own at the end of a section; they are kept for the next issue."""
    titles = {name: title for name, title in SECTIONS.items() if name != "annex"}
    with page.row():
        section = st.selectbox(
            "在哪一部分后面加文字",
            list(titles),
            format_func=titles.get,
            key=keys["added"],
            width=240,
        )
        st.text_area(
            "加的文字（一行一段）",
            dict(layout.additions).get(section, ""),
            key=f"{keys['addition']}-{section}",
            height=90,
        )


def _draw_shell(office: Office, layout: Layout, key: str) -> None:
    page.note(
        f"正在用的外壳：{words.plain(layout.shell_name) or '软件自带的'}。"
        "下载以后在 Word 里改红头、字体、页边距，留好 {{标题}}、{{正文}} 这些标记，再传上来。"
    )
    with page.row():
        page.download(
            "下载外壳",
            lambda: shell_in_force(office, layout.kind),
            layout.shell_name or "通报外壳.docx",
            DOCX,
            f"{key}-file",
        )
        st.file_uploader("换外壳", "docx", key=key)


def _save(office: Office, layout: Layout, keys: Mapping[str, str]) -> None:
    """Save what the fields hold when the button is pressed, not what they held when it was drawn."""
    fields = {name: st.session_state[keys[name]] for name in _FIELDS}
    fields |= {name: fields[name].strip() for name in _TEXTS}
    section = st.session_state[keys["added"]]
    additions = dict(layout.additions)
    additions[section] = st.session_state[f"{keys['addition']}-{section}"].strip()
    nonblank = tuple((name, text) for name, text in additions.items() if text)
    sections = tuple(fields["sections"])
    layout = replace(layout, **{**fields, "sections": sections, "additions": nonblank})
    shell = st.session_state[keys["shell"]]
    if shell is not None:
        layout = with_shell(office.store, layout, shell.getvalue(), shell.name)
    save_layout(office.store, layout)
