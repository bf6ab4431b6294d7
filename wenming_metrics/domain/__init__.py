"""What every room speaks of: exact numbers, days and windows, units and sites, located problems.

`numbers` · `periods` · `registers` who there is and what belongs to whom · `problems` faults of a
workbook as values · `privacy` what is not shown of persons.
"""
