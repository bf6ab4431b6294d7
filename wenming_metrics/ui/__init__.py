"""The pages' common parts; nothing below imports it.

`page` frame of a page: opening, foot, empty state, guard against tracebacks · `cached` answers kept
by revision · `filters` all controls that choose what is shown · `words` sentences made from
figures · `cards`, `tables`, `shortlists` what is drawn from frames · `drill` from a unit's score
to the rows · `receive` files just dropped · `batches` files in store · `manual` the instructions · `portrait`
one unit: `portrait_facts` gathered once, `portrait_words`, `portrait_tables`, `portrait_sheet` on paper.
"""
