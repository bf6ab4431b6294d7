"""Definitions of surveys: `model`, `load`, `check`, `settings_table`, and `wording` in plain
Chinese.

`answers` what questionnaires say, as a frame that reading, store and figures share.
"""
