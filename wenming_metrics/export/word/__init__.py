"""Documents of Word: blocks of text and tables put into a shell that the office may change.

`blocks` what a document is made of · `styles` the looks of GB/T 9704-2012 · `shell` the shell that
the software makes · `document` a shell filled in.
"""
