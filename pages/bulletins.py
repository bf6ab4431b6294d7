"""通报: issues of a period, from the draft to the signature, and what has changed since."""

from wenming_metrics.ui.frame import page
from wenming_metrics.ui.issues import page as issues_page
from wenming_metrics.ui.issues import published

office = page.open_page("通报")
page.inspected_days()
if office.viewer.is_scoped:
    published.draw(office)
else:
    page.say("先建草稿、发核对稿、收复核意见，再签发。签发以后名单不再变，有变动就列为更正。")
    issues_page.draw(office, page.ask_who("变动记录"))
page.fine_print(office)
