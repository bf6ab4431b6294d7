"""综合考核: who stands where when inspections and other tests are weighed together, and from what."""

from wenming_metrics.ui import appraisal, cached, page, words

office = page.open_page("综合考核")
days = cached.days()
page.stop_if_empty(days)
chosen = appraisal.choose(days)
found = cached.composite(chosen.profile, chosen.window)
lines = appraisal.lines_of(found)

page.say(words.composite(lines, chosen.window.title))
appraisal.draw_about(chosen.profile, found)
appraisal.draw_table(lines, chosen)
appraisal.draw_without(lines)
appraisal.draw_tools(lines, chosen, office)
unit = appraisal.chosen_unit(lines)
if unit is not None:
    appraisal.draw_unit(found, unit)
page.foot(office, chosen.window, cached.city(chosen.window).checks)
