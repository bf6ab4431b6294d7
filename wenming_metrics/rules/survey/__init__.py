"""Definitions of surveys: `model`, `load`, `check`, and `wording` in plain Chinese.

`answers` what questionnaires say, as a frame that reading, store and figures share.
"""
