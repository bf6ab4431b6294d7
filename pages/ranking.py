"""排名: who stands where, who moved, who was not looked at; and down to the rows of a unit."""

from wenming_metrics.ui.frame import cache, drill, filters, page, signed_view, tables, words
from wenming_metrics.ui.ranking import city_map
from wenming_metrics.ui.ranking import page as ranking_page
from wenming_metrics.ui.ranking.view import listed_of, summarised

office = page.open_page("排名")
days = page.inspected_days()
selection = signed_view.choose(filters.choose_ranking(office.rules, days))

is_ranked = office.rules.board(selection.board).ranked
version = ranking_page.choose_version(office) if is_ranked and not selection.signed else ""

if version:
    checks = int(ranking_page.draw_under(selection, version)["checks"].sum())
elif is_ranked:
    summary = summarised(selection)
    page.say(summary.opening)
    if selection.window.kind == "day":
        cache.draw(ranking_page.draw_day, selection.window)
        ranking_page.draw_day_list(selection)
    else:
        ranking_page.draw_list(selection)
    with page.fold("名单、未督查和名次的把握", "lists"):
        cache.draw(ranking_page.draw_sentences, selection)
        if not selection.signed:
            ranking_page.draw_sampling(selection)
    ranking_page.draw_tools(summary, office, selection)
    city_map.draw(selection)
    unit = tables.chosen_line(summary.units, ranking_page.UNIT)
    if unit is not None:
        drill.draw_unit(office, unit, selection)
    checks = int(summary.units["checks"].sum())
else:
    listed = listed_of(selection)
    page.say(words.listing(listed))
    ranking_page.draw_listing(listed, selection)
    ranking_page.offer_listing(listed, office, selection)
    checks = None
page.foot(selection.window, checks)
