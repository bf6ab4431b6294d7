"""核对: an issue, by choice or by its printed hash, made again from the rows; and files that were edited."""

from wenming_metrics.ui.frame import page
from wenming_metrics.ui.issues import verify as issues_verify

office = page.open_page("核对")
page.inspected_days()
issues_verify.draw(office)
issues_verify.draw_file_check(office)
page.fine_print(office)
