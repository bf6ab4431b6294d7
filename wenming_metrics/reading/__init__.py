"""Untrusted bytes to rows in the city's own numbers, with every problem located.

- `read` is the whole way
- `sandbox` runs the programs of `apart` on the bytes and takes what they send
- `model` what a reading is given and gives back; `model.grid` the cells
- `recognise` which tables there are, of what kind, which rows are data
- `tables` headers, titles and typed values of one sheet
- `resolve` written names, days and periods to numbers
- `inspection` checklists, problems, visits, plans, registers
- `records` 整改, 台账, 上级测评, 量化指标, 专项行动, 加减分, counts and quotas, on one skeleton
- `printed` figures that a sender prints, held against our own arithmetic
- `survey` questionnaires
- `personal` what is never kept; `feedback` the file as it goes back
"""
