"""The read side: each function answers one question of one page or one command.

`office` what is read: store, rules, catalogue · `memory` answers kept until what they rest on changes ·
`scores` what all figures rest on: sums, scores of
windows, findings, facts, rows · `ranking` who stands where, composite and trial · `unit` one unit ·
`losses` every lost point, what comes back, what would be regained · `trend` the course of scores and
why they moved · `survey` 两率一度 · `files` what came in, is held, and was said of it · `framework` the
rules as a page shows them.
"""
