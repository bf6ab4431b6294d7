"""How an office changes its rules (测评办法): edited, compared, tried, and only then published.

`books` a version as a workbook, and an edited workbook back · `compare` what differs between two
versions, `survey_changes` between their surveys · `clauses` which change of a draft moves whom ·
`drafts` what is kept of a draft · `publish` a draft becomes a version with a document number and a
first day.
"""
