"""Functions that make models from one decoded answer, without I/O; one module per subject."""
