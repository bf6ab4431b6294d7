"""Wenming Metrics: inspection workbooks in, defensible scores out (全国文明城市创建督查考评).

The modules in the order the data flows:

    vocabulary, problems, periods, rounding, settings   words, messages, days, numbers, places
    units, rules        registers of units and sites; the catalogue and the rules, as dated data
    reading             untrusted workbook -> rows in the city's numbers + located problems
    store               batches, rows, original cells, tallies of days, running sums
    scoring             rows -> tallies -> leaf rates -> score, coverage, ranking, losses
    charts, export      frame -> figure, frame -> xlsx
    tallying            rows that count -> tallies of days and running sums
    queries             each function answers one question of one page or command
    correcting          which held rows of earlier files a corrected file brings again
    ready, storing      a reading made ready to be stored, and what storing it writes
    intake              read, preview, commit, withdraw, reinstate
    holding             held rows that nobody corrects; files given back with their problems marked
    pairing             whether two findings of a site are one problem, as a person says
    polling             whether a doubtful questionnaire counts, as a person says
    publishing          issues of a period: draft, remarks, signature, corrections
    revising            rules edited as a workbook, compared, tried, published
    executors           one process, many, or a cluster behind one interface
    backfill            many workbooks read at once, stored in their order
    retallying          every sum made anew from the rows, month by month
    keeping             backup, restore, verify, health, how long files are kept
    ui                  what the Streamlit pages share
    demo                a made-up city, from a seed
    server              the pages, served
    logs                what happened, for the person who looks after the software
    __main__, commands, terminal    the command line and what it prints
"""

__version__ = "0.5.0"
