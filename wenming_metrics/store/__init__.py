"""The store: originals, batches with their events, rows for ever, tallies of days, running sums.

`schema` the tables · `migrate`, `migrations` older tables brought up to date · `engines` what
differs between databases · `failures` why a store cannot be used · `database` opening, reading and
writing transactions · `batches` what came in and whether it counts · `rows` checked items ·
`cells` the original cell values · `tallies` sums per day and running sums · `days` days as keys ·
`registers` units, sites and plans · `notes` the store on itself · `changes` what was read, what was changed.

Every writing transaction begins by adding one to `store.seq`: that takes the write lock before
anything is read (two processes lose no update), and answers that are kept are looked at by that number.
"""
