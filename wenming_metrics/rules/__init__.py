"""Rules as published data: the catalogue of items and the rule sets that map it to a score.

`catalogue` what can be looked at · `model` the frozen records · `load` folder to record ·
`check` everything wrong with a folder, by file, line and column · `conventions` every setting in the
office's words · `pages`, `workbook` a rule set as a workbook and back · `choose` the version in force · `survey` what
questionnaires ask and which figures are made of them, `survey_words` in one line of Chinese.
"""
