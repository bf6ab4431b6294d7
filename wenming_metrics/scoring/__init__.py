"""From rows to scores: pure functions, frame in, frame out; nothing is read and nothing stored.

- `tally` rows to sums of integers per day, and to leaf sums
- `tree` leaf rates up to the score: `settling` what nodes that settle took, `stocks` leaves fed by facts,
  `missing`, `coverage`, `roll_up`, `adjusting` decisions and difficulty, `composite` several scores to
  one, `states` and `pricing` what became of problems and what they cost
- `ranking` places inside a group; who is named in front and at the back
- `losses` every lost point traced to leaf and row; problems that come back
- `trend` why a score moved, and what is more than the usual ups and downs
- `survey` rates, their intervals, weights, the funnel, which cells stay unseen
"""
