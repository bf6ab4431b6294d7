"""Untrusted bytes to rows in the city's own numbers, with every problem located.

`sandbox` and `child` decode in a process apart · `grid` what they send · `headers`, `sheets` which
sheets are read · `rows`, `facts` which rows are data · `table` a sheet with known columns ·
`values` cells to numbers · `names`, `territory`, `settle` names to numbers · `inspection`,
`visits`, `part`, `assemble` checklists and problems · `plan`, `registers`, `kinds` and `record` the
other kinds ·
`read` the whole way.
"""
