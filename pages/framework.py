"""测评体系: the tree of indicators, a score worked out, the versions, and how they are changed."""

from wenming_metrics.ui.frame import page
from wenming_metrics.ui.rules import drafts, own_items, versions, weights, worked_example
from wenming_metrics.ui.rules import page as rules_page

office = page.open_page("测评体系")
rules, part = rules_page.choose(office)
page.say(rules_page.sentence(office, rules))
if part == rules_page.TREE:
    rules_page.draw(office, rules)
elif part == rules_page.STEPS:
    worked_example.draw(office)
elif part == rules_page.WEIGHTS:
    weights.draw(office)
elif part == rules_page.VERSIONS:
    versions.draw(office, rules)
elif part == rules_page.OWN:
    own_items.draw(office)
else:
    drafts.draw(office)
page.fine_print(office)
