"""From rows to scores: pure functions, frame in, frame out; nothing is read and nothing stored.

`tally` rows to sums per day · `settling` what nodes that deduct took · `leaves` sums to leaf rates ·
`roll_up` leaf rates to node rates and the score · `coverage` what should have been looked at · `ranking` places inside a group ·
`losses` every lost point traced to leaf and row.
"""
