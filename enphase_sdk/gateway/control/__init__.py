"""Changing a gateway's settings: each write is planned, sent once, and confirmed by its effect.

`changes` holds the values and the two flows that every write uses; `grid`, `storage`,
`generator` and `installer` plan the writes. None of them does I/O.
"""
