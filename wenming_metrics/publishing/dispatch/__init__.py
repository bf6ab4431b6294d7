"""交办单: what each unit gets when problems are handed out, made of what is stored under one 文号 or 批次.

`orders` who was given which problems · `papers` a document and a workbook for each unit, in one zip ·
`reminder_papers` 提示, 催办, 督办单, 提级督办 of those who did not sign or answer.
"""
