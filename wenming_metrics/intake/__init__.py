"""The write side: a file that comes in, from its bytes to what is stored of it.

`commit` read, preview, commit, withdraw, reinstate · `stored_already` what the store says of a file · `prepare` all that does not need the store ·
`transaction` what one transaction writes · `resubmission` held rows that a corrected file brings again ·
`bulk` many workbooks, read on any executor.
"""
