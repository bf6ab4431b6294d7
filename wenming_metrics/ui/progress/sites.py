"""一点一档 on the page: how ready each site is, and the documents of a street's sites."""

from __future__ import annotations

from wenming_metrics.domain.periods import today
from wenming_metrics.publishing.dispatch.site_papers import site_papers
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.site_files import (
    BACK,
    NOT_READY,
    NOT_SEEN,
    READY,
    site_files,
)
from wenming_metrics.ui.frame import page, tables
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.vocabulary.spelling import file_name

_ALL = "全部"
_MOST = 200
"""So many documents are made at once."""
_LINES = tables.configs(
    *("site_name", "street_name=street", "type_name=point_type", "verdict=site_verdict"),
    *("failed_now=site_failed", "open_problems=site_open", "overdue=overdue_items"),
    "looked_on=site_looked_on",
)


def draw(office: Office) -> None:
    """Draw the sites as of today."""
    today_on = today()
    sites = ask(site_files, today_on)
    if sites.empty:
        page.note("还没有点位。在“数据上传”里上传点位名册或督查记录。")
        return
    counts = sites["verdict"].value_counts()
    page.say(
        f"{len(sites):,}个点位：达标{counts.get(READY, 0):,}个，**未达标{counts.get(NOT_READY, 0):,}个**，"
        f"近{BACK}天没有查过{counts.get(NOT_SEEN, 0):,}个。"
    )
    page.note(
        "达标：最近一次查看各项都符合，没有没整改完的问题。只按督查记录判断，是否达标由现场验收的人确认。"
    )
    with page.row("work-sites"):
        streets = [_ALL, *dict.fromkeys(sites["street_name"])]
        street = page.select("哪个街道", streets, "site_street", width=220)
        verdicts = [_ALL, NOT_READY, NOT_SEEN, READY]
        verdict = page.select("达标验收", verdicts, "site_verdict", width=160)
    lines = sites if street == _ALL else sites[sites["street_name"] == street]
    lines = lines if verdict == _ALL else lines[lines["verdict"] == verdict]
    tables.show(lines, _LINES, 16)
    if len(lines) > _MOST:
        page.note(f"点位档案一次最多 {_MOST} 个，请先选街道。")
    elif len(lines):
        page.download(
            f"下载点位档案（{len(lines)} 个）",
            lambda: site_papers(office, lines, today_on),
            file_name(f"点位档案_{street}_{today_on:%Y%m%d}.zip"),
            "application/zip",
            "file-work-sites",
            "一个点位一份 Word：测评标准、问题和整改、达标验收、照片。",
        )
