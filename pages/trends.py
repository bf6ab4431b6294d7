"""趋势: how scores went, what moved them, on which days, and how all units compare."""

from wenming_metrics.ui.frame import page
from wenming_metrics.ui.trends import page as trends_page

office = page.open_page("趋势")
days = page.inspected_days()
chosen = trends_page.choose(office, days)
trends_page.draw(office, chosen, days)
page.foot(office, chosen.window)
