"""排名: who stands where, who moved, who was not looked at; and down to the rows of a unit."""

from wenming_metrics.ui import cached, drill, filters, issued, page, ranks, words

office = page.open_page("排名")
days = cached.days()
page.stop_if_empty(days)
selection = issued.choose(filters.choose_ranking(office.rules, days))

is_ranked = office.rules.board(selection.board).ranked
version = ranks.choose_version(office) if is_ranked and not selection.signed else ""

if version:
    checks = int(ranks.draw_under(selection, version)["checks"].sum())
elif is_ranked:
    ranked = ranks.units_of(selection)
    page.say(words.ranking(ranked))
    if selection.window.kind == "day":
        ranks.draw_day(selection.window)
        ranks.draw_day_list(ranked, selection)
    else:
        ranks.draw_list(ranked, selection)
    named = ranks.named_of(selection)
    ranks.draw_named(named)
    ranks.draw_apart(ranked)
    ranks.draw_filled(ranked, office.rules.missing_flag)
    ranks.draw_tools(ranked, named, office, selection)
    unit = ranks.chosen_unit(ranked)
    if unit is not None:
        drill.draw_unit(office, unit, selection)
    checks = int(ranked["checks"].sum())
else:
    listed = ranks.listed_of(selection)
    page.say(words.listing(listed))
    ranks.draw_listing(listed, selection)
    ranks.offer_listing(listed, office, selection)
    checks = cached.city(selection.window).checks
page.foot(office, selection.window, checks)
