"""Untrusted bytes to rows in the city's own numbers, with every problem located.

- `sandbox` runs the programs of `apart` on the bytes; `grid` is what they send; `archive` opens .zip,
  `pictures` gathers pictures, `own_forms` and `own_marks` leave out what is ours
- `bands`, `titles`, `headers`, `pieces`, `sheets`: which tables there are, of what kind
- `rows`, `facts`: which rows are data; `table`: a sheet with known columns; `values`: cells to numbers
- `names`, `territory`, `collective`, `settle`: written names to numbers
- `inspection`, `wide`, `visits`, `part`, `assemble`: checklists and problems; `plan`, `registers`
- `deadlines`: number, deadline, severity and state of problems
- `kinds` lists the kinds of records, each a module on the skeleton of `record`: `rectification`,
  `document`, `external`, `metric`, `campaign`
- `personal`, `blanking`: what is never kept; `marking`, `returning`: the file as it goes back
- `read` is the whole way.
"""
