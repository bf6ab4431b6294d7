"""工作推进: what units owe beside inspections, each line as the file that came last says it.

`latest` the last word on each thing · `documents`, `material_files` 台账材料 · `metrics` 指标数据 · `campaigns`, `campaign_effects` 专项行动 ·
`duties` 责任分解 · `site_draw`, `week_plan` 督查安排 · `third_party` 测评复盘 · `site_files` 一点一档 · `burden`
减负.
"""
