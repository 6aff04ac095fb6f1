"""The models of a gateway's values; units are in the docstrings."""
