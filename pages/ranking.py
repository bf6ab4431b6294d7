"""排名: who stands where, who moved, who was not looked at; and down to the rows of a unit."""

from wenming_metrics.ui.frame import drill, filters, page, signed_view, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.ranking import city_map
from wenming_metrics.ui.ranking import page as ranking_page

office = page.open_page("排名")
days = page.inspected_days()
selection = signed_view.choose(filters.choose_ranking(office.rules, days))

is_ranked = office.rules.board(selection.board).ranked
version = ranking_page.choose_version(office) if is_ranked and not selection.signed else ""

if version:
    checks = int(ranking_page.draw_under(selection, version)["checks"].sum())
elif is_ranked:
    ranked = ranking_page.units_of(selection)
    summary = ask(ranking_page.summary_of, selection, shared=True, wait=False)
    page.say(summary.opening)
    if selection.window.kind == "day":
        ranking_page.draw_day(selection.window)
        ranking_page.draw_day_list(selection)
    else:
        ranking_page.draw_list(selection)
    named = ranking_page.shortlists_of(selection)
    with page.fold("名单、未督查和名次的把握", "lists"):
        ranking_page.draw_sureness(ranked)
        ranking_page.draw_lines([*summary.shortlists, *summary.apart])
        ranking_page.draw_filled(ranked, office.rules.missing_flag)
        if not selection.signed:
            ranking_page.draw_sampling(selection)
    ranking_page.draw_tools(ranked, named, office, selection)
    city_map.draw(selection)
    unit = tables.chosen_line(ranked, ranking_page.UNIT)
    if unit is not None:
        drill.draw_unit(office, unit, selection)
    checks = int(ranked["checks"].sum())
else:
    listed = ranking_page.listed_of(selection)
    page.say(words.listing(listed))
    ranking_page.draw_listing(listed, selection)
    ranking_page.offer_listing(listed, office, selection)
    checks = None
page.foot(office, selection.window, checks)
