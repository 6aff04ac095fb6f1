"""What a gateway tells, as values: one class per kind of thing, units in the docstrings."""
