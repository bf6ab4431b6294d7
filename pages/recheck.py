"""核对: choose a signed issue, or type the hash that is printed on it; every figure is made again."""

from wenming_metrics.ui import cached, page, recheck

office = page.open_page("核对")
page.stop_if_empty(cached.days())
recheck.draw(office)
page.fine_print(office)
