"""综合考核: who stands where when inspections and other tests are weighed together, and from what."""

from wenming_metrics.ui import composite
from wenming_metrics.ui.frame import cache, page, words

office = page.open_page("综合考核")
days = cache.days()
page.stop_if_empty(days)
chosen = composite.choose(days)
found = cache.composite(chosen.profile, chosen.window)
lines = composite.lines_of(found)

page.say(words.composite(lines, chosen.window.title))
composite.draw_about(chosen.profile, found)
composite.draw_table(lines, chosen)
composite.draw_without(lines)
composite.draw_tools(lines, chosen, office)
unit = composite.chosen_unit(lines)
if unit is not None:
    composite.draw_unit(found, unit)
page.foot(office, chosen.window, cache.city(chosen.window).checks)
