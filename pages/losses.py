"""失分分析: every lost point, from the city down to the row it was lost on."""

from wenming_metrics.ui import cached, filters, issued, lost, page

office = page.open_page("失分分析")
days = cached.days()
page.stop_if_empty(days)
selection = issued.choose(filters.choose_losses(office.rules, days))

lost.draw(office, selection)
page.foot(office, selection.window, cached.city(selection.window).checks)
