"""What all pages share.

`page` opening, foot, empty state, guard against tracebacks · `cache` answers kept by revision, by `ask` alone ·
`filters` all controls that choose what is shown · `words` sentences made from figures · `cards`, `tables`
what is drawn from frames · `drill` from a unit's score to the rows · `signed_view` signed or not ·
`problem_list` the problems of a file.
"""
