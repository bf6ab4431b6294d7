"""The store: originals, batches with their events, rows for ever, tallies of days and months.

`schema` the tables · `database` opening, reading and writing transactions · `batches` what came
in and whether it counts · `rows` checked items · `cells` the original cell values ·
`tallies` sums per day and month · `registers` units, sites and plans.

Every writing transaction begins by adding one to `store.seq`: that takes the write lock before
anything is read (two processes lose no update), and the number is the key of every cache.
"""
