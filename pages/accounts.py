"""账号: who may come in, what each role sees and does, and the log of what was done; for administrators."""

from wenming_metrics.ui import accounts
from wenming_metrics.ui.frame import page

office = page.open_page("账号")
part = accounts.choose()
if part == accounts.PEOPLE:
    accounts.draw_people(office)
elif part == accounts.RIGHTS:
    accounts.draw_rights(office)
else:
    accounts.draw_log(office)
