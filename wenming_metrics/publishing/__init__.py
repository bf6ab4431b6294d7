"""Issues of a period (签发): what the office drafts, has checked, signs and, if need be, withdraws.

`calendar` which days make up which issue · `book` the life of an issue · `lists` its figures ·
`freezing` what a signed issue keeps · `remarks` what units object to and what is decided ·
`sheets` the 核对稿 · `corrections` 更正, and whether a signed figure still follows from the rows.
"""
