"""工作推进: what units owe beside inspections. `documents` 台账材料 · `metrics` 指标数据 · `campaigns` 专项行动."""
