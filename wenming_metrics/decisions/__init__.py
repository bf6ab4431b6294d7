"""What a person says where the software does not decide: each kept with name and time.

`held_rows` rows that nobody will put right · `mappings` headers and names that are not known ·
`same_problem` whether two findings are one · `questionnaires` whether a doubtful one counts.
"""
