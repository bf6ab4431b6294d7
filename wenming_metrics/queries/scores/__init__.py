"""What figures rest on: sums of windows, their scores, the log of findings, dated facts, rows as stored.

`window_sums` sums of days to windows · `score_windows` scores of a row of windows, `standings` what they
are, `rule_spans` which version scores which days · `findings`, `deductions`, `priced_nodes` what became of
problems and what they cost · `dated_facts`, `stocks`, `records` what workbooks state ·
`adjustments` 加减分 · `deadline_rates` · `as_known`, `arrivals` as known at a moment · `details`,
`row_losses`, `describe_rows`, `originals` down to the row and the cell.
"""
