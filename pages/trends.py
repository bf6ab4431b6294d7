"""趋势: how scores went, what moved them, on which days, and how all units compare."""

from wenming_metrics.ui import cached, page, trends

office = page.open_page("趋势")
days = cached.days()
page.stop_if_empty(days)
chosen = trends.choose(office, days)
trends.draw(office, chosen, days)
page.foot(office, chosen.window, cached.city(chosen.window).checks)
