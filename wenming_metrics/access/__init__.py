"""Who may see and do what: roles and their rights as a table, and the person who asks.

`rights` the table, read and checked · `viewer` who asks, and the acts that ask it · `passwords` hashed
and compared. Nothing here reads a store: accounts, sessions and the log of both are in `store`.
"""
