"""What the pages are made of; nothing below imports it.

`frame` what pages share: opening, filters, cache, tables, words · a room per page: `overview`, `ranking`,
`portrait`, `losses`, `trends`, `survey`, `uploads`, `issues`, `rules` · `composite` 综合考核 · `manual` the
instructions · `server` Streamlit started · `ready` what is asked first, made before it is asked. In a room `page` draws and `sentences` says what is true of the
figures; every stored answer comes by `frame.cache.ask`.
"""
