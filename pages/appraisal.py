"""综合考核: who stands where when inspections and other tests are weighed together, and from what."""

from wenming_metrics.queries.ranking.composite import composite as composite_of
from wenming_metrics.queries.ranking.composite import composite_lines
from wenming_metrics.ui import composite
from wenming_metrics.ui.frame import filters, page, signed_view, tables, words
from wenming_metrics.ui.frame.cache import ask

office = page.open_page("综合考核")
days = page.inspected_days()
chosen = composite.choose(days)
appraisal = ask(composite_of, chosen.profile, chosen.window)
lines = composite_lines(appraisal)

page.say(words.composite(lines, chosen.window.title))
signed_view.say_held(chosen.window)
composite.draw_about(chosen.profile, appraisal)
composite.draw_table(lines, chosen)
composite.draw_without(lines)
composite.draw_awards(lines)
composite.draw_tools(lines, chosen, office)
unit = tables.chosen_line(lines, composite.UNIT)
if unit is not None:
    filters.carry_unit(office.rules, days, str(unit["unit_name"]))
    composite.draw_unit(appraisal, unit)
page.foot(chosen.window)
