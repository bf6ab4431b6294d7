"""通报 as a Word document and as slides that an office edits, and whose every figure can be checked afterwards.

`facts` what a 通报 says beside the lists of its issue, kept with the signature · `layout` sections,
free texts and shell, as the office sets them · `material` all that one document is made of ·
`sections` the sentences and tables · `phrases` how they are worded · `document` the files · `deck` the slides ·
`tokens`, `compare` the figures and names of a text, and what was changed of them · `recheck` a
file that comes back.
"""
