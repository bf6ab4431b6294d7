"""工作推进: materials that units hand in, metrics against their targets, actions and their tasks, next week's plan."""

from wenming_metrics.ui.frame import page
from wenming_metrics.ui.progress import (
    adverts,
    campaigns,
    documents,
    duties,
    inspection_plan,
    metrics,
    months,
    negative_list,
    sites,
)

office = page.open_page("工作推进")
themes = {
    "台账材料": documents.draw,
    "指标数据": metrics.draw,
    "公益广告": adverts.draw,
    "专项行动": campaigns.draw,
    "责任分解": duties.draw,
    "督查安排": inspection_plan.draw,
    "一点一档": sites.draw,
    "测评复盘": months.draw_review,
    "负面清单": negative_list.draw,
    "先进候选": months.draw_merits,
    "基层减负": months.draw_burden,
}
with page.row("controls"):
    theme = page.switch("看什么", list(themes), "work_theme")
themes[theme](office)
page.fine_print(office)
