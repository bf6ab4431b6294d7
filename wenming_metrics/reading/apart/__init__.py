"""Programs that touch untrusted bytes, run isolated by `sandbox`: standard library and decoder only.

`child` decodes · `unzip` opens archives · `mark_child` puts marks in · `blank_child` empties cells.
They import one another by bare names, for this folder is all that they know of the package.
"""
