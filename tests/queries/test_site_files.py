"""一点一档: what a site must show, what was last seen of it, and the document of each, worked by hand."""

import io
import zipfile
from datetime import date

from tests.builders import xlsx
from tests.offices import checklist, ingest, make_office
from wenming_metrics.publishing.dispatch.site_papers import site_papers
from wenming_metrics.queries.progress.site_files import site_files, site_standards
from wenming_metrics.reading.sandbox.documents import read_text

DAY = date(2026, 11, 30)


def test_a_site_is_ready_by_its_last_look_and_its_open_problems(tmp_path):
    office = make_office(
        tmp_path,
        [["A", "路面", 10, "*"], ["B", "摊位", 5, "*"]],
        [{"code": "A", "weight": 50}, {"code": "B", "weight": 50}],
        streets=[("河西街道", "主城区")],
        sites=[[f"{name}市场", "市场", "河西街道"] for name in "甲乙丙丁"],
    )
    rows = [
        # 甲: failed in October, nothing of it answered; in November all is well: the problem is still open.
        ["2026-10-28", "市", "河西街道", "市场", "甲市场", "路面", "不符合", 4],
        ["2026-11-20", "市", "河西街道", "市场", "甲市场", "路面", "符合", 0],
        # 乙: all is well. 丙: nobody was there. 丁: a test of the province reports, which is no look.
        ["2026-11-20", "市", "河西街道", "市场", "乙市场", "路面", "符合", 0],
        ["2026-11-20", "市", "河西街道", "市场", "乙市场", "摊位", "符合", 0],
    ]
    ingest(office, checklist(rows), "督查.xlsx")
    heading_row = ["日期", "来源", "街道", "点位类型", "点位名称", "测评项", "问题描述", "扣分"]
    of_test = ["2026-11-21", "省测", "河西街道", "市场", "丁市场", "摊位", "占道", 5]
    ingest(office, xlsx({"失分": [["省测失分问题清单"], heading_row, of_test]}), "省测.xlsx")
    lines = site_files(office, DAY).set_index("site_name")
    names = ["verdict", "failed_now", "open_problems", "looked_on"]
    assert lines[names].T.to_dict("list") == {
        "丁市场": ["未达标", 0, 1, None],
        "甲市场": ["未达标", 0, 1, date(2026, 11, 20)],
        "丙市场": ["没有查过", 0, 0, None],
        "乙市场": ["达标", 0, 0, date(2026, 11, 20)],
    }
    sites = lines.reset_index()
    standards = site_standards(office, sites, DAY)
    assert standards["result"].value_counts().to_dict() == {"没有查过": 5, "符合": 3}
    with zipfile.ZipFile(io.BytesIO(site_papers(office, sites, DAY))) as archive:
        texts = {
            name: "\n".join("|".join(line.cells) for line in read_text(archive.read(name)).lines)
            for name in archive.namelist()
        }
    assert set(texts) == {f"河西街道_{name}市场.docx" for name in "甲乙丙丁"}
    told = texts["河西街道_丁市场.docx"]
    assert "近180天没有查看过；没有整改完的问题1条，其中逾期0条（截至2026-11-30）。" in told
    assert "摊位|5|—|没有查过" in told
    assert "2026-11-21|摊位|占道|河西街道|待交办|—" in told
    assert (
        "按督查记录：达标（最近一次查看各项都符合，没有没整改完的问题）。"
        in texts["河西街道_乙市场.docx"]
    )
    assert "丙市场" not in told
