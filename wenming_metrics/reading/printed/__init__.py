"""Figures that a sender prints, held against our own arithmetic: told with both, never changed.

`figures` is the one mechanism: columns of printed numbers, a formula over them, what rounding
explains · `totals` rows of sums and means · `scores` parts, totals and full marks · `ranks` places
and changes · `shares` percentages beside their counts
"""
