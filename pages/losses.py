"""失分分析: every lost point, from the city down to the row it was lost on."""

from wenming_metrics.ui.frame import filters, page, signed_view
from wenming_metrics.ui.losses import page as losses_page

office = page.open_page("失分分析")
days = page.inspected_days()
selection = signed_view.choose(filters.choose_losses(office.rules, days))

losses_page.draw(office, selection)
signed_view.foot(selection)
