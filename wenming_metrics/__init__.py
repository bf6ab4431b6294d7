"""Wenming Metrics: inspection workbooks in, defensible scores out (全国文明城市创建督查考评).

The rooms in the order the data flows; each imports only from those above it:

    vocabulary          words and columns: what is written in workbooks, on pages, in files
    domain              numbers, periods, units and sites, problems of workbooks, personal data
    runtime             settings, logs, executors: one process, many, or a cluster
    access              who may see and do what: roles, rights, the person who asks
    rules               the catalogue and the versions of the rules, as dated data
    store               batches, rows, original cells, tallies of days, running sums
    scoring             rows -> tallies -> leaf rates -> score, coverage, ranking, losses
    reading             untrusted workbook -> rows in the city's numbers + located problems
    tallies             rows that count -> tallies of days and running sums
    charts, export      frame -> figure; frame -> xlsx, docx, pptx, pdf
    queries             each function answers one question of one page or command
    intake              read, preview, commit, withdraw, reinstate; many workbooks at once
    upkeep              backup, restore, verify, health, every sum made anew, how long files are kept
    decisions           what a person says: held rows, mappings, same problem, questionnaires
    revising            rules edited as a workbook, compared, tried, published
    publishing          issues of a period: draft, remarks, signature, corrections
    ui                  what the Streamlit pages are made of, and their server
    demo                a made-up city, from a seed
    manual              what the page shows and the office reads, one file per theme
    commands, __main__  the command line: commands.toml what can be typed, printing what it says

Rooms of the same name in `scoring`, `queries`, `ui` and `commands` speak of the same theme: from a page
one finds its question, from the question its arithmetic.
"""

__version__ = "0.9.0"
