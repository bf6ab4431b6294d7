"""The made-up city signs its last weeks as two persons would; a row that waits is waived with a reason."""

from datetime import timedelta

from tests.builders import xlsx
from tests.publishing.bulletin_city import HEADERS, open_bulletin_city
from tests.publishing.city import MONDAY
from wenming_metrics.demo.signed import sign_weeks
from wenming_metrics.intake import commit
from wenming_metrics.publishing.issues import SIGNED, issues
from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.reading.model.reading import SenderAnswers


def test_the_last_weeks_are_signed_once_by_another_than_who_drafted_them(tmp_path):
    office = open_bulletin_city(tmp_path)
    rows = [
        [on, "市督查组", "甲街道", "小区", "人民路小区", "环境卫生", "垃圾", 1, 1, number, "", ""]
        for on, number in ((MONDAY + timedelta(8), "8"), ("9月中旬", "9"))
    ]
    data = xlsx({"问题清单": [["督查问题清单"], HEADERS, *rows]})
    preview = commit.inspect(office, data, "迟.xlsx", answers=SenderAnswers(confirm_visits=True))
    commit.commit(office, preview, "测试")
    assert preview.reading.counts.held == 1

    titles = sign_weeks(office, MONDAY + timedelta(9))

    signed = issues(office)
    assert len(titles) == 2
    assert [issue.state for issue in signed] == [SIGNED, SIGNED]
    assert [issue.window.start for issue in signed] == [MONDAY + timedelta(7), MONDAY]
    assert all(issue.drafted_by != issue.signed_by for issue in signed)
    assert frozen(office, signed[0].key).facts["held"] == (
        "签发时另有1条待核，没有计入得分。原因：原表看不出是哪一天，已退回核对，改好后计入下一期"
    )
    assert sign_weeks(office, MONDAY + timedelta(9)) == []
    assert len(issues(office)) == 2
