"""The made-up city 演示市: units, sites, inspections and the workbooks its districts send.

`city` registers · `names` how places are called · `inspections` plans and findings of past days ·
`workbooks` the files · `answers` what units answer · `quarter` a test by a third party · `wide` a
checklist with a column per item · `forms` how each sender lays out a sheet · `survey` what people
answer when asked · `survey_books` those files · `progress_books` lists of 台账, 指标 and 专项行动 ·
`signed` the 通报 of its last weeks. Everything comes from one seed; nothing in it is a real
place, person or office.
"""
