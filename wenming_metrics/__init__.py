"""Wenming Metrics: inspection workbooks in, defensible scores out (全国文明城市创建督查考评).

The modules in the order the data flows:

    vocabulary, problems, periods, rounding, settings   words, messages, days, numbers, places
    units, rules        registers of units and sites; the catalogue and the rules, as dated data
    reading             untrusted workbook -> rows in the city's numbers + located problems
    store               batches, rows, original cells, tallies of days and months
    scoring             rows -> tallies -> leaf rates -> score, coverage, ranking, losses
    charts, export      frame -> figure, frame -> xlsx
    tallying            rows that count -> tallies of days and months
    queries             each function answers one question of one page or command
    intake              read, preview, commit, withdraw, restore
    ui                  what the Streamlit pages share
    demo                a made-up city, from a seed
    server              the pages, served
    __main__, terminal  the command line and what it prints
"""
