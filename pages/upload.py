"""数据上传: read a file, see what it would change, store it; take it back when it was a mistake."""

from wenming_metrics.ui.frame import page
from wenming_metrics.ui.overview import first_steps
from wenming_metrics.ui.uploads import (
    batches,
    drop_zone,
    forms,
    outlines,
    record_lists,
    unknown_words,
    waiting,
)

office = page.open_page("数据上传")
takes_in = office.viewer.may("入库")
page.say("先看清楚，再入库：放进来的文件会先逐行检查，点“入库”之前什么都不会改变。")
first_steps.draw(office, "upload")
who = page.ask_who("入库记录")
if takes_in:
    drop_zone.draw_drop_zone(office, who)
waiting.draw(office, who)
unknown_words.draw_remembered(office, who)
forms.draw(office)
if takes_in:
    outlines.draw(office, who)
batches.draw(office, who)
record_lists.draw()
batches.draw_acts()
page.fine_print(office)
