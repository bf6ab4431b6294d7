"""A rule set as one workbook that an office edits, and back; every fault by sheet, row and column."""
