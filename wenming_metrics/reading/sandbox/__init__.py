"""The parent's side of the sandbox: bytes go to a child process, checked values come back.

`process` runs the programs of `reading.apart` · `archive` opens .zip · `pictures` gathers pictures ·
`own_forms`, `own_marks` leave out what this software wrote itself.
"""
