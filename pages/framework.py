"""测评体系: the tree of indicators, a score worked out, the versions, and how they are changed."""

from wenming_metrics.ui import drafts, framework, page, steps, versions

office = page.open_page("测评体系")
rules, part = framework.choose(office)
page.say(framework.sentence(office, rules))
if part == framework.TREE:
    framework.draw(office, rules)
elif part == framework.STEPS:
    steps.draw(office)
elif part == framework.VERSIONS:
    versions.draw(office, rules)
else:
    drafts.draw(office)
page.fine_print(office)
