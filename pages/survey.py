"""两率一度: what people know, take part in and are content with, and how sure these figures are."""

from wenming_metrics.ui import acting, page, survey, survey_cache

office = page.open_page("两率一度")
acting.tell_done()
survey.stop_without_rules(office)
waves = survey_cache.waves()
survey.stop_without_waves(office, waves)
chosen, found = survey.choose(waves)

survey.draw(office, chosen, found)
survey.foot(office, chosen, found)
