"""Rules as published data: the catalogue of items and the rule sets that map it to a score.

`catalogue` what can be looked at · `model` the frozen records · `load` folder to record ·
`check` everything wrong with a folder, by file, line and column, `faults` what a fault is ·
`setting` what a setting is, `settings_table` every setting of `rules.toml`, from which its checks,
defaults and words are made · `composite` the profiles of a composite score · `folders` a folder
written in one step · `workbook` a rule set as a workbook and back · `survey` what questionnaires
ask and which figures are made of them.
"""
