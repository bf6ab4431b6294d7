"""From rows to scores: pure functions, frame in, frame out; nothing is read and nothing stored.

`columns` sums of integers · `tally` rows to sums per day · `settling` what nodes that settle took ·
`leaves` sums to leaf rates · `stocks` leaves fed by facts · `missing` what stands for leaves not
looked at · `roll_up` leaf rates to the score · `coverage` what should have been looked at ·
`adjusting` decisions and difficulty · `ranking` places inside a group · `lists` who is named in
front and at the back · `composing` several scores to one · `losses` every lost point traced to leaf
and row, `ledger` what can be made of the lines · `states` what became of problems, `pricing` what
they cost by a table. Of surveys: `shares` intervals of shares and means · `designs` the city's figure
from samples of its units · `raking` weights · `funnel` what chance alone does · `suppressing` which
cells of tables stay unseen, `giving_away` which could be worked out.
"""
