"""问题整改: which problems are open, with whom, how late; what became of each; the moves until 销号."""

from wenming_metrics.ui.frame import page
from wenming_metrics.ui.problems import page as problems_page

office = page.open_page("问题整改")
days = page.inspected_days()
problems_page.draw(office, days)
page.fine_print(office)
