"""Kinds of sheets whose rows are facts of their own, each a module on the skeleton `record_kind`.

`kinds` lists them in the order in which they are recognised.
"""
