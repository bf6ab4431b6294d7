"""The read side: each function answers one question of one page or one command.

`office` what is read: store, rules, catalogue · `windows` scores of a row of windows ·
`ranking` who stands where · `details` what a unit lost, down to the rows · `ledger` every lost
point of a window, `ledger_rows` the rows behind them, `fixing` what would be regained · `overview`
the city at a glance · `findings` the log of problems, `on_time` what became of those of a unit,
`priced` what they cost, `unsolved` those of a unit that are open · `portrait` a unit over time
and against its group · `history` what came in.
"""
