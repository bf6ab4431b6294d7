"""核对: choose a signed issue, or type the hash that is printed on it; every figure is made again."""

from wenming_metrics.ui.frame import page
from wenming_metrics.ui.issues import verify as issues_verify

office = page.open_page("核对")
page.inspected_days()
issues_verify.draw(office)
page.fine_print(office)
