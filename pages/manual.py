"""使用说明: for leaders, the creation office and analysts; what a score is; columns and messages."""

from wenming_metrics.ui import manual
from wenming_metrics.ui.frame import page

office = page.open_page("使用说明")
manual.draw()
page.fine_print(office)
