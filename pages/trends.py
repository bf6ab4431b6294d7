"""趋势: how scores went, what moved them, on which days, and how all units compare."""

from wenming_metrics.ui.frame import page, signed_view
from wenming_metrics.ui.trends import page as trends_page

office = page.open_page("趋势")
days = page.inspected_days()
chosen = trends_page.choose(office, days)
signed_view.say_held(chosen.window)
trends_page.draw(office, chosen, days)
page.foot(chosen.window)
