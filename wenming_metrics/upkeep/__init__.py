"""Care for the store: that nothing in it is lost, and that what it says is still true.

`backup` a copy while others write · `restore` a copy back, also from an office PC to a server ·
`verify` rows against every sum and digest, by `checks`, `day_checks`, `sum_checks`, to a `report` ·
`start` the short check before pages are served · `rebuild_tallies` every sum made anew · `prune` how long
files are kept as they were sent · `health` what a monitor asks · `copies` what backup and restore share.
"""
