"""两率一度: what people know, take part in and are content with, and how sure these figures are."""

from wenming_metrics.queries.survey.waves import waves
from wenming_metrics.ui.frame import act_button, page
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.survey import page as survey_page

office = page.open_page("两率一度")
act_button.tell_done()
survey_page.stop_without_rules(office)
waves_polled = ask(waves)
survey_page.stop_without_waves(office, waves_polled)
chosen, wave_rates = survey_page.choose(waves_polled)

survey_page.draw(office, chosen, wave_rates)
survey_page.foot(office, chosen, wave_rates)
