"""Issues of a period (签发): what the office drafts, has checked, signs and, if need be, withdraws.

Which days make up which issue: `rules.calendar`. `issues` which issues there are, how each stands,
what counts in it · `signing` what people do with one · `lists` its figures · `snapshot` what a signed
issue keeps · `remarks` what units object to and what is decided · `check_sheets` the 核对稿 ·
`signed_workbook` the signed list as a file · `acts_since` what was done to its days later ·
`corrections` 更正, and whether a signed figure still follows from the rows.
"""
