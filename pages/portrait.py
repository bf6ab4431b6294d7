"""单位画像: one unit for one look: where it stands, what it lost, what is open, what to fix first."""

from wenming_metrics.ui.frame import page, signed_view
from wenming_metrics.ui.portrait import page as portrait_page

office = page.open_page("单位画像")
days = page.inspected_days()
selection, name = portrait_page.choose(office, days)
portrait_page.draw(office, selection, name, days)
signed_view.foot(selection)
