"""Changing a gateway's settings: what is planned, sent once, and confirmed by its effect.

`changes` holds the values and the two flows every write goes through; `grid`, `storage`,
`generator` and `installer` plan the writes. None of them does I/O.
"""
