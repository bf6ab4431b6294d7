"""单位画像: one unit for one look: where it stands, what it lost, what is open, what to fix first."""

from wenming_metrics.ui import cached, page, portrait

office = page.open_page("单位画像")
days = cached.days()
page.stop_if_empty(days)
selection, name = portrait.choose(office, days)
portrait.draw(office, selection, name, days)
page.foot(office, selection.window, cached.city(selection.window).checks)
